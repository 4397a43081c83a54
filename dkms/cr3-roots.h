/* SPDX-License-Identifier: GPL-2.0-only */
/* Between cr3-hooks.c and cr3-roots.c: a registration and the roots that KVM has. */
#ifndef KVMPV_HOST_CR3_ROOTS_H
#define KVMPV_HOST_CR3_ROOTS_H

#include <linux/kvm_host.h>
#include <linux/mm.h>

#include "cr3.h"
#include "vm.h"

/* Only the vCPU's own task counts here, so the counters need no atomic operation. */
static __always_inline void cr3_count(struct kvmpv_cr3 *cr3, enum kvmpv_counter counter, u64 n)
{
	atomic64_t *value = &cr3->owner->counter[counter];

	atomic64_set(value, atomic64_read(value) + n);
}

static __always_inline void *cr3_member(void *page, u32 offset)
{
	return (char *)page + offset;
}

/* KVM's object of a root's shadow page; NULL for roots that have none (PAE, dummy). */
static __always_inline void *cr3_root_page(u64 hpa)
{
	return (void *)page_private(pfn_to_page(hpa >> PAGE_SHIFT));
}

static __always_inline bool cr3_is_root(const struct cr3_slot *seen,
					const struct kvm_mmu_root_info *root)
{
	return seen->hpa == root->hpa && seen->pgd == root->pgd;
}

/**
 * cr3_same_roots() - are the MMU's current and previous roots those that the slots are for
 * @cr3: the registration
 * @mmu: the vCPU's
 */
static __always_inline bool cr3_same_roots(const struct kvmpv_cr3 *cr3, const struct kvm_mmu *mmu)
{
	return cr3_is_root(&cr3->seen[0], &mmu->root) &&
	       cr3_is_root(&cr3->seen[1], &mmu->prev_roots[0]) &&
	       cr3_is_root(&cr3->seen[2], &mmu->prev_roots[1]) &&
	       cr3_is_root(&cr3->seen[3], &mmu->prev_roots[2]);
}

void cr3_update_slots(struct kvmpv_cr3 *cr3, const struct kvm_mmu *mmu);
bool cr3_check_roots(struct kvmpv_cr3 *cr3, u32 look);

#endif /* KVMPV_HOST_CR3_ROOTS_H */
