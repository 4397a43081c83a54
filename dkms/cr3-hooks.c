// SPDX-License-Identifier: GPL-2.0-only
/*
 * The cr3 cache at work: probes on KVM's tracepoints kvm_entry and kvm_exit, which sit right at the
 * edge of guest mode. Those on what becomes of page tables are in cr3-unsync.c.
 *
 * Invariants, each of which was once paid for with a wrong translation (docs/cr3-cache.md):
 *  1. The gate is open and the VMCS has targets only between on_entry() and on_exit().
 *  2. Only roots are offered that KVM itself would take from its cache without further work.
 *  3. A vCPU that had an open gate never goes on inside its window.
 *
 * Context of on_entry() and on_exit(): the vCPU's task, its VMCS current, interrupts off.
 *
 * Most exits leave the roots alone, so most entries only compare: which roots the MMU caches, their
 * role, and whether anything was heard of page tables (@recheck). The rest is done if one differs.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/tracepoint.h>

#include "cr3-roots.h"
#include "cr3-unsync.h"
#include "cr3-vmcs.h"

/*
 * The vCPU between on_entry() and on_exit() on this CPU, if its registration is in use. Spares the
 * others a look-up at each exit.
 */
static DEFINE_PER_CPU(struct kvm_vcpu *, current_vcpu);
static DEFINE_PER_CPU(struct kvmpv_cr3 *, current_cr3);

/* ---- entry ---- */

static __always_inline bool in_window(const struct kvmpv_cr3 *cr3, u64 rip)
{
	return rip - cr3->start - 1 < cr3->length - 1;
}

/*
 * With PCID, a hit flushes what the hardware PCID of its slot has, not what the guest's own PCID
 * has. That PCID comes into use again when KVM loads GUEST_CR3 itself: before the guest then runs,
 * everything of this vCPU must go.
 */
static noinline void flush_swallowed(struct kvmpv_cr3 *cr3)
{
	if (vmcs_get(GUEST_CR3) == cr3->exit_cr3)
		return;
	vmcs_flush_tlb();
	cr3->swallowed = false;
	cr3_count(cr3, KVMPV_COUNTER_CR3_FLUSHES, 1);
}

static bool was_free(rwlock_t *lock)
{
#ifndef __CHECKER__ /* which loses count in an inlined read_trylock() */
	if (!read_trylock(lock))
		return false;
	read_unlock(lock);
#endif
	return true;
}

/*
 * A vCPU that marks a page unsync does so with the MMU lock held for writing, and told us just
 * before; that the lock can be had means that it is done. Cleared first, so that what is told from
 * now on is not lost.
 */
static bool marking_done(struct kvmpv_cr3 *cr3)
{
	WRITE_ONCE(cr3->marking, false);
	if (was_free(&cr3->vcpu->kvm->mmu_lock))
		return true;
	WRITE_ONCE(cr3->marking, true);
	cr3_count(cr3, KVMPV_COUNTER_CR3_BUSY, 1);
	return false;
}

static void revoke(struct kvmpv_cr3 *cr3)
{
	if (cr3->revoked)
		return;
	WRITE_ONCE(cr3->revoked, true);
	cr3_count(cr3, KVMPV_COUNTER_CR3_DROPPED, 1);
}

/* Rare reasons to offer nothing at this entry */
static bool held_back(struct kvmpv_cr3 *cr3, const struct kvm_vcpu *vcpu)
{
	if (!(vcpu->arch.cr0 & X86_CR0_PG)) {
		/* Reset, INIT, another kernel: whoever registered is gone. */
		revoke(cr3);
		return true;
	}
	if (cr3_generation(vcpu->kvm) != cr3->generation) {
		switch (cr3_same_page(cr3)) {
		case 0:
			cr3->recheck = true;
			break;
		case -EAGAIN:
			return true;
		default:
			revoke(cr3);
			return true;
		}
	}
	if (cr3->fresh) {
		if (in_window(cr3, guest_rip(vcpu)))
			return true;
		cr3->fresh = false;
		cr3->recheck = true;
	}
	return false;
}

/*
 * GUEST_CR3 may have a tag that is none of ours: of an earlier registration, with a slot of that
 * one's count, or a PCID of a guest that has switched PCIDs off since. Load what KVM would load.
 */
static void drop_tag(const struct kvmpv_cr3 *cr3, const struct kvm_vcpu *vcpu)
{
	u64 value = vmcs_get(GUEST_CR3);

	if ((value & CR3_TAG_MASK) != CR3_TAG || (value & CR3_SLOT_MASK) == cr3->place[0])
		return;
	value &= PAGE_MASK;
	if (cr3->pcid)
		value |= vcpu->arch.cr3 & X86_CR3_PCID_MASK;
	vmcs_set(GUEST_CR3, value);
	vmcs_flush_tlb();
}

