// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where exits are counted: at the tracepoints if that can be had, else by KVM alone.
 *
 * With --root there is nothing to trace; ROOT/exits has what was counted, a line each:
 *	seconds N				how long
 *	lost N					exits that found no room
 *	vm PROCESS VCPUS GUEST_NS WAIT_NS	for the next lines
 *	exit REASON KIND ADDRESS COUNT NS HEAVY HEAVY_NS
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "exits.h"
#include "sysfs.h"
#include "watch.h"

#define RECORD "exits"

static void explain(struct ctl *ctl, struct exit_source *source, const char *what)
{
	bool refused = source->error == EACCES || source->error == EPERM;
	char lockdown[64] = "";
	struct dir dir;

	if (!dir_open_root(ctl, "sys/kernel/security", &dir)) {
		file_head(dir.fd, "lockdown", lockdown, sizeof(lockdown));
		dir_close(&dir);
	}
	if (refused && !geteuid() && strstr(lockdown, "[confidentiality]")) {
		snprintf(source->why, sizeof(source->why),
			 "this kernel is locked down (confidentiality), and shows nobody its "
			 "tracepoints");
		snprintf(source->next, sizeof(source->next), "boot it with lockdown=integrity");
	} else if (refused && geteuid()) {
		snprintf(source->why, sizeof(source->why), "%s need root", what);
		snprintf(source->next, sizeof(source->next), "run it as root");
	} else if (source->error == ENOENT) {
		snprintf(source->why, sizeof(source->why), "%s are not there", what);
		snprintf(source->next, sizeof(source->next),
			 "mount -t tracefs tracefs /sys/kernel/tracing");
	} else {
		snprintf(source->why, sizeof(source->why), "%s: %s", what,
			 source->error == EBADMSG ? "not understood" : strerror(source->error));
		snprintf(source->next, sizeof(source->next), "this kernel may be too old");
	}
}

/**
 * exit_source_open() - start to count
 * @ctl: the run
 * @svm: this is AMD's KVM
 * @process: the only process to look at, 0 for all
 * @ret_source: to be given to exit_source_close(); where tracepoints cannot be had, it says why
 */
void exit_source_open(struct ctl *ctl, bool svm, uint32_t process, struct exit_source *ret_source)
{
	const char *what = "KVM's tracepoints";

	memset(ret_source, 0, sizeof(*ret_source));
	ret_source->svm = svm;
	ret_source->process = process;
	if (*ctl->root)
		ret_source->error = path_exists(ctl, RECORD) ? 0 : ENOENT;
	else
		ret_source->error = -exit_trace_start(ctl, svm, process, &ret_source->trace, &what);
	ret_source->traced = !ret_source->error;
	if (ret_source->error)
		explain(ctl, ret_source, what);
}

/* True when the line is understood; what is about another process than @only is left out. */
static bool record_line(const char *line, uint32_t only, double *seconds, uint32_t *process,
			struct exit_sample *sample)
{
	struct exit_row row = {.process = *process};
	struct exit_vm *vm;
	unsigned int vcpus;
	char kind[16];
	uint64_t ns, wait;

	if (sscanf(line, "seconds %lf", seconds) == 1 ||
	    sscanf(line, "lost %" SCNu64, &sample->lost) == 1)
		return true;
	if (sscanf(line, "vm %" SCNu32 " %u %" SCNu64 " %" SCNu64, process, &vcpus, &ns, &wait) ==
	    4) {
		if (only && *process != only)
			return true;
		vm = exit_sample_vm(sample, *process);
		vm->vcpus = vcpus;
		vm->guest_ns = ns;
		vm->wait_ns = wait;
		return true;
	}
	if (sscanf(line,
		   "exit %" SCNx32 " %15s %" SCNx64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64,
		   &row.reason, kind, &row.address, &row.sum.count, &row.sum.ns, &row.sum.heavy,
		   &row.sum.heavy_ns) != 7 ||
	    !*process)
		return false;
	for (row.kind = EXIT_KIND_NONE; row.kind < EXIT_KINDS; row.kind++)
		if (!strcmp(exit_kinds[row.kind], kind))
			break;
	if (row.kind == EXIT_KINDS)
		return false;
	if (!only || *process == only)
		exit_sample_row(sample, &row);
	return true;
}

static int record_read(struct ctl *ctl, uint32_t only, struct exit_sample *sample)
{
	double seconds = 1;
	uint32_t process = 0;
	const char *text;
	struct dir dir;
	int err;

	err = dir_open_root(ctl, "", &dir);
	if (err)
		return err;
	err = file_read(dir.fd, RECORD, &text);
	while (!err && *text) {
		size_t len = strcspn(text, "\n");
		char line[160];

		snprintf(line, sizeof(line), "%.*s", (int)len, text);
		if (len >= sizeof(line) || !record_line(line, only, &seconds, &process, sample))
			err = -EBADMSG;
		text += len + (text[len] == '\n');
	}
	if (err)
		problem_add(ctl, -err, "%s" RECORD, dir.path);
	dir_close(&dir);
	sample->traced = true;
	sample->time = seconds;
	return err;
}

/* A VM that has ended keeps what was known of it. */
static void vm_complete(struct ctl *ctl, const struct exit_sample *before, struct exit_vm *vm)
{
	process_comm(ctl, vm->process, vm->comm, sizeof(vm->comm));
	vm->wait_ns += process_wait_ns(ctl, vm->process);
	kvm_stats_read(ctl, vm->process, &vm->stats);
	for (size_t i = 0; before && i < before->n_vms; i++) {
		if (before->vm[i].process != vm->process)
			continue;
		if (!*vm->comm)
			memcpy(vm->comm, before->vm[i].comm, sizeof(vm->comm));
		if (vm->stats.source == KVM_STATS_NONE)
			vm->stats = before->vm[i].stats;
	}
}

/**
 * exit_source_read() - what was counted so far
 * @ctl: the run
 * @source: what exit_source_open() gave
 * @before: the sample before this one, or NULL
 * @ret_sample: to be given to exit_sample_free()
 *
 * Return: 0 or -errno, then noted in the run's problems.
 */
int exit_source_read(struct ctl *ctl, const struct exit_source *source,
		     const struct exit_sample *before, struct exit_sample *ret_sample)
{
	uint32_t *processes = NULL;
	size_t n = 0;
	int err = 0;

	memset(ret_sample, 0, sizeof(*ret_sample));
	ret_sample->time = watch_time();
	if (source->traced && *ctl->root)
		err = record_read(ctl, source->process, ret_sample);
	else if (source->traced)
		exit_trace_read(&source->trace, ret_sample);
	kvm_vms_list(ctl, &processes, &n);
	for (size_t i = 0; i < n; i++)
		if (!source->process || processes[i] == source->process)
			exit_sample_vm(ret_sample, processes[i]);
	free(processes);
	exit_sample_done(ret_sample);
	for (size_t i = 0; i < ret_sample->n_vms; i++)
		vm_complete(ctl, before, &ret_sample->vm[i]);
	return err;
}

/**
 * exit_source_close() - stop counting
 * @ctl: the run
 * @source: what exit_source_open() gave
 */
void exit_source_close(const struct ctl *ctl, struct exit_source *source)
{
	if (source->traced && !*ctl->root)
		exit_trace_stop(&source->trace);
}
