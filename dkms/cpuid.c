// SPDX-License-Identifier: GPL-2.0-only
/*
 * The CPUID block: docs/abi/cpuid.rst. It sits at the first base behind KVM's own block that the
 * VMM left free, and only for a guest that can see it runs on KVM: a VMM that hides KVM hides us.
 *
 * Context: the vCPU's task inside KVM_RUN, vcpu->mutex and kvm->srcu held, preemptible.
 */
#include <linux/ftrace.h>
#include <linux/kernel.h>

#include "cr3.h"
#include "hook.h"
#include "kvm.h"
#include "main.h"
#include "vm.h"

struct regs {
	u32 eax, ebx, ecx, edx;
};

/* "KVMKVMKVM\0\0\0" */
#define KVM_EBX 0x4b4d564b
#define KVM_ECX 0x564b4d56
#define KVM_EDX 0x0000004d

static const struct kvm_cpuid_entry2 *find_entry(const struct kvm_vcpu *vcpu, u32 function)
{
	int i;

	for (i = 0; i < vcpu->arch.cpuid_nent; i++)
		if (vcpu->arch.cpuid_entries[i].function == function)
			return &vcpu->arch.cpuid_entries[i];
	return NULL;
}

/*
 * Where the VMM has KVM's own block, 0 for nowhere: it hides KVM; and the first base behind it that
 * is free, 0 when there is none.
 */
static u32 find_blocks(const struct kvm_vcpu *vcpu, u32 *ret_free)
{
	const struct kvm_cpuid_entry2 *entry;
	u32 base, kvm = 0;

	*ret_free = 0;
	for (base = KVMPV_CPUID_FIRST; base < KVMPV_CPUID_END; base += KVMPV_CPUID_STEP) {
		entry = find_entry(vcpu, base);
		if (!entry && kvm) {
			*ret_free = base;
			break;
		}
		if (entry && !kvm && entry->ebx == KVM_EBX && entry->ecx == KVM_ECX &&
		    entry->edx == KVM_EDX)
			kvm = base;
	}
	return kvm;
}

/* For the guest, and for those who look at what the VMM says of KVM from outside: vm-kvm.c */
static void note_cpuid(struct kvmpv_vcpu *vcpu)
{
	u32 kvm = find_blocks(vcpu->vcpu, &vcpu->cpuid_base);
	const struct kvm_cpuid_entry2 *entry;

	entry = kvm ? find_entry(vcpu->vcpu, kvm + 1) : NULL;
	vcpu->hints = entry ? entry->edx : 0;
	entry = find_entry(vcpu->vcpu, 1);
	vcpu->x2apic_offered = entry && entry->ecx & BIT(X86_FEATURE_X2APIC & 31);
}

/**
 * vcpu_cpuid_base() - where a vCPU's CPUID block is
 * @vcpu: the vCPU, which has run: from then on KVM lets nobody change its CPUID
 *
 * Context: the vCPU's task, vcpu->mutex held.
 *
 * Return: the base, 0 for nowhere.
 */
u32 vcpu_cpuid_base(struct kvmpv_vcpu *vcpu)
{
	if (!vcpu->cpuid_known) {
		note_cpuid(vcpu);
		/* Pairs with vm_ask(): readers look at the rest when they see this. */
		smp_store_release(&vcpu->cpuid_known, true);
	}
	return vcpu->cpuid_base;
}

/**
 * vcpu_offered() - what a guest may use on a vCPU, now
 * @vcpu: the vCPU
 *
 * Nothing where the VMM hides KVM, no wake-ups where KVM could not deliver them, and no cr3 cache
 * where CR3 loads do not exit.
 *
 * Context: inside a call or access of the guest: the vCPU's task, vcpu->mutex held.
 *
 * Return: feature bits.
 */
