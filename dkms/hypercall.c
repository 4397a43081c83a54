// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hypercalls: docs/abi/hypercalls.rst.
 *
 * KVM is asked first and answers all it knows; privilege check, routing to Xen and Hyper-V,
 * statistics, skipping the instruction are its own. Only where it said -KVM_ENOSYS to a number of
 * ours is its answer replaced. The width of that answer also tells whether KVM took the caller for
 * a 64-bit one, which is otherwise asked through a table that no module can reach.
 *
 * Context of everything here: the vCPU's own task inside KVM_RUN, preemptible, kvm->srcu held.
 */
#include <linux/ftrace.h>
#include <linux/kernel.h>
#include <linux/kvm_para.h>
#include <linux/timex.h>

#include "cr3.h"
#include "hook.h"
#include "kvm.h"
#include "vm.h"

/* Guests' registers RAX, RBX, RCX, RDX, RSI as KVM takes them: number and arguments. */
struct call {
	u64 nr;
	u64 a0, a1, a2, a3;
};

/* physical destination, no shorthand: constants of KVM's private lapic.h */
#define SHORTHAND_NONE 0
#define MODE_PHYSICAL 0

#define XAPIC_BROADCAST 0xff

static bool is_ours(u64 nr)
{
	return (u32)nr >= KVMPV_HC_FIRST && (u32)nr <= KVMPV_HC_LAST;
}

static bool has_apic_id(struct kvm_vcpu *vcpu, u32 id)
{
	return vcpu->arch.apic &&
	       static_call(kvmpv_match_dest)(vcpu, NULL, SHORTHAND_NONE, id, MODE_PHYSICAL);
}

/*
 * The vCPU with an APIC id; by KVM's own rule of what an id matches, so that it is right for guests
 * that changed theirs. Nearly always the id is the vCPU's number. To an xAPIC, 255 means everybody:
 * only a vCPU that really has that number is meant here.
 */
static struct kvm_vcpu *find_apic(struct kvm *kvm, u32 id)
{
	struct kvm_vcpu *vcpu = kvm_get_vcpu_by_id(kvm, id);
	unsigned long i;

	if (vcpu && has_apic_id(vcpu, id))
		return vcpu;
	if (id == XAPIC_BROADCAST)
		return NULL;
	kvm_for_each_vcpu(i, vcpu, kvm)
		if (has_apic_id(vcpu, id))
			return vcpu;
	return NULL;
}

static int find_target(struct kvmpv_vcpu *vcpu, u64 apic_id, struct kvm_vcpu **ret_target)
{
	struct kvm_vcpu *target;

	if (apic_id >= U32_MAX) /* all ones: everybody, in x2APIC mode */
		return -KVMPV_EINVAL;
	target = find_apic(vcpu->vcpu->kvm, apic_id);
	if (!target)
		return -KVMPV_ENOENT;
	*ret_target = target;
	return 0;
}

/* As KVM does for APIC_DM_REMRD, on which its own KVM_HC_KICK_CPU rides. */
static s64 call_kick(struct kvmpv_vcpu *vcpu, const struct call *call)
{
	struct kvmpv_vcpu *receiver;
	struct kvm_vcpu *target;
	int ret = find_target(vcpu, call->a0, &target);

	if (ret)
		return ret;
	WRITE_ONCE(target->arch.pv.pv_unhalted, true);
	kvm_make_request(KVM_REQ_EVENT, target);
	kvm_kick(target);
	vcpu_count(vcpu, KVMPV_COUNTER_KICKS_SENT);
	receiver = vcpu_get(target);
	if (receiver)
		vcpu_count(receiver, KVMPV_COUNTER_KICKS_RECEIVED);
	return 0;
}

static s64 call_yield(struct kvmpv_vcpu *vcpu, const struct call *call)
{
	struct kvm_vcpu *target;
	int ret = find_target(vcpu, call->a0, &target);
	bool given;

	if (ret)
		return ret;
	given = target != vcpu->vcpu && READ_ONCE(target->ready) &&
		static_call(kvmpv_yield_to)(target) > 0;
	vcpu_count(vcpu, given ? KVMPV_COUNTER_YIELDS_GIVEN : KVMPV_COUNTER_YIELDS_REFUSED);
	return given;
}

static s64 call_stats(struct kvmpv_vcpu *vcpu, const struct call *call)
{
	struct kvmpv_stats stats = {};
	struct kvmpv_totals totals;
	const size_t header = offsetof(struct kvmpv_stats, counter);
	u32 used;

	if (call->a1 < header)
		return -KVMPV_EINVAL;
	vcpu_count(vcpu, KVMPV_COUNTER_STATS_CALLS);
	vm_totals(vcpu->vm, &totals);
	stats.version = vm_abi(vcpu->vm, &used);
	stats.size = min_t(u64, call->a1, sizeof(stats));
	stats.size -= (stats.size - header) % sizeof(stats.counter[0]);
	memcpy(stats.counter, totals.counter, sizeof(stats.counter));
	if (kvm_write(vcpu->vcpu, call->a0, &stats, stats.size))
		return -KVMPV_EFAULT;
	return stats.size;
}

