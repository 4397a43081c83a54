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
 * vcpu_create_decide() - decide about a call of kvm_arch_vcpu_create()
 * @fregs: registers of the call
 *
 * Return: the replacement, 0 for none.
 */
unsigned long notrace vcpu_create_decide(struct ftrace_regs *fregs)
{
	return (unsigned long)replace_vcpu_create;
}

/**
 * vcpu_destroy_decide() - decide about a call of kvm_arch_vcpu_destroy()
 * @fregs: registers of the call
 *
 * Return: the replacement, 0 for none.
 */
unsigned long notrace vcpu_destroy_decide(struct ftrace_regs *fregs)
{
	return (unsigned long)replace_vcpu_destroy;
}

/**
 * vm_destroy_decide() - decide about a call of kvm_arch_destroy_vm()
 * @fregs: registers of the call
 *
 * Return: the replacement, 0 for none.
 */
unsigned long notrace vm_destroy_decide(struct ftrace_regs *fregs)
{
	return (unsigned long)replace_vm_destroy;
}
