/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVMPVCTL_PLATFORM_H
#define KVMPVCTL_PLATFORM_H

#include "kvmpvctl.h"

/**
 * struct platform - what this machine is
 * @possible: SIDE_MASK() of each side that could be used here
 * @dev_kvm: /dev/kvm is there
 * @kvm_module: ``kvm_intel`` or ``kvm_amd`` when loaded, else empty
 * @cpu_flag: ``vmx`` or ``svm`` when the CPU has it, else empty
 * @cpu_seen: the CPU's flags could be read
 * @ept: the CPU has extended page tables
 * @pcid: the CPU can tag TLB entries by address space
 * @ple: the CPU can make a vCPU exit that spins
 * @pti: the kernel isolates its page tables from those of processes
 * @in_vm: the CPU says that it is virtual
 * @hypervisor: signature in CPUID: ``KVMKVMKVM`` if KVM's is anywhere, else the first; ``none``
 * @kvm_base: where CPUID has KVM's block, 0 for nowhere
 * @kvmpv_base: where CPUID has the kvmpv block, 0 for nowhere
 * @dmi_vendor: who says to have built the machine; empty when it does not say
 * @killed: kvmpv.enable=0 is on the kernel command line
 */
struct platform {
	unsigned int possible;
	bool dev_kvm;
	const char *kvm_module;
	const char *cpu_flag;
	bool cpu_seen;
	bool ept;
	bool pcid;
	bool ple;
	bool pti;
	bool in_vm;
	char hypervisor[16];
	uint32_t kvm_base;
	uint32_t kvmpv_base;
	char dmi_vendor[64];
	bool killed;
};

void platform_read(const struct ctl *ctl, struct platform *ret_platform);
const char *platform_role(const struct platform *platform);

#endif /* KVMPVCTL_PLATFORM_H */
