// SPDX-License-Identifier: GPL-2.0-only
/* a vCPU with nesting flags, local APIC and pending-kick flag */
#include <linux/kvm_host.h>

bool kvmpv_probe(struct kvm_vcpu *vcpu);
bool kvmpv_probe(struct kvm_vcpu *vcpu)
{
	return (vcpu->arch.hflags & HF_GUEST_MASK) && vcpu->arch.apic && vcpu->arch.cpuid_nent &&
	       vcpu->arch.pv.pv_unhalted;
}
