// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks of the cr3 cache on a host: is it needed, can it be offered, who uses it.
 */
#include <string.h>

#include "doctor.h"
#include "parameter.h"
#include "sysfs.h"

static enum ept paging_read(struct ctl *ctl, const char *module, const char *parameter)
{
	char path[64];
	bool on;
	int err = parameter_bool(ctl, module, parameter, &on);

	if (!err)
		return on ? EPT_ON : EPT_OFF;
	snprintf(path, sizeof(path), "sys/module/%s/parameters", module);
	if (path_exists(ctl, path))
		problem_add(ctl, -err, "%s/%s/%s", ctl->root, path, parameter);
	return EPT_UNKNOWN;
}

/**
 * ept_read() - does KVM use extended page tables
 * @ctl: the run
 *
 * Return: what kvm_intel says.
 */
enum ept ept_read(struct ctl *ctl)
{
	return paging_read(ctl, "kvm_intel", "ept");
}

static enum ept npt_read(struct ctl *ctl)
{
	if (!path_exists(ctl, "sys/module/kvm_amd/parameters/npt"))
		return EPT_UNKNOWN;
	return paging_read(ctl, "kvm_amd", "npt");
}

static bool amd(const struct platform *platform)
{
	return !strcmp(*platform->kvm_module ? platform->kvm_module : platform->cpu_flag,
		       *platform->kvm_module ? "kvm_amd" : "svm");
}

/**
 * check_ept() - does this host need the cr3 cache
 * @ctl: the run
 * @evidence: what is known
 * @side: SIDE_HOST
 * @ret_finding: the verdict
 *
 * Return: true where a host is possible.
 */
bool check_ept(struct ctl *ctl, const struct evidence *evidence, enum side side,
	       struct finding *ret_finding)
{
	const struct platform *platform = &evidence->status.platform;
	enum ept npt;

	if (!(platform->possible & SIDE_MASK(SIDE_HOST)))
		return false;
	npt = amd(platform) ? npt_read(ctl) : EPT_UNKNOWN;
	if (npt == EPT_OFF)
		return report(ret_finding, VERDICT_WARN,
			      "load kvm_amd with npt=1, unless it is off on purpose",
			      "NPT is off: each switch of address spaces in a guest exits, and "
			      "AMD's processors have no CR3 targets for the cr3 cache");
	if (amd(platform))
		return report(ret_finding, VERDICT_PASS, NULL,
			      "%sAMD's processors have no CR3 targets: no cr3 cache here",
			      npt == EPT_ON ? "NPT is on; " : "");
	if (!*platform->kvm_module)
		return report(ret_finding, VERDICT_WARN, "modprobe kvm_intel",
			      "kvm_intel is not loaded: whether EPT is on cannot be seen");
	switch (ept_read(ctl)) {
	case EPT_ON:
		return report(ret_finding, VERDICT_PASS, NULL,
			      "EPT is on: guests switch address spaces without exits, the cr3 "
			      "cache is not needed");
	case EPT_OFF:
		if (platform->ept)
			return report(ret_finding, VERDICT_WARN,
				      "load kvm_intel with ept=1, unless it is off on purpose: EPT "
				      "spares far more exits than the cr3 cache",
				      "EPT is off, though the CPU has it");
		return report(ret_finding, VERDICT_PASS, NULL,
			      "EPT is off, the CPU has none: each switch of address spaces in a "
			      "guest exits, unless the cr3 cache spares it");
	default:
		return report(ret_finding, VERDICT_WARN,
			      "look at /sys/module/kvm_intel/parameters/ept",
			      "whether EPT is on cannot be seen");
	}
}

static bool can_offer(const struct evidence *evidence)
{
	const struct reasons *reasons = &evidence->status.host.reasons;
	uint64_t bit = cr3_bit(evidence);

	return reasons->known & bit && !*reasons->text[__builtin_ctzll(bit)];
}