static s64 call_cr3_register(struct kvmpv_vcpu *vcpu, const struct call *call)
{
	return cr3_register(vcpu, call->a0, call->a1, call->a2, call->a3);
}

static s64 call_cr3_unregister(struct kvmpv_vcpu *vcpu, const struct call *call)
{
	cr3_unregister(vcpu);
	return 0;
}

static s64 call_cr3_release(struct kvmpv_vcpu *vcpu, const struct call *call)
{
	return cr3_release(vcpu, call->a0);
}

static s64 call_hello(struct kvmpv_vcpu *vcpu, const struct call *call)
{
	int ret = vm_hello(vcpu, vcpu_offered(vcpu), call->a0, call->a1, call->a2);

	if (ret > 0)
		vcpu_count(vcpu, KVMPV_COUNTER_HELLOS);
	return ret;
}

static s64 call_feature(struct kvmpv_vcpu *vcpu, const struct call *call, u32 feature,
			s64 (*handle)(struct kvmpv_vcpu *, const struct call *))
{
	if (!(vcpu_offered(vcpu) & feature))
		return -KVMPV_ENOSYS;
	if (!READ_ONCE(vcpu->vm->abi))
		return -KVMPV_EPROTO;
	return handle(vcpu, call);
}

static s64 dispatch(struct kvmpv_vcpu *vcpu, const struct call *call)
{
	if (!vcpu_offered(vcpu))
		return -KVMPV_ENOSYS;
	switch (call->nr) {
	case KVMPV_HC_HELLO:
		return call_hello(vcpu, call);
	case KVMPV_HC_BYE:
		vm_bye(vcpu);
		return 0;
	case KVMPV_HC_KICK:
		return call_feature(vcpu, call, KVMPV_FEATURE_MASK(KICK), call_kick);
	case KVMPV_HC_YIELD:
		return call_feature(vcpu, call, KVMPV_FEATURE_MASK(YIELD), call_yield);
	case KVMPV_HC_STATS:
		return call_feature(vcpu, call, KVMPV_FEATURE_MASK(STATS), call_stats);
	case KVMPV_HC_CR3_REGISTER:
		return call_feature(vcpu, call, KVMPV_FEATURE_MASK(CR3_CACHE), call_cr3_register);
	case KVMPV_HC_CR3_UNREGISTER:
		return call_feature(vcpu, call, KVMPV_FEATURE_MASK(CR3_CACHE), call_cr3_unregister);
	case KVMPV_HC_CR3_RELEASE:
		return call_feature(vcpu, call, KVMPV_FEATURE_MASK(CR3_CACHE), call_cr3_release);
	default:
		return -KVMPV_ENOSYS;
	}
}

/* KVM did not know the number: answer it, and put the result where KVM put its own. */
static void answer(struct kvm_vcpu *kvm_vcpu, struct call *call, bool wide)
{
	u64 start = get_cycles();
	struct kvmpv_vcpu *vcpu;
	s64 result;

	if (!wide) {
		call->nr = (u32)call->nr;
		call->a0 = (u32)call->a0;
		call->a1 = (u32)call->a1;
		call->a2 = (u32)call->a2;
		call->a3 = (u32)call->a3;
	}
	vcpu = vcpu_get(kvm_vcpu);
	if (!vcpu)
		return;
	result = dispatch(vcpu, call);
	if (result < 0)
		vcpu_count(vcpu, KVMPV_COUNTER_CALLS_REFUSED);
	kvm_vcpu->arch.regs[VCPU_REGS_RAX] = wide ? (u64)result : (u32)result;
	kvmpv_hist_add(&vcpu->calls, get_cycles() - start);
}

static int replace_hypercall(struct kvm_vcpu *vcpu)
{
	struct call call = {
		.nr = vcpu->arch.regs[VCPU_REGS_RAX],
		.a0 = vcpu->arch.regs[VCPU_REGS_RBX],
		.a1 = vcpu->arch.regs[VCPU_REGS_RCX],
		.a2 = vcpu->arch.regs[VCPU_REGS_RDX],
		.a3 = vcpu->arch.regs[VCPU_REGS_RSI],
	};
	int ret, cookie = kvmpv_hook_enter();
	u64 rax;

	ret = kvm_original(hypercall)(vcpu);
	rax = vcpu->arch.regs[VCPU_REGS_RAX];
	if (!kvm_in_nested_guest(vcpu)) {
		if (rax == (u64)-KVM_ENOSYS)
			answer(vcpu, &call, true);
		else if (rax == (u32)-KVM_ENOSYS)
			answer(vcpu, &call, false);
	}
	kvmpv_hook_leave(cookie);
	return ret;
}

/**
 * hypercall_decide() - decide about a call of kvm_emulate_hypercall()
 * @fregs: registers of the call
 *
 * Numbers that are not ours go on as if nobody had looked.
 *
 * Return: the replacement, 0 for none.
 */
unsigned long notrace hypercall_decide(struct ftrace_regs *fregs)
{
	struct kvm_vcpu *vcpu = (struct kvm_vcpu *)ftrace_regs_get_argument(fregs, 0);

	return is_ours(vcpu->arch.regs[VCPU_REGS_RAX]) ? (unsigned long)replace_hypercall : 0;
}
