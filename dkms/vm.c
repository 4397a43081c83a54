// SPDX-License-Identifier: GPL-2.0-only
#include <linux/hashtable.h>
#include <linux/kvm_host.h>
#include <linux/slab.h>

#include "cr3.h"
#include "main.h"
#include "vm-sysfs.h"
#include "vm.h"

#define VCPU_HASH_BITS 10

static DEFINE_HASHTABLE(vcpus, VCPU_HASH_BITS);
static DEFINE_MUTEX(vms_lock);
static LIST_HEAD(vms);
static bool vms_followed; /* KVM tells of each vCPU that it destroys */
static unsigned int vms_created; /* the N of PID-N */
static struct kvmpv_totals vms_gone;
static u32 policy = KVMPV_FEATURES_DEFAULT; /* features new VMs are offered */

/**
 * vcpu_counter() - one counter of a vCPU
 * @vcpu: the vCPU
 * @counter: which
 *
 * Context: its VM's lock held.
 */
u64 vcpu_counter(const struct kvmpv_vcpu *vcpu, enum kvmpv_counter counter)
{
	u64 value = atomic64_read(&vcpu->counter[counter]);

	return counter == KVMPV_COUNTER_CR3_HITS ? value + cr3_hits(vcpu) : value;
}

static void add_vcpu(struct kvmpv_totals *totals, const struct kvmpv_vcpu *vcpu)
{
	int i;

	for (i = 0; i < KVMPV_COUNTER_COUNT; i++)
		totals->counter[i] += vcpu_counter(vcpu, i);
	kvmpv_hist_sum(&vcpu->calls, totals->calls);
}

static void add_totals(struct kvmpv_totals *totals, const struct kvmpv_totals *more)
{
	int i;

	for (i = 0; i < KVMPV_COUNTER_COUNT; i++)
		totals->counter[i] += more->counter[i];
	for (i = 0; i < KVMPV_HIST_BUCKETS; i++)
		totals->calls[i] += more->calls[i];
}

/* Context: RCU read side or vms_lock held. */
static struct kvmpv_vcpu *find_vcpu(const struct kvm_vcpu *kvm_vcpu)
{
	struct kvmpv_vcpu *vcpu;

	hash_for_each_possible_rcu(vcpus, vcpu, hash, (unsigned long)kvm_vcpu,
				   lockdep_is_held(&vms_lock))
		if (vcpu->vcpu == kvm_vcpu)
			return vcpu;
	return NULL;
}

/* Context: vms_lock held. */
static struct kvmpv_vm *find_vm(const struct kvm *kvm)
{
	struct kvmpv_vm *vm;

	lockdep_assert_held(&vms_lock);
	list_for_each_entry(vm, &vms, node)
		if (vm->kvm == kvm)
			return vm;
	return NULL;
}

/* Context: vms_lock held; process, may sleep. Charged to the task, which is the VM's own. */
static struct kvmpv_vm *create_vm(struct kvm *kvm)
{
	struct kvmpv_vm *vm;

	lockdep_assert_held(&vms_lock);
	vm = kzalloc(sizeof(*vm), GFP_KERNEL_ACCOUNT);
	if (!vm)
		return NULL;
	vm->kvm = kvm;
	vm->pid = task_tgid_nr(current);
	vm->offered = policy;
	mutex_init(&vm->lock);
	INIT_LIST_HEAD(&vm->vcpus);
	stats_init(&vm->stats, vm);
	if (vm_sysfs_add(vm, vms_created)) {
		vm_sysfs_put(vm);
		return NULL;
	}
	vms_created++;
	list_add_tail(&vm->node, &vms);
	return vm;
}

/* Context: vms_lock held; process, may sleep. */
static struct kvmpv_vcpu *create_vcpu(struct kvm_vcpu *kvm_vcpu)
{
	struct kvmpv_vcpu *vcpu;
	struct kvmpv_vm *vm;

