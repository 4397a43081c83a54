// SPDX-License-Identifier: GPL-2.0-only
/*
 * A short life: handshake, a few calls on both vCPUs, a page, one kick out of a halt.
 */
#include "calls.h"

static volatile unsigned int ready, bad;

static void use(unsigned int cpu)
{
	u64 value = 0;

	bad |= stats(BUFFER + cpu * 4096UL, STATS_FULL) != (long)STATS_FULL;
	bad |= yield(!cpu) < 0;
	bad |= wrmsr_safe(KVMPV_MSR_PAGE, (BUFFER + 0x10000 + cpu * 4096UL) | KVMPV_PAGE_ENABLE) !=
	       0;
	bad |= rdmsr_safe(KVMPV_MSR_UNHALT, &value) != 0;
}

void program_ap(unsigned int cpu)
{
	while (ready != 1)
		relax();
	use(cpu);
	ready = 2;
	halt();
	ready = 3;
}

void program_main(void)
{
	require_kvmpv();
	report_value(hello(), 1, "HELLO");
	use(0);
	ready = 1;
	while (ready != 2)
		relax();
	bad |= kick(1) != 0;
	while (ready != 3)
		relax();
	report_value(bad, 0, "a few calls on two vCPUs");
}
