// SPDX-License-Identifier: GPL-2.0-only
/* 7.2: vcpu->arch.rip instead of regs[VCPU_REGS_RIP]; regs_avail and regs_dirty are bitmaps */
#include <linux/kvm_host.h>

unsigned long kvmpv_probe(struct kvm_vcpu *vcpu);
unsigned long kvmpv_probe(struct kvm_vcpu *vcpu)
{
	return vcpu->arch.regs[VCPU_REGS_RIP];
}
