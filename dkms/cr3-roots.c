// SPDX-License-Identifier: GPL-2.0-only
/*
 * The roots that a vCPU's MMU caches, as CR3 targets and as entries of the guest's page: which root
 * is in which slot, which may be offered, and what is written where.
 *
 * Context of everything here: as cr3-hooks.c at an entry.
 */
#include <linux/bitops.h>
#include <linux/kernel.h>

#include "cr3-roots.h"
#include "cr3-vmcs.h"

/* A root has come to a slot: nothing is offered there before it has been looked at. */
static void fill_slot(struct kvmpv_cr3 *cr3, int i, u64 pgd, u64 hpa)
{
	struct kvmpv_cr3_page *page = cr3->page;
	u64 host = hpa | CR3_TAG | i;
	u32 slot = BIT(i);

	cr3->slot[i] = (struct cr3_slot){pgd, hpa};
	WRITE_ONCE(page->entry[0][i].guest, KVMPV_CR3_NOTHING);
	WRITE_ONCE(page->entry[1][i].guest, KVMPV_CR3_NOTHING);
	WRITE_ONCE(page->entry[0][i].host, host);
	WRITE_ONCE(page->entry[1][i].host, host);
	cr3->flushing &= ~slot;
	cr3->noflush &= ~slot;
	/* The VMCS still has what was here. It must go even if nothing is offered in its place. */
	cr3->stale |= cr3->targets & slot;
	cr3->targets &= ~slot;
}

/* The usual change: a new root in front, the others moved up, the last one gone. */
static bool is_shifted(const struct kvmpv_cr3 *cr3, const struct kvm_mmu *mmu)
{
	return cr3_is_root(&cr3->seen[0], &mmu->prev_roots[0]) &&
	       cr3_is_root(&cr3->seen[1], &mmu->prev_roots[1]) &&
	       cr3_is_root(&cr3->seen[2], &mmu->prev_roots[2]);
}

static void shift_slots(struct kvmpv_cr3 *cr3, const struct kvm_mmu *mmu)
{
	u8 last = cr3->place[3];
	int i;

	for (i = 3; i > 0; i--) {
		cr3->seen[i] = cr3->seen[i - 1];
		cr3->place[i] = cr3->place[i - 1];
	}
	cr3->seen[0] = (struct cr3_slot){mmu->root.pgd, mmu->root.hpa};
	cr3->place[0] = last;
	fill_slot(cr3, last, mmu->root.pgd, mmu->root.hpa);
}

/* Any other change: roots that are in a slot stay there, new ones go where nobody is any more. */
static void assign_slots(struct kvmpv_cr3 *cr3, const struct kvm_mmu *mmu)
{
	const struct cr3_slot *roots = cr3->seen;
	bool placed[KVMPV_CR3_SLOTS] = {};
	u32 used = 0;
	int i, j;

	cr3->seen[0] = (struct cr3_slot){mmu->root.pgd, mmu->root.hpa};
	for (i = 0; i < KVM_MMU_NUM_PREV_ROOTS; i++)
		cr3->seen[i + 1] =
			(struct cr3_slot){mmu->prev_roots[i].pgd, mmu->prev_roots[i].hpa};
	for (i = 0; i < KVMPV_CR3_SLOTS; i++) {
		for (j = 0; j < KVMPV_CR3_SLOTS; j++) {
			if (placed[j] || cr3->slot[i].pgd != roots[j].pgd ||
			    cr3->slot[i].hpa != roots[j].hpa)
				continue;
			placed[j] = true;
			used |= BIT(i);
			cr3->place[j] = i;
			break;
		}
	}
	for (j = 0; j < KVMPV_CR3_SLOTS; j++) {
		if (placed[j])
			continue;
		i = __ffs(~used);
		used |= BIT(i);
		cr3->place[j] = i;
		fill_slot(cr3, i, roots[j].pgd, roots[j].hpa);
	}
}

/**
 * cr3_update_slots() - the slots get the MMU's roots, which are others than last time
 * @cr3: the registration
 * @mmu: the vCPU's
 *
 * What is new is not offered yet.
 */
void cr3_update_slots(struct kvmpv_cr3 *cr3, const struct kvm_mmu *mmu)
{
	if (likely(is_shifted(cr3, mmu)))
		shift_slots(cr3, mmu);
	else
		assign_slots(cr3, mmu);
}

