// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is this machine busy with something else? A loop runs for a while on one vCPU, and three things
 * show who else wanted it: steal time, which only a host tells that has it on; stops of the loop,
 * which show on any host, but not who it was; and the difference between the loop's CPU time and
 * the clock, which is what other tasks of this guest had (and, where steal time is not told, not
 * more than the stops).
 */
#include <errno.h>
#include <time.h>

#include "bench.h"

#define PROBE_NS 500000000.0

/* A stop this long is no interrupt. */
#define GAP_NS 200000.0

/* Steal time comes in ticks of 10 ms; that many percent are more than two of them. */
#define STEAL_MAX 4.5
#define STOPS_MAX 10.0
#define OTHERS_MAX 5.0

static double now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* Gives the time it took; in @ret_stops its stops, in @ret_used its CPU time. */
static double loop(double *ret_stops, double *ret_used)
{
	double used = now(CLOCK_PROCESS_CPUTIME_ID), start = now(CLOCK_MONOTONIC);
	double last = start, time = start;

	*ret_stops = 0;
	while (time - start < PROBE_NS) {
		time = now(CLOCK_MONOTONIC);
		if (time - last > GAP_NS)
			*ret_stops += time - last;
		last = time;
	}
	*ret_used = now(CLOCK_PROCESS_CPUTIME_ID) - used;
	return time - start;
}

/**
 * bench_load_read() - how busy is this machine?
 * @ctl: the run; below another root there is nothing to measure, and all is 0
 * @ret_load: how busy
 *
 * Takes half a second.
 *
 * Return: 0 or -errno, then noted in the run's problems.
 */
int bench_load_read(struct ctl *ctl, struct bench_load *ret_load)
{
	struct cpu_times before, after;
	struct bench_load load = {.steal = 0};
	double took, stops, used;
	int err = read_cpu_times(ctl, &before);

	if (!err && !*ctl->root) {
		took = loop(&stops, &used);
		err = read_cpu_times(ctl, &after);
		if (err)
			return err;
		load.steal = (after.steal - before.steal) * 1e9 / 100 * 100 / took;
		load.stops = stops * 100 / took;
		load.others = took > used ? (took - used) * 100 / took : 0;
	}
	if (!err)
		*ret_load = load;
	return err;
}

/**
 * bench_load_judge() - is that too busy to measure?
 * @load: how busy
 *
 * Return: the evidence, a member of @load, or NULL when it is not.
 */
const char *bench_load_judge(const struct bench_load *load)
{
	if (load->steal > STEAL_MAX)
		return "steal";
	if (load->others > OTHERS_MAX)
		return "others";
	if (load->stops > STOPS_MAX)
		return "stops";
	return NULL;
}
