/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The vCPU's VMCS and its TLB tag. Only for the probes at kvm_entry and kvm_exit: there interrupts
 * are off and the VMCS of the vCPU at hand is the current one. The fields exist on every processor
 * with VMX, so VMREAD and VMWRITE cannot fail.
 */
#ifndef KVMPV_HOST_CR3_VMCS_H
#define KVMPV_HOST_CR3_VMCS_H

#include <linux/types.h>

#include <asm/cpufeature.h>
#include <asm/vmx.h>

static __always_inline u64 vmcs_get(unsigned long field)
{
	u64 value;

	asm volatile("vmread %1, %0" : "=r"(value) : "r"(field) : "cc");
	return value;
}

static __always_inline void vmcs_set(unsigned long field, u64 value)
{
	asm volatile("vmwrite %1, %0" : : "r"(field), "r"(value) : "cc");
}

/* Forget all translations of the vCPU, whatever PCID they have (SDM vol. 3, INVVPID, type 1). */
static inline void vmcs_flush_tlb(void)
{
	struct {
		u64 vpid;
		u64 address;
	} what = {};

	/* Without a VPID every entry and every exit flushes. */
	if (!boot_cpu_has(X86_FEATURE_VPID))
		return;
	what.vpid = vmcs_get(VIRTUAL_PROCESSOR_ID) & 0xffff;
	if (what.vpid)
		asm volatile("invvpid %0, %1"
			     :
			     : "m"(what), "r"((unsigned long)VMX_VPID_EXTENT_SINGLE_CONTEXT)
			     : "cc", "memory");
}

#endif /* KVMPV_HOST_CR3_VMCS_H */
