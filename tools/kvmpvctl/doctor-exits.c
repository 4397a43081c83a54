// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks of what makes VMs leave the guest: judged by what their exits of half a second were.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "doctor.h"
#include "parameter.h"
#include "switch.h"

#define SAMPLE_US 500000

/* Exits a second from which something is worth a word */
#define OFTEN 1000

/* A wake-up that comes within this time could have been polled for: kvm.halt_poll_ns' default. */
#define POLL_NS 200000

/* Share of a VM's time without a CPU from which it counts as overcommitted, in percent */
#define WAIT_MAX 10

/**
 * exits_count() - see what VMs do for half a second
 * @ctl: the run
 * @evidence: its platform is known; gets samples and report
 *
 * Without root, and where no VM runs, there is nothing to judge by.
 */
void exits_count(struct ctl *ctl, struct evidence *evidence)
{
	struct exit_evidence *moment = &evidence->exits;
	bool svm = !strcmp(evidence->status.platform.kvm_module, "kvm_amd");
	struct exit_source source;
	uint32_t *vms = NULL;
	size_t n = 0;

	if (!*evidence->status.platform.kvm_module)
		return;
	kvm_vms_list(ctl, &vms, &n);
	free(vms);
	if (!n && !*ctl->root)
		return;
	exit_source_open(ctl, svm, 0, &source);
	moment->known = source.traced;
	if (source.traced) {
		if (!*ctl->root) {
			exit_source_read(ctl, &source, NULL, &moment->before);
			usleep(SAMPLE_US);
		}
		exit_source_read(ctl, &source, &moment->before, &moment->now);
		exit_report_make(ctl, svm, &moment->now, &moment->before, &moment->before,
				 &moment->report);
	}
	exit_source_close(ctl, &source);
}

/**
 * exits_free() - end the use of what exits_count() found
 * @moment: it
 */
void exits_free(struct exit_evidence *moment)
{
	if (!moment->known)
		return;
	exit_report_free(&moment->report);
	exit_sample_free(&moment->before);
	exit_sample_free(&moment->now);
}

static double rate(const struct exit_report *seen, uint64_t count)
{
	return exit_rate(count, seen->seconds);
}

static const struct exit_line *reason_find(const struct exit_vm_report *vm, uint32_t reason)
{
	for (size_t i = 0; i < vm->n; i++)
		if (vm->line[i].reason == reason)
			return &vm->line[i];
	return NULL;
}

/* ---- ports ---- */

static const struct {
	uint64_t first;
	uint64_t last;
	const char *next;
} ports[] = {
	{0x80, 0x80,
	 "in the guest: sysctl kernel.io_delay_type=3, which waits for ports without a port"},
	{0xed, 0xed,
	 "in the guest: sysctl kernel.io_delay_type=3, which waits for ports without a port"},
	{0x2e8, 0x2ef, "give the guest a virtio console for what it writes to its serial line"},
	{0x2f8, 0x2ff, "give the guest a virtio console for what it writes to its serial line"},
	{0x3e8, 0x3ef, "give the guest a virtio console for what it writes to its serial line"},
	{0x3f8, 0x3ff, "give the guest a virtio console for what it writes to its serial line"},
	{0x1f0, 0x1f7, "give the guest a virtio disk in place of IDE"},
	{0x170, 0x177, "give the guest a virtio disk in place of IDE"},
	{0x3b0, 0x3df, "give the guest a virtio GPU, or none, in place of VGA"},
	{0x70, 0x71, "in the guest: a clock that is no RTC: clocksource kvm-clock"},
	{0xb008, 0xb00b, "in the guest: clocksource kvm-clock in place of acpi_pm"},
	{0x608, 0x60b, "in the guest: clocksource kvm-clock in place of acpi_pm"},
};

static const char *port_advice(uint64_t port)
{
	for (size_t i = 0; i < ARRAY_SIZE(ports); i++)
		if (port >= ports[i].first && port <= ports[i].last)
			return ports[i].next;
	return "find out which device has it (/proc/ioports in the guest), and give the guest "
	       "a virtio device, or one that KVM emulates, in its place";
}

/**
 * check_exit_ports() - does a VM wait for its VMM at a port all the time?
 * @ctl: the run
 * @evidence: what is known
 * @side: SIDE_HOST
 * @ret_finding: the verdict
 *
 * Return: false when no VM runs, or its exits cannot be seen.
 */
bool check_exit_ports(struct ctl *ctl, const struct evidence *evidence, enum side side,
		      struct finding *ret_finding)
{
	const struct exit_report *seen = &evidence->exits.report;
	const struct exit_vm_report *worst_vm = NULL;
	const struct exit_line *worst = NULL;

	if (!evidence->exits.known || !seen->n)
		return false;
	for (size_t i = 0; i < seen->n; i++) {
		for (size_t j = 0; j < seen->vm[i].n_details; j++) {
			const struct exit_line *line = &seen->vm[i].detail[j];

			if (line->kind != EXIT_KIND_PORT_IN && line->kind != EXIT_KIND_PORT_OUT)
				continue;
			if (worst && line->new.heavy <= worst->new.heavy)
				continue;
			worst = line;
			worst_vm = &seen->vm[i];
		}
	}
	if (!worst || rate(seen, worst->new.heavy) < OFTEN)
		return report(ret_finding, VERDICT_PASS, NULL,
			      "no port takes a VM to its VMM more than %d times a second", OFTEN);
	return report(ret_finding, VERDICT_WARN, port_advice(worst->address),
		      "port 0x%" PRIx64 " takes VM %u to its VMM %.0f times a second, which is "
		      "%.1f %% of the time of its vCPUs",
		      worst->address, worst_vm->vm->process, rate(seen, worst->new.heavy),
		      exit_percent(worst->new.heavy_ns, worst_vm->vcpu_ns));
}

