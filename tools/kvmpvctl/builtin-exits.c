// SPDX-License-Identifier: GPL-2.0-only
/*
 * kvmpvctl exits: why VMs leave the guest, how often, and how long that takes.
 */
#include <errno.h>
#include <string.h>

#include "commands.h"
#include "exits.h"
#include "platform.h"
#include "render.h"
#include "watch.h"

/* Without --watch: how long to count */
#define SECONDS 1

static int process_take(struct ctl *ctl, uint32_t *ret_process)
{
	struct vm_id id = {.pid = 0};
	uint64_t pid;

	*ret_process = 0;
	if (!ctl->vm)
		return EXIT_DONE;
	if (!parse_u64(ctl->vm, strlen(ctl->vm), &pid) && pid && pid <= INT32_MAX)
		id.pid = (uint32_t)pid;
	else if (parse_vm_id(ctl->vm, &id))
		return fail(ctl, EXIT_USAGE, "kvmpvctl status shows the VMs",
			    "%.40s is not a VM: expected PID or PID-N", ctl->vm);
	*ret_process = id.pid;
	return EXIT_DONE;
}

static int process_check(struct ctl *ctl, uint32_t process)
{
	unsigned int vms;
	int err;

	if (!process || *ctl->root)
		return EXIT_DONE;
	err = process_vms(ctl, process, &vms);
	if (err == -ENOENT)
		return fail(ctl, EXIT_FAILED, "kvmpvctl exits shows all VMs",
			    "there is no process %u", process);
	if (err)
		return fail(ctl, EXIT_FAILED, "run it as root",
			    "cannot see whether process %u has a VM: %s", process, strerror(-err));
	if (!vms)
		return fail(ctl, EXIT_FAILED, "kvmpvctl exits shows all VMs",
			    "process %u has no VM", process);
	return EXIT_DONE;
}

static int usage_check(struct ctl *ctl)
{
	if (ctl->sides & SIDE_MASK(SIDE_GUEST))
		return fail(ctl, EXIT_USAGE, "run it on the host",
			    "exits is for hosts, not for --guest");
	if (ctl->count && !ctl->watch)
		return fail(ctl, EXIT_USAGE, NULL, "--count is for --watch");
	return EXIT_DONE;
}

static int platform_check(struct ctl *ctl, bool *ret_svm)
{
	struct platform platform;

	platform_read(ctl, &platform);
	*ret_svm = !strcmp(platform.kvm_module, "kvm_amd");
	if (*platform.kvm_module)
		return EXIT_DONE;
	if (!(platform.possible & SIDE_MASK(SIDE_HOST)))
		return fail(ctl, EXIT_UNSUPPORTED, "run it on the host",
			    "there is nothing to count: this is %s", platform_role(&platform));
	return fail(ctl, EXIT_INACTIVE,
		    strcmp(platform.cpu_flag, "svm") ? "modprobe kvm_intel" : "modprobe kvm_amd",
		    "KVM is not loaded, so no VM runs here");
}

/* Is there anything to show? Tracepoints can wait for a VM, KVM's own counters cannot. */
static int sample_check(struct ctl *ctl, const struct exit_source *source,
			const struct exit_sample *sample)
{
	bool permission = source->error == EACCES || source->error == EPERM;
	enum exit_code code = permission ? EXIT_FAILED : EXIT_UNSUPPORTED;

	if (source->traced)
		return EXIT_DONE;
	for (size_t i = 0; i < sample->n_vms; i++)
		if (sample->vm[i].stats.source != KVM_STATS_NONE)
			return EXIT_DONE;
	if (!sample->n_vms && !permission)
		return fail(ctl, EXIT_INACTIVE, source->next,
			    "no VM runs here, and none can be waited for: %s", source->why);
	return fail(ctl, code, source->next,
		    "cannot count exits: %s; nor are there counters of "
		    "KVM's own in reach",
		    source->why);
}

static int print_report(struct ctl *ctl, const struct exit_source *source,
			const struct exit_sample *now, const struct exit_sample *before,
			const struct exit_sample *first)
{
	struct exit_report report;

	exit_report_make(ctl, source->svm, now, before, first, &report);
	if (!source->traced) {
		report.why = source->why;
		report.next = source->next;
	}
	ctl->ops->exits(ctl, &report);
	exit_report_free(&report);
	return fflush(stdout) ? EXIT_FAILED : EXIT_DONE;
}

static int watch(struct ctl *ctl, const struct exit_source *source)
{
	struct exit_sample first, before, now;
	bool go_on, replay = source->traced && *ctl->root;
	unsigned int n = 0;
	int code;

	/* A record has all of it at once, and began at zero. */
	memset(&first, 0, sizeof(first));
	if (!replay)
		exit_source_read(ctl, source, NULL, &first);
	code = sample_check(ctl, source, &first);
	before = first;
	while (!code) {
		go_on = (replay && !ctl->watch) || watch_wait(ctl->watch ?: SECONDS);
		problems_free(ctl);
		exit_source_read(ctl, source, &before, &now);
		code = print_report(ctl, source, &now, &before, &first);
		if (before.row != first.row || before.vm != first.vm)
			exit_sample_free(&before);
		before = now;
		if (!go_on || !ctl->watch || ++n == ctl->count)
			break;
	}
	if (before.row != first.row || before.vm != first.vm)
		exit_sample_free(&before);
	exit_sample_free(&first);
	if (!code && !ctl->watch && ctl->problems.total)
		code = EXIT_FAILED;
	return code;
}

/**
 * cmd_exits() - ``kvmpvctl exits``
 * @ctl: the run
 * @argc: 0
 * @argv: unused
 *
 * Return: exit code.
 */
int cmd_exits(struct ctl *ctl, int argc, char **argv)
{
	struct exit_source source;
	uint32_t process;
	bool svm;
	int code;

	code = usage_check(ctl) ?: process_take(ctl, &process);
	code = code ?: platform_check(ctl, &svm) ?: process_check(ctl, process);
	if (code)
		return code;
	watch_start();
	exit_source_open(ctl, svm, process, &source);
	code = watch(ctl, &source);
	exit_source_close(ctl, &source);
	return code;
}
