// SPDX-License-Identifier: GPL-2.0-only
#include <linux/errno.h>
#include <linux/rcupdate.h>
#include <linux/string.h>

#include "direct.h"
#include "problem.h"
#include "urgent.h"

static int direct_register(void *arg)
{
	struct kvmpv_direct *direct = arg;
	int ret;

	memset(&direct->ops, 0, sizeof(direct->ops));
	ret = ftrace_set_filter_ip(&direct->ops, direct->hook.site, 0, 0);
	if (ret)
		return ret;
	ret = kvmpv_register_direct(&direct->ops, (unsigned long)direct->entry);
	if (ret) {
		synchronize_rcu(); /* it may have been on ftrace's list for a moment */
		ftrace_free_filter(&direct->ops);
	}
	return ret;
}

static int direct_unregister(void *arg)
{
	struct kvmpv_direct *direct = arg;
	int ret = kvmpv_unregister_direct(&direct->ops, (unsigned long)direct->entry);

	ftrace_free_filter(&direct->ops);
	return ret;
}

/**
 * kvmpv_direct_install() - take a function over
 * @direct: with a hook that was found; nothing is done when it is installed already
 *
 * sysctl kernel.ftrace_enabled=0 takes it back without asking: what uses it has to live with that.
 *
 * Context: process, may sleep. The caller serialises installing and removing.
 *
 * Return: 0, or a negative error after one line that says why.
 */
int kvmpv_direct_install(struct kvmpv_direct *direct)
{
	int ret;

	if (direct->installed)
		return 0;
	ret = kvmpv_urgent(direct_register, direct);
	direct->installed = !ret;
	if (ret == -EBUSY)
		kvmpv_problem(
			"%s: somebody else has it (BPF trampoline, livepatch); that must go first",
			direct->hook.name);
	else if (ret)
		kvmpv_problem("%s: ftrace refuses a direct call (%d)", direct->hook.name, ret);
	return ret;
}

/**
 * kvmpv_direct_remove() - give a function back
 * @direct: the function; nothing is done when it is not installed
 *
 * Calls that have come already go on: the caller knows what to wait for.
 *
 * Context: process, may sleep. The caller serialises installing and removing.
 */
void kvmpv_direct_remove(struct kvmpv_direct *direct)
{
	if (!direct->installed)
		return;
	WARN_ON_ONCE(kvmpv_urgent(direct_unregister, direct));
	direct->installed = false;
}