/* ---- halt polling ---- */

static const char *kvm_module(const struct evidence *evidence)
{
	return evidence->status.platform.kvm_module;
}

static uint32_t pick(const struct evidence *evidence, uint32_t vmx, uint32_t svm)
{
	return strcmp(kvm_module(evidence), "kvm_amd") ? vmx : svm;
}

/**
 * check_halt_polling() - are there short halts, and nobody polls for their end?
 * @ctl: the run
 * @evidence: what is known
 * @side: SIDE_HOST
 * @ret_finding: the verdict
 *
 * Return: false when no VM halts often and shortly, or that cannot be seen.
 */
bool check_halt_polling(struct ctl *ctl, const struct evidence *evidence, enum side side,
			struct finding *ret_finding)
{
	const struct exit_report *seen = &evidence->exits.report;
	uint64_t poll_ns;

	if (!evidence->exits.known || parameter_u64(ctl, "kvm", "halt_poll_ns", &poll_ns))
		return false;
	for (size_t i = 0; i < seen->n; i++) {
		const struct exit_line *halts =
			reason_find(&seen->vm[i], pick(evidence, VMX_REASON_HLT, SVM_REASON_HLT));
		double each;

		if (!halts || rate(seen, halts->new.count) < OFTEN)
			continue;
		each = (double)halts->new.ns / (double)halts->new.count;
		if (each > POLL_NS)
			continue;
		if (poll_ns)
			return report(ret_finding, VERDICT_PASS, NULL,
				      "VM %u halts %.0f times a second for %.0f us each, and KVM "
				      "polls for the end of halts for up to %" PRIu64 " us",
				      seen->vm[i].vm->process, rate(seen, halts->new.count),
				      each / 1000, poll_ns / 1000);
		return report(ret_finding, VERDICT_WARN,
			      "kvmpvctl enable --host " KERNEL_HALT_POLL
			      "; it costs CPU time of the host",
			      "VM %u halts %.0f times a second for %.0f us each, and is put to "
			      "sleep each time: halt polling is off",
			      seen->vm[i].vm->process, rate(seen, halts->new.count), each / 1000);
	}
	return false;
}

/* ---- pause loop exiting ---- */

static bool ple_on(const struct ctl *ctl, const struct evidence *evidence, bool *ret_on)
{
	const char *name = pick(evidence, 1, 0) ? "ple_gap" : "pause_filter_count";
	uint64_t value;

	if (parameter_u64(ctl, kvm_module(evidence), name, &value))
		return false;
	*ret_on = value;
	return true;
}

static const char *ple_advice(const struct evidence *evidence)
{
	if (!evidence->status.platform.ple)
		return "this CPU has none; in the guest: kvmpvctl enable pv-spinlock";
	return strcmp(kvm_module(evidence), "kvm_amd")
		       ? "load kvm_intel with ple_gap=128; in the guest: kvmpvctl enable "
			 "pv-spinlock"
		       : "load kvm_amd with pause_filter_count=3000; in the guest: kvmpvctl enable "
			 "pv-spinlock";
}

/**
 * check_pause_exits() - does a VM that waits for CPUs spin in its time?
 * @ctl: the run
 * @evidence: what is known
 * @side: SIDE_HOST
 * @ret_finding: the verdict
 *
 * Return: false when no VM with more than one vCPU waits for CPUs, or that cannot be seen.
 */
bool check_pause_exits(struct ctl *ctl, const struct evidence *evidence, enum side side,
		       struct finding *ret_finding)
{
	const struct exit_report *seen = &evidence->exits.report;
	bool on;

	if (!evidence->exits.known || !ple_on(ctl, evidence, &on))
		return false;
	for (size_t i = 0; i < seen->n; i++) {
		const struct exit_vm_report *vm = &seen->vm[i];
		double wait = exit_percent(vm->wait_ns, vm->vcpu_ns);
		const struct exit_line *pauses;

		if (vm->vm->vcpus < 2 || wait < WAIT_MAX)
			continue;
		pauses = reason_find(vm, pick(evidence, VMX_REASON_PAUSE, SVM_REASON_PAUSE));
		if (!on)
			return report(ret_finding, VERDICT_WARN, ple_advice(evidence),
				      "the vCPUs of VM %u wait for CPUs %.0f %% of their time, and "
				      "one that spins is not noticed: pause-loop exiting is off",
				      vm->vm->process, wait);
		if (!pauses || rate(seen, pauses->new.count) < OFTEN)
			continue;
		return report(ret_finding, VERDICT_WARN,
			      "in the guest: kvmpvctl enable pv-spinlock; or fewer vCPUs a CPU",
			      "the vCPUs of VM %u wait for CPUs %.0f %% of their time, and spin in "
			      "the rest: %.0f pause exits a second",
			      vm->vm->process, wait, rate(seen, pauses->new.count));
	}
	return false;
}