	vcpu = find_vcpu(kvm_vcpu); /* somebody may have been faster */
	if (vcpu)
		return vcpu;
	vcpu = kzalloc(sizeof(*vcpu), GFP_KERNEL_ACCOUNT);
	if (!vcpu)
		return NULL;
	vm = find_vm(kvm_vcpu->kvm);
	if (!vm)
		vm = create_vm(kvm_vcpu->kvm);
	if (!vm)
		goto err_vcpu;
	vcpu->vm = vm;
	vcpu->vcpu = kvm_vcpu;
	vcpu->id = kvm_vcpu->vcpu_id;
	mutex_lock(&vm->lock);
	list_add_tail(&vcpu->node, &vm->vcpus);
	vm->nr_vcpus++;
	mutex_unlock(&vm->lock);
	hash_add_rcu(vcpus, &vcpu->hash, (unsigned long)kvm_vcpu);
	return vcpu;

err_vcpu:
	kfree(vcpu);
	return NULL;
}

/**
 * vcpu_get() - the object of a vCPU, created if need be
 * @kvm_vcpu: KVM's object; the caller keeps its VM alive
 *
 * Stays until KVM destroys the vCPU, so the caller needs no reference.
 *
 * Context: process, may sleep; inside a hook.
 *
 * Return: the object, NULL when there is no memory for one.
 */
struct kvmpv_vcpu *vcpu_get(struct kvm_vcpu *kvm_vcpu)
{
	struct kvmpv_vcpu *vcpu;

	rcu_read_lock();
	vcpu = find_vcpu(kvm_vcpu);
	rcu_read_unlock();
	if (vcpu)
		return vcpu;
	mutex_lock(&vms_lock);
	vcpu = create_vcpu(kvm_vcpu);
	mutex_unlock(&vms_lock);
	return vcpu;
}

/* Context: vms_lock held. Its counts move to the VM, so that no total ever falls. */
static void free_vcpu(struct kvmpv_vcpu *vcpu)
{
	struct kvmpv_vm *vm = vcpu->vm;

	cr3_unregister(vcpu);
	hash_del_rcu(&vcpu->hash);
	mutex_lock(&vm->lock);
	list_del(&vcpu->node);
	vm->nr_vcpus--;
	add_vcpu(&vm->gone, vcpu);
	mutex_unlock(&vm->lock);
	kfree_rcu(vcpu, rcu);
}

/**
 * vcpu_forget() - KVM destroys a vCPU
 * @kvm_vcpu: KVM's object
 *
 * Context: process, may sleep.
 */
void vcpu_forget(struct kvm_vcpu *kvm_vcpu)
{
	struct kvmpv_vcpu *vcpu;

	mutex_lock(&vms_lock);
	vcpu = find_vcpu(kvm_vcpu);
	if (vcpu)
		free_vcpu(vcpu);
	mutex_unlock(&vms_lock);
}

/* Context: vms_lock held. The VM leaves the list; the caller then frees it without the lock. */
static void unlink_vm(struct kvmpv_vm *vm)
{
	while (!list_empty(&vm->vcpus))
		free_vcpu(list_first_entry(&vm->vcpus, struct kvmpv_vcpu, node));
	list_del_init(&vm->node);
	add_totals(&vms_gone, &vm->gone);
}

/**
 * vm_forget() - KVM destroys a VM
 * @kvm: KVM's object
 *
 * Context: process, may sleep; waits for readers of the VM's files.
 */
void vm_forget(struct kvm *kvm)
{
	struct kvmpv_vm *vm;

	mutex_lock(&vms_lock);
	vm = find_vm(kvm);
	if (vm)
		unlink_vm(vm);
	mutex_unlock(&vms_lock);
	if (!vm)
		return;
	vm_sysfs_remove(vm);
	host_reconsider();
}

/**
 * vms_forget_all() - drop everything; KVM is no longer hooked
 *
 * Context: process, may sleep.
 */
void vms_forget_all(void)
{
	struct kvmpv_vm *vm;

	for (;;) {
		mutex_lock(&vms_lock);
		vm = list_first_entry_or_null(&vms, struct kvmpv_vm, node);
		if (vm)
			unlink_vm(vm);
		mutex_unlock(&vms_lock);
		if (!vm)
			break;
		vm_sysfs_remove(vm);
	}
	rcu_barrier(); /* for the vCPUs */
}