u32 vcpu_offered(struct kvmpv_vcpu *vcpu)
{
	u32 offered = READ_ONCE(vcpu->vm->offered);

	if (!offered || !vcpu_cpuid_base(vcpu))
		return 0;
	if (!kvm_sees_halts(vcpu->vcpu))
		offered &= ~(KVMPV_FEATURE_MASK(KICK) | KVMPV_FEATURE_MASK(UNHALT));
	/* With EPT roots are direct, with paging off too, and 32-bit paging has fewer levels. */
	if (!READ_ONCE(cr3_ready) || !cr3_mode(vcpu->vcpu))
		offered &= ~KVMPV_FEATURE_MASK(CR3_CACHE);
	return offered;
}

static void fill(struct regs *regs, u32 base, u32 leaf, u32 offered)
{
	memset(regs, 0, sizeof(*regs));
	switch (leaf) {
	case KVMPV_CPUID_SIGNATURE:
		regs->eax = base + KVMPV_CPUID_LEAVES - 1;
		regs->ebx = KVMPV_SIGNATURE_EBX;
		regs->ecx = KVMPV_SIGNATURE_ECX;
		regs->edx = KVMPV_SIGNATURE_EDX;
		break;
	case KVMPV_CPUID_FEATURES:
		regs->eax = offered;
		break;
	case KVMPV_CPUID_VERSION:
		regs->eax = KVMPV_ABI_MAX;
		regs->ebx = KVMPV_ABI_MIN;
		regs->ecx = sizeof(struct kvmpv_stats);
		regs->edx = host_instance;
		break;
	}
}

/* Answer a leaf of the block. False when there is no block there, or KVM's answer is to stay. */
static bool read_block(struct kvm_vcpu *kvm_vcpu, u32 function, struct regs *ret_regs)
{
	u32 base = function & ~(KVMPV_CPUID_STEP - 1), offered;
	struct kvmpv_vcpu *vcpu;

	if (kvm_in_nested_guest(kvm_vcpu))
		return false;
	vcpu = vcpu_get(kvm_vcpu);
	if (!vcpu || vcpu_cpuid_base(vcpu) != base)
		return false;
	offered = vcpu_offered(vcpu);
	if (!offered)
		return false;
	fill(ret_regs, base, function - base, offered);
	vcpu_count(vcpu, KVMPV_COUNTER_CPUID_READS);
	return true;
}

/* Somebody reads KVM's own block: a moment when nobody can change what it says. */
static void see(struct kvm_vcpu *kvm_vcpu)
{
	struct kvmpv_vcpu *vcpu;

	if (kvm_in_nested_guest(kvm_vcpu))
		return;
	vcpu = vcpu_get(kvm_vcpu);
	if (vcpu)
		vcpu_cpuid_base(vcpu);
}

static bool replace_cpuid(struct kvm_vcpu *vcpu, u32 *eax, u32 *ebx, u32 *ecx, u32 *edx,
			  bool exact_only)
{
	int cookie = kvmpv_hook_enter();
	u32 function = *eax;
	struct regs regs;
	bool found;

	found = kvm_original(cpuid)(vcpu, eax, ebx, ecx, edx, exact_only);
	if (found) {
		see(vcpu);
	} else if (read_block(vcpu, function, &regs)) {
		*eax = regs.eax;
		*ebx = regs.ebx;
		*ecx = regs.ecx;
		*edx = regs.edx;
		found = true;
	}
	kvmpv_hook_leave(cookie);
	return found;
}

/**
 * cpuid_decide() - decide about a call of kvm_cpuid()
 * @fregs: registers of the call
 *
 * Return: the replacement, 0 for none.
 */
unsigned long notrace cpuid_decide(struct ftrace_regs *fregs)
{
	u32 function = *(u32 *)ftrace_regs_get_argument(fregs, 1);

	return function >= KVMPV_CPUID_FIRST && function < KVMPV_CPUID_END &&
			       (function & (KVMPV_CPUID_STEP - 1)) < KVMPV_CPUID_LEAVES
		       ? (unsigned long)replace_cpuid
		       : 0;
}
