// SPDX-License-Identifier: GPL-2.0-only
/* 6.17: kvm_vcpu_kick() became an inline around __kvm_vcpu_kick(); before, it was the function */
#include <linux/kvm_host.h>

/* A declaration would go well with an inline of this name, a second body does not. */
void kvm_vcpu_kick(struct kvm_vcpu *vcpu)
{
}
