// SPDX-License-Identifier: GPL-2.0-only
/* 6.16: kvm->arch.hlt_in_guest and its kin became bits of kvm->arch.disabled_exits */
#include <linux/kvm_host.h>

bool kvmpv_probe(struct kvm *kvm);
bool kvmpv_probe(struct kvm *kvm)
{
	return kvm->arch.hlt_in_guest;
}
