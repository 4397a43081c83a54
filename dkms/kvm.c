// SPDX-License-Identifier: GPL-2.0-only
/* Find KVM's functions, check them, set and remove the hooks. What a hook does is elsewhere. */
#include <linux/kernel.h>
#include <linux/sysfs.h>

#include "btf.h"
#include "hook.h"
#include "kvm.h"
#include "problem.h"
#include "symbol.h"

#define DEFINE_(name, function, prototype) DEFINE_STATIC_CALL_NULL(kvmpv_##name, function);
KVMPV_KVM_CALLS(DEFINE_)
KVMPV_KVM_HOOKS(DEFINE_)
#undef DEFINE_

#define ENUM_(name, function, prototype) HOOK_##name,
enum { KVMPV_KVM_HOOKS(ENUM_) HOOK_COUNT };
#undef ENUM_

#define HOOK_(hook_name, function, prototype) [HOOK_##hook_name] = {.name = #function},
static struct kvmpv_hook hooks[] = {KVMPV_KVM_HOOKS(HOOK_)};
#undef HOOK_

/*
 * The thunks know the sites by address. That the addresses are constants to them would be nice, but
 * the most frequent comes first, and the rest costs two instructions each.
 */
#define IF_SITE_(name)                                 \
	do {                                           \
		if (ip == hooks[HOOK_##name].site) {   \
			target = name##_decide(fregs); \
			goto out;                      \
		}                                      \
	} while (0)

static void notrace lifecycle_thunk(unsigned long ip, unsigned long parent_ip,
				    struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	unsigned long target = 0;

	IF_SITE_(vcpu_create);
	IF_SITE_(vcpu_destroy);
	IF_SITE_(vm_destroy);
out:
	if (target)
		ftrace_regs_set_instruction_pointer(fregs, target);
}

static void notrace guest_thunk(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
				struct ftrace_regs *fregs)
{
	unsigned long target = 0;

	IF_SITE_(hypercall);
	IF_SITE_(set_msr);
	IF_SITE_(get_msr);
	IF_SITE_(cpuid);
	IF_SITE_(dev_ioctl);
out:
	if (target)
		ftrace_regs_set_instruction_pointer(fregs, target);
}

#define FIRST_GUEST_HOOK HOOK_dev_ioctl

/* Follow VMs as long as the module is attached ... */
static struct kvmpv_hook_group lifecycle_hooks = {
	.thunk = lifecycle_thunk,
	.hooks = hooks,
	.nr = FIRST_GUEST_HOOK,
};

/* ... but sit on a guest's exits only while some VM is offered something. */
static struct kvmpv_hook_group guest_hooks = {
	.thunk = guest_thunk,
	.hooks = &hooks[FIRST_GUEST_HOOK],
	.nr = HOOK_COUNT - FIRST_GUEST_HOOK,
};

#define STRING_(x) #x
#define FUNCTION_(name, function, prototype) {STRING_(function), prototype},
static const struct kvmpv_btf_function functions[] = {KVMPV_KVM_CALLS(FUNCTION_)
							      KVMPV_KVM_HOOKS(FUNCTION_)};
#undef FUNCTION_

static const struct kvmpv_btf_member members[] = {
	KVMPV_HLT_MEMBER,
	KVMPV_BTF_MEMBER(kvm, online_vcpus),
	KVMPV_BTF_MEMBER(kvm, vcpu_array),
	KVMPV_BTF_MEMBER(kvm_memory_slot, flags),
	KVMPV_BTF_MEMBER(kvm_memory_slot, id),
	KVMPV_BTF_MEMBER(kvm_vcpu, kvm),
	KVMPV_BTF_MEMBER(kvm_vcpu, vcpu_id),
	KVMPV_BTF_MEMBER(kvm_vcpu, requests),
	KVMPV_BTF_MEMBER(kvm_vcpu, ready),
	KVMPV_BTF_MEMBER(kvm_vcpu, arch.regs),
	KVMPV_BTF_MEMBER(kvm_vcpu, arch.hflags),
	KVMPV_BTF_MEMBER(kvm_vcpu, arch.apic),
	KVMPV_BTF_MEMBER(kvm_vcpu, arch.cpuid_nent),
	KVMPV_BTF_MEMBER(kvm_vcpu, arch.cpuid_entries),
	KVMPV_BTF_MEMBER(kvm_vcpu, arch.pv.pv_unhalted),
	KVMPV_BTF_MEMBER(msr_data, host_initiated),
	KVMPV_BTF_MEMBER(msr_data, index),
	KVMPV_BTF_MEMBER(msr_data, data),
};

/*
 * Memory that the VMM gave the guest to write to: not ROM, and not the slots that KVM puts into a
 * VM's address space for itself (APIC access page, real-mode TSS, identity map).
 */
static bool is_guest_ram(struct kvm_vcpu *vcpu, gfn_t gfn)
{
	const struct kvm_memory_slot *slot = static_call(kvmpv_find_slot)(vcpu, gfn);

	return slot && slot->id < KVM_USER_MEM_SLOTS && !(slot->flags & KVM_MEM_READONLY);
}

/**
 * kvm_write() - write to memory of the guest, and log it as dirty
 * @vcpu: the current vCPU
 * @gpa: where
 * @data: what
 * @len: bytes, at most a page
 *
 * All of it must be the guest's own writable memory, or nothing is written; but memory that the VMM
 * takes away at this very moment may be written in part.
 *
 * Context: the vCPU's task inside KVM_RUN, kvm->srcu held, may sleep.
 *
 * Return: 0 or -EFAULT.
 */
int kvm_write(struct kvm_vcpu *vcpu, gpa_t gpa, const void *data, size_t len)
{
	gpa_t last = gpa + len - 1;

	if (last < gpa || !is_guest_ram(vcpu, gpa_to_gfn(gpa)) ||
	    !is_guest_ram(vcpu, gpa_to_gfn(last)))
		return -EFAULT;
	return static_call(kvmpv_write_guest)(vcpu, gpa, data, len) ? -EFAULT : 0;
}

/**
 * kvm_check() - is the loaded KVM the one this module was compiled for
 * @module: "kvm", or NULL when it is built in
 *
 * Context: process, may sleep. Return: 0 or a negative error, after one line that says why.
 */
int kvm_check(const char *module)
{
	return kvmpv_btf_check(module, functions, ARRAY_SIZE(functions), members,
			       ARRAY_SIZE(members));
}

/**
 * kvm_find() - look up all functions and aim the static calls at them
 * @module: "kvm", or NULL when it is built in
 *
 * Context: process, may sleep, no hook installed. KVM must not go away before kvm_unhook_all().
 *
 * Return: 0 or a negative error, after one line that says why.
 */
int kvm_find(const char *module)
{
	struct kvmpv_symbol symbol;
	int i, ret;

	for (i = 0; i < HOOK_COUNT; i++) {
		ret = kvmpv_hook_find(&hooks[i], module);
		if (ret)
			return ret;
	}
#define AIM_(name, function, prototype) \
	static_call_update(kvmpv_##name, kvmpv_hook_body(&hooks[HOOK_##name]));
	KVMPV_KVM_HOOKS(AIM_)
#undef AIM_

#define AIM_(name, function, prototype)                                                     \
	ret = kvmpv_symbol_find(module, STRING_(function), &symbol);                        \
	if (ret) {                                                                          \
		kvmpv_problem("%s: not found in this kernel (%d)", STRING_(function), ret); \
		return ret;                                                                 \
	}                                                                                   \
	static_call_update(kvmpv_##name, (void *)symbol.addr);
	KVMPV_KVM_CALLS(AIM_)
#undef AIM_
	return 0;
}

/**
 * kvm_hook_lifecycle() - follow the creation and destruction of VMs and vCPUs
 *
 * Context: process, may sleep; caller serialises hooking. Return: 0 or a negative error.
 */
int kvm_hook_lifecycle(void)
{
	return kvmpv_hooks_install(&lifecycle_hooks);
}

/**
 * kvm_hook_guest() - answer guests: hypercalls, MSRs, CPUID, the MSR index list
 *
 * Context: process, may sleep; caller serialises hooking. Return: 0 or a negative error.
 */
int kvm_hook_guest(void)
{
	return kvmpv_hooks_install(&guest_hooks);
}

/**
 * kvm_unhook_guest() - stop answering guests
 *
 * Calls that are on their way are finished as if nothing had happened; the module stays, so nobody
 * has to wait for them.
 *
 * Context: process, may sleep; caller serialises hooking.
 */
void kvm_unhook_guest(void)
{
	kvmpv_hooks_remove(&guest_hooks);
}

/**
 * kvm_unhook_all() - leave KVM as it was found
 *
 * Guests are no longer answered before VMs are no longer followed. A call that is still on its way
 * then may leave an object whose VM dies unseen: its pointers are keys only. So kvm_drain() and
 * then vms_forget_all() must follow.
 *
 * Context: process, may sleep; caller serialises hooking.
 */
void kvm_unhook_all(void)
{
	kvmpv_hooks_remove(&guest_hooks);
	kvmpv_hooks_remove(&lifecycle_hooks);
}

/**
 * kvm_drain() - wait until no task is inside a replacement
 *
 * That can take as long as a VMM likes: a task may sleep there on memory that user space serves.
 *
 * Context: process, may sleep, no lock held that a replacement or a reader of our files needs.
 */
void kvm_drain(void)
{
	kvmpv_hooks_drain();
}

/**
 * kvm_guest_hooked() - are guests answered
 *
 * Context: any; a snapshot unless the caller serialises hooking.
 */
bool kvm_guest_hooked(void)
{
	return guest_hooks.installed;
}

static ssize_t show_group(const struct kvmpv_hook_group *group, char *page, ssize_t len)
{
	unsigned int i;

	for (i = 0; i < group->nr && group->installed; i++)
		len += sysfs_emit_at(page, len, "%s\n", group->hooks[i].name);
	return len;
}

/**
 * kvm_show_hooks() - print the functions taken over at this moment, one a line
 * @page: a page to print into
 *
 * Context: caller serialises hooking. Return: bytes printed.
 */
ssize_t kvm_show_hooks(char *page)
{
	ssize_t len = show_group(&guest_hooks, page, show_group(&lifecycle_hooks, page, 0));

	return len ? len : sysfs_emit(page, "\n");
}
