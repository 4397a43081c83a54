// SPDX-License-Identifier: GPL-2.0-only
/* 6.17: kvm_vcpu_kick() became an inline around __kvm_vcpu_kick(); before, it was the function */
#include <linux/kvm_host.h>

void kvm_vcpu_kick(struct kvm_vcpu *vcpu);