/* May the root in a slot be offered: 0 no, 1 to loads that do not flush, 2 to all. */
static __always_inline int root_state(struct kvmpv_cr3 *cr3, const struct cr3_slot *slot, u32 role)
{
	void *page = cr3_root_page(slot->hpa);
	u32 own;

	if (unlikely(!page))
		return 0;
	own = READ_ONCE(*(u32 *)cr3_member(page, cr3_layout.role));
	if (unlikely(own != role)) {
		union kvm_mmu_page_role was = {.word = own};

		cr3_count(cr3, was.invalid ? KVMPV_COUNTER_CR3_OBSOLETE : KVMPV_COUNTER_CR3_ROLE,
			  1);
		return 0;
	}
	if (READ_ONCE(*(bool *)cr3_member(page, cr3_layout.unsync)) ||
	    READ_ONCE(*(unsigned int *)cr3_member(page, cr3_layout.unsync_children))) {
		cr3_count(cr3, KVMPV_COUNTER_CR3_UNSYNC, 1);
		return 1;
	}
	return 2;
}

static void write_guest_values(struct kvmpv_cr3 *cr3, int table, u32 was, u32 now)
{
	struct kvmpv_cr3_entry *entry = cr3->page->entry[table];
	u32 change = was ^ now;
	int i;

	for (; change; change &= change - 1) {
		i = __ffs(change);
		WRITE_ONCE(entry[i].guest,
			   now & BIT(i) ? cr3->slot[i].pgd ^ KVMPV_CR3_OPEN : KVMPV_CR3_NOTHING);
	}
}

static void write_targets(struct kvmpv_cr3 *cr3, u32 now)
{
	u32 change = (cr3->targets ^ now) | cr3->stale;
	int i;

	cr3->stale = 0;
	for (; change; change &= change - 1) {
		i = __ffs(change);
		/* All ones: such a load faults, with a target like that or without. */
		vmcs_set(CR3_TARGET_VALUE0 + 2 * i,
			 now & BIT(i) ? cr3->slot[i].hpa | CR3_TAG | i : ~0ULL);
	}
	cr3_count(cr3, KVMPV_COUNTER_CR3_OFFERED, hweight32(now & ~cr3->targets));
	cr3->targets = now;
}

/* A guest that uses our hardware PCIDs itself, or addresses with metadata in them */
static __always_inline bool is_strange(const struct kvmpv_cr3 *cr3, u64 pgd)
{
	return (pgd & CR3_HIGH_BITS) || (cr3->pcid && (pgd & CR3_TAG_MASK) == CR3_TAG);
}

/*
 * A load that flushes a PCID makes KVM drop its roots of other page directories under that PCID;
 * a hit does not. Such roots must not be offered to loads that do not flush. Return: the slots that
 * share the PCID of slot @i, with it, if there are others.
 */
static __always_inline u32 sharing_pcid(const struct kvmpv_cr3 *cr3, int i)
{
	u32 sharing = 0;
	int j;

	for (j = 0; j < KVMPV_CR3_SLOTS; j++)
		if (unlikely(!((cr3->slot[j].pgd ^ cr3->slot[i].pgd) & X86_CR3_PCID_MASK)) &&
		    j != i && VALID_PAGE(cr3->slot[j].hpa))
			sharing |= BIT(i) | BIT(j);
	return sharing;
}

/**
 * cr3_check_roots() - what may be offered goes to the page and to the VMCS
 * @cr3: the registration
 * @look: slots to look at; the others are offered to all loads, and stay so
 *
 * Return: false for a guest that is not to be offered anything.
 */
bool cr3_check_roots(struct kvmpv_cr3 *cr3, u32 look)
{
	u32 flushing = cr3->flushing & ~look, noflush = flushing, sharing = 0;
	int i, state;

	for (; look; look &= look - 1) {
		i = __ffs(look);
		if (!VALID_PAGE(cr3->slot[i].hpa))
			continue;
		if (is_strange(cr3, cr3->slot[i].pgd))
			return false;
		if (cr3->pcid)
			sharing |= sharing_pcid(cr3, i);
		state = root_state(cr3, &cr3->slot[i], cr3->role);
		flushing |= (state == 2) << i;
		noflush |= (state != 0) << i;
	}
	cr3->sharing = sharing;
	noflush = cr3->pcid ? noflush & ~sharing : 0;
	write_guest_values(cr3, 0, cr3->flushing, flushing);
	cr3->flushing = flushing;
	write_guest_values(cr3, 1, cr3->noflush, noflush);
	cr3->noflush = noflush;
	write_targets(cr3, flushing | noflush);
	return true;
}
