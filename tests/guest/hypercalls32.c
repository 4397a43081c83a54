// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hypercalls of a 32-bit caller: KVM cuts arguments and results to 32 bits. Built twice: as a
 * 32-bit program, and with -DCOMPAT as a 64-bit one that makes each call from a 32-bit code segment
 * with garbage in the upper halves of all registers (hypercall() in kvmpv.c).
 */
#include "calls.h"

#ifdef COMPAT
/* The whole of RAX after a call: what KVM leaves in its upper half */
static void check_upper_half(void)
{
	const u64 good[5] = {KVMPV_HC_KICK}, bad[5] = {KVMPV_HC_KICK, NO_SUCH_ID};

	report_value(compat_call(good, use_vmmcall), 0, "a good result has 32 bits");
	report_value(compat_call(bad, use_vmmcall), (u32)-KVMPV_ENOENT, "an error has 32 bits");
}
#else
static void check_upper_half(void)
{
}
#endif

void program_main(void)
{
	require_kvmpv();
	check_before_hello();
	check_hello();
	check_targets("KICK", KVMPV_HC_KICK);
	check_targets("YIELD", KVMPV_HC_YIELD);
	check_upper_half();
	check_stats_sizes();
	check_stats_addresses();
	check_counters();
	check_unknown_numbers();
#ifndef COMPAT
	check_ring3();
#endif
	check_bye();
}
