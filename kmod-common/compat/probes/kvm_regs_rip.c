// SPDX-License-Identifier: GPL-2.0-only
/* 7.2 (gone by then): RIP left vcpu->arch.regs[] for vcpu->arch.rip; regs_avail and regs_dirty became bitmaps */
#include <linux/kvm_host.h>

unsigned long kvmpv_probe(struct kvm_vcpu *vcpu);
unsigned long kvmpv_probe(struct kvm_vcpu *vcpu)
{
	return vcpu->arch.regs[VCPU_REGS_RIP];
}
