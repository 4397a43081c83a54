// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hypercalls, as far as they are the same for callers of 64 and of 32 bits.
 */
#include "calls.h"

static u64 counter(enum kvmpv_counter which)
{
	struct kvmpv_stats *s = (struct kvmpv_stats *)BUFFER;

	stats(BUFFER, STATS_FULL);
	return s->counter[which];
}

/**
 * check_before_hello() - nothing but the handshake works before the handshake
 */
void check_before_hello(void)
{
	report_value(kick(0), -KVMPV_EPROTO, "before HELLO: KICK");
	report_value(yield(0), -KVMPV_EPROTO, "before HELLO: YIELD");
	report_value(stats(BUFFER, STATS_FULL), -KVMPV_EPROTO, "before HELLO: STATS");
	report_value(kick(NO_SUCH_ID), -KVMPV_EPROTO, "before HELLO: KICK of nobody");
	report_value(hypercall(KVMPV_HC_LAST, 0, 0, 0, 0), -KVMPV_ENOSYS,
		     "before HELLO: an unknown number");
	report_value(bye(), 0, "before HELLO: BYE");
}

static long hello3(unsigned long low, unsigned long high, unsigned long features)
{
	return hypercall(KVMPV_HC_HELLO, low, high, features, 0);
}

static void check_bad_hellos(const char *when, long want_kick)
{
	u32 f = offered();
	unsigned int bit;
	bool refused = true;

	report_value(hello3(2, 7, f), -KVMPV_EOPNOTSUPP, "%s HELLO(2, 7): no common version", when);
	report_value(hello3(0, 1, f), -KVMPV_EINVAL, "%s HELLO(0, 1): version 0", when);
	report_value(hello3(0, 0, f), -KVMPV_EINVAL, "%s HELLO(0, 0): version 0", when);
	report_value(hello3(3, 1, f), -KVMPV_EINVAL, "%s HELLO(3, 1): empty range", when);
	report_value(hello3(1, 0, f), -KVMPV_EINVAL, "%s HELLO(1, 0): empty range", when);
	report_value(hello3(-1UL, -1UL, f), -KVMPV_EOPNOTSUPP, "%s HELLO(all ones): not ours",
		     when);
	for (bit = 0; bit < CALLER_BITS; bit++)
		if (!((u64)f >> bit & 1))
			refused &= hello3(1, 1, 1UL << bit) == -KVMPV_EOPNOTSUPP;
	report(refused, "%s HELLO with each feature that is not offered: refused", when);
	report_value(hello3(1, 1, -1UL), -KVMPV_EOPNOTSUPP, "%s HELLO with all features", when);
	report_value(kick(0), want_kick, "%s refused HELLOs change nothing", when);
}

/**
 * check_hello() - version ranges and features; ends with a handshake in force
 */
void check_hello(void)
{
	u32 f = offered();

	check_bad_hellos("first", -KVMPV_EPROTO);
	report_value(hello3(1, 1, f), 1, "HELLO(1, 1)");
	report_value(kick(0), 0, "then KICK works");
	report_value(hello3(1, 7, f), 1, "HELLO(1, 7)");
	report_value(hello3(1, -1UL, f), 1, "HELLO(1, all ones)");
	report_value(hello3(1, 1, 0), 1, "HELLO without features");
	report_value(hello3(1, 1, KVMPV_FEATURE_MASK(KICK)), 1, "HELLO with one feature");
	report_value(hello3(1, 1, f), 1, "HELLO with all that is offered, again");
	check_bad_hellos("second", 0);
	report_value(hello3(1, 1, f), 1, "HELLO(1, 1), last");
}

/**
 * check_targets() - APIC ids that KICK and YIELD take and refuse
 * @name: of the call
 * @nr: KVMPV_HC_KICK or KVMPV_HC_YIELD
 */
void check_targets(const char *name, unsigned long nr)
{
	static const unsigned long nobody[] = {0x10,  NO_SUCH_ID, 0xfe,	      0x100,
					       0x101, 0x7fffffff, 0x80000000, 0xfffffffe};
	long result = hypercall(nr, INFO->vcpus - 1, 0, 0, 0);
	unsigned int i;

	report(!result || (nr == KVMPV_HC_YIELD && result == 1), "%s: the last vCPU", name);
	report_value(hypercall(nr, 0, 0, 0, 0), 0, "%s: myself", name);
	report_value(hypercall(nr, 0, -1UL, -1UL, -1UL), 0, "%s: unused arguments do not matter",
		     name);
	report_value(hypercall(nr, INFO->vcpus, 0, 0, 0), -KVMPV_ENOENT,
		     "%s: one more than there are", name);
	for (i = 0; i < ARRAY_SIZE(nobody); i++)
		report_value(hypercall(nr, nobody[i], 0, 0, 0), -KVMPV_ENOENT,
			     "%s: 0x%lx is nobody", name, nobody[i]);
	report_value(hypercall(nr, 0xff, 0, 0, 0), -KVMPV_ENOENT,
		     "%s: 0xff is a vCPU that is not there, not everybody", name);
	report_value(hypercall(nr, 0xffffffff, 0, 0, 0), -KVMPV_EINVAL, "%s: 0xffffffff", name);
}

