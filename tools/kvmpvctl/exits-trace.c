// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counting exits at KVM's tracepoints, by BPF programs. Programs, maps and the link to the
 * tracepoints are files of this process: when it ends, in whatever way, all of it is gone.
 */
#include <errno.h>
#include <linux/perf_event.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "bpf.h"
#include "exits.h"
#include "sysfs.h"

/* Room, in the kernel, taken when counting starts: about 6 MB */
#define THREADS_MAX 8192
#define SUMS_MAX 32768

static int maps_make(struct exit_trace *trace)
{
	static const struct {
		enum bpf_map_type type;
		size_t key;
		size_t value;
		unsigned int entries;
	} maps[EXIT_MAPS] = {
		[EXIT_MAP_THREADS] = {BPF_MAP_TYPE_HASH, sizeof(uint32_t),
				      sizeof(struct exit_thread), THREADS_MAX},
		[EXIT_MAP_SUMS] = {BPF_MAP_TYPE_HASH, sizeof(struct exit_key),
				   sizeof(struct exit_sum), SUMS_MAX},
		[EXIT_MAP_LOST] = {BPF_MAP_TYPE_ARRAY, sizeof(uint32_t), sizeof(uint64_t), 1},
	};

	for (enum exit_map i = 0; i < EXIT_MAPS; i++) {
		trace->map[i] =
			bpf_map_new(maps[i].type, maps[i].key, maps[i].value, maps[i].entries);
		if (trace->map[i] < 0)
			return trace->map[i];
	}
	return 0;
}

/*
 * The program runs wherever the tracepoint is passed, whosever the event is. Ours is this process's
 * own: where it does not run, perf has nobody to make a record for.
 */
static int perf_attach(int program, unsigned int id)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT,
		.size = sizeof(attr),
		.config = id,
	};
	int event, err;

	event = (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
	if (event < 0)
		return -errno;
	if (!ioctl(event, PERF_EVENT_IOC_SET_BPF, program) &&
	    !ioctl(event, PERF_EVENT_IOC_ENABLE, 0))
		return event;
	err = -errno;
	close(event);
	return err;
}

static int event_attach(struct exit_trace *trace, enum exit_event event, unsigned int id,
			uint32_t process)
{
	bool raw = exit_event_raw(event);
	struct bpf bpf;
	int program;

	exit_program(&bpf, event, &trace->layout, trace->map, process);
	program = bpf_program_load(&bpf,
				   raw ? BPF_PROG_TYPE_RAW_TRACEPOINT : BPF_PROG_TYPE_TRACEPOINT,
				   exit_events[event]);
	if (program < 0)
		return program;
	trace->event[event] =
		raw ? bpf_raw_attach(program, exit_events[event]) : perf_attach(program, id);
	close(program);
	return trace->event[event] < 0 ? trace->event[event] : 0;
}

static int start(const struct ctl *ctl, bool svm, uint32_t process, struct exit_trace *trace,
		 const char **ret_what)
{
	unsigned int id[EXIT_EVENTS];
	int err;

	*ret_what = "KVM's tracepoints";
	err = exit_layout_read(ctl, svm, &trace->layout);
	for (enum exit_event i = 0; !err && i < EXIT_EVENTS; i++)
		err = exit_event_id(ctl, i, &id[i]);
	if (err)
		return err;
	*ret_what = "BPF maps";
	err = maps_make(trace);
	*ret_what = err ? *ret_what : "BPF programs";
	for (enum exit_event i = 0; !err && i < EXIT_EVENTS; i++)
		err = event_attach(trace, i, id[i], process);
	return err;
}

/**
 * exit_trace_start() - start to count exits
 * @ctl: the run
 * @svm: this is AMD's KVM
 * @process: the only process to look at, 0 for all
 * @ret_trace: to be given to exit_trace_stop() when this succeeds
 * @ret_what: what failed
 *
 * Return: 0 or -errno, and nothing is left.
 */
