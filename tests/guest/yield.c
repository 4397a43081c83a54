// SPDX-License-Identifier: GPL-2.0-only
/*
 * Directed yields: more vCPUs than the host has CPUs hand a token around; whoever waits gives its
 * time to the one that has it. What is checked is that the answers are right and that the token
 * gets around; how fast is the benchmark's matter.
 */
#include "calls.h"

static volatile unsigned int token, laps_done, given, not_needed, wrong, stop;

static void count_answer(long result)
{
	volatile unsigned int *which = result == 1 ? &given : result == 0 ? &not_needed : &wrong;

	__atomic_fetch_add(which, 1, __ATOMIC_RELAXED);
}

static unsigned int laps(void)
{
	return have_arg("short") ? 10 : 200;
}

static void pass_token(unsigned int me)
{
	unsigned int spins;

	while (!stop) {
		for (spins = 0; token != me && spins < 200 && !stop; spins++)
			relax();
		if (token != me) {
			count_answer(yield(token));
			continue;
		}
		if (me == 0 && ++laps_done == laps())
			stop = 1;
		token = (me + 1) % INFO->vcpus;
	}
}

void program_ap(unsigned int cpu)
{
	while (!token && !stop)
		relax();
	pass_token(cpu);
}

static void check_single(void)
{
	long result = yield(INFO->vcpus - 1);

	report_value(yield(0), 0, "yield to myself: not needed");
	report(result == 0 || result == 1, "yield to another one: %ld", result);
	report_value(yield(INFO->vcpus), -KVMPV_ENOENT, "yield to one more than there are");
	report_value(yield(0xffffffff), -KVMPV_EINVAL, "yield to everybody");
}

void program_main(void)
{
	struct kvmpv_stats *s = (struct kvmpv_stats *)BUFFER;
	u64 *c = s->counter;

	require_kvmpv();
	report_value(hello(), 1, "HELLO");
	check_single();
	stats(BUFFER, STATS_FULL);
	print("# before: given %llu, not needed %llu\n", c[KVMPV_COUNTER_YIELDS_GIVEN],
	      c[KVMPV_COUNTER_YIELDS_REFUSED]);
	token = 1 % INFO->vcpus;
	pass_token(0);
	report_value(laps_done, laps(), "the token went round %u vCPUs", INFO->vcpus);
	report_value(wrong, 0, "every answer was 0 or 1");
	print("# given %u, not needed %u\n", given, not_needed);
	stats(BUFFER, STATS_FULL);
	report(c[KVMPV_COUNTER_YIELDS_GIVEN] >= given &&
		       c[KVMPV_COUNTER_YIELDS_REFUSED] >= not_needed,
	       "the host counted them");
}
