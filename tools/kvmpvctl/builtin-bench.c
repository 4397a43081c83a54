// SPDX-License-Identifier: GPL-2.0-only
/*
 * kvmpvctl bench exits: what leaving the guest costs, here and now.
 *
 * All cases are measured in turns, a few rounds of them, so that a change of the machine meanwhile
 * shows in the spread of all of them and not as a difference between two. SIGINT ends it: what was
 * measured until then is shown, and the module is unloaded in any case.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "commands.h"
#include "modules.h"
#include "render.h"

/* Operations a sample: some, where the clock would cost as much as one; of waking, each is one. */
#define BATCH 8

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	stopped = 1;
}

/* No SA_RESTART: a set of samples ends, too. */
static void catch_signals(void)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE};
	struct sigaction action = {.sa_handler = stop};

	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		sigaction(signals[i], &action, NULL);
}

static void cpu_name(const struct ctl *ctl, char *ret, size_t size)
{
	char text[1024], *name;
	struct dir dir;

	*ret = '\0';
	if (dir_open_root(ctl, "proc", &dir))
		return;
	file_head(dir.fd, "cpuinfo", text, sizeof(text));
	dir_close(&dir);
	name = strstr(text, "\nmodel name\t: ");
	if (!name)
		return;
	name += strlen("\nmodel name\t: ");
	name[strcspn(name, "\n")] = '\0';
	snprintf(ret, size, "%s", name);
	for (char *c = ret; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
}

/* All samples are of one vCPU. */
static int stay_here(void)
{
	int cpu = sched_getcpu();
	cpu_set_t set;

	CPU_ZERO(&set);
	if (cpu < 0 || cpu >= CPU_SETSIZE)
		return 0;
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
	return cpu;
}

static int cases_read(struct ctl *ctl, const struct dir *dir, struct bench *bench)
{
	char path[sizeof("reasons/") + sizeof(bench->one[0].name)];
	const char *text;
	int err = file_read(dir->fd, "cases", &text);

	err = err ?: bench_parse_cases(text, bench);
	for (size_t i = 0; !err && i < bench->n; i++) {
		snprintf(path, sizeof(path), "reasons/%s", bench->one[i].name);
		err = file_read(dir->fd, path, &text);
		err = err ?: parse_line(text, bench->one[i].reason, sizeof(bench->one[i].reason));
		bench->one[i].wanted = !*bench->one[i].reason;
	}
	if (!err)
		return EXIT_DONE;
	return fail(ctl, EXIT_FAILED, err == -EACCES ? "run it as root" : NULL,
		    "cannot read what " BENCH_MODULE " measures: %s: %s", dir->path,
		    problem_text(-err));
}

/* Only the cases that were named; what measuring costs has to be known in any case. */
static int cases_pick(struct ctl *ctl, int argc, char **argv, struct bench *bench)
{
	bool picked[BENCH_CASES_MAX] = {false};

	for (int i = 0; i < argc; i++) {
		const struct bench_case *one = bench_find(bench, argv[i]);

		if (!one)
			return fail(ctl, EXIT_USAGE, "kvmpvctl bench " BENCH_WHAT " shows all",
				    "bench " BENCH_WHAT " has no case %.40s", argv[i]);
		if (*one->reason)
			return fail(ctl, EXIT_UNSUPPORTED, NULL, "%s is not possible here: %s",
				    one->name, one->reason);
		picked[one - bench->one] = true;
	}
	for (size_t i = 0; argc && i < bench->n; i++)
		bench->one[i].wanted &= picked[i] || bench->one[i].kind == BENCH_OVERHEAD;
	return EXIT_DONE;
}

static int load_check(struct ctl *ctl, struct bench *bench)
{
	const struct bench_load *load = &bench->load;
	const char *evidence;
	int err = bench_load_read(ctl, &bench->load);

	if (err)
		return fail(ctl, EXIT_FAILED, NULL, "cannot read %s/proc/stat: %s", ctl->root,
			    problem_text(-err));
	evidence = bench_load_judge(load);
	bench->busy = evidence;
	if (!evidence || ctl->force || stopped)
		return EXIT_DONE;
	return fail(ctl, EXIT_FAILED, "wait until it is idle, or: --force",
		    "this machine is busy (%s): while a loop ran for half a second, the host took "
		    "%.1f %% (steal), other tasks of this guest had %.1f %%, and it stood still "
		    "for %.1f %% of the time",
		    evidence, load->steal, load->others, load->stops);
}

/* Gives an errno; that of one case does not keep others from being measured. */
static int take_set(const struct dir *dir, struct bench_case *one)
{
	char path[sizeof("results/") + sizeof(one->name)], run[64];
	const char *text;
	int err;

	snprintf(run, sizeof(run), "%s %d %d\n", one->name, BENCH_SET,
		 one->kind == BENCH_PAIR ? 1 : BATCH);
	err = file_write(dir, "run", run);
	if (err)
		return -err;
	snprintf(path, sizeof(path), "results/%s", one->name);
	err = file_read(dir->fd, path, &text);
	err = err ?: bench_parse_result(text, &one->raw_ticks, &one->raw_instructions);
	return -err;
}

static void measure(const struct dir *dir, struct bench *bench)
{
	for (unsigned int round = 0; round < bench->rounds; round++) {
		for (size_t i = 0; i < bench->n; i++) {
			struct bench_case *one = &bench->one[i];
			int err;

			if (!one->wanted || one->error)
				continue;
			err = stopped ? EINTR : take_set(dir, one);
			if (err == EINTR)
				return;
			one->error = err;
		}
	}
	bench->complete = true;
}

static int show(struct ctl *ctl, struct bench *bench, const struct bench *before)
{
	bool whole = bench->complete && !bench->unload_error && !ctl->problems.total;

	bench_judge(bench);
	if (before)
		bench_compare(bench, before);
	for (size_t i = 0; i < bench->n; i++)
		whole &= !bench->one[i].error;
	ctl->ops->bench(ctl, bench);
	return whole ? EXIT_DONE : EXIT_FAILED;
}

static void machine_read(struct ctl *ctl, const struct dir *dir, struct bench *bench)
{
	snprintf(bench->release, sizeof(bench->release), "%s", release_running(ctl));
	cpu_name(ctl, bench->cpu, sizeof(bench->cpu));
	platform_read(ctl, &bench->platform);
	read_line(ctl, dir, "version", bench->version, sizeof(bench->version));
	read_u32(ctl, dir, "tsc_khz", &bench->tsc_khz);
	if (*ctl->root)
		return;
	bench->vcpus = sysconf(_SC_NPROCESSORS_ONLN);
	bench->vcpu = stay_here();
}

static int run(struct ctl *ctl, const struct dir *dir, int argc, char **argv, struct bench *bench)
{
	int code = cases_read(ctl, dir, bench) ?: cases_pick(ctl, argc, argv, bench);

	if (code)
		return code;
	machine_read(ctl, dir, bench);
	code = load_check(ctl, bench);
	if (!code)
		measure(dir, bench);
	return code;
}

static int arguments_check(struct ctl *ctl, int argc, char **argv)
{
	struct platform platform;

	if (!argc || strcmp(argv[0], BENCH_WHAT))
		return fail(ctl, EXIT_USAGE, NULL, "kvmpvctl bench measures " BENCH_WHAT "%s%.40s",
			    argc ? ", not " : "", argc ? argv[0] : "");
	if (ctl->sides & SIDE_MASK(SIDE_HOST))
		return fail(ctl, EXIT_USAGE, "run it in the guest",
			    "bench " BENCH_WHAT " is for guests, not for --host");
	platform_read(ctl, &platform);
	if (!platform.in_vm)
		return fail(ctl, EXIT_UNSUPPORTED, "run it in the guest",
			    "bench " BENCH_WHAT " measures what leaving a guest costs: this is %s",
			    platform_role(&platform));
	return EXIT_DONE;
}

/**
 * cmd_bench() - ``kvmpvctl bench``
 * @ctl: the run
 * @argc: 1 or more
 * @argv: what to measure, and of that which cases
 *
 * Return: exit code.
 */
int cmd_bench(struct ctl *ctl, int argc, char **argv)
{
	struct bench bench = {.rounds = ctl->rounds ?: BENCH_ROUNDS, .compared = ctl->compare};
	struct bench before = {.n = 0};
	struct dir dir;
	int code;

	code = arguments_check(ctl, argc, argv);
	if (!code && ctl->compare)
		code = bench_compare_read(ctl, ctl->compare, &before);
	if (code)
		return code;
	catch_signals();
	code = bench_module_load(ctl, &dir);
	if (code)
		return code;
	code = run(ctl, &dir, argc - 1, argv + 1, &bench);
	bench.unload_error = -bench_module_unload(ctl, &dir);
	if (!code)
		code = show(ctl, &bench, ctl->compare ? &before : NULL);
	bench_free(&bench);
	return code;
}
