// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kicks. With interrupts off nothing but a kick ends a halt, so a lost one leaves the vCPU asleep
 * until the watchdog's NMI: each check counts those.
 */
#include "calls.h"

#define WATCHDOG_MS 5000
#define ROUNDS 1000
#define STORM 2000

static volatile unsigned int turn, phase, done, woken;

static u64 pending(void)
{
	u64 value = ~0ULL;

	rdmsr_safe(KVMPV_MSR_UNHALT, &value);
	return value;
}

static unsigned int rounds(unsigned int usual)
{
	return have_arg("short") ? usual / 20 : usual;
}

/* A kick that comes before the halt must be there when the halt begins */
static void check_before_halt(void)
{
	unsigned int before = nmis[0];

	watchdog(0, WATCHDOG_MS);
	report_value(pending(), 0, "no kick is pending");
	report_value(kick(0), 0, "kick myself");
	report_value(pending(), 1, "the kick is pending");
	halt();
	report_value(nmis[0] - before, 0, "the halt returns at once");
	report_value(pending(), 0, "and takes the kick");
	kick(0);
	kick(0);
	halt();
	report_value(pending(), 0, "two kicks are as good as one");
	wrmsr_safe(KVMPV_MSR_UNHALT, 1);
	halt();
	report_value(nmis[0] - before, 0, "a written flag ends a halt too");
	report_value(pending(), 0, "and is taken");
	watchdog(0, 0);
}

/* The control: without a kick the halt lasts until the watchdog comes */
static void check_no_kick(void)
{
	unsigned int before = nmis[0];

	watchdog(0, 300);
	kick(0);
	wrmsr_safe(KVMPV_MSR_UNHALT, 0);
	halt();
	watchdog(0, 0);
	report(nmis[0] != before, "a kick that was taken back does not end a halt");
	kick(1);
	watchdog(0, 300);
	before = nmis[0];
	halt();
	watchdog(0, 0);
	report(nmis[0] != before, "a kick for another vCPU does not end my halt");
}

static void take_turns(unsigned int me, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		while (turn != me)
			halt();
		turn = !me;
		kick(!me);
	}
}

static void check_turns(void)
{
	unsigned int n = rounds(ROUNDS), before = nmis[0] + nmis[1];

	watchdog(0, WATCHDOG_MS);
	watchdog(1, WATCHDOG_MS);
	phase = 1;
	take_turns(0, n);
	while (done != 1)
		relax();
	report_value(nmis[0] + nmis[1] - before, 0, "%u rounds of halt and kick, none lost", n);
}

static void kick_much(unsigned int me, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (kick(!me))
			woken = 1;
}

static void check_storm(void)
{
	unsigned int n = rounds(STORM), before = nmis[0] + nmis[1];

	phase = 2;
	kick_much(0, n);
	while (done != 2)
		relax();
	report_value(woken, 0, "%u kicks each of a running vCPU, from both sides", n);
	report_value(pending(), 1, "they leave one pending kick");
	halt();
	report_value(pending(), 0, "which one halt takes");
	report_value(nmis[0] + nmis[1] - before, 0, "and nobody slept");
	watchdog(0, 0);
	watchdog(1, 0);
}

/* One that halts again and again, one that kicks as fast as it can */
static void check_halts_in_storm(void)
{
	unsigned int n = rounds(ROUNDS), before = nmis[1];

	watchdog(1, WATCHDOG_MS);
	phase = 3;
	while (done != 3)
		kick(1);
	watchdog(1, 0);
	report_value(nmis[1] - before, 0, "%u halts under a storm of kicks", n);
}

void program_ap(unsigned int cpu)
{
	unsigned int i;

	while (phase != 1)
		relax();
	take_turns(1, rounds(ROUNDS));
	done = 1;
	while (phase != 2)
		relax();
	kick_much(1, rounds(STORM));
	done = 2;
	while (phase != 3)
		relax();
	for (i = 0; i < rounds(ROUNDS); i++)
		halt();
	done = 3;
}

void program_main(void)
{
	require_kvmpv();
	report_value(hello(), 1, "HELLO");
	check_before_halt();
	check_no_kick();
	check_turns();
	check_storm();
	check_halts_in_storm();
}
