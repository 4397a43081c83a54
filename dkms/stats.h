/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVMPV_HOST_STATS_H
#define KVMPV_HOST_STATS_H

#include <linux/types.h>

#include "counters.h"

struct dentry;
struct kvmpv_vm;

/**
 * struct stats_source - what a set of statistics files shows
 * @tally: where it was last reset
 * @calls_zero: the histogram's values then
 * @vm: the VM; NULL for the sum of all
 */
struct stats_source {
	struct kvmpv_tally tally;
	u64 calls_zero[KVMPV_HIST_BUCKETS];
	struct kvmpv_vm *vm;
};

void stats_init(struct stats_source *source, struct kvmpv_vm *vm);
ssize_t stats_print(struct stats_source *source, char *page);
ssize_t stats_print_histogram(struct stats_source *source, char *page);
int stats_reset(struct stats_source *source, const char *text);
void stats_debugfs_add(struct stats_source *source, struct dentry *dir);

#endif /* KVMPV_HOST_STATS_H */
