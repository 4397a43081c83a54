// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters for people and tools. sysfs and debugfs show the same text; a reset through one is seen
 * through the other.
 */
#include <linux/debugfs.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/string.h>

#include <kvmpv/abi.h>

#include "cmdline.h"
#include "stats.h"
#include "vm.h"

#define NAME_(name, string, text) [KVMPV_COUNTER_##name] = string,
static const char *const counter_names[] = {KVMPV_COUNTERS(NAME_)};
#undef NAME_

/* Context: the tally's lock held, so that what is collected is either before or after a reset. */
static void collect(struct stats_source *source, struct kvmpv_totals *ret_totals)
{
	lockdep_assert_held(&source->tally.lock);
	if (source->vm)
		vm_totals(source->vm, ret_totals);
	else
		vms_totals(ret_totals);
}

/**
 * stats_init() - start at zero
 * @source: filled in
 * @vm: the VM it is about, NULL for all
 */
void stats_init(struct stats_source *source, struct kvmpv_vm *vm)
{
	BUILD_BUG_ON(KVMPV_COUNTER_COUNT > KVMPV_TALLY_MAX);
	kvmpv_tally_init(&source->tally, KVMPV_COUNTER_COUNT);
	memset(source->calls_zero, 0, sizeof(source->calls_zero));
	source->vm = vm;
}

/**
 * stats_print() - print the counters since the last reset, a line each
 * @source: what to print
 * @page: a page to print into
 *
 * Context: process, may sleep. Return: bytes printed.
 */
ssize_t stats_print(struct stats_source *source, char *page)
{
	struct kvmpv_totals now;
	ssize_t len;

	mutex_lock(&source->tally.lock);
	collect(source, &now);
	len = kvmpv_tally_show(&source->tally, page, counter_names, now.counter);
	mutex_unlock(&source->tally.lock);
	return len;
}

/**
 * stats_print_histogram() - print the histogram since the last reset
 * @source: what to print
 * @page: a page to print into
 *
 * Context: process, may sleep. Return: bytes printed.
 */
ssize_t stats_print_histogram(struct stats_source *source, char *page)
{
	struct kvmpv_totals now;
	ssize_t len;

	mutex_lock(&source->tally.lock);
	collect(source, &now);
	len = kvmpv_hist_show(page, 0, "call_ticks", now.calls, source->calls_zero);
	mutex_unlock(&source->tally.lock);
	return len;
}

/**
 * stats_reset() - start at zero again
 * @source: what to reset
 * @text: what was written to the file; must be true
 *
 * Context: process, may sleep. Return: 0 or -EINVAL.
 */
int stats_reset(struct stats_source *source, const char *text)
{
	struct kvmpv_totals now;
	bool yes;

	if (kvmpv_parse_bool(text, &yes) || !yes)
		return -EINVAL;
	mutex_lock(&source->tally.lock);
	collect(source, &now);
	kvmpv_tally_reset(&source->tally, now.counter);
	memcpy(source->calls_zero, now.calls, sizeof(now.calls));
	mutex_unlock(&source->tally.lock);
	return 0;
}

/* The printers want a whole page, as sysfs gives them. */
static int seq_print(struct seq_file *seq, ssize_t (*print)(struct stats_source *, char *))
{
	char *page = (char *)get_zeroed_page(GFP_KERNEL);

	if (!page)
		return -ENOMEM;
	print(seq->private, page);
	seq_puts(seq, page);
	free_page((unsigned long)page);
	return 0;
}

static int debugfs_stats_show(struct seq_file *seq, void *unused)
{
	return seq_print(seq, stats_print);
}
DEFINE_SHOW_ATTRIBUTE(debugfs_stats);

static int debugfs_histogram_show(struct seq_file *seq, void *unused)
{
	return seq_print(seq, stats_print_histogram);
}
DEFINE_SHOW_ATTRIBUTE(debugfs_histogram);

static int debugfs_reset_set(void *data, u64 value)
{
	return value == 1 ? stats_reset(data, "1") : -EINVAL;
}
DEFINE_DEBUGFS_ATTRIBUTE(debugfs_reset, NULL, debugfs_reset_set, "%llu\n");

static int debugfs_vcpus_show(struct seq_file *seq, void *unused)
{
	struct stats_source *source = seq->private;
	struct kvmpv_vm *vm = source->vm;
	struct kvmpv_vcpu *vcpu;
	int i;

	seq_puts(seq, "vcpu");
	for (i = 0; i < KVMPV_COUNTER_COUNT; i++)
		seq_printf(seq, " %s", counter_names[i]);
	seq_putc(seq, '\n');
	mutex_lock(&vm->lock);
	list_for_each_entry(vcpu, &vm->vcpus, node) {
		seq_printf(seq, "%d", vcpu->id);
		for (i = 0; i < KVMPV_COUNTER_COUNT; i++)
			seq_printf(seq, " %llu", vcpu_counter(vcpu, i));
		seq_putc(seq, '\n');
	}
	mutex_unlock(&vm->lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(debugfs_vcpus);

/**
 * stats_debugfs_add() - the same in debugfs
 * @source: what to show
 * @dir: directory to put it in; its removal takes the files along
 *
 * Context: process, may sleep.
 */
void stats_debugfs_add(struct stats_source *source, struct dentry *dir)
{
	debugfs_create_file("stats", 0444, dir, source, &debugfs_stats_fops);
	debugfs_create_file("histogram", 0444, dir, source, &debugfs_histogram_fops);
	debugfs_create_file("reset", 0200, dir, source, &debugfs_reset);
	if (source->vm)
		debugfs_create_file("vcpus", 0444, dir, source, &debugfs_vcpus_fops);
}
