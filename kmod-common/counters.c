// SPDX-License-Identifier: GPL-2.0-only
#include <linux/minmax.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "counters.h"

/**
 * kvmpv_hist_add() - count one value
 * @hist: the histogram
 * @value: the value, in whatever unit the histogram has
 *
 * Context: any, NMI included.
 */
void kvmpv_hist_add(struct kvmpv_hist *hist, u64 value)
{
	atomic64_inc(&hist->bucket[kvmpv_hist_bucket(value)]);
}

/**
 * kvmpv_hist_sum() - add a histogram to a sum
 * @hist: the histogram
 * @sum: KVMPV_HIST_BUCKETS numbers to add to
 *
 * Context: any.
 */
void kvmpv_hist_sum(const struct kvmpv_hist *hist, u64 *sum)
{
	int i;

	for (i = 0; i < KVMPV_HIST_BUCKETS; i++)
		sum[i] += atomic64_read(&hist->bucket[i]);
}

/**
 * kvmpv_tally_init() - start a tally at zero
 * @tally: the tally
 * @nr: number of counters it covers, at most KVMPV_TALLY_MAX
 */
void kvmpv_tally_init(struct kvmpv_tally *tally, unsigned int nr)
{
	memset(tally, 0, sizeof(*tally));
	mutex_init(&tally->lock);
	tally->nr = min_t(unsigned int, nr, KVMPV_TALLY_MAX);
}

/**
 * kvmpv_tally_show() - print counters for sysfs
 * @tally: where they were last reset
 * @page: a page to print into
 * @names: their names
 * @now: their values, collected under @tally->lock
 *
 * Context: process, @tally->lock held.
 *
 * Return: bytes printed.
 */
ssize_t kvmpv_tally_show(struct kvmpv_tally *tally, char *page, const char *const *names,
			 const u64 *now)
{
	ssize_t len = 0;
	unsigned int i;

	lockdep_assert_held(&tally->lock);
	for (i = 0; i < tally->nr; i++)
		len += sysfs_emit_at(page, len, "%s %llu\n", names[i], now[i] - tally->base[i]);
	return len;
}

/**
 * kvmpv_hist_show() - print a histogram for sysfs
 * @page: a page to print into
 * @at: where in it
 * @name: its name
 * @now: its KVMPV_HIST_BUCKETS values
 * @zero: what they were at the last reset
 *
 * Context: any; the lock of the tally it belongs to held, as when it was collected.
 *
 * Return: bytes printed.
 */
ssize_t kvmpv_hist_show(char *page, ssize_t at, const char *name, const u64 *now, const u64 *zero)
{
	ssize_t len = sysfs_emit_at(page, at, "%s", name);
	unsigned int i;

	for (i = 0; i < KVMPV_HIST_BUCKETS; i++)
		len += sysfs_emit_at(page, at + len, " %llu", now[i] - zero[i]);
	return len + sysfs_emit_at(page, at + len, "\n");
}

/**
 * kvmpv_tally_reset() - make what is counted so far the new zero
 * @tally: the tally
 * @now: values of the counters, collected under @tally->lock
 *
 * Context: process, @tally->lock held.
 */
void kvmpv_tally_reset(struct kvmpv_tally *tally, const u64 *now)
{
	lockdep_assert_held(&tally->lock);
	memcpy(tally->base, now, tally->nr * sizeof(*now));
}