/**
 * check_cr3_host() - can this host offer the cr3 cache
 * @ctl: the run
 * @evidence: what is known
 * @side: SIDE_HOST
 * @ret_finding: the verdict
 *
 * That it cannot is no fault where EPT is on or the CPU is AMD's.
 *
 * Return: false when the module is not loaded.
 */
bool check_cr3_host(struct ctl *ctl, const struct evidence *evidence, enum side side,
		    struct finding *ret_finding)
{
	const struct host *host = &evidence->status.host;
	uint64_t bit = cr3_bit(evidence);
	bool needed;

	if (!host->module.loaded)
		return false;
	if (!(host->features & bit))
		return feature_missing(side, host->features, CR3_FEATURE, ret_finding);
	if (!(host->reasons.known & bit))
		return report(ret_finding, VERDICT_WARN, "kvmpvctl version: is the module older?",
			      "whether this host can offer it cannot be seen");
	if (can_offer(evidence))
		return report(ret_finding, VERDICT_PASS, NULL,
			      "this host can offer it; for new VMs it is %s",
			      !(host->offered.known & bit) ? "?"
			      : host->offered.on & bit	   ? "on"
							   : "off");
	needed = host->offered.on & bit ||
		 !(amd(&evidence->status.platform) || ept_read(ctl) == EPT_ON);
	return report(ret_finding, needed ? VERDICT_WARN : VERDICT_PASS,
		      needed ? "kvmpvctl disable --host " CR3_FEATURE ", or mend what it names"
			     : NULL,
		      "this host cannot offer it: %s", host->reasons.text[__builtin_ctzll(bit)]);
}

static unsigned int vms_count(const struct host *host, uint64_t bit, unsigned int *ret_offered)
{
	unsigned int used = 0;

	*ret_offered = 0;
	for (size_t i = 0; i < host->n_vms; i++) {
		const struct vm *vm = &host->vms[i];

		*ret_offered += !!(vm->offered.known & vm->offered.on & bit);
		used += vm->used_known && vm->offered.on & vm->used & bit;
	}
	return used;
}

/* The first VM that is offered it and does not use it. */
static const struct vm *idle_vm(const struct host *host, uint64_t bit)
{
	for (size_t i = 0; i < host->n_vms; i++) {
		const struct vm *vm = &host->vms[i];

		if (vm->offered.on & bit && !(vm->used_known && vm->used & bit))
			return vm;
	}
	return NULL;
}

/**
 * check_cr3_vms() - which VMs use the cr3 cache
 * @ctl: the run
 * @evidence: what is known
 * @side: SIDE_HOST
 * @ret_finding: the verdict
 *
 * Return: false where the host cannot offer it or has no VM.
 */
bool check_cr3_vms(struct ctl *ctl, const struct evidence *evidence, enum side side,
		   struct finding *ret_finding)
{
	const struct host *host = &evidence->status.host;
	uint64_t bit = cr3_bit(evidence);
	unsigned int offered, used;
	const struct vm *idle;

	if (!host->n_vms || !(host->features & bit) || !can_offer(evidence))
		return false;
	used = vms_count(host, bit, &offered);
	if (!offered)
		return report(ret_finding, VERDICT_PASS,
			      "for a VM whose guest may learn host-physical addresses: kvmpvctl "
			      "enable --vm PID-N " CR3_FEATURE,
			      "offered to none of %zu VMs", host->n_vms);
	idle = idle_vm(host, bit);
	if (idle)
		return report(ret_finding, VERDICT_WARN, "kvmpvctl doctor in its guest says why",
			      "offered to %u of %zu VMs, used by %u; %u-%u does not use it",
			      offered, host->n_vms, used, idle->id.pid, idle->id.n);
	return report(ret_finding, VERDICT_PASS, NULL, "offered to %u of %zu VMs, used by %u",
		      offered, host->n_vms, used);
}
