// SPDX-License-Identifier: GPL-2.0-only
/*
 * What KVM tells of page tables that are out of sync: the cr3 cache must not offer roots above them
 * any more, on any vCPU (docs/cr3-cache.md).
 */
#include <linux/kernel.h>

#include "cr3-roots.h"
#include "cr3-unsync.h"

/*
 * A page table of the guest is about to become writable without KVM noticing, or one that is gets
 * another parent; the roots above it must no longer be offered. The flags that say so are set
 * behind the tracepoint, with the MMU lock held for writing all the while: other vCPUs have to
 * leave the guest now, and must not look at the flags before the lock is free. The current vCPU is
 * outside guest mode, and looks at the flags when this is over.
 */
static void suspect_roots(void)
{
#ifndef KVMPV_NEGATIVE_NO_KICK
	struct kvm_vcpu *self = static_call(kvmpv_running_vcpu)(), *vcpu;
	struct kvmpv_cr3 *cr3, *used = NULL;
	unsigned long i;

	if (WARN_ON_ONCE(!self))
		return;
	cr3 = cr3_find(self);
	if (cr3)
		cr3->recheck = true;
	if (atomic_read(&self->kvm->online_vcpus) == 1)
		return;
	kvm_for_each_vcpu(i, vcpu, self->kvm) {
		cr3 = vcpu == self ? NULL : cr3_find(vcpu);
		if (!cr3)
			continue;
		WRITE_ONCE(cr3->marking, true);
		/* Pairs with the barrier in front of on_entry(): @aside ends outside guest mode. */
		smp_mb();
		if (!READ_ONCE(cr3->policy.aside))
			used = cr3;
	}
	if (!used)
		return;
	atomic64_inc(&used->owner->counter[KVMPV_COUNTER_CR3_KICKS]);
	static_call(kvmpv_kick_all)(self->kvm, KVM_REQ_OUTSIDE_GUEST_MODE);
#endif
}

/**
 * cr3_on_unsync() - probe on kvm_mmu_unsync_page: KVM is about to mark a page unsync
 * @data: nothing
 * @page: KVM's object of it
 *
 * Context: a vCPU's task, MMU lock held for writing.
 */
void cr3_on_unsync(void *data, struct kvm_mmu_page *page)
{
	suspect_roots();
}

/**
 * cr3_on_get_page() - probe on kvm_mmu_get_page: KVM is about to link a page to a parent
 * @data: nothing
 * @page: KVM's object of it
 * @created: it is new
 *
 * KVM brings an unsync page up to date before that, but leaves it unsync.
 *
 * Context: a vCPU's task, MMU lock held for writing.
 */
void cr3_on_get_page(void *data, struct kvm_mmu_page *page, bool created)
{
	if (READ_ONCE(*(bool *)cr3_member(page, cr3_layout.unsync)))
		suspect_roots();
}
