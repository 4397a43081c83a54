// SPDX-License-Identifier: GPL-2.0-only
/*
 * Install and remove ftrace hooks on a running kernel.
 *
 * Flags: IPMODIFY makes us the only one who may redirect the function (livepatch and we exclude
 * each other), PERMANENT keeps kernel.ftrace_enabled=0 from unhooking it behind our back.
 * SAVE_REGS is not set: argument registers and the instruction pointer are there without it.
 */
#include <linux/errno.h>
#include <linux/rcupdate.h>
#include <linux/string.h>

#include "hook.h"
#include "problem.h"
#include "symbol.h"

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

static int hook_install(struct kvmpv_hook *hook)
{
	int ret;

	memset(&hook->ops, 0, sizeof(hook->ops));
	hook->ops.func = hook->thunk;
	hook->ops.flags = FTRACE_OPS_FL_IPMODIFY | FTRACE_OPS_FL_PERMANENT;
	ret = ftrace_set_filter_ip(&hook->ops, hook->site, 0, 0);
	if (ret)
		goto err;
	ret = register_ftrace_function(&hook->ops);
	if (ret)
		goto err_filter;
	hook->installed = true;
	return 0;

err_filter:
	ftrace_free_filter(&hook->ops);
err:
	if (ret == -EBUSY)
		kvmpv_problem(
			"%s: already modified by somebody else (livepatch?); it must go first",
			hook->name);
	else
		kvmpv_problem("%s: ftrace refuses the hook (%d)", hook->name, ret);
	return ret;
}

/**
 * kvmpv_hooks_install() - install a group of hooks, all or none
 * @hooks: hooks that were found; those already installed are left as they are
 * @nr: how many
 *
 * Context: process, may sleep. The caller serialises installing and removing.
 *
 * Return: 0 or the error of the first that failed, with none of the group installed.
 */
int kvmpv_hooks_install(struct kvmpv_hook *const *hooks, unsigned int nr)
{
	unsigned int i;
	int ret;

	for (i = 0; i < nr; i++) {
		if (hooks[i]->installed)
			continue;
		ret = hook_install(hooks[i]);
		if (ret) {
			kvmpv_hooks_remove(hooks, nr);
			return ret;
		}
	}
	return 0;
}

/**
 * kvmpv_hooks_remove() - remove a group of hooks and wait until nobody is inside one
 * @hooks: the hooks
 * @nr: how many
 *
 * A task can be in one of three places when a hook goes: between the thunk and kvmpv_hook_enter(),
 * between enter and leave (asleep, perhaps for long), and between leave and the return. The first
 * and last cannot sleep voluntarily, so synchronize_rcu_tasks() waits for them; SRCU waits for the
 * middle. A task moves from the first place to the second while we wait, hence this order.
 *
 * Context: process, may sleep, not inside a hook. The caller serialises installing and removing.
 */
void kvmpv_hooks_remove(struct kvmpv_hook *const *hooks, unsigned int nr)
{
	bool any = false;
	unsigned int i;

	for (i = nr; i-- > 0;) {
		if (!hooks[i]->installed)
			continue;
		WARN_ON_ONCE(unregister_ftrace_function(&hooks[i]->ops));
		ftrace_free_filter(&hooks[i]->ops);
		hooks[i]->installed = false;
		any = true;
	}
	if (!any)
		return;
	synchronize_rcu_tasks();
	synchronize_srcu(&kvmpv_hook_srcu);
	synchronize_rcu_tasks();
}