/**
 * vms_policy() - feature bits that new VMs are offered
 */
u32 vms_policy(void)
{
	return READ_ONCE(policy);
}

/**
 * vms_set_policy() - choose what VMs created from now on are offered
 * @features: feature bits
 *
 * Context: any; the caller serialises.
 */
void vms_set_policy(u32 features)
{
	WRITE_ONCE(policy, features);
}

/**
 * vms_any_offered() - is anything offered to a VM, or will be to a new one
 *
 * Context: process, may sleep.
 */
bool vms_any_offered(void)
{
	struct kvmpv_vm *vm;
	bool any = vms_policy();

	mutex_lock(&vms_lock);
	list_for_each_entry(vm, &vms, node)
		any |= READ_ONCE(vm->offered) != 0;
	mutex_unlock(&vms_lock);
	return any;
}

/**
 * vm_hello() - a guest's handshake
 * @vcpu: the vCPU that makes it
 * @offered: feature bits it may use
 * @min: lowest version it speaks
 * @max: highest version it speaks
 * @features: feature bits it is going to use
 *
 * Starts over: pages that were registered before are dropped. A handshake that is refused changes
 * nothing.
 *
 * Context: process, may sleep.
 *
 * Return: the version, or a negated KVMPV_E... error.
 */
int vm_hello(struct kvmpv_vcpu *vcpu, u32 offered, u64 min, u64 max, u64 features)
{
	struct kvm *kvm = vcpu->vcpu->kvm;
	struct kvmpv_vm *vm = vcpu->vm;
	int version = kvmpv_abi_negotiate(KVMPV_ABI_MIN, KVMPV_ABI_MAX, min, max);

	if (version < 0)
		return version;
	if (features & ~(u64)offered)
		return -KVMPV_EOPNOTSUPP;
	mutex_lock(&vm->lock);
	list_for_each_entry(vcpu, &vm->vcpus, node)
		WRITE_ONCE(vcpu->page, 0);
	cr3_drop_vm(vm, kvm);
	WRITE_ONCE(vm->abi, version);
	vm->used = features;
	vm->handshakes++;
	mutex_unlock(&vm->lock);
	return version;
}

/**
 * vm_bye() - a guest stops using kvmpv
 * @vcpu: the vCPU that says so
 *
 * Context: process, may sleep.
 */
void vm_bye(struct kvmpv_vcpu *vcpu)
{
	struct kvm *kvm = vcpu->vcpu->kvm;
	struct kvmpv_vm *vm = vcpu->vm;

	mutex_lock(&vm->lock);
	list_for_each_entry(vcpu, &vm->vcpus, node)
		WRITE_ONCE(vcpu->page, 0);
	cr3_drop_vm(vm, kvm);
	WRITE_ONCE(vm->abi, 0);
	vm->used = 0;
	vm->handshakes++;
	mutex_unlock(&vm->lock);
}

/**
 * vm_abi() - the outcome of a VM's handshake
 * @vm: the VM
 * @ret_used: feature bits in use
 *
 * Context: process, may sleep.
 *
 * Return: the version in use, 0 before a handshake.
 */
u32 vm_abi(struct kvmpv_vm *vm, u32 *ret_used)
{
	u32 abi;

	mutex_lock(&vm->lock);
	abi = vm->abi;
	*ret_used = vm->used;
	mutex_unlock(&vm->lock);
	return abi;
}

/**
 * vcpu_store_page() - remember a page that was registered, unless the handshake has changed since
 * @vcpu: the vCPU
 * @value: new value of KVMPV_MSR_PAGE
 * @handshakes: @vm->handshakes before the page's header was written
 *
 * The header is written without a lock, since that may sleep for long; another vCPU's hello or bye
 * drops all pages meanwhile, and this one must not come back.
 *
 * Context: process, may sleep.
 *
 * Return: whether it was stored.
 */
