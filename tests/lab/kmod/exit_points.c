// SPDX-License-Identifier: GPL-2.0-only
/*
 * When does an exit come by a point of KVM? Writes down the TSC each time, for one point at a time,
 * so that the way to it is as long as ever. @cost is how many ticks pass from the point to the
 * stamp: measured on loading, at a point of the same kind in this module.
 *
 * point=trace:NAME is a tracepoint of kvm.ko, point=func:NAME the beginning of a function. The
 * stamps are in debugfs, exit_points, one a line; only the last MAX_STAMPS are kept.
 */
#include <linux/debugfs.h>
#include <linux/ftrace.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/tracepoint.h>
#include <asm/msr.h>

#define MAX_STAMPS 4096 /* a power of two */

static char *point = "";
module_param(point, charp, 0444);

static unsigned long cost;
module_param(cost, ulong, 0444);

static u64 stamps[MAX_STAMPS];
static unsigned int stamped;
static struct dentry *file;

/* No lock: one vCPU runs. */
static __always_inline void stamp(u64 now)
{
	stamps[stamped++ % MAX_STAMPS] = now;
}

/* @cost = ticks from before @pass, which passes a point of ours, to the stamp it makes */
static __always_inline void measure_cost(void (*pass)(void))
{
	unsigned long flags;
	u64 start, now;

	local_irq_save(flags);
	start = rdtsc();
	now = rdtsc();
	pass();
	cost = stamps[0] - now - (now - start);
	local_irq_restore(flags);
}

/* ---- tracepoints ---- */

DECLARE_TRACE(exit_points_own, TP_PROTO(void *a, u32 b), TP_ARGS(a, b));
DEFINE_TRACE(exit_points_own, TP_PROTO(void *a, u32 b), TP_ARGS(a, b));

static struct tracepoint *tracepoint;

static __always_inline void pass_trace(void)
{
	trace_exit_points_own(NULL, 0);
}

/* Arguments differ from tracepoint to tracepoint, and are not looked at. */
static void notrace on_trace(void *data)
{
	stamp(rdtsc());
}

static int on_module(struct notifier_block *nb, unsigned long action, void *data)
{
	const struct tp_module *tp_module = data;
	const struct module *module = tp_module->mod;
	unsigned int i;

	if (action != MODULE_STATE_COMING || strcmp(module->name, "kvm"))
		return NOTIFY_DONE;
	for (i = 0; i < module->num_tracepoints; i++) {
		struct tracepoint *tp = tracepoint_ptr_deref(&module->tracepoints_ptrs[i]);

		if (!strcmp(tp->name, point + strlen("trace:")))
			tracepoint = tp;
	}
	return NOTIFY_OK;
}

static struct notifier_block module_notifier = {.notifier_call = on_module};

static int trace_install(void)
{
	int ret;

	ret = register_tracepoint_module_notifier(&module_notifier);
	if (ret)
		return ret;
	unregister_tracepoint_module_notifier(&module_notifier);
	if (!tracepoint)
		return -ENOENT;
	ret = tracepoint_probe_register(&__tracepoint_exit_points_own, on_trace, NULL);
	if (ret)
		return ret;
	measure_cost(pass_trace);
	tracepoint_probe_unregister(&__tracepoint_exit_points_own, on_trace, NULL);
	tracepoint_synchronize_unregister();
	return tracepoint_probe_register(tracepoint, on_trace, NULL);
}

static void trace_remove(void)
{
	tracepoint_probe_unregister(tracepoint, on_trace, NULL);
	tracepoint_synchronize_unregister();
}

/* ---- functions ---- */

static noinline void exit_points_function(void)
{
	barrier();
}

static void notrace on_function(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
				struct ftrace_regs *fregs)
{
	stamp(rdtsc());
}

static struct ftrace_ops ops = {.func = on_function};

static int function_install(void)
{
	static char own[] = "exit_points_function";
	char *name = point + strlen("func:");
	int ret;

	ret = ftrace_set_filter(&ops, own, strlen(own), 1);
	ret = ret ?: ftrace_set_filter(&ops, name, strlen(name), 0);
	ret = ret ?: register_ftrace_function(&ops);
	if (ret)
		return ret;
	measure_cost(exit_points_function);
	return 0;
}

static void function_remove(void)
{
	unregister_ftrace_function(&ops);
	ftrace_free_filter(&ops);
}

/* ---- on and off ---- */

static int stamps_show(struct seq_file *seq, void *data)
{
	unsigned int i = stamped > MAX_STAMPS ? stamped - MAX_STAMPS : 0;

	for (; i < stamped; i++)
		seq_printf(seq, "%llu\n", stamps[i % MAX_STAMPS]);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(stamps);

static bool at_tracepoint(void)
{
	return strstarts(point, "trace:");
}

static int __init exit_points_init(void)
{
	int ret;

	if (!at_tracepoint() && !strstarts(point, "func:"))
		return -EINVAL;
	ret = at_tracepoint() ? trace_install() : function_install();
	if (ret)
		return ret;
	stamped = 0;
	file = debugfs_create_file("exit_points", 0400, NULL, NULL, &stamps_fops);
	return 0;
}

static void __exit exit_points_exit(void)
{
	if (at_tracepoint())
		trace_remove();
	else
		function_remove();
	debugfs_remove(file);
}

module_init(exit_points_init);
module_exit(exit_points_exit);
MODULE_DESCRIPTION("Benchmark: when an exit comes by a point");
MODULE_LICENSE("GPL");
