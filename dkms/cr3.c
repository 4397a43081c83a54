// SPDX-License-Identifier: GPL-2.0-only
/*
 * Registrations of the cr3 cache.
 *
 * A registration belongs to its vCPU: the vCPU's own task makes and uses it. Others (a hello or bye
 * of another vCPU, an administrator, the unloading module) can only take it away: they revoke it,
 * kick the vCPU out of guest mode, and from then on neither entry nor exit touches the guest's page
 * or RIP any more. See on_entry() for the other half of that order.
 */
#include <linux/hashtable.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/workqueue.h>

#include "cr3.h"
#include "kvm.h"
#include "vm.h"

struct hlist_head cr3_table[1 << CR3_HASH_BITS];

static DEFINE_SPINLOCK(table_lock); /* orders changes of cr3_table */
static DEFINE_MUTEX(users_lock); /* protects what follows; taken inside vm->lock */
static unsigned int users;
static bool is_open, installed;

/*
 * Probes stay a moment behind the last user: patching them in and out is work for every CPU of the
 * host, and a guest must not be able to cause it at will.
 */
#define LINGER HZ

static void remove_idle(struct work_struct *work)
{
	mutex_lock(&users_lock);
	if (!users && installed) {
		cr3_hooks_remove();
		installed = false;
	}
	mutex_unlock(&users_lock);
}

static DECLARE_DELAYED_WORK(idle_work, remove_idle);

static int users_get(void)
{
	int ret = 0;

	mutex_lock(&users_lock);
	if (!is_open)
		ret = -KVMPV_ENOSYS;
	else if (!installed)
		ret = cr3_hooks_install() ? -KVMPV_ENOSYS : 0;
	if (!ret) {
		installed = true;
		users++;
	}
	mutex_unlock(&users_lock);
	return ret;
}

static void users_put(void)
{
	mutex_lock(&users_lock);
	if (!--users)
		schedule_delayed_work(&idle_work, LINGER);
	mutex_unlock(&users_lock);
}

/**
 * cr3_open() - registrations may be made from now on
 *
 * Context: process, may sleep.
 */
void cr3_open(void)
{
	mutex_lock(&users_lock);
	is_open = true;
	mutex_unlock(&users_lock);
}

/**
 * cr3_close() - no more registrations; vms_drop_cr3() is to follow, then cr3_finish()
 *
 * Context: process, may sleep.
 */
void cr3_close(void)
{
	mutex_lock(&users_lock);
	is_open = false;
	mutex_unlock(&users_lock);
}

/**
 * cr3_finish() - remove the probes and wait until nobody is inside one
 *
 * Context: process, may sleep; there are no registrations.
 */
void cr3_finish(void)
{
	cancel_delayed_work_sync(&idle_work);
	WARN_ON(users);
	remove_idle(NULL);
}

/**
 * cr3_installed() - are the probes installed
 *
 * Context: any; a snapshot.
 */
bool cr3_installed(void)
{
	return READ_ONCE(installed);
}

/* Memory the VMM gave the guest to write to; see kvm_write(). Context: kvm->srcu held. */
static const struct kvm_memory_slot *find_ram(struct kvm_vcpu *vcpu, gfn_t gfn)
{
	const struct kvm_memory_slot *slot = static_call(kvmpv_find_slot)(vcpu, gfn);

	if (!slot || slot->id >= KVM_USER_MEM_SLOTS ||
	    (slot->flags & (KVM_MEM_READONLY | KVM_MEMSLOT_INVALID)))
		return NULL;
	return slot;
}

/**
 * cr3_same_page() - is the registered page still the guest's, now that memory slots have changed
 * @cr3: the registration; its @log and @generation are brought up to date
 *
 * Context: the vCPU's task; may be atomic; not in system-management mode.
 *
 * Return: 0; -EAGAIN while a slot is being changed; -ENOENT when the page is no longer the guest's.
 */
