// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hypercalls of a 64-bit caller: those of calls.c, and what only 64 bits can express.
 */
#include "calls.h"

#define BIT32 (1UL << 32)

static void check_wide_targets(const char *name, unsigned long nr)
{
	static const unsigned long wide[] = {
		BIT32, BIT32 + 1, BIT32 | 0xffffffff, 1UL << 63, (1UL << 63) + 1, -1UL, -2UL};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(wide); i++)
		report_value(hypercall(nr, wide[i], 0, 0, 0), -KVMPV_EINVAL,
			     "%s: 0x%lx is no APIC id", name, wide[i]);
}

static void check_wide_hello(void)
{
	report_value(hypercall(KVMPV_HC_HELLO, 1, BIT32, 0, 0), 1, "HELLO(1, 2^32)");
	report_value(hypercall(KVMPV_HC_HELLO, BIT32, BIT32 + 1, 0, 0), -KVMPV_EOPNOTSUPP,
		     "HELLO(2^32, 2^32 + 1): not ours");
	report_value(hypercall(KVMPV_HC_HELLO, BIT32 + 1, 1, 0, 0), -KVMPV_EINVAL,
		     "HELLO(2^32 + 1, 1): empty range");
	report_value(hypercall(KVMPV_HC_HELLO, BIT32, 1, 0, 0), -KVMPV_EINVAL,
		     "HELLO(2^32, 1): not cut to (0, 1)");
	report_value(hypercall(KVMPV_HC_HELLO, 1, 1, BIT32, 0), -KVMPV_EOPNOTSUPP,
		     "HELLO, feature 32: not offered");
	report_value(hello(), 1, "HELLO");
}

static void check_wide_stats(void)
{
	static const unsigned long bad[] = {BIT32,     BIT32 | BUFFER,	     1UL << 46, 1UL << 52,
					    1UL << 63, (1UL << 63) | BUFFER, -4096UL,	-1UL};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		report_value(stats(bad[i], STATS_FULL), -KVMPV_EFAULT, "STATS at 0x%lx", bad[i]);
	report_value(stats(BUFFER, BIT32), STATS_FULL, "STATS, room for 2^32");
	report_value(stats(BUFFER, BIT32 + 4), STATS_FULL, "STATS, room for 2^32 + 4");
	report_value(stats(BUFFER, 1UL << 63), STATS_FULL, "STATS, room for 2^63");
	report_value(stats(BUFFER, -1UL), STATS_FULL, "STATS, room for 2^64 - 1");
}

static void check_wide_numbers(void)
{
	report_value(hypercall(BIT32 | KVMPV_HC_KICK, 0, 0, 0, 0), -KVMPV_ENOSYS,
		     "number 2^32 + KICK: -ENOSYS");
	report_value(hypercall((1UL << 63) | KVMPV_HC_BYE, 0, 0, 0, 0), -KVMPV_ENOSYS,
		     "number 2^63 + BYE: -ENOSYS");
	report_value(hypercall(-1UL, 0, 0, 0, 0), -KVMPV_ENOSYS, "number 2^64 - 1: -ENOSYS");
	report_value(kick(0), 0, "and the handshake is still in force");
}

void program_main(void)
{
	require_kvmpv();
	check_before_hello();
	check_hello();
	check_wide_hello();
	check_targets("KICK", KVMPV_HC_KICK);
	check_wide_targets("KICK", KVMPV_HC_KICK);
	check_targets("YIELD", KVMPV_HC_YIELD);
	check_wide_targets("YIELD", KVMPV_HC_YIELD);
	check_stats_sizes();
	check_stats_addresses();
	check_wide_stats();
	check_counters();
	check_unknown_numbers();
	check_wide_numbers();
	check_ring3();
	check_bye();
}
