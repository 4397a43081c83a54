/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Everything this module uses of KVM, in one place: the functions it calls and takes over, and the
 * members of KVM's structures it touches. kvm_check() holds all of it against the running kernel's
 * BTF before a hook is set.
 *
 * No KVM symbol is linked: from 6.16 on KVM exports to its vendor modules alone. Functions are
 * found by name and called directly, through static calls, never through a pointer: with IBT an
 * unexported function has lost the ENDBR that an indirect call must land on.
 */
#ifndef KVMPV_HOST_KVM_H
#define KVMPV_HOST_KVM_H

#include <linux/kvm_host.h>
#include <linux/static_call.h>
#include <linux/types.h>

/* Not in a public header of every kernel. Where one declares them too, the compiler compares. */
bool kvm_cpuid(struct kvm_vcpu *vcpu, u32 *eax, u32 *ebx, u32 *ecx, u32 *edx, bool exact_only);
int kvm_emulate_hypercall(struct kvm_vcpu *vcpu);
bool kvm_apic_match_dest(struct kvm_vcpu *vcpu, struct kvm_lapic *source, int shorthand,
			 unsigned int dest, int dest_mode);

#ifdef KVMPV_HAVE_KVM_VCPU_KICK_FUNCTION
#define KVMPV_KICK kvm_vcpu_kick
#define KVMPV_KICK_PROTOTYPE "void(kvm_vcpu*)"
#else
#define KVMPV_KICK __kvm_vcpu_kick
#define KVMPV_KICK_PROTOTYPE "void(kvm_vcpu*,bool)"
#endif

/* Functions that are called only. F(short name, function, prototype) */
#define KVMPV_KVM_CALLS(F)                                                           \
	F(kick, KVMPV_KICK, KVMPV_KICK_PROTOTYPE)                                    \
	F(yield_to, kvm_vcpu_yield_to, "s32(kvm_vcpu*)")                             \
	F(match_dest, kvm_apic_match_dest, "bool(kvm_vcpu*,kvm_lapic*,s32,u32,s32)") \
	F(find_slot, kvm_vcpu_gfn_to_memslot, "kvm_memory_slot*(kvm_vcpu*,u64)")     \
	F(write_guest, kvm_vcpu_write_guest, "s32(kvm_vcpu*,u64,void*,u64)")

/* Functions that are taken over. Those of lifecycle.c come first: see kvm.c. */
#define KVMPV_KVM_HOOKS(F)                                              \
	F(vcpu_destroy, kvm_arch_vcpu_destroy, "void(kvm_vcpu*)")       \
	F(vm_destroy, kvm_arch_destroy_vm, "void(kvm*)")                \
	F(vcpu_create, kvm_arch_vcpu_create, "s32(kvm_vcpu*)")          \
	F(dev_ioctl, kvm_arch_dev_ioctl, "s64(file*,u32,u64)")          \
	F(cpuid, kvm_cpuid, "bool(kvm_vcpu*,u32*,u32*,u32*,u32*,bool)") \
	F(get_msr, kvm_get_msr_common, "s32(kvm_vcpu*,msr_data*)")      \
	F(set_msr, kvm_set_msr_common, "s32(kvm_vcpu*,msr_data*)")      \
	F(hypercall, kvm_emulate_hypercall, "s32(kvm_vcpu*)")

#define KVMPV_DECLARE_(name, function, prototype) DECLARE_STATIC_CALL(kvmpv_##name, function);
KVMPV_KVM_CALLS(KVMPV_DECLARE_)
KVMPV_KVM_HOOKS(KVMPV_DECLARE_)
#undef KVMPV_DECLARE_

/*
 * Where each of them decides about a call, from its registers: address of the replacement, or 0 to
 * let KVM's function run as if nobody had looked. Called by the thunk: notrace, may not sleep.
 */
#define KVMPV_DECLARE_(name, function, prototype) \
	unsigned long name##_decide(struct ftrace_regs *fregs);
KVMPV_KVM_HOOKS(KVMPV_DECLARE_)
#undef KVMPV_DECLARE_

/**
 * kvm_original() - the function that hook NAME took over
 * @name: short name from KVMPV_KVM_HOOKS
 *
 * Goes on behind the ftrace site, so it is not redirected again.
 */
#define kvm_original(name) static_call(kvmpv_##name)

/**
 * kvm_kick() - make a vCPU look at its requests: wake it from halt or force an exit
 * @vcpu: any vCPU of a living VM
 *
 * Context: any that may schedule another CPU's IPI.
 */
static inline void kvm_kick(struct kvm_vcpu *vcpu)
{
#ifdef KVMPV_HAVE_KVM_VCPU_KICK_FUNCTION
	static_call(kvmpv_kick)(vcpu);
#else
	static_call(kvmpv_kick)(vcpu, false);
#endif
}

/**
 * kvm_in_nested_guest() - is the vCPU running a guest of its guest
 * @vcpu: the current vCPU
 *
 * kvmpv is an agreement between KVM and its own guest; a nested guest must see its own hypervisor.
 */
static inline bool kvm_in_nested_guest(const struct kvm_vcpu *vcpu)
{
	return vcpu->arch.hflags & HF_GUEST_MASK;
}

#ifdef KVMPV_HAVE_KVM_HLT_IN_GUEST
#define KVMPV_HLT_MEMBER KVMPV_BTF_MEMBER(kvm, arch.hlt_in_guest)
#else
#define KVMPV_HLT_MEMBER KVMPV_BTF_MEMBER(kvm, arch.disabled_exits)
#endif

/**
 * kvm_sees_halts() - does KVM notice when a vCPU halts, and can it wake it
 * @vcpu: the vCPU
 *
 * Not where the VMM lets HLT run in the guest (KVM_CAP_X86_DISABLE_EXITS) or keeps the local APIC
 * to itself: KVM then never looks at the pending-kick flag, and withdraws its own KVM_HC_KICK_CPU
 * too.
 */
static inline bool kvm_sees_halts(const struct kvm_vcpu *vcpu)
{
#ifdef KVMPV_HAVE_KVM_HLT_IN_GUEST
	return vcpu->arch.apic && !vcpu->kvm->arch.hlt_in_guest;
#else
	return vcpu->arch.apic && !(vcpu->kvm->arch.disabled_exits & KVM_X86_DISABLE_EXITS_HLT);
#endif
}

int kvm_write(struct kvm_vcpu *vcpu, gpa_t gpa, const void *data, size_t len);
int kvm_check(const char *module);
int kvm_find(const char *module);
int kvm_hook_lifecycle(void);
int kvm_hook_guest(void);
void kvm_unhook_guest(void);
void kvm_unhook_all(void);
bool kvm_guest_hooked(void);
void kvm_drain(void);
ssize_t kvm_show_hooks(char *page);

#endif /* KVMPV_HOST_KVM_H */