/*
 * Something differs from the last entry. What was offered to all loads is looked at again only if
 * something was heard of page tables (@recheck), what was not, each time. Return: is there anything
 * to offer
 */
static noinline bool prepare(struct kvmpv_cr3 *cr3, struct kvm_vcpu *vcpu)
{
	const struct kvm_mmu *mmu = vcpu->arch.mmu;
	bool pcid = vcpu->arch.cr4 & X86_CR4_PCIDE;
	u32 role = mmu->root_role.word;

	if (READ_ONCE(cr3->revoked) || held_back(cr3, vcpu))
		return false;
	if (READ_ONCE(cr3->marking)) {
		if (!marking_done(cr3))
			return false;
		cr3->recheck = true;
	}
	cr3->policy.prepared++;
	cr3->recheck |= pcid != cr3->pcid || role != cr3->role || cr3->sharing;
	cr3->pcid = pcid;
	cr3->role = role;
	if (!cr3_same_roots(cr3, mmu))
		cr3_update_slots(cr3, mmu);
	if (!cr3_mode(vcpu) || (vcpu->arch.cr3 & CR3_HIGH_BITS))
		goto nothing;
	drop_tag(cr3, vcpu);
	if (!cr3_check_roots(cr3, cr3->recheck ? CR3_ALL_SLOTS : CR3_ALL_SLOTS & ~cr3->flushing))
		goto nothing;
	cr3->recheck = false;
	cr3->missing = false;
	return cr3->targets;

nothing:
	cr3->recheck = true;
	return false;
}

static __always_inline bool unchanged(const struct kvmpv_cr3 *cr3, const struct kvm_vcpu *vcpu)
{
	const struct kvm_mmu *mmu = vcpu->arch.mmu;

	return !(READ_ONCE(cr3->revoked) | READ_ONCE(cr3->marking) | cr3->fresh | cr3->recheck |
		 cr3->missing) &&
	       mmu->root_role.word == cr3->role && vcpu->arch.cr3 == cr3->seen[0].pgd &&
	       !!(vcpu->arch.cr4 & X86_CR4_PCIDE) == cr3->pcid &&
	       cr3_generation(vcpu->kvm) == cr3->generation && cr3_same_roots(cr3, mmu);
}

static noinline void enter(struct kvmpv_cr3 *cr3, struct kvm_vcpu *vcpu)
{
	if (unlikely(cr3->swallowed))
		flush_swallowed(cr3);
	this_cpu_write(current_vcpu, vcpu);
	this_cpu_write(current_cr3, cr3);
	if (unchanged(cr3, vcpu) ? !cr3->targets : !prepare(cr3, vcpu))
		return;
	vmcs_set(CR3_TARGET_COUNT, KVMPV_CR3_SLOTS);
	cr3->loaded = true;
	WRITE_ONCE(cr3->page->gate, KVMPV_CR3_OPEN);
	cr3_count(cr3, KVMPV_COUNTER_CR3_ENTRIES, 1);
}

static noinline void notice_aside(struct kvmpv_cr3 *cr3, const struct kvm_vcpu *vcpu)
{
	cr3_notice_aside(&cr3->policy, vcpu->arch.cr3);
	if (!(vcpu->arch.cr0 & X86_CR0_PG))
		revoke(cr3);
}

/*
 * The vCPU is already marked as in guest mode, with a full barrier behind that: whoever revokes or
 * marks and then kicks either is seen here or sees the vCPU in guest mode and makes it exit.
 */
static void notrace on_entry(void *data, struct kvm_vcpu *vcpu, bool force_immediate_exit)
{
	struct kvmpv_cr3 *cr3 = cr3_find(vcpu);

	if (!cr3 || unlikely(cr3_elsewhere(vcpu)))
		return;
	if (!cr3->policy.aside)
		enter(cr3, vcpu);
	else if (unlikely(cr3_wait_aside(&cr3->policy, vcpu->arch.cr3) ||
			  !(vcpu->arch.cr0 & X86_CR0_PG)))
		notice_aside(cr3, vcpu);
}

/* ---- exit ---- */

/*
 * The guest has moved to another root. Make KVM see what it would see had it handled the load: the
 * root in front of those before it, and the guest's own CR3. Not by kvm_mmu_new_pgd(), which may
 * free a root, and that takes the MMU lock.
 */
