/* SPDX-License-Identifier: GPL-2.0-only */
/* What the guest counts: docs/abi/sysfs.rst, "Guest counters". */
#ifndef KVMPV_GUEST_STATS_H
#define KVMPV_GUEST_STATS_H

#include <linux/percpu.h>
#include <linux/types.h>

struct dentry;
struct seq_file;

/* Names and order are sysfs.rst's; tests/unit/abi.t compares. New ones are appended. */
#define GUEST_COUNTERS(C)                       \
	C(HELLOS, "hellos")                     \
	C(HELLOS_REFUSED, "hellos_refused")     \
	C(KICKS_SENT, "kicks_sent")             \
	C(KICKS_FAILED, "kicks_failed")         \
	C(YIELDS_GIVEN, "yields_given")         \
	C(YIELDS_REFUSED, "yields_refused")     \
	C(YIELDS_FAILED, "yields_failed")       \
	C(STATS_CALLS, "stats_calls")           \
	C(UNHALT_READS, "unhalt_reads")         \
	C(UNHALT_WRITES, "unhalt_writes")       \
	C(PAGES_REGISTERED, "pages_registered") \
	C(HOST_LOST, "host_lost")               \
	C(HOST_FOUND, "host_found")             \
	C(CR3_HITS, "cr3_hits")                 \
	C(CR3_MISSES, "cr3_misses")             \
	C(CR3_REGISTRATIONS, "cr3_registrations")

#define GUEST_COUNTER_(name, string) GUEST_##name,
enum guest_counter { GUEST_COUNTERS(GUEST_COUNTER_) GUEST_COUNTER_NR };
#undef GUEST_COUNTER_

/**
 * struct guest_counts - counters of a CPU
 * @count: by enum guest_counter, since the module was loaded
 */
struct guest_counts {
	u64 count[GUEST_COUNTER_NR];
};

DECLARE_PER_CPU(struct guest_counts, guest_counts);

/**
 * stats_count() - count one event
 * @counter: which
 *
 * Context: any, NMI included.
 */
static inline void stats_count(enum guest_counter counter)
{
	this_cpu_inc(guest_counts.count[counter]);
}

void stats_call_ticks(u64 ticks);
ssize_t stats_print(char *page);
ssize_t stats_print_histogram(char *page);
int stats_reset(const char *text);
void stats_init(void);
int stats_seq_print(struct seq_file *seq, ssize_t (*print)(char *page));
void stats_debugfs_add(struct dentry *dir);

#endif /* KVMPV_GUEST_STATS_H */
