// SPDX-License-Identifier: GPL-2.0-only
/* Somebody else's hook: takes a function of KVM for itself, as livepatch would. */
#include <linux/ftrace.h>
#include <linux/module.h>

static char *function = "kvm_cpuid";
module_param(function, charp, 0444);

static void notrace leave_alone(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
				struct ftrace_regs *fregs)
{
}

static struct ftrace_ops other_ops = {.func = leave_alone, .flags = FTRACE_OPS_FL_IPMODIFY};

static int __init other_hook_init(void)
{
	int ret = ftrace_set_filter(&other_ops, function, strlen(function), 1);

	return ret ?: register_ftrace_function(&other_ops);
}

static void __exit other_hook_exit(void)
{
	unregister_ftrace_function(&other_ops);
	ftrace_free_filter(&other_ops);
}

module_init(other_hook_init);
module_exit(other_hook_exit);
MODULE_DESCRIPTION("Test: a second redirector");
MODULE_LICENSE("GPL");
