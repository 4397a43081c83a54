// SPDX-License-Identifier: GPL-2.0-only
/*
 * What pv-spinlock counts, shown and reset. Counters and histograms are per CPU and only grow; a
 * reset moves the zero that readers subtract (counters.h), so none is lost to it. sysfs and debugfs
 * show the same; debugfs has each vCPU too.
 */
#include <linux/cpumask.h>
#include <linux/debugfs.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "cmdline.h"
#include "spinlock-sites.h"
#include "spinlock-stats.h"
#include "stats.h"

DEFINE_PER_CPU(struct spin_cpu, spin_cpu);
DEFINE_STATIC_KEY_TRUE(spin_counting);

static struct kvmpv_tally tally;
static u64 spin_zero[KVMPV_HIST_BUCKETS], blocked_zero[KVMPV_HIST_BUCKETS];
static DEFINE_MUTEX(switch_lock); /* orders switches of spin_counting */

#define NAME_(name, string) [SPIN_##name] = string,
static const char *const names[] = {SPIN_COUNTERS(NAME_)};
#undef NAME_

struct totals {
	u64 counter[SPIN_COUNTER_NR];
	u64 spin_ticks[KVMPV_HIST_BUCKETS];
	u64 blocked_ticks[KVMPV_HIST_BUCKETS];
};

static void collect(struct totals *ret_totals)
{
	const struct spin_cpu *one;
	int cpu, i;

	memset(ret_totals, 0, sizeof(*ret_totals));
	for_each_possible_cpu(cpu) {
		one = per_cpu_ptr(&spin_cpu, cpu);
		for (i = 0; i < SPIN_COUNTER_NR; i++)
			if (i != SPIN_LONGEST)
				ret_totals->counter[i] += READ_ONCE(one->count[i]);
		ret_totals->counter[SPIN_LONGEST] =
			max(ret_totals->counter[SPIN_LONGEST], READ_ONCE(one->count[SPIN_LONGEST]));
		for (i = 0; i < KVMPV_HIST_BUCKETS; i++) {
			ret_totals->spin_ticks[i] += READ_ONCE(one->spin_ticks[i]);
			ret_totals->blocked_ticks[i] += READ_ONCE(one->blocked_ticks[i]);
		}
	}
	ret_totals->counter[SPIN_SITES_LOST] = spin_sites_lost();
}

/**
 * spin_stats_print() - print the counters since the last reset, a line each
 * @page: a page to print into
 *
 * Context: process, may sleep.
 *
 * Return: bytes printed.
 */
ssize_t spin_stats_print(char *page)
{
	struct totals now;
	ssize_t len;

	mutex_lock(&tally.lock);
	collect(&now);
	len = kvmpv_tally_show(&tally, page, names, now.counter);
	mutex_unlock(&tally.lock);
	return len;
}

/**
 * spin_stats_print_histogram() - print the histograms since the last reset
 * @page: a page to print into
 *
 * Context: process, may sleep.
 *
 * Return: bytes printed.
 */
ssize_t spin_stats_print_histogram(char *page)
{
	struct totals now;
	ssize_t len;

	mutex_lock(&tally.lock);
	collect(&now);
	len = kvmpv_hist_show(page, 0, "spin_ticks", now.spin_ticks, spin_zero);
	len += kvmpv_hist_show(page, len, "blocked_ticks", now.blocked_ticks, blocked_zero);
	mutex_unlock(&tally.lock);
	return len;
}

/**
 * spin_stats_reset() - start at zero again; what was sampled is forgotten
 * @text: what was written to the file; must be true
 *
 * Context: process, may sleep.
 *
 * Return: 0 or -EINVAL.
 */
int spin_stats_reset(const char *text)
{
	struct totals now;
	bool yes;
	int cpu;

	if (kvmpv_parse_bool(text, &yes) || !yes)
		return -EINVAL;
	mutex_lock(&tally.lock);
	spin_sites_reset();
	for_each_possible_cpu(cpu)
		WRITE_ONCE(per_cpu(spin_cpu, cpu).count[SPIN_LONGEST], 0);
	collect(&now);
	now.counter[SPIN_LONGEST] = 0; /* no sum: its zero is zero */
	kvmpv_tally_reset(&tally, now.counter);
	memcpy(spin_zero, now.spin_ticks, sizeof(spin_zero));
	memcpy(blocked_zero, now.blocked_ticks, sizeof(blocked_zero));
	mutex_unlock(&tally.lock);
	return 0;
}

/**
 * spin_stats_counting() - is anything counted?
 *
 * Context: any.
 *
 * Return: true when it is.
 */
bool spin_stats_counting(void)
{
	return static_key_enabled(&spin_counting);
}

/**
 * spin_stats_count() - count, or do not
 * @on: which; off costs nothing, but for some jumps of no length
 *
 * Context: process, may sleep.
 */
void spin_stats_count(bool on)
{
	mutex_lock(&switch_lock);
	if (on)
		static_branch_enable(&spin_counting);
	else
		static_branch_disable(&spin_counting);
	mutex_unlock(&switch_lock);
}

/**
 * spin_stats_init() - to be called before anything is counted or shown
 *
 * Context: module initialisation.
 */
void spin_stats_init(void)
{
	kvmpv_tally_init(&tally, SPIN_COUNTER_NR);
}

/* ---- debugfs ---- */

static int stats_show(struct seq_file *seq, void *unused)
{
	return stats_seq_print(seq, spin_stats_print);
}
DEFINE_SHOW_ATTRIBUTE(stats);

static int histogram_show(struct seq_file *seq, void *unused)
{
	return stats_seq_print(seq, spin_stats_print_histogram);
}
DEFINE_SHOW_ATTRIBUTE(histogram);

/* A table: a vCPU a line, since load. */
static int vcpus_show(struct seq_file *seq, void *unused)
{
	int cpu, i;

	seq_puts(seq, "cpu");
	for (i = 0; i < SPIN_SITES_LOST; i++)
		seq_printf(seq, " %s", names[i]);
	seq_putc(seq, '\n');
	for_each_possible_cpu(cpu) {
		seq_printf(seq, "%d", cpu);
		for (i = 0; i < SPIN_SITES_LOST; i++)
			seq_printf(seq, " %llu", READ_ONCE(per_cpu(spin_cpu, cpu).count[i]));
		seq_putc(seq, '\n');
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(vcpus);

static int reset_set(void *unused, u64 value)
{
	return spin_stats_reset(value == 1 ? "1" : "0");
}
DEFINE_DEBUGFS_ATTRIBUTE(reset_fops, NULL, reset_set, "%llu\n");

/**
 * spin_stats_debugfs_add() - make the debugfs files
 * @parent: debugfs kvmpv/guest, which is removed with all that is in it
 *
 * Context: process, may sleep.
 */
void spin_stats_debugfs_add(struct dentry *parent)
{
	struct dentry *dir = debugfs_create_dir("spinlock", parent);

	debugfs_create_file("stats", 0444, dir, NULL, &stats_fops);
	debugfs_create_file("histogram", 0444, dir, NULL, &histogram_fops);
	debugfs_create_file("vcpus", 0444, dir, NULL, &vcpus_fops);
	debugfs_create_file_unsafe("reset", 0200, dir, NULL, &reset_fops);
}
