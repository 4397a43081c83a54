/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the host module keeps for a VM and for a vCPU. Created at KVM's creation of the vCPU, or at
 * first contact for VMs that are older than the module; freed at KVM's teardown.
 *
 * Locks, in this order:
 *   vms_lock       the list of VMs, the table of vCPUs, the totals of VMs that are gone
 *   vm->lock       the VM's list of vCPUs and its handshake
 *   tally.lock     outermost where readers collect: taken before vms_lock and vm->lock
 * No directory of a VM is removed with one of these held: that waits for readers, who take them.
 */
#ifndef KVMPV_HOST_VM_H
#define KVMPV_HOST_VM_H

#include <linux/atomic.h>
#include <linux/kobject.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

#include <kvmpv/abi.h>

#include "counters.h"
#include "stats.h"

struct dentry;
struct kvm;
struct kvm_vcpu;
struct kvmpv_cr3;

/**
 * struct kvmpv_totals - counters and histogram at one moment
 * @counter: by enum kvmpv_counter
 * @calls: TSC ticks that kvmpv took for each hypercall
 */
struct kvmpv_totals {
	u64 counter[KVMPV_COUNTER_COUNT];
	u64 calls[KVMPV_HIST_BUCKETS];
};

/**
 * struct kvmpv_vm - a VM
 * @kobj: its directory vm/PID-N; owns this object
 * @node: in the list of VMs
 * @kvm: KVM's object; a key, dereferenced only in its own vCPUs' context and by vm_ask()
 * @pid: process that created it
 * @offered: feature bits offered; read without a lock
 * @lock: protects what follows
 * @vcpus: its vCPUs
 * @nr_vcpus: how many
 * @abi: version in use, 0 before a handshake; read without the lock
 * @used: feature bits the guest said it uses
 * @handshakes: number of hellos and byes so far
 * @gone: totals of its vCPUs that are gone
 * @stats: what its statistics files show
 * @debugfs: its directory there
 */
struct kvmpv_vm {
	struct kobject kobj;
	struct list_head node;
	struct kvm *kvm;
	pid_t pid;
	u32 offered;
	struct mutex lock;
	struct list_head vcpus;
	unsigned int nr_vcpus;
	u32 abi;
	u32 used;
	u32 handshakes;
	struct kvmpv_totals gone;
	struct stats_source stats;
	struct dentry *debugfs;
};

/**
 * struct kvmpv_vcpu - a vCPU
 * @hash: in the table of vCPUs, by @vcpu; looked up under RCU
 * @rcu: frees it
 * @node: in @vm's list
 * @vm: its VM, which outlives it
 * @vcpu: KVM's object
 * @id: its number
 * @cpuid_base: where its CPUID block is, 0 for nowhere
 * @hints: KVM's hints, EDX of leaf 1 of its block
 * @x2apic_offered: CPUID has x2APIC
 * @cpuid_known: the three above are valid
 * @page: value of KVMPV_MSR_PAGE
 * @cr3: its registration for the cr3 cache; protected by @vm->lock
 * @counter: by enum kvmpv_counter
 * @calls: TSC ticks that kvmpv took for each hypercall
 */
struct kvmpv_vcpu {
	struct hlist_node hash;
	struct rcu_head rcu;
	struct list_head node;
	struct kvmpv_vm *vm;
	struct kvm_vcpu *vcpu;
	int id;
	u32 cpuid_base;
	u32 hints;
	bool x2apic_offered;
	bool cpuid_known;
	u64 page;
	struct kvmpv_cr3 *cr3;
	atomic64_t counter[KVMPV_COUNTER_COUNT];
	struct kvmpv_hist calls;
};

/**
 * vcpu_count() - count one event of a vCPU
 * @vcpu: the vCPU
 * @counter: which
 *
 * Context: any.
 */
static inline void vcpu_count(struct kvmpv_vcpu *vcpu, enum kvmpv_counter counter)
{
	atomic64_inc(&vcpu->counter[counter]);
}

struct kvmpv_vcpu *vcpu_get(struct kvm_vcpu *kvm_vcpu);
void vcpu_forget(struct kvm_vcpu *kvm_vcpu);
void vm_forget(struct kvm *kvm);
void vms_forget_all(void);

u32 vms_policy(void);
void vms_set_policy(u32 features);
bool vms_any_offered(void);

u32 vcpu_cpuid_base(struct kvmpv_vcpu *vcpu);
u32 vcpu_offered(struct kvmpv_vcpu *vcpu);
int vm_hello(struct kvmpv_vcpu *vcpu, u32 offered, u64 min, u64 max, u64 features);
void vm_bye(struct kvmpv_vcpu *vcpu);
u32 vm_abi(struct kvmpv_vm *vm, u32 *ret_used);
bool vcpu_store_page(struct kvmpv_vcpu *vcpu, u64 value, u32 handshakes);
u64 vcpu_counter(const struct kvmpv_vcpu *vcpu, enum kvmpv_counter counter);
void vms_follow(bool on);
int vm_ask(struct kvmpv_vm *vm, void (*ask)(struct kvmpv_vcpu *vcpu, void *data), void *data);
void vm_set_offered(struct kvmpv_vm *vm, u32 feature, bool on);
void vms_drop_cr3(void);
void vm_totals(struct kvmpv_vm *vm, struct kvmpv_totals *ret_totals);
void vms_totals(struct kvmpv_totals *ret_totals);

#endif /* KVMPV_HOST_VM_H */