static bool all_bytes(const u8 *p, size_t from, size_t to, u8 value)
{
	for (; from < to; from++)
		if (p[from] != value)
			return false;
	return true;
}

static void check_stats_size(unsigned long size, unsigned long want)
{
	struct kvmpv_stats *s = (struct kvmpv_stats *)BUFFER;

	memset(s, 0xa5, 8192);
	report_value(stats(BUFFER, size), want, "STATS, room for 0x%lx: bytes written", size);
	report_value(s->version, 1, "STATS, room for 0x%lx: version", size);
	report_value(s->size, want, "STATS, room for 0x%lx: size", size);
	report(all_bytes((u8 *)s, want, 8192, 0xa5), "STATS, room for 0x%lx: nothing beyond", size);
}

/**
 * check_stats_sizes() - only whole counters that fit are written, and nothing beyond
 */
void check_stats_sizes(void)
{
	unsigned long i;

	memset((void *)BUFFER, 0xa5, 64);
	for (i = 0; i < STATS_HEADER; i += STATS_HEADER - 1)
		report_value(stats(BUFFER, i), -KVMPV_EINVAL, "STATS, room for %lu bytes", i);
	report(all_bytes((u8 *)BUFFER, 0, 64, 0xa5), "STATS, too little room: nothing is written");
	for (i = 0; i < 10; i++)
		check_stats_size(STATS_HEADER + i, STATS_HEADER + i / 8 * 8);
	check_stats_size(STATS_FULL - 1, STATS_FULL - 8);
	check_stats_size(STATS_FULL, STATS_FULL);
	check_stats_size(STATS_FULL + 1, STATS_FULL);
	check_stats_size(4096, STATS_FULL);
	check_stats_size(0x7fffffff, STATS_FULL);
	check_stats_size(0xffffffff, STATS_FULL);
}

static void check_stats_fault(unsigned long gpa, const char *where)
{
	report_value(stats(gpa, STATS_FULL), -KVMPV_EFAULT, "STATS at 0x%lx: %s", gpa, where);
}

/**
 * check_stats_addresses() - good and bad guest-physical addresses
 */
void check_stats_addresses(void)
{
	const unsigned long memory = INFO->memory;
	struct kvmpv_stats *s = (struct kvmpv_stats *)(BUFFER + 4096 - 20);

	report_value(stats((unsigned long)s, STATS_FULL), STATS_FULL, "STATS across two pages");
	report_value(s->size, STATS_FULL, "STATS across two pages: size");
	report(s->counter[KVMPV_COUNTER_STATS_CALLS] != 0, "STATS across two pages: counters");
	report_value(stats(BUFFER + 1, STATS_FULL), STATS_FULL, "STATS at an odd address");
	report_value(stats(memory - STATS_FULL, STATS_FULL), STATS_FULL, "STATS at end of memory");
	check_stats_fault(memory - STATS_FULL + 1, "one byte beyond memory");
	check_stats_fault(memory - 8, "crosses the end of memory");
	check_stats_fault(memory, "beyond memory");
	check_stats_fault(BARE_ROM, "read-only memory");
	check_stats_fault(BARE_ROM + BARE_ROM_SIZE - 8, "end of read-only memory");
	check_stats_fault(BARE_ROM - 0x1000, "a hole");
	check_stats_fault(0xfee00000, "the local APIC");
	check_stats_fault(0xfffff000, "below 4 GiB");
}

static void check_moves(enum kvmpv_counter which, const char *name, u64 before, u64 by)
{
	report_value(counter(which) - before, by, "counter %s moves by %u", name, (u32)by);
}

/**
 * check_counters() - what is counted, and that each counts its own
 */
