/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counters and histograms that are only ever added to.
 *
 * Nothing is zeroed: a reset moves the baseline that a reader subtracts. So a reset cannot lose a
 * count that is made at the same moment, and a reader sees all counters either before or after it
 * (seed 2012: "fix the potential race when zero_stat is read").
 */
#ifndef KVMPV_COUNTERS_H
#define KVMPV_COUNTERS_H

#include <linux/atomic.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/mutex.h>
#include <linux/types.h>

#define KVMPV_HIST_BUCKETS 32
#define KVMPV_TALLY_MAX 64

/**
 * struct kvmpv_hist - a log2 histogram
 * @bucket: number i counts values from 2^i to 2^(i+1) - 1; 0 also counts 0, 31 everything above
 */
struct kvmpv_hist {
	atomic64_t bucket[KVMPV_HIST_BUCKETS];
};

/**
 * kvmpv_hist_bucket() - where a histogram counts a value
 * @value: the value
 *
 * Context: any.
 *
 * Return: number of the bucket.
 */
static __always_inline unsigned int kvmpv_hist_bucket(u64 value)
{
	unsigned int i = value ? ilog2(value) : 0;

	return min_t(unsigned int, i, KVMPV_HIST_BUCKETS - 1);
}

void kvmpv_hist_add(struct kvmpv_hist *hist, u64 value);
void kvmpv_hist_sum(const struct kvmpv_hist *hist, u64 *sum);
ssize_t kvmpv_hist_show(char *page, ssize_t at, const char *name, const u64 *now, const u64 *zero);

/**
 * struct kvmpv_tally - where a set of counters was last reset
 * @lock: orders readers and resets, of histograms that belong to them too; the counters themselves
 *	need no lock
 * @nr: number of counters in use
 * @base: value of each counter at the last reset
 */
struct kvmpv_tally {
	struct mutex lock;
	unsigned int nr;
	u64 base[KVMPV_TALLY_MAX];
};

void kvmpv_tally_init(struct kvmpv_tally *tally, unsigned int nr);
ssize_t kvmpv_tally_show(struct kvmpv_tally *tally, char *page, const char *const *names,
			 const u64 *now);
void kvmpv_tally_reset(struct kvmpv_tally *tally, const u64 *now);

#endif /* KVMPV_COUNTERS_H */