static noinline void follow(struct kvmpv_cr3 *cr3, struct kvm_vcpu *vcpu, u64 value)
{
	const struct cr3_slot *slot = &cr3->slot[value & CR3_SLOT_MASK];
	struct kvm_mmu *mmu = vcpu->arch.mmu;
	void *page;
	int i;

	if (value != (slot->hpa | CR3_TAG | (value & CR3_SLOT_MASK)))
		goto lost;
	for (i = 0; mmu->root.pgd != slot->pgd || mmu->root.hpa != slot->hpa; i++) {
		if (i == KVM_MMU_NUM_PREV_ROOTS)
			goto lost;
		swap(mmu->root, mmu->prev_roots[i]);
		swap(cr3->seen[0], cr3->seen[i + 1]);
		swap(cr3->place[0], cr3->place[i + 1]);
	}
	vcpu->arch.cr3 = slot->pgd;
	page = cr3_root_page(slot->hpa);
	atomic_set((atomic_t *)cr3_member(page, cr3_layout.write_flooding_count), 0);
	cr3->policy.useful++;
	cr3_count(cr3, KVMPV_COUNTER_CR3_SWITCHED, 1);
	return;

lost:
	/* Cannot be, so nobody knows what the guest sees: it must not go on. */
	pr_err_ratelimited("vCPU %d of process %d is on a root it was not offered: VM stopped\n",
			   vcpu->vcpu_id, task_tgid_nr(current));
	vcpu->kvm->vm_dead = true;
	kvm_make_request(KVM_REQ_VM_DEAD, vcpu);
}

/* An exit in the middle of a look-up: what was read may be outdated, so the look-up never was. */
static void abort_window(struct kvmpv_cr3 *cr3, struct kvm_vcpu *vcpu)
{
#ifndef KVMPV_NEGATIVE_NO_ABORT
	set_guest_rip(vcpu, cr3->abort);
#endif
	cr3_count(cr3, KVMPV_COUNTER_CR3_ABORTS, 1);
}

/* KVM is going to evict the last of its previous roots, unless it has one for @pgd. */
static void choose_victim(struct kvmpv_cr3 *cr3, struct kvm_vcpu *vcpu, u64 pgd)
{
	struct kvm_mmu *mmu = vcpu->arch.mmu;
	int i;

	if (mmu->root.pgd == pgd || (pgd & vcpu->arch.reserved_gpa_bits))
		return;
	for (i = 0; i < KVM_MMU_NUM_PREV_ROOTS; i++) {
		if (!VALID_PAGE(mmu->prev_roots[i].hpa)) {
			swap(mmu->prev_roots[i], mmu->prev_roots[KVM_MMU_NUM_PREV_ROOTS - 1]);
			cr3->recheck = true;
			return;
		}
		if (mmu->prev_roots[i].pgd == pgd)
			return;
	}
	if (cr3_evict_current(&cr3->policy, pgd) && VALID_PAGE(mmu->root.hpa)) {
		swap(mmu->root, mmu->prev_roots[KVM_MMU_NUM_PREV_ROOTS - 1]);
		swap(cr3->seen[0], cr3->seen[KVM_MMU_NUM_PREV_ROOTS]);
		swap(cr3->place[0], cr3->place[KVM_MMU_NUM_PREV_ROOTS]);
	}
	cr3_evicted(&cr3->policy, mmu->prev_roots[KVM_MMU_NUM_PREV_ROOTS - 1].pgd);
}

/* SDM vol. 3, table "Exit Qualification for Control-Register Accesses" */
#define CR_ACCESS_MOV_TO_CR3 3
#define CR_ACCESS_MASK 0x3f
#define CR_ACCESS_REGISTER(qualification) ((qualification) >> 8 & 15)

static void missed(struct kvmpv_cr3 *cr3, struct kvm_vcpu *vcpu)
{
	u64 qualification = vmcs_get(EXIT_QUALIFICATION), pgd;
	int reg = CR_ACCESS_REGISTER(qualification);

	if ((qualification & CR_ACCESS_MASK) != CR_ACCESS_MOV_TO_CR3 || reg == VCPU_REGS_RSP)
		return;
	cr3_count(cr3, KVMPV_COUNTER_CR3_MISSES, 1);
	pgd = vcpu->arch.regs[reg];
	if (cr3->pcid)
		pgd &= ~KVMPV_CR3_NOFLUSH;
	choose_victim(cr3, vcpu, pgd);
}

static void stand_aside(struct kvmpv_cr3 *cr3, struct kvm_vcpu *vcpu)
{
	cr3->fresh = true;
	if (cr3->swallowed)
		kvm_make_request(KVM_REQ_TLB_FLUSH_CURRENT, vcpu);
	cr3->swallowed = false;
	cr3_count(cr3, KVMPV_COUNTER_CR3_ASIDE, 1);
}

static void mark_dirty(struct kvmpv_cr3 *cr3, struct kvm_vcpu *vcpu)
{
	int idx = srcu_read_lock(&vcpu->kvm->srcu);

	static_call(kvmpv_mark_dirty)(vcpu, cr3->gfn);
	srcu_read_unlock(&vcpu->kvm->srcu, idx);
}