void check_counters(void)
{
	u64 sent = counter(KVMPV_COUNTER_KICKS_SENT), got = counter(KVMPV_COUNTER_KICKS_RECEIVED);
	u64 refused = counter(KVMPV_COUNTER_CALLS_REFUSED), hellos, reads, value;
	u64 yields = counter(KVMPV_COUNTER_YIELDS_REFUSED), calls, cpuids;
	unsigned int i;

	for (i = 0; i < 5; i++)
		kick(0);
	for (i = 0; i < 3; i++)
		kick(NO_SUCH_ID);
	yield(0);
	check_moves(KVMPV_COUNTER_KICKS_SENT, "kicks_sent", sent, 5);
	check_moves(KVMPV_COUNTER_KICKS_RECEIVED, "kicks_received", got, 5);
	check_moves(KVMPV_COUNTER_CALLS_REFUSED, "calls_refused", refused, 3);
	check_moves(KVMPV_COUNTER_YIELDS_REFUSED, "yields_refused", yields, 1);
	calls = counter(KVMPV_COUNTER_STATS_CALLS);
	check_moves(KVMPV_COUNTER_STATS_CALLS, "stats_calls", calls, 1);
	hellos = counter(KVMPV_COUNTER_HELLOS);
	hello();
	check_moves(KVMPV_COUNTER_HELLOS, "hellos", hellos, 1);
	reads = counter(KVMPV_COUNTER_MSR_READS);
	rdmsr_safe(KVMPV_MSR_UNHALT, &value);
	check_moves(KVMPV_COUNTER_MSR_READS, "msr_reads", reads, 1);
	reads = counter(KVMPV_COUNTER_MSR_WRITES);
	wrmsr_safe(KVMPV_MSR_UNHALT, 0);
	check_moves(KVMPV_COUNTER_MSR_WRITES, "msr_writes", reads, 1);
	reads = counter(KVMPV_COUNTER_MSR_REFUSED);
	wrmsr_safe(KVMPV_MSR_UNHALT, 2);
	rdmsr_safe(KVMPV_MSR_LAST, &value);
	check_moves(KVMPV_COUNTER_MSR_REFUSED, "msr_refused", reads, 2);
	cpuids = counter(KVMPV_COUNTER_CPUID_READS);
	for (i = 0; i < KVMPV_CPUID_LEAVES + 1; i++)
		cpuid(kvmpv_base + i, 0);
	check_moves(KVMPV_COUNTER_CPUID_READS, "cpuid_reads", cpuids, KVMPV_CPUID_LEAVES);
}

/**
 * check_bye() - the end of a handshake; ends without one
 */
void check_bye(void)
{
	report_value(bye(), 0, "BYE");
	report_value(kick(0), -KVMPV_EPROTO, "after BYE: KICK");
	report_value(stats(BUFFER, STATS_FULL), -KVMPV_EPROTO, "after BYE: STATS");
	report_value(bye(), 0, "BYE again");
	report_value(hello(), 1, "HELLO after BYE");
	report_value(kick(0), 0, "KICK works again");
	report_value(bye(), 0, "BYE, last");
}

/**
 * check_unknown_numbers() - what is not ours stays KVM's
 */
void check_unknown_numbers(void)
{
	static const unsigned long outside[] = {KVMPV_HC_FIRST - 1, KVMPV_HC_LAST + 1, 99,
						0x4b565500,	    0x7fffffff,	       0x80000000,
						0xffffffff};
	unsigned long nr;
	bool unknown = true;
	unsigned int i;

	for (nr = KVMPV_HC_STATS + 1; nr <= KVMPV_HC_LAST; nr++)
		unknown &= hypercall(nr, 0, 0, 0, 0) == -KVMPV_ENOSYS;
	report(unknown, "numbers of the range without a meaning: -ENOSYS");
	for (i = 0; i < ARRAY_SIZE(outside); i++)
		report_value(hypercall(outside[i], 0, 0, 0, 0), -KVMPV_ENOSYS,
			     "number 0x%lx: -ENOSYS", outside[i]);
	report_value(hypercall(1, 0, 0, 0, 0), 0, "KVM_HC_VAPIC_POLL_IRQ answers as stock");
	report_value(hypercall(5, INFO->vcpus, NO_SUCH_ID, 0, 0), 0,
		     "KVM_HC_KICK_CPU answers as stock");
}

static long ring3_call(long nr)
{
	return hypercall(nr, 0, 0, 0, 0);
}

/**
 * check_ring3() - KVM's own privilege check comes first. A handshake must be in force.
 */
void check_ring3(void)
{
	static const long numbers[] = {KVMPV_HC_HELLO,
				       KVMPV_HC_BYE,
				       KVMPV_HC_KICK,
				       KVMPV_HC_YIELD,
				       KVMPV_HC_STATS,
				       KVMPV_HC_LAST,
				       1,
				       99};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		report_value(ring3(ring3_call, numbers[i]), -KVMPV_EPERM,
			     "ring 3, number 0x%lx: -EPERM", numbers[i]);
	report_value(kick(0), 0, "ring 3 has changed nothing");
}
