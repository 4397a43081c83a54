// SPDX-License-Identifier: GPL-2.0-only
/* an MMU with a current and previous roots */
#include <linux/kvm_host.h>

hpa_t kvmpv_probe(struct kvm_mmu *mmu);
hpa_t kvmpv_probe(struct kvm_mmu *mmu)
{
	return mmu->root_role.direct ? mmu->root.hpa
				     : mmu->prev_roots[KVM_MMU_NUM_PREV_ROOTS - 1].pgd;
}
