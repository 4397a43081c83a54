/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The cr3 cache: docs/cr3-cache.md says how and why, docs/abi/cr3-cache.rst what a guest sees.
 *
 *   cr3-support.c  can this host do it, and where is what in KVM
 *   cr3.c          registrations: who has one, from when to when
 *   cr3-hooks.c    what happens at an entry, at an exit, and when a page table goes unsync
 *   cr3-roots.c    KVM's roots as targets and in the guest's page
 *   cr3-policy.c   is it worth it, and which root is evicted
 */
#ifndef KVMPV_HOST_CR3_H
#define KVMPV_HOST_CR3_H

#include <linux/hash.h>
#include <linux/kvm_host.h>
#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/static_call.h>
#include <linux/types.h>

#include <kvmpv/abi.h>

#include "cr3-policy.h"

struct kvmpv_vcpu;
struct kvmpv_vm;

/*
 * What a target has in the low 12 bits, besides its slot. Without PCID the processor ignores bits 5
 * to 11 except 9, and no address of a page directory has them; with PCID it is a hardware PCID that
 * guests must not use, and Linux never does.
 */
#define CR3_TAG 0xde0ULL
#define CR3_TAG_MASK 0xffcULL
#define CR3_SLOT_MASK 0x3ULL

/* CR3 bits above the address: linear-address masking and NOFLUSH */
#define CR3_HIGH_BITS (7ULL << 61)

/**
 * struct cr3_slot - one of the four CR3 targets
 * @pgd: the guest's CR3 value, without KVMPV_CR3_NOFLUSH
 * @hpa: the shadow root that stands for it
 *
 * A root stays in its slot as long as the vCPU's MMU caches it. Both are INVALID_PAGE when free.
 */
struct cr3_slot {
	u64 pgd;
	u64 hpa;
};

/**
 * struct kvmpv_cr3 - a vCPU's registration
 * @hash: in the table of registrations, by @vcpu; looked up under RCU
 * @vcpu: KVM's object
 * @policy: is it worth it, and which root is evicted
 * @loaded: between our entry and our exit: gate open, targets in the VMCS
 * @revoked: do nothing any more; set by whoever drops the registration
 * @marking: another vCPU is marking a page table unsync; cleared once the MMU lock was seen free
 * @fresh: the window may hold the guest's RIP from a time when nothing was offered
 * @swallowed: with PCID, loads that flush may have been hits: the TLB may hold what the guest
 *	believes flushed, under its own PCIDs
 * @pcid: CR4.PCIDE at the last offer
 * @recheck: the roots may have changed in a way that comparing does not show
 * @missing: roots that are not offered to all loads may be fit for it now
 * @log: the page's slot logs dirty pages
 * @page: the guest's page, pinned
 * @start: guest-linear address of the window
 * @length: its length in bytes
 * @abort: where an exit inside the window goes on
 * @exit_cr3: GUEST_CR3 when it last was a target, at an exit
 * @role: of the MMU's roots, when the slots were last looked at
 * @seen: the MMU's current root and its previous ones, likewise
 * @slot: the targets
 * @place: the slot of each of @seen
 * @flushing: slots that entry[0] of the page offers
 * @noflush: slots that entry[1] of the page offers
 * @targets: slots that the VMCS has as targets
 * @sharing: slots of which another one has the same PCID
 * @stale: slots of which the VMCS may have a target that is none any more
 * @generation: of the memory slots, when @page was last found to be the guest's
 * @gfn: of @page
 * @hva: of @page
 * @hits: highest count of hits seen in @page
 * @owner: our object of the vCPU
 * @pinned: the page
 * @rcu: frees it
 *
 * Changed by the vCPU's own task only (probes and hypercalls), but for @revoked and @marking.
 */
struct kvmpv_cr3 {
	struct hlist_node hash;
	struct kvm_vcpu *vcpu;
	struct cr3_policy policy;
	bool loaded;
	bool revoked;
	bool marking;
	bool fresh;
	bool swallowed;
	bool pcid;
	bool recheck;
	bool missing;
	bool log;
	struct kvmpv_cr3_page *page;
	u64 start;
	u64 length;
	u64 abort;
	u64 exit_cr3;
	u32 role;
	struct cr3_slot seen[KVMPV_CR3_SLOTS];
	struct cr3_slot slot[KVMPV_CR3_SLOTS];
	u8 place[KVMPV_CR3_SLOTS];
	u32 flushing;
	u32 noflush;
	u32 targets;
	u32 sharing;
	u32 stale;
	u64 generation;
	gfn_t gfn;
	unsigned long hva;
	u64 hits;
	struct kvmpv_vcpu *owner;
	struct page *pinned;
	struct rcu_head rcu;
};

