// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters and the histogram of hypercall round trips. sysfs and debugfs show the same text; a
 * reset through one is seen through the other.
 */
#include <linux/cpumask.h>
#include <linux/debugfs.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/string.h>

#include "cmdline.h"
#include "counters.h"
#include "cr3.h"
#include "stats.h"

DEFINE_PER_CPU(struct guest_counts, guest_counts);

static struct kvmpv_hist call_ticks;
static struct kvmpv_tally tally;
static u64 call_ticks_zero[KVMPV_HIST_BUCKETS];

#define NAME_(name, string) [GUEST_##name] = string,
static const char *const names[] = {GUEST_COUNTERS(NAME_)};
#undef NAME_

struct totals {
	u64 counter[GUEST_COUNTER_NR];
	u64 call_ticks[KVMPV_HIST_BUCKETS];
};

/* Hits and misses are not in guest_counts: they are counted in the pages shared with the host. */
static void collect(struct totals *ret_totals)
{
	int cpu, i;

	memset(ret_totals, 0, sizeof(*ret_totals));
	for_each_possible_cpu(cpu)
		for (i = 0; i < GUEST_COUNTER_NR; i++)
			ret_totals->counter[i] += READ_ONCE(per_cpu(guest_counts, cpu).count[i]);
	cr3_counts(&ret_totals->counter[GUEST_CR3_HITS], &ret_totals->counter[GUEST_CR3_MISSES]);
	kvmpv_hist_sum(&call_ticks, ret_totals->call_ticks);
}

/**
 * stats_call_ticks() - enter the round trip of a hypercall into the histogram
 * @ticks: TSC ticks it took
 *
 * Context: any, NMI included.
 */
void stats_call_ticks(u64 ticks)
{
	kvmpv_hist_add(&call_ticks, ticks);
}

/**
 * stats_print() - print the counters since the last reset, a line each
 * @page: a page to print into
 *
 * Context: process, may sleep.
 *
 * Return: bytes printed.
 */
ssize_t stats_print(char *page)
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
 * stats_print_histogram() - print the histogram since the last reset
 * @page: a page to print into
 *
 * Context: process, may sleep.
 *
 * Return: bytes printed.
 */
ssize_t stats_print_histogram(char *page)
{
	struct totals now;
	ssize_t len;

	mutex_lock(&tally.lock);
	collect(&now);
	len = kvmpv_hist_show(page, 0, "call_ticks", now.call_ticks, call_ticks_zero);
	mutex_unlock(&tally.lock);
	return len;
}

/**
 * stats_reset() - start at zero again
 * @text: what was written to the file; must be true
 *
 * Context: process, may sleep.
 *
 * Return: 0 or -EINVAL.
 */
int stats_reset(const char *text)
{
	struct totals now;
	bool yes;

	if (kvmpv_parse_bool(text, &yes) || !yes)
		return -EINVAL;
	mutex_lock(&tally.lock);
	collect(&now);
	kvmpv_tally_reset(&tally, now.counter);
	memcpy(call_ticks_zero, now.call_ticks, sizeof(now.call_ticks));
	mutex_unlock(&tally.lock);
	return 0;
}

/**
 * stats_init() - to be called before anything is counted or shown
 *
 * Context: module initialisation.
 */
void stats_init(void)
{
	kvmpv_tally_init(&tally, GUEST_COUNTER_NR);
}

/**
 * stats_seq_print() - show in debugfs what sysfs shows
 * @seq: the file
 * @print: prints into a page of its own, as sysfs gives one
 *
 * Context: process, may sleep.
 *
 * Return: 0 or -ENOMEM.
 */
int stats_seq_print(struct seq_file *seq, ssize_t (*print)(char *page))
{
	char *page = (char *)__get_free_page(GFP_KERNEL);

	if (!page)
		return -ENOMEM;
	seq_write(seq, page, print(page));
	free_page((unsigned long)page);
	return 0;
}

static int stats_show(struct seq_file *seq, void *unused)
{
	return stats_seq_print(seq, stats_print);
}
DEFINE_SHOW_ATTRIBUTE(stats);

static int histogram_show(struct seq_file *seq, void *unused)
{
	return stats_seq_print(seq, stats_print_histogram);
}
DEFINE_SHOW_ATTRIBUTE(histogram);

static int reset_set(void *unused, u64 value)
{
	return stats_reset(value == 1 ? "1" : "0");
}
DEFINE_DEBUGFS_ATTRIBUTE(reset_fops, NULL, reset_set, "%llu\n");

/**
 * stats_debugfs_add() - make the debugfs files
 * @dir: debugfs kvmpv/guest, which is removed with all that is in it
 *
 * Context: process, may sleep.
 */
void stats_debugfs_add(struct dentry *dir)
{
	debugfs_create_file("stats", 0444, dir, NULL, &stats_fops);
	debugfs_create_file("histogram", 0444, dir, NULL, &histogram_fops);
	debugfs_create_file_unsafe("reset", 0200, dir, NULL, &reset_fops);
}