bool vcpu_store_page(struct kvmpv_vcpu *vcpu, u64 value, u32 handshakes)
{
	bool same;

	mutex_lock(&vcpu->vm->lock);
	same = vcpu->vm->handshakes == handshakes;
	if (same)
		WRITE_ONCE(vcpu->page, value);
	mutex_unlock(&vcpu->vm->lock);
	return same;
}

/**
 * vm_set_offered() - offer a feature to a VM, or no longer
 * @vm: the VM
 * @feature: its bit
 * @on: which
 *
 * What of the feature is in use ends before this returns.
 *
 * Context: process, may sleep.
 */
void vm_set_offered(struct kvmpv_vm *vm, u32 feature, bool on)
{
	mutex_lock(&vm->lock);
	WRITE_ONCE(vm->offered, on ? vm->offered | feature : vm->offered & ~feature);
	if (!on && feature == KVMPV_FEATURE_MASK(CR3_CACHE))
		cr3_drop_vm(vm, NULL);
	mutex_unlock(&vm->lock);
}

/**
 * vms_follow() - KVM's objects can be looked at by vm_ask() from now on, or no longer
 * @on: which; on after the hooks are set that tell of their end, off before these go
 *
 * Context: process, may sleep. Waits for vm_ask().
 */
void vms_follow(bool on)
{
	mutex_lock(&vms_lock);
	vms_followed = on;
	mutex_unlock(&vms_lock);
}

/**
 * vm_ask() - look at KVM's objects of a VM from outside
 * @vm: the VM
 * @ask: called for each vCPU, with vms_lock and the VM's lock held: KVM destroys neither vCPU
 *	nor VM meanwhile, but the vCPU may run
 * @data: for @ask
 *
 * Context: process, may sleep.
 *
 * Return: 0, or -ENODEV when they may be gone.
 */
int vm_ask(struct kvmpv_vm *vm, void (*ask)(struct kvmpv_vcpu *vcpu, void *data), void *data)
{
	struct kvmpv_vcpu *vcpu;
	int ret = -ENODEV;

	mutex_lock(&vms_lock);
	if (vms_followed && !list_empty(&vm->node)) {
		mutex_lock(&vm->lock);
		list_for_each_entry(vcpu, &vm->vcpus, node)
			ask(vcpu, data);
		mutex_unlock(&vm->lock);
		ret = 0;
	}
	mutex_unlock(&vms_lock);
	return ret;
}

/**
 * vms_drop_cr3() - drop all registrations of the cr3 cache; cr3_close() came before
 *
 * Context: process, may sleep.
 */
void vms_drop_cr3(void)
{
	struct kvmpv_vm *vm;

	mutex_lock(&vms_lock);
	list_for_each_entry(vm, &vms, node) {
		mutex_lock(&vm->lock);
		cr3_drop_vm(vm, NULL);
		mutex_unlock(&vm->lock);
	}
	mutex_unlock(&vms_lock);
}

/**
 * vm_totals() - sum up a VM
 * @vm: the VM
 * @ret_totals: its totals since it was created
 *
 * Context: process, may sleep.
 */
void vm_totals(struct kvmpv_vm *vm, struct kvmpv_totals *ret_totals)
{
	struct kvmpv_vcpu *vcpu;

	mutex_lock(&vm->lock);
	*ret_totals = vm->gone;
	list_for_each_entry(vcpu, &vm->vcpus, node)
		add_vcpu(ret_totals, vcpu);
	mutex_unlock(&vm->lock);
}

/**
 * vms_totals() - sum up all VMs, living and gone
 * @ret_totals: totals since the module was loaded
 *
 * Context: process, may sleep.
 */
void vms_totals(struct kvmpv_totals *ret_totals)
{
	struct kvmpv_totals totals;
	struct kvmpv_vm *vm;

	mutex_lock(&vms_lock);
	*ret_totals = vms_gone;
	list_for_each_entry(vm, &vms, node) {
		vm_totals(vm, &totals);
		add_totals(ret_totals, &totals);
	}
	mutex_unlock(&vms_lock);
}
