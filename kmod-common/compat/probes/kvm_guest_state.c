// SPDX-License-Identifier: GPL-2.0-only
/* what KVM keeps of a guest's own MSRs, CPUID and devices; all kernels so far */
#include <linux/kvm_host.h>

u64 kvmpv_probe(struct kvm_vcpu *vcpu);
u64 kvmpv_probe(struct kvm_vcpu *vcpu)
{
	return vcpu->arch.pv_cpuid.features + vcpu->arch.apic_base + vcpu->arch.time +
	       vcpu->arch.apf.msr_en_val + vcpu->arch.st.msr_val + vcpu->arch.pv_eoi.msr_val +
	       vcpu->arch.msr_kvm_poll_control + !!vcpu->kvm->arch.vpit +
	       (vcpu->kvm->arch.irqchip_mode == KVM_IRQCHIP_KERNEL);
}
