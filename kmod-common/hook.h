/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Taking over functions of the running kernel through ftrace.
 *
 * A group of functions shares one ftrace_ops, because its removal costs several grace periods. The
 * group's thunk runs at the entry of each and decides: leave the call alone, or send it to a
 * replacement, by setting the instruction pointer. A replacement has the function's own prototype,
 * brackets itself with kvmpv_hook_enter() and kvmpv_hook_leave(), and may call the original through
 * a static call to kvmpv_hook_body(), which lies behind the ftrace site: so it is not redirected
 * again, other tracers see each call once, and no return address has to be inspected.
 */
#ifndef KVMPV_HOOK_H
#define KVMPV_HOOK_H

#include <linux/compiler.h>
#include <linux/ftrace.h>
#include <linux/srcu.h>
#include <linux/types.h>

/**
 * struct kvmpv_hook - one function taken over
 * @name: the function
 * @site: the ftrace site at its entry; set by kvmpv_hook_find()
 */
struct kvmpv_hook {
	const char *name;
	unsigned long site;
};

#define KVMPV_HOOK_GROUP_MAX 8

/**
 * struct kvmpv_hook_group - functions that are taken over and given back together
 * @thunk: runs at the entry of each, with its site as ip: notrace, as preemptible as the function,
 *	must not sleep
 * @hooks: the functions
 * @nr: how many
 * @ops: ftrace's part
 * @installed: the group is in force
 */
struct kvmpv_hook_group {
	ftrace_func_t thunk;
	struct kvmpv_hook *hooks;
	unsigned int nr;
	struct ftrace_ops ops;
	bool installed;
};

extern struct srcu_struct kvmpv_hook_srcu;

/**
 * kvmpv_hook_enter() - first thing in a replacement
 *
 * From here to kvmpv_hook_leave() the module's text stays, even if the task sleeps for hours.
 *
 * Context: process, may be preemptible.
 *
 * Return: a cookie for kvmpv_hook_leave().
 */
static inline int kvmpv_hook_enter(void)
{
	return srcu_read_lock(&kvmpv_hook_srcu);
}

/**
 * kvmpv_hook_leave() - last thing in a replacement
 * @cookie: what kvmpv_hook_enter() returned
 */
static inline void kvmpv_hook_leave(int cookie)
{
	srcu_read_unlock(&kvmpv_hook_srcu, cookie);
}

/**
 * kvmpv_hook_body() - where the original goes on behind the ftrace site
 * @hook: a hook that was found
 *
 * Return: an address for a static call; never call it through a pointer (IBT).
 */
static inline void *kvmpv_hook_body(const struct kvmpv_hook *hook)
{
	return (void *)(hook->site + MCOUNT_INSN_SIZE);
}

int kvmpv_hook_find(struct kvmpv_hook *hook, const char *module);
int kvmpv_hooks_install(struct kvmpv_hook_group *group);
void kvmpv_hooks_remove(struct kvmpv_hook_group *group);
void kvmpv_hooks_drain(void);
void kvmpv_hooks_drain_atomic(void);

#endif /* KVMPV_HOOK_H */