int cr3_same_page(struct kvmpv_cr3 *cr3)
{
	struct kvm *kvm = cr3->vcpu->kvm;
	const struct kvm_memory_slot *slot;
	u64 generation;
	int idx, ret = -ENOENT;

	idx = srcu_read_lock(&kvm->srcu);
	generation = cr3_generation(kvm);
	slot = static_call(kvmpv_find_slot)(cr3->vcpu, cr3->gfn);
	if (slot && (slot->flags & KVM_MEMSLOT_INVALID)) {
		ret = -EAGAIN;
	} else if (find_ram(cr3->vcpu, cr3->gfn) &&
		   __gfn_to_hva_memslot(slot, cr3->gfn) == cr3->hva) {
		cr3->log = slot->flags & KVM_MEM_LOG_DIRTY_PAGES;
		cr3->generation = generation;
		ret = 0;
	}
	srcu_read_unlock(&kvm->srcu, idx);
	return ret;
}

static bool is_window(u64 start, u64 end, u64 abort)
{
	if (!__is_canonical_address(start, 48) || !__is_canonical_address(end, 48) ||
	    !__is_canonical_address(abort, 48))
		return false;
	if (end <= start || end - start > KVMPV_CR3_WINDOW_MAX)
		return false;
	return abort <= start || abort >= end;
}

/* 64-bit mode with paging that is shadowed, and not inside the firmware's part of the machine */
static bool is_mode(const struct kvm_vcpu *vcpu)
{
	return cr3_mode(vcpu) && !cr3_elsewhere(vcpu);
}

static int pin_page(struct kvmpv_cr3 *cr3)
{
	const struct kvm_memory_slot *slot = find_ram(cr3->vcpu, cr3->gfn);

	if (!slot)
		return -KVMPV_EFAULT;
	cr3->hva = __gfn_to_hva_memslot(slot, cr3->gfn);
	if (pin_user_pages_fast(cr3->hva, 1, FOLL_WRITE | FOLL_LONGTERM, &cr3->pinned) != 1)
		return -KVMPV_EFAULT;
	cr3->page = page_address(cr3->pinned);
	return 0;
}

/* The page starts empty, whatever it held, and is logged as dirty. */
static int clear_page_of(struct kvmpv_cr3 *cr3, gpa_t gpa)
{
	struct kvmpv_cr3_page empty = {.magic = KVMPV_CR3_MAGIC};

	memset(empty.entry, 0xff, sizeof(empty.entry));
	return kvm_write(cr3->vcpu, gpa, &empty, sizeof(empty)) ? -KVMPV_EFAULT : 0;
}

/* Context: vm->lock held; the vCPU is outside guest mode, or revoked and kicked. */
static void drop(struct kvmpv_vcpu *vcpu)
{
	struct kvmpv_cr3 *cr3 = vcpu->cr3;

	lockdep_assert_held(&vcpu->vm->lock);
	if (!cr3)
		return;
	atomic64_add(cr3_hits(vcpu), &vcpu->counter[KVMPV_COUNTER_CR3_HITS]);
	vcpu->cr3 = NULL;
	if (cr3->loaded) {
		/*
		 * An entry that failed in hardware, the one way out of the guest without an exit
		 * tracepoint. Its VMCS still has our targets and may be loaded on any CPU: it must
		 * never be entered again.
		 */
		WRITE_ONCE(cr3->page->gate, 0);
		cr3->vcpu->kvm->vm_dead = true;
		cr3_forget_current(cr3->vcpu);
	}
	if (cr3->swallowed)
		kvm_make_request(KVM_REQ_TLB_FLUSH_CURRENT, cr3->vcpu);
	spin_lock(&table_lock);
	hash_del_rcu(&cr3->hash);
	spin_unlock(&table_lock);
	unpin_user_pages_dirty_lock(&cr3->pinned, 1, true);
	kfree_rcu(cr3, rcu);
	users_put();
}

/* Context: vm->lock held. */
static int add(struct kvmpv_vcpu *vcpu, struct kvmpv_cr3 *cr3)
{
	lockdep_assert_held(&vcpu->vm->lock);
	drop(vcpu);
	/* Somebody's bye, or an administrator, may have been faster. */
	if (!vcpu->vm->abi)
		return -KVMPV_EPROTO;
	if (!(vcpu->vm->offered & KVMPV_FEATURE_MASK(CR3_CACHE)))
		return -KVMPV_ENOSYS;
	vcpu->cr3 = cr3;
	spin_lock(&table_lock);
	hash_add_rcu(cr3_table, &cr3->hash, (unsigned long)cr3->vcpu);
	spin_unlock(&table_lock);
	return 0;
}

