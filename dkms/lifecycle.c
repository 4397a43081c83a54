// SPDX-License-Identifier: GPL-2.0-only
/*
 * Follow VMs and vCPUs through KVM's own creation and teardown.
 *
 * Context: the VMM's task in an ioctl or a close, may sleep.
 */
#include <linux/ftrace.h>
#include <linux/kernel.h>

#include "hook.h"
#include "kvm.h"
#include "vm.h"

/* A vCPU we have no memory for is tried again at its first contact. */
static int replace_vcpu_create(struct kvm_vcpu *vcpu)
{
	int cookie = kvmpv_hook_enter();
	int ret = kvm_original(vcpu_create)(vcpu);

	if (!ret)
		vcpu_get(vcpu);
	kvmpv_hook_leave(cookie);
	return ret;
}

static void replace_vcpu_destroy(struct kvm_vcpu *vcpu)
{
	int cookie = kvmpv_hook_enter();

	vcpu_forget(vcpu);
	kvm_original(vcpu_destroy)(vcpu);
	kvmpv_hook_leave(cookie);
}

/* The original destroys the vCPUs, so the VM is forgotten behind it. */
static void replace_vm_destroy(struct kvm *kvm)
{
	int cookie = kvmpv_hook_enter();

	kvm_original(vm_destroy)(kvm);
	vm_forget(kvm);
	kvmpv_hook_leave(cookie);
}

/**
 * vcpu_create_thunk() - at the entry of kvm_arch_vcpu_create()
 * @ip: address of the ftrace site
 * @parent_ip: where the call comes from
 * @ops: the hook's
 * @fregs: registers of the call
 */
void notrace vcpu_create_thunk(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
			       struct ftrace_regs *fregs)
{
	ftrace_regs_set_instruction_pointer(fregs, (unsigned long)replace_vcpu_create);
}

/**
 * vcpu_destroy_thunk() - at the entry of kvm_arch_vcpu_destroy()
 * @ip: address of the ftrace site
 * @parent_ip: where the call comes from
 * @ops: the hook's
 * @fregs: registers of the call
 */
void notrace vcpu_destroy_thunk(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
				struct ftrace_regs *fregs)
{
	ftrace_regs_set_instruction_pointer(fregs, (unsigned long)replace_vcpu_destroy);
}

/**
 * vm_destroy_thunk() - at the entry of kvm_arch_destroy_vm()
 * @ip: address of the ftrace site
 * @parent_ip: where the call comes from
 * @ops: the hook's
 * @fregs: registers of the call
 */
void notrace vm_destroy_thunk(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
			      struct ftrace_regs *fregs)
{
	ftrace_regs_set_instruction_pointer(fregs, (unsigned long)replace_vm_destroy);
}
