// SPDX-License-Identifier: GPL-2.0-only
/* ftrace that redirects a function */
#include <linux/ftrace.h>

int kvmpv_probe(struct ftrace_ops *ops, unsigned long *sites);
int kvmpv_probe(struct ftrace_ops *ops, unsigned long *sites)
{
	ops->flags = FTRACE_OPS_FL_IPMODIFY | FTRACE_OPS_FL_PERMANENT;
	return ftrace_set_filter_ips(ops, sites, 1, 0, 0) + register_ftrace_function(ops);
}
