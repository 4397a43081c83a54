// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks of what the walkthrough of 2010 teaches, as far as the inventory shows it.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "doctor.h"
#include "switch.h"
#include "sysfs.h"

/**
 * check_x2apic() - does this guest reach its local APIC the short way
 * @ctl: the run
 * @evidence: what is known
 * @side: SIDE_GUEST
 * @ret_finding: the verdict
 *
 * Return: false where it is not known whether x2APIC is exposed and used.
 */
bool check_x2apic(struct ctl *ctl, const struct evidence *evidence, enum side side,
		  struct finding *ret_finding)
{
	struct guest_facts *facts = xrealloc(NULL, 1, sizeof(*facts));
	size_t mark = ctl->problems.total;
	struct cell exposed, used;

	guest_facts_start(ctl, &evidence->status.platform, facts);
	/* The other files are not what this is about. */
	problems_rewind(ctl, mark);
	x2apic_cells(ctl, facts, &exposed, &used);
	free(facts);
	if (exposed.is == ANSWER_NO)
		return report(
			ret_finding, VERDICT_WARN,
			"let the VMM expose it, where kvmpvctl features on the host says that "
			"KVM offers it (QEMU: -cpu ...,x2apic=on)",
			"x2APIC is not exposed to this guest: each end of an interrupt is an "
			"access to memory that exits and is decoded");
	if (exposed.is != ANSWER_YES || used.is == ANSWER_UNKNOWN)
		return false;
	if (used.is == ANSWER_NO)
		return report(
			ret_finding, VERDICT_WARN,
			"boot without nox2apic, on a kernel with CONFIG_X86_X2APIC",
			"this guest runs on xAPIC though x2APIC is exposed to it: each end of "
			"an interrupt is an access to memory that exits and is decoded");
	return report(ret_finding, VERDICT_PASS, NULL, "this guest uses x2APIC");
}

/* A number in a parameter of a module; false when there is none. */
static bool parameter_read(const struct ctl *ctl, const char *module, const char *name,
			   uint64_t *ret_value)
{
	char path[64], word[24];
	const char *text;
	struct dir dir;
	bool found;

	snprintf(path, sizeof(path), "sys/module/%s/parameters", module);
	if (!*module || dir_open_root(ctl, path, &dir))
		return false;
	found = !file_read(dir.fd, name, &text) && !parse_line(text, word, sizeof(word)) &&
		!parse_u64(word, strlen(word), ret_value);
	dir_close(&dir);
	return found;
}

/**
 * check_halt_poll() - how soon do halted vCPUs run again
 * @ctl: the run
 * @evidence: what is known
 * @side: SIDE_HOST
 * @ret_finding: the verdict
 *
 * Return: false where KVM is not loaded.
 */
bool check_halt_poll(struct ctl *ctl, const struct evidence *evidence, enum side side,
		     struct finding *ret_finding)
{
	uint64_t ns;

	if (!parameter_read(ctl, "kvm", "halt_poll_ns", &ns))
		return false;
	if (!ns)
		return report(ret_finding, VERDICT_WARN,
			      "kvmpvctl enable --host " KERNEL_HALT_POLL
			      ", unless it is off to save power",
			      "halt polling is off: each wake-up of a halted vCPU goes through the "
			      "scheduler");
	return report(ret_finding, VERDICT_PASS, NULL,
		      "halt polling is on: up to %llu ns before a halted vCPU sleeps",
		      (unsigned long long)ns);
}

/* CPUs online, from a list such as "0-3,5". */
static unsigned int cpus_online(const struct ctl *ctl)
{
	unsigned int n = 0, first, last;
	const char *text;
	struct dir dir;
	int used;

	if (dir_open_root(ctl, "sys/devices/system/cpu", &dir))
		return 0;
	if (!file_read(dir.fd, "online", &text)) {
		while (sscanf(text, "%u%n", &first, &used) == 1) {
			text += used;
			last = first;
			if (*text == '-' && sscanf(text, "-%u%n", &last, &used) == 1)
				text += used;
			n += last >= first ? last - first + 1 : 0;
			if (*text++ != ',')
				break;
		}
	}
	dir_close(&dir);
	return n;
}

/**
 * check_ple() - do vCPUs that spin make room where there are more of them than CPUs
 * @ctl: the run
 * @evidence: what is known
 * @side: SIDE_HOST
 * @ret_finding: the verdict
 *
 * Return: false where KVM is not loaded, or does not say.
 */
bool check_ple(struct ctl *ctl, const struct evidence *evidence, enum side side,
	       struct finding *ret_finding)
{
	const struct platform *platform = &evidence->status.platform;
	const struct host *host = &evidence->status.host;
	bool intel = !strcmp(platform->kvm_module, "kvm_intel");
	const char *name = intel ? "ple_gap" : "pause_filter_count";
	unsigned int cpus = cpus_online(ctl), vcpus = 0;
	uint64_t value;

	if (!parameter_read(ctl, platform->kvm_module, name, &value))
		return false;
	for (size_t i = 0; i < host->n_vms; i++)
		vcpus += host->vms[i].vcpus_known ? host->vms[i].vcpus : 0;
	if (value)
		return report(ret_finding, VERDICT_PASS, NULL,
			      "a vCPU that spins exits and makes room (%s %s=%llu)",
			      platform->kvm_module, name, (unsigned long long)value);
	if (!platform->ple)
		return report(ret_finding, VERDICT_PASS, NULL,
			      "this CPU cannot make a vCPU exit that spins: guests have to make "
			      "room by themselves");
	if (cpus && vcpus > cpus)
		return report(ret_finding, VERDICT_WARN,
			      intel ? "load kvm_intel with ple_gap=128"
				    : "load kvm_amd with pause_filter_count=3000",
			      "%u vCPUs share %u CPUs, and one that spins keeps its CPU: %s %s=0",
			      vcpus, cpus, platform->kvm_module, name);
	return report(ret_finding, VERDICT_PASS, NULL,
		      "a vCPU that spins keeps its CPU (%s %s=0); %u vCPUs are known here, on %u "
		      "CPUs",
		      platform->kvm_module, name, vcpus, cpus);
}
