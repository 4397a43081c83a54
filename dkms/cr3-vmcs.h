/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The vCPU's VMCS and its TLB tag. Only for the probes at kvm_entry and kvm_exit: there interrupts
 * are off and the VMCS of the vCPU at hand is the current one. The fields exist on every processor
 * with VMX, so VMREAD and VMWRITE cannot fail.
 */
#ifndef KVMPV_HOST_CR3_VMCS_H
#define KVMPV_HOST_CR3_VMCS_H

#include <linux/kvm_host.h>
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

/*
 * KVM caches RIP in struct kvm_vcpu when it first wants to know it (a kvm_exit trace event does),
 * and writes what is marked dirty to the VMCS before the next entry.
 */
#ifdef KVMPV_HAVE_KVM_REGS_RIP
static inline u64 guest_rip(const struct kvm_vcpu *vcpu)
{
	return vcpu->arch.regs_avail & BIT(VCPU_REGS_RIP) ? vcpu->arch.regs[VCPU_REGS_RIP]
							  : vmcs_get(GUEST_RIP);
}

static inline void set_guest_rip(struct kvm_vcpu *vcpu, u64 value)
{
	vcpu->arch.regs[VCPU_REGS_RIP] = value;
	vcpu->arch.regs_avail |= BIT(VCPU_REGS_RIP);
	vcpu->arch.regs_dirty |= BIT(VCPU_REGS_RIP);
}
#else
static inline u64 guest_rip(const struct kvm_vcpu *vcpu)
{
	return test_bit(VCPU_REG_RIP, vcpu->arch.regs_avail) ? vcpu->arch.rip : vmcs_get(GUEST_RIP);
}

static inline void set_guest_rip(struct kvm_vcpu *vcpu, u64 value)
{
	vcpu->arch.rip = value;
	__set_bit(VCPU_REG_RIP, vcpu->arch.regs_avail);
	__set_bit(VCPU_REG_RIP, vcpu->arch.regs_dirty);
}
#endif

#endif /* KVMPV_HOST_CR3_VMCS_H */
