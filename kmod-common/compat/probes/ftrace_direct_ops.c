// SPDX-License-Identifier: GPL-2.0-only
/* 6.4: direct calls belong to an ftrace_ops; before, those that do are called _multi */
#include <linux/ftrace.h>

int kvmpv_probe(struct ftrace_ops *ops);
int kvmpv_probe(struct ftrace_ops *ops)
{
	return register_ftrace_direct(ops, 0) + unregister_ftrace_direct(ops, 0, true);
}
