// SPDX-License-Identifier: GPL-2.0-only
/*
 * Install and remove ftrace hooks on a running kernel.
 *
 * Flags: IPMODIFY makes us the only one who may redirect the function (livepatch and we exclude
 * each other), PERMANENT keeps kernel.ftrace_enabled=0 from unhooking it behind our back.
 * SAVE_REGS is not set: argument registers and the instruction pointer are there without it.
 */
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/rcupdate.h>
#include <linux/smp.h>
#include <linux/string.h>

#include "hook.h"
#include "problem.h"
#include "symbol.h"
#include "urgent.h"

DEFINE_SRCU(kvmpv_hook_srcu);

/**
 * kvmpv_hook_find() - look a function up and see whether it can be taken over
 * @hook: @hook->name is looked up, @hook->site is set
 * @module: module that has the function; NULL when it is built in
 *
 * Nothing is changed in the kernel. Says in one line what is in the way.
 *
 * Context: process, may sleep.
 *
 * Return: 0, -ENOENT, -EBUSY when a kprobe of somebody else sits on the function (two redirectors
 * would send each other in circles), -EOPNOTSUPP when ftrace cannot redirect it.
 */
int kvmpv_hook_find(struct kvmpv_hook *hook, const char *module)
{
	struct kvmpv_symbol symbol;
	int ret = kvmpv_symbol_find(module, hook->name, &symbol);

	if (ret) {
		kvmpv_problem("%s: not found in this kernel (%d)", hook->name, ret);
		return ret;
	}
	if (symbol.probed) {
		kvmpv_problem("%s: already has a kprobe of somebody else; remove it first",
			      hook->name);
		return -EBUSY;
	}
	if (!symbol.traceable) {
		kvmpv_problem("%s: ftrace cannot redirect this function", hook->name);
		return -EOPNOTSUPP;
	}
	hook->site = symbol.addr;
	return 0;
}

#define RETRIES 10 /* a BPF trampoline may be busy with the function for a moment */

static int ops_register(struct ftrace_ops *ops, unsigned long *sites, unsigned int nr)
{
	int i, ret;

	ret = ftrace_set_filter_ips(ops, sites, nr, 0, 0);
	if (ret)
		return ret;
	for (i = 0; i < RETRIES; i++) {
		ret = register_ftrace_function(ops);
		if (ret != -EAGAIN)
			break;
		msleep(1);
	}
	if (ret) {
		/* It was on ftrace's list for a moment, and somebody may still be looking at it. */
		synchronize_rcu();
		ftrace_free_filter(ops);
	}
	return ret;
}

static int group_register(void *arg)
{
	struct kvmpv_hook_group *group = arg;
	unsigned long sites[KVMPV_HOOK_GROUP_MAX];
	unsigned int i;

	for (i = 0; i < group->nr; i++)
		sites[i] = group->hooks[i].site;
	memset(&group->ops, 0, sizeof(group->ops));
	group->ops.func = group->thunk;
	group->ops.flags = FTRACE_OPS_FL_IPMODIFY | FTRACE_OPS_FL_PERMANENT;
	return ops_register(&group->ops, sites, group->nr);
}

static int group_unregister(void *arg)
{
	struct kvmpv_hook_group *group = arg;
	int ret = unregister_ftrace_function(&group->ops);

	ftrace_free_filter(&group->ops);
	return ret;
}

static void notrace leave_alone(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
				struct ftrace_regs *fregs)
{
}

/*
 * ftrace says busy, but not which: try one by one until it says so again, with a thunk that does
 * nothing. NULL when none is: then it was PERMANENT that ftrace would not have.
 */
static const char *busy_name(struct kvmpv_hook_group *group)
{
	static struct ftrace_ops probe;
	unsigned int i;
	int ret;

	for (i = 0; i < group->nr; i++) {
		memset(&probe, 0, sizeof(probe));
		probe.func = leave_alone;
		probe.flags = FTRACE_OPS_FL_IPMODIFY;
		ret = ops_register(&probe, &group->hooks[i].site, 1);
		if (ret)
			return group->hooks[i].name;
		unregister_ftrace_function(&probe);
		ftrace_free_filter(&probe);
	}
	return NULL;
}

static void explain(struct kvmpv_hook_group *group, int error)
{
	const char *busy = error == -EBUSY ? busy_name(group) : NULL;

	if (busy)
		kvmpv_problem(
			"%s: already modified by somebody else (livepatch?); it must go first",
			busy);
	else if (error == -EBUSY)
		kvmpv_problem("ftrace is switched off: sysctl kernel.ftrace_enabled=1");
	else
		kvmpv_problem("ftrace refuses to redirect %s and others (%d)", group->hooks[0].name,
			      error);
}

/**
 * kvmpv_hooks_install() - install a group of hooks, all or none
 * @group: hooks that were found; nothing is done when they are installed already
 *
 * Context: process, may sleep. The caller serialises installing and removing.
 *
 * Return: 0, or a negative error after one line that says why.
 */
int kvmpv_hooks_install(struct kvmpv_hook_group *group)
{
	int ret;

	if (group->installed)
		return 0;
	if (WARN_ON_ONCE(group->nr > KVMPV_HOOK_GROUP_MAX))
		return -E2BIG;
	ret = kvmpv_urgent(group_register, group);
	if (ret)
		explain(group, ret);
	group->installed = !ret;
	return ret;
}

/**
 * kvmpv_hooks_remove() - remove a group of hooks
 * @group: the group; nothing is done when it is not installed
 *
 * Calls that were redirected before may still be on their way: kvmpv_hooks_drain() waits for them.
 *
 * Context: process, may sleep, not inside a hook. The caller serialises installing and removing.
 */
void kvmpv_hooks_remove(struct kvmpv_hook_group *group)
{
	if (!group->installed)
		return;
	WARN_ON_ONCE(kvmpv_urgent(group_unregister, group));
	group->installed = false;
}

/**
 * kvmpv_hooks_drain() - wait until nobody is inside a hook that was removed
 *
 * A task can be in one of three places when a hook goes: between the thunk and kvmpv_hook_enter(),
 * between enter and leave (asleep, perhaps for long), and between leave and the return. The first
 * and last cannot sleep voluntarily, so synchronize_rcu_tasks() waits for them; SRCU waits for the
 * middle. A task moves from the first place to the second while we wait, hence this order.
 *
 * Context: process, may sleep, not inside a hook.
 */
void kvmpv_hooks_drain(void)
{
	synchronize_rcu_tasks();
	synchronize_srcu(&kvmpv_hook_srcu);
	synchronize_rcu_tasks();
}

/**
 * kvmpv_hooks_drain_atomic() - as kvmpv_hooks_drain(), for what is only called with preemption off
 *
 * Waits until nobody is any more where they were with preemption off, be it in idle code where RCU
 * does not watch: there interrupts are off.
 *
 * Context: process, may sleep.
 */
void kvmpv_hooks_drain_atomic(void)
{
	synchronize_rcu();
	kick_all_cpus_sync();
}