static void init(struct kvmpv_cr3 *cr3, struct kvmpv_vcpu *vcpu)
{
	int i;

	cr3->vcpu = vcpu->vcpu;
	cr3->owner = vcpu;
	cr3->fresh = true;
	cr3->recheck = true;
	cr3->stale = CR3_ALL_SLOTS; /* of an earlier registration */
	cr3->generation = ~0ULL;
	cr3_policy_init(&cr3->policy);
	for (i = 0; i < KVMPV_CR3_SLOTS; i++) {
		cr3->slot[i] = (struct cr3_slot){INVALID_PAGE, INVALID_PAGE};
		cr3->place[i] = i;
	}
}

/**
 * cr3_register() - register the calling vCPU's page and window; replaces what it had registered
 * @vcpu: the vCPU
 * @gpa: guest-physical address of the page
 * @start: guest-linear address of the window
 * @end: of the first byte behind it
 * @abort: where an exit inside it goes on
 *
 * Context: a hypercall: the vCPU's task, vcpu->mutex and kvm->srcu held, may sleep.
 *
 * Return: 0 or a negated KVMPV_E... error; a registration that was there survives an error in the
 * arguments.
 */
int cr3_register(struct kvmpv_vcpu *vcpu, u64 gpa, u64 start, u64 end, u64 abort)
{
	struct kvmpv_cr3 *cr3;
	int ret;

	if (!PAGE_ALIGNED(gpa) || !is_window(start, end, abort))
		return -KVMPV_EINVAL;
	if (!is_mode(vcpu->vcpu))
		return -KVMPV_EOPNOTSUPP;
	cr3 = kzalloc(sizeof(*cr3), GFP_KERNEL_ACCOUNT);
	if (!cr3)
		return -KVMPV_ENOMEM;
	init(cr3, vcpu);
	cr3->start = start;
	cr3->length = end - start;
	cr3->abort = abort;
	cr3->gfn = gpa_to_gfn(gpa);
	ret = clear_page_of(cr3, gpa);
	if (!ret)
		ret = pin_page(cr3);
	if (ret)
		goto err_free;
	ret = users_get();
	if (ret)
		goto err_pin;
	mutex_lock(&vcpu->vm->lock);
	ret = add(vcpu, cr3);
	mutex_unlock(&vcpu->vm->lock);
	if (ret)
		goto err_users;
	vcpu_count(vcpu, KVMPV_COUNTER_CR3_REGISTERED);
	return 0;

err_users:
	users_put();
err_pin:
	unpin_user_page(cr3->pinned);
err_free:
	kfree(cr3);
	return ret;
}

/**
 * cr3_unregister() - the calling vCPU takes its registration back
 * @vcpu: the vCPU
 *
 * Also when KVM destroys the vCPU.
 *
 * Context: the vCPU's task or nobody's any more; process, may sleep; vm->lock not held.
 */
void cr3_unregister(struct kvmpv_vcpu *vcpu)
{
	mutex_lock(&vcpu->vm->lock);
	drop(vcpu);
	mutex_unlock(&vcpu->vm->lock);
}

/* Both ways order the stores before them against what the vCPUs read at their entries. */
static void kick(struct kvm *kvm)
{
	if (kvm)
		static_call(kvmpv_kick_all)(kvm, KVM_REQ_OUTSIDE_GUEST_MODE);
	else
		kick_all_cpus_sync();
}

/*
 * The guest has no other way to learn that its page is registered no more when the cache is offered
 * again before it looks. Not where memory slots have changed: the page may be the VMM's own by now.
 */
