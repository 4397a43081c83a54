/* SPDX-License-Identifier: GPL-2.0-only */
/* What pv-spinlock counts: docs/abi/sysfs.rst, "Spinlocks". */
#ifndef KVMPV_GUEST_SPINLOCK_STATS_H
#define KVMPV_GUEST_SPINLOCK_STATS_H

#include <linux/jump_label.h>
#include <linux/minmax.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/types.h>

#include <asm/tsc.h>

#include "counters.h"

struct dentry;

/* Names and order are sysfs.rst's; tests/unit/abi.t compares. New ones are appended. */
#define SPIN_COUNTERS(C)                    \
	C(TAKEN_SPIN, "taken_spin")         \
	C(TAKEN_LONG, "taken_long")         \
	C(TAKEN_YIELD, "taken_yield")       \
	C(TAKEN_NAP, "taken_nap")           \
	C(TAKEN_QUEUE, "taken_queue")       \
	C(TAKEN_SLEEP, "taken_sleep")       \
	C(YIELDS_GIVEN, "yields_given")     \
	C(YIELDS_REFUSED, "yields_refused") \
	C(YIELDS_UNKNOWN, "yields_unknown") \
	C(NAPS, "naps")                     \
	C(HALTS, "halts")                   \
	C(SPURIOUS, "spurious_wakeups")     \
	C(KICKS_SENT, "kicks_sent")         \
	C(KICKS_RECEIVED, "kicks_received") \
	C(KICKS_NEEDLESS, "kicks_needless") \
	C(LONGEST, "longest_wait_ticks")    \
	C(SITES_LOST, "sites_lost")

#define SPIN_COUNTER_(name, string) SPIN_##name,
enum spin_counter { SPIN_COUNTERS(SPIN_COUNTER_) SPIN_COUNTER_NR };
#undef SPIN_COUNTER_

/* Task, softirq, hardirq, NMI: each may wait for a lock on top of the one before. */
#define SPIN_CONTEXTS 4

/**
 * struct spin_cpu - what a CPU counts
 * @count: by enum spin_counter, since load; LONGEST is the longest wait since the last reset
 * @spin_ticks: histogram of times from entering the slow path to having the lock, see struct
 *	kvmpv_hist for the buckets
 * @blocked_ticks: of times from going to sleep to waking up
 * @halts: sleeps by context, for a waiter to see whether it slept
 * @asleep: the CPU is between going to sleep and having woken up
 */
struct spin_cpu {
	u64 count[SPIN_COUNTER_NR];
	u32 spin_ticks[KVMPV_HIST_BUCKETS];
	u32 blocked_ticks[KVMPV_HIST_BUCKETS];
	u32 halts[SPIN_CONTEXTS];
	bool asleep;
};

DECLARE_PER_CPU(struct spin_cpu, spin_cpu);
DECLARE_STATIC_KEY_TRUE(spin_counting);

/*
 * Context of all below: any, NMI included, preemption off. Each is one instruction on memory that
 * no other CPU writes, so nothing that interrupts it gets lost.
 */
static __always_inline void spin_count(enum spin_counter counter)
{
	if (static_branch_likely(&spin_counting))
		this_cpu_inc(spin_cpu.count[counter]);
}

static __always_inline u64 spin_clock(void)
{
	return static_branch_likely(&spin_counting) ? rdtsc() : 0;
}

/* Of two waits that end at once on one CPU, in an interrupt and around it, one may be missed. */
static __always_inline void spin_record_wait(u64 start)
{
	s64 ticks;

	if (!static_branch_likely(&spin_counting) || !start)
		return;
	ticks = max_t(s64, rdtsc() - start, 0); /* a restored clock may go back */
	this_cpu_inc(spin_cpu.spin_ticks[kvmpv_hist_bucket(ticks)]);
	if (unlikely(ticks > this_cpu_read(spin_cpu.count[SPIN_LONGEST])))
		this_cpu_write(spin_cpu.count[SPIN_LONGEST], ticks);
}

/* How often this context of this CPU slept; contexts above it have come and gone by now. */
static __always_inline u32 spin_halts(void)
{
	return this_cpu_read(spin_cpu.halts[interrupt_context_level()]);
}

static __always_inline u64 spin_fall_asleep(void)
{
	this_cpu_inc(spin_cpu.halts[interrupt_context_level()]);
	spin_count(SPIN_HALTS);
	this_cpu_write(spin_cpu.asleep, true);
	return spin_clock();
}

static __always_inline void spin_record_blocked(u64 start)
{
	if (static_branch_likely(&spin_counting) && start)
		this_cpu_inc(spin_cpu.blocked_ticks[kvmpv_hist_bucket(rdtsc() - start)]);
}

static __always_inline void spin_wake_up(u64 start, bool spurious)
{
	this_cpu_write(spin_cpu.asleep, false);
	spin_count(spurious ? SPIN_SPURIOUS : SPIN_KICKS_RECEIVED);
	spin_record_blocked(start);
}

static __always_inline void spin_record_nap(u64 start)
{
	spin_count(SPIN_NAPS);
	spin_record_blocked(start);
}

static __always_inline bool spin_asleep(int cpu)
{
	return READ_ONCE(per_cpu(spin_cpu, cpu).asleep);
}

ssize_t spin_stats_print(char *page);
ssize_t spin_stats_print_histogram(char *page);
int spin_stats_reset(const char *text);
bool spin_stats_counting(void);
void spin_stats_count(bool on);
void spin_stats_init(void);
void spin_stats_debugfs_add(struct dentry *dir);

#endif /* KVMPV_GUEST_SPINLOCK_STATS_H */