int exit_trace_start(const struct ctl *ctl, bool svm, uint32_t process,
		     struct exit_trace *ret_trace, const char **ret_what)
{
	int err;

	memset(ret_trace->map, -1, sizeof(ret_trace->map));
	memset(ret_trace->event, -1, sizeof(ret_trace->event));
	err = start(ctl, svm, process, ret_trace, ret_what);
	if (err)
		exit_trace_stop(ret_trace);
	return err;
}

/**
 * exit_trace_stop() - stop counting
 * @trace: what exit_trace_start() gave
 */
void exit_trace_stop(struct exit_trace *trace)
{
	for (enum exit_event i = 0; i < EXIT_EVENTS; i++)
		if (trace->event[i] >= 0)
			close(trace->event[i]);
	for (enum exit_map i = 0; i < EXIT_MAPS; i++)
		if (trace->map[i] >= 0)
			close(trace->map[i]);
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static bool thread_lives(uint32_t process, uint32_t thread)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%u/task/%u", process, thread);
	return !access(path, F_OK);
}

/* Where a thread is now counts up to now. */
static void thread_add(struct exit_sample *sample, uint32_t id, const struct exit_thread *thread)
{
	struct exit_vm *vm = exit_sample_vm(sample, thread->process);
	bool lives = thread_lives(thread->process, id);
	uint64_t now = now_ns();
	uint64_t so_far = lives && now > thread->since ? now - thread->since : 0;
	struct exit_row row = {
		.process = thread->process,
		.reason = thread->reason,
		.kind = thread->kind < EXIT_KINDS ? (enum exit_kind)thread->kind : EXIT_KIND_NONE,
		.address = thread->address,
		.sum = {.count = 1, .ns = so_far, .heavy = thread->user},
	};

	vm->vcpus++;
	vm->guest_ns += thread->guest_ns;
	if (thread->state == EXIT_STATE_GUEST)
		vm->guest_ns += so_far;
	if (thread->state != EXIT_STATE_OUT)
		return;
	row.sum.heavy_ns = thread->user ? so_far : 0;
	exit_sample_row(sample, &row);
}

static void sum_add(struct exit_sample *sample, const struct exit_trace *trace,
		    const struct exit_key *key, const struct exit_sum *sum)
{
	struct exit_thread thread;
	struct exit_row row = {
		.reason = key->reason,
		.kind = key->kind < EXIT_KINDS ? (enum exit_kind)key->kind : EXIT_KIND_NONE,
		.address = key->address,
		.sum = *sum,
	};

	if (bpf_map_get(trace->map[EXIT_MAP_THREADS], &key->thread, &thread))
		return;
	row.process = thread.process;
	exit_sample_row(sample, &row);
}

/**
 * exit_trace_read() - read what was counted so far
 * @trace: what exit_trace_start() gave
 * @sample: empty; gets it
 *
 * The threads go on meanwhile, so an exit may be seen twice, or not before the next time.
 */
void exit_trace_read(const struct exit_trace *trace, struct exit_sample *sample)
{
	struct exit_key key, *last = NULL;
	uint32_t id, zero = 0, *last_id = NULL;
	struct exit_thread thread;
	struct exit_sum sum;

	sample->traced = true;
	while (!bpf_map_next(trace->map[EXIT_MAP_SUMS], last, &key)) {
		if (!bpf_map_get(trace->map[EXIT_MAP_SUMS], &key, &sum))
			sum_add(sample, trace, &key, &sum);
		last = &key;
	}
	while (!bpf_map_next(trace->map[EXIT_MAP_THREADS], last_id, &id)) {
		if (!bpf_map_get(trace->map[EXIT_MAP_THREADS], &id, &thread))
			thread_add(sample, id, &thread);
		last_id = &id;
	}
	bpf_map_get(trace->map[EXIT_MAP_LOST], &zero, &sample->lost);
}