static void tell_guest(const struct kvmpv_cr3 *cr3)
{
	struct kvm *kvm = cr3->vcpu->kvm;
	int idx = srcu_read_lock(&kvm->srcu); /* a change of slots waits for us */

	if (cr3_generation(kvm) == READ_ONCE(cr3->generation))
		WRITE_ONCE(cr3->page->magic, 0);
	srcu_read_unlock(&kvm->srcu, idx);
}

/**
 * cr3_drop_vm() - drop all registrations of a VM
 * @vm: the VM
 * @kvm: KVM's object if the caller is one of its vCPUs; NULL to kick all CPUs
 *
 * When it returns, no page is written and no RIP moved any more.
 *
 * Context: process, may sleep; vm->lock held.
 */
void cr3_drop_vm(struct kvmpv_vm *vm, struct kvm *kvm)
{
	struct kvmpv_vcpu *vcpu;
	bool any = false;

	lockdep_assert_held(&vm->lock);
	list_for_each_entry(vcpu, &vm->vcpus, node) {
		if (!vcpu->cr3)
			continue;
		if (!kvm && !READ_ONCE(vcpu->cr3->revoked))
			tell_guest(vcpu->cr3);
		WRITE_ONCE(vcpu->cr3->revoked, true);
		any = true;
	}
	if (!any)
		return;
	kick(kvm);
	/* Again for those that must flush: on_entry(), which sees to it so far, will be blind. */
	any = false;
	list_for_each_entry(vcpu, &vm->vcpus, node) {
		if (!vcpu->cr3 || !READ_ONCE(vcpu->cr3->swallowed))
			continue;
		kvm_make_request(KVM_REQ_TLB_FLUSH_CURRENT, vcpu->vcpu);
		any = true;
	}
	if (any)
		kick(kvm);
	list_for_each_entry(vcpu, &vm->vcpus, node) {
		if (!vcpu->cr3)
			continue;
		drop(vcpu);
		vcpu_count(vcpu, KVMPV_COUNTER_CR3_DROPPED);
	}
}

/**
 * cr3_release() - the guest will use a page directory for something else
 * @vcpu: the vCPU
 * @pgd: guest-physical address of the page directory
 *
 * Drops the shadow roots of it that this vCPU has cached, but for the one in use: KVM would keep
 * them until others push them out, and their page tables write-protected (Kivity's objection to the
 * cache of 2007).
 *
 * Context: a hypercall: the vCPU's task, vcpu->mutex and kvm->srcu held, may sleep.
 *
 * Return: roots dropped, or a negated KVMPV_E... error.
 */
int cr3_release(struct kvmpv_vcpu *vcpu, u64 pgd)
{
	struct kvm_mmu *mmu = vcpu->vcpu->arch.mmu;
	unsigned long roots = 0;
	int i, nr = 0;

	if (!PAGE_ALIGNED(pgd) || (pgd & vcpu->vcpu->arch.reserved_gpa_bits))
		return -KVMPV_EINVAL;
	if (!is_mode(vcpu->vcpu))
		return -KVMPV_EOPNOTSUPP;
	for (i = 0; i < KVM_MMU_NUM_PREV_ROOTS; i++) {
		if (!VALID_PAGE(mmu->prev_roots[i].hpa) ||
		    (mmu->prev_roots[i].pgd & PAGE_MASK & ~CR3_HIGH_BITS) != pgd)
			continue;
		roots |= KVM_MMU_ROOT_PREVIOUS(i);
		nr++;
	}
	if (roots)
		static_call(kvmpv_free_roots)(vcpu->vcpu->kvm, mmu, roots);
	atomic64_add(nr, &vcpu->counter[KVMPV_COUNTER_CR3_RELEASED]);
	return nr;
}

/**
 * cr3_hits() - what the guest says it has loaded without an exit since it registered
 * @vcpu: the vCPU
 *
 * For showing only. Never falls, whatever the guest writes there.
 *
 * Context: vm->lock held.
 */
u64 cr3_hits(const struct kvmpv_vcpu *vcpu)
{
	struct kvmpv_cr3 *cr3 = vcpu->cr3;

	if (!cr3)
		return 0;
	cr3->hits = max(cr3->hits, READ_ONCE(cr3->page->hits));
	return cr3->hits;
}