/*
 * Functions of KVM that only the cr3 cache needs; found and checked when the first VM is offered
 * it. F(short name, function, prototype)
 */
#define CR3_KVM_CALLS(F)                                               \
	F(kick_all, kvm_make_all_cpus_request, "bool(kvm*,u32)")       \
	F(mark_dirty, kvm_vcpu_mark_page_dirty, "void(kvm_vcpu*,u64)") \
	F(running_vcpu, kvm_get_running_vcpu, "kvm_vcpu*()")           \
	F(free_roots, kvm_mmu_free_roots, "void(kvm*,kvm_mmu*,u64)")

#define CR3_DECLARE_(name, function, prototype) DECLARE_STATIC_CALL(kvmpv_##name, function);
CR3_KVM_CALLS(CR3_DECLARE_)
#undef CR3_DECLARE_

/**
 * struct cr3_layout - where struct kvm_mmu_page, private to KVM, has what; in bytes
 * @unsync: bool
 * @role: u32
 * @unsync_children: unsigned int
 * @write_flooding_count: atomic_t
 */
struct cr3_layout {
	u32 unsync;
	u32 role;
	u32 unsync_children;
	u32 write_flooding_count;
};

extern struct cr3_layout cr3_layout;
extern bool cr3_ready; /* all that is looked up in KVM was found */

#define CR3_REASON_MAX 160

#define CR3_HASH_BITS 8

#define CR3_ALL_SLOTS ((1U << KVMPV_CR3_SLOTS) - 1)

extern struct hlist_head cr3_table[1 << CR3_HASH_BITS];

/**
 * cr3_find() - the registration of a vCPU
 * @vcpu: KVM's object
 *
 * Context: RCU read side, or preemption off as in a tracepoint.
 *
 * Return: the registration, NULL for none.
 */
static __always_inline struct kvmpv_cr3 *cr3_find(const struct kvm_vcpu *vcpu)
{
	struct hlist_node *node;
	struct kvmpv_cr3 *cr3;

	node = rcu_dereference_raw(
		hlist_first_rcu(&cr3_table[hash_long((unsigned long)vcpu, CR3_HASH_BITS)]));
	for (; node; node = rcu_dereference_raw(hlist_next_rcu(node))) {
		cr3 = hlist_entry(node, struct kvmpv_cr3, hash);
		if (cr3->vcpu == vcpu)
			return cr3;
	}
	return NULL;
}

/**
 * cr3_generation() - changes with every change of a VM's memory slots
 * @kvm: the VM
 *
 * Context: any; the two sets of slots that KVM alternates between are part of @kvm.
 */
static inline u64 cr3_generation(struct kvm *kvm)
{
	return READ_ONCE(rcu_dereference_raw(kvm->memslots[0])->generation);
}

/**
 * cr3_mode() - does KVM shadow 4- or 5-level page tables of the guest at this moment
 * @vcpu: the current vCPU
 */
static inline bool cr3_mode(const struct kvm_vcpu *vcpu)
{
	const struct kvm_mmu *mmu = vcpu->arch.mmu;

	return (vcpu->arch.cr0 & X86_CR0_PG) && !mmu->root_role.direct && mmu->root_role.level >= 4;
}

/**
 * cr3_elsewhere() - is the vCPU in a guest of its guest, or in system-management mode
 * @vcpu: the current vCPU
 */
static inline bool cr3_elsewhere(const struct kvm_vcpu *vcpu)
{
#ifdef HF_SMM_MASK
	return vcpu->arch.hflags & (HF_GUEST_MASK | HF_SMM_MASK);
#else
	return vcpu->arch.hflags & HF_GUEST_MASK;
#endif
}

/* cr3-support.c */
int cr3_supported(char *ret_reason);
void cr3_support_attach(struct module *kvm, bool wanted);
void cr3_support_detach(void);
struct tracepoint *cr3_tracepoint(const char *name);

/* cr3.c */
void cr3_open(void);
void cr3_close(void);
void cr3_finish(void);
bool cr3_installed(void);
int cr3_register(struct kvmpv_vcpu *vcpu, u64 gpa, u64 start, u64 end, u64 abort);
void cr3_unregister(struct kvmpv_vcpu *vcpu);
void cr3_drop_vm(struct kvmpv_vm *vm, struct kvm *kvm);
int cr3_release(struct kvmpv_vcpu *vcpu, u64 pgd);
u64 cr3_hits(const struct kvmpv_vcpu *vcpu);
int cr3_same_page(struct kvmpv_cr3 *cr3);

/* cr3-hooks.c */
int cr3_hooks_install(void);
ssize_t cr3_show_hooks(char *page, ssize_t len);
void cr3_hooks_remove(void);
void cr3_forget_current(const struct kvm_vcpu *vcpu);

#endif /* KVMPV_HOST_CR3_H */