static __always_inline void close_gate(struct kvmpv_cr3 *cr3, struct kvm_vcpu *vcpu)
{
	u64 value;

	cr3->loaded = false;
#ifndef KVMPV_NEGATIVE_NO_CLOSE
	WRITE_ONCE(cr3->page->gate, 0);
#endif
	vmcs_set(CR3_TARGET_COUNT, 0);
	value = vmcs_get(GUEST_CR3);
	/* What KVM loads is never tagged, and a slot keeps its root while it is the current one. */
	if ((value & CR3_TAG_MASK) == CR3_TAG) {
		if ((value & CR3_SLOT_MASK) != cr3->place[0])
			follow(cr3, vcpu, value);
		/* There may have been hits: as KVM does for each load. */
		vcpu->arch.mmio_gva = 0;
		cr3->exit_cr3 = value;
		cr3->swallowed = cr3->pcid;
	}
	if (unlikely(cr3->log || cr3_generation(vcpu->kvm) != cr3->generation))
		mark_dirty(cr3, vcpu);
}

static noinline void leave(struct kvmpv_cr3 *cr3, struct kvm_vcpu *vcpu)
{
	u32 reason = (u16)vmcs_get(VM_EXIT_REASON);

	this_cpu_write(current_vcpu, NULL);
	if (likely(cr3->loaded)) {
		close_gate(cr3, vcpu);
		if (reason != EXIT_REASON_CR_ACCESS && unlikely(in_window(cr3, guest_rip(vcpu))))
			abort_window(cr3, vcpu);
	}
	switch (reason) {
	case EXIT_REASON_CR_ACCESS:
		missed(cr3, vcpu);
		fallthrough;
	case EXIT_REASON_INVLPG:
	case EXIT_REASON_INVPCID:
		/* KVM may synchronise a root: then it can be offered again. */
		cr3->missing = cr3->flushing != CR3_ALL_SLOTS;
	}
	if (++cr3->policy.exits == CR3_TRIAL && cr3_end_trial(&cr3->policy))
		stand_aside(cr3, vcpu);
}

static void notrace on_exit(void *data, struct kvm_vcpu *vcpu, u32 isa)
{
	if (this_cpu_read(current_vcpu) == vcpu)
		leave(this_cpu_read(current_cr3), vcpu);
}

/**
 * cr3_forget_current() - a registration goes whose last entry never came to an exit
 * @vcpu: KVM's object
 *
 * Context: process; the vCPU is never entered again.
 */
void cr3_forget_current(const struct kvm_vcpu *vcpu)
{
	int cpu;

	for_each_possible_cpu(cpu)
		cmpxchg(&per_cpu(current_vcpu, cpu), (struct kvm_vcpu *)vcpu, NULL);
}

/* ---- on and off ---- */

static const struct {
	const char *name;
	void *probe;
} probes[] = {
	/* In this order: what protects comes before what needs it. */
	{"kvm_mmu_unsync_page", cr3_on_unsync},
	{"kvm_mmu_get_page", cr3_on_get_page},
	{"kvm_exit", on_exit},
	{"kvm_entry", on_entry},
};

static void remove_first(unsigned int nr)
{
	while (nr--)
		tracepoint_probe_unregister(cr3_tracepoint(probes[nr].name), probes[nr].probe,
					    NULL);
	tracepoint_synchronize_unregister();
}

/**
 * cr3_hooks_install() - install the probes, all or none
 *
 * Context: process, may sleep; KVM is pinned; the caller serialises.
 *
 * Return: 0 or a negative error.
 */
int cr3_hooks_install(void)
{
	struct tracepoint *tracepoint;
	unsigned int i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(probes); i++) {
		tracepoint = cr3_tracepoint(probes[i].name);
		ret = tracepoint ? tracepoint_probe_register(tracepoint, probes[i].probe, NULL)
				 : -ENOENT;
		if (ret) {
			pr_err("tracepoint %s: no probe can be set (%d)\n", probes[i].name, ret);
			remove_first(i);
			return ret;
		}
	}
	return 0;
}

/**
 * cr3_hooks_remove() - remove the probes; when it returns nobody is inside one
 *
 * Context: process, may sleep; no vCPU is registered; the caller serialises.
 */
void cr3_hooks_remove(void)
{
	remove_first(ARRAY_SIZE(probes));
}

/**
 * cr3_show_hooks() - print the tracepoints in use, one a line
 * @page: a page to print into
 * @len: bytes in it so far
 *
 * Return: bytes in it.
 */
ssize_t cr3_show_hooks(char *page, ssize_t len)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(probes) && cr3_installed(); i++)
		len += sysfs_emit_at(page, len, "%s\n", probes[i].name);
	return len;
}
