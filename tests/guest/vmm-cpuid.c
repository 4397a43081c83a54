// SPDX-License-Identifier: GPL-2.0-only
/*
 * What CPUID tells the guest: what KVM supports, with this vCPU's APIC id, and for some tests with
 * another picture of who the hypervisor is.
 */
#include <string.h>
#include <sys/ioctl.h>

#include "vmm.h"

#define HYPERVISOR_BASE 0x40000000
#define HYPERVISOR_END 0x40010000

struct cpuid {
	struct kvm_cpuid2 head;
	struct kvm_cpuid_entry2 entries[VMM_MAX_CPUID];
};

static void set_apic_id(struct cpuid *cpuid, uint32_t id, bool vmx)
{
	unsigned int i;

	for (i = 0; i < cpuid->head.nent; i++) {
		struct kvm_cpuid_entry2 *e = &cpuid->entries[i];

		switch (e->function) {
		case 1:
			/* Hypervisor present, TSC deadline timer; each vCPU a package of its own */
			e->ebx = (e->ebx & 0xffff) | 1 << 16 | id << 24;
			e->ecx |= 1U << 31 | 1U << 24;
			if (!vmx)
				e->ecx &= ~(1U << 5);
			e->edx &= ~(1U << 28);
			break;
		case 4:
			e->eax &= 0x3fff;
			break;
		case 0xb:
		case 0x1f:
			e->eax = e->ebx = 0;
			e->edx = id;
			break;
		case 0x80000001:
			e->ecx &= ~(1U << 2 | 1U << 1); /* no SVM, no multi-core legacy */
			break;
		case 0x80000008:
			e->ecx = 0;
			break;
		case 0x8000001e:
			e->eax = id;
			e->ebx = id;
			e->ecx = 0;
			break;
		}
	}
}

static bool is_hypervisor(uint32_t function)
{
	return function >= HYPERVISOR_BASE && function < HYPERVISOR_END;
}

static void drop_hypervisor(struct cpuid *cpuid)
{
	unsigned int i, n = 0;

	for (i = 0; i < cpuid->head.nent; i++)
		if (!is_hypervisor(cpuid->entries[i].function))
			cpuid->entries[n++] = cpuid->entries[i];
	cpuid->head.nent = n;
}

static void move_hypervisor(struct cpuid *cpuid, uint32_t by)
{
	unsigned int i;

	for (i = 0; i < cpuid->head.nent; i++) {
		struct kvm_cpuid_entry2 *e = &cpuid->entries[i];

		if (!is_hypervisor(e->function))
			continue;
		if (e->function == HYPERVISOR_BASE)
			e->eax += by;
		e->function += by;
	}
}

static void change_features(struct cpuid *cpuid, const struct machine_options *options)
{
	unsigned int i;

	for (i = 0; i < cpuid->head.nent; i++) {
		struct kvm_cpuid_entry2 *e = &cpuid->entries[i];

		if (e->function == HYPERVISOR_BASE + 1) {
			e->eax &= ~options->kvm_hide;
			e->edx |= options->kvm_hints;
		}
		if (e->function == 1 && options->no_x2apic)
			e->ecx &= ~(1U << 21);
	}
}

static void add_block(struct cpuid *cpuid, uint32_t base, const char *signature, uint32_t interface)
{
	struct kvm_cpuid_entry2 *e = &cpuid->entries[cpuid->head.nent];

	if (cpuid->head.nent + 2 > VMM_MAX_CPUID)
		die("too many CPUID entries");
	memset(e, 0, 2 * sizeof(*e));
	e[0].function = base;
	e[0].eax = base + 1;
	memcpy(&e[0].ebx, signature, 4);
	memcpy(&e[0].ecx, signature + 4, 4);
	memcpy(&e[0].edx, signature + 8, 4);
	e[1].function = base + 1;
	e[1].eax = interface;
	cpuid->head.nent += 2;
}

/**
 * vcpu_set_cpuid() - tell KVM what this vCPU's CPUID answers, by the machine's options
 * @vcpu: a vCPU that has not run yet
 */
void vcpu_set_cpuid(struct vcpu *vcpu)
{
	const struct machine_options *options = &vcpu->machine->options;
	struct cpuid cpuid = {.head.nent = VMM_MAX_CPUID};

	if (ioctl(kvm_device(), KVM_GET_SUPPORTED_CPUID, &cpuid))
		die("KVM_GET_SUPPORTED_CPUID");
	set_apic_id(&cpuid, vcpu->id, options->vmx);
	change_features(&cpuid, options);
	if (options->mask_kvm)
		drop_hypervisor(&cpuid);
	if (options->hyperv) {
		move_hypervisor(&cpuid, 0x100);
		add_block(&cpuid, HYPERVISOR_BASE, "Microsoft Hv", 0x31237648 /* Hv#1 */);
	}
	if (options->foreign)
		add_block(&cpuid, HYPERVISOR_BASE + 0x100, "SomebodyElse", 0);
	if (ioctl(vcpu->fd, KVM_SET_CPUID2, &cpuid))
		die("KVM_SET_CPUID2");
}
