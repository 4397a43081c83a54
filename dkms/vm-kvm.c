// SPDX-License-Identifier: GPL-2.0-only
/*
 * What KVM itself exposes to a VM, and what its guest enabled of it: a VM's file "kvm",
 * docs/abi/sysfs.rst. Nobody but the VM's own process can ask KVM for it, which then has no reason
 * to tell. Read is what KVM keeps in single words of its structures; they are checked against the
 * kernel's type information when the first reader comes, so that nothing is needed for it before.
 */
#include <linux/kernel.h>
#include <linux/kvm_host.h>
#include <linux/kvm_para.h>
#include <linux/mutex.h>
#include <linux/sysfs.h>

#include "btf.h"
#include "kvm.h"
#include "vm-kvm.h"
#include "vm.h"

static DEFINE_MUTEX(checked_lock);
static int checked = 1; /* 1: not yet, else what came of it */

/**
 * struct view - what is found out about a VM
 * @vcpus: its vCPUs
 * @features: KVM's feature bits that all of them are shown
 * @seen: vCPUs that read KVM's CPUID block while we could see it
 * @hints: of the last of them
 * @x2apic_offered: to the last of them
 * @x2apic: vCPUs in x2APIC mode; and those that enabled what the other names say
 * @clock: see @x2apic
 * @async_pf: see @x2apic
 * @async_pf_vmexit: see @x2apic
 * @async_pf_int: see @x2apic
 * @steal_time: see @x2apic
 * @pv_eoi: see @x2apic
 * @host_polls: vCPUs for which the host may poll
 * @irqchip: 1 when the local APICs are KVM's, and 2 when the IO-APIC is too
 * @pit: KVM has a timer i8254 for it
 */
struct view {
	unsigned int vcpus, seen;
	u32 features, hints;
	bool x2apic_offered;
	unsigned int x2apic, clock, async_pf, async_pf_vmexit, async_pf_int, steal_time, pv_eoi,
		host_polls;
	int irqchip;
	bool pit;
};

#ifdef KVMPV_HAVE_KVM_GUEST_STATE
static const struct kvmpv_btf_member members[] = {
	KVMPV_BTF_MEMBER(kvm, arch.vpit),
	KVMPV_BTF_MEMBER(kvm, arch.irqchip_mode),
	KVMPV_BTF_MEMBER(kvm_vcpu, arch.pv_cpuid.features),
	KVMPV_BTF_MEMBER(kvm_vcpu, arch.apic_base),
	KVMPV_BTF_MEMBER(kvm_vcpu, arch.time),
	KVMPV_BTF_MEMBER(kvm_vcpu, arch.apf.msr_en_val),
	KVMPV_BTF_MEMBER(kvm_vcpu, arch.st.msr_val),
	KVMPV_BTF_MEMBER(kvm_vcpu, arch.pv_eoi.msr_val),
	KVMPV_BTF_MEMBER(kvm_vcpu, arch.msr_kvm_poll_control),
};

static int check(void)
{
	int ret;

	mutex_lock(&checked_lock);
	if (checked > 0)
		checked = kvmpv_btf_check(IS_BUILTIN(CONFIG_KVM) ? NULL : "kvm", NULL, 0, members,
					  ARRAY_SIZE(members));
	ret = checked;
	mutex_unlock(&checked_lock);
	return ret;
}

/* Context: as vm_ask() has it. The vCPU may run: each word is read once. */
static void look(struct kvmpv_vcpu *vcpu, void *data)
{
	const struct kvm_vcpu_arch *arch = &vcpu->vcpu->arch;
	const struct kvm_arch *kvm = &vcpu->vcpu->kvm->arch;
	u64 apf = READ_ONCE(arch->apf.msr_en_val);
	struct view *view = data;

	view->features = READ_ONCE(arch->pv_cpuid.features) & (view->vcpus ? view->features : ~0);
	view->vcpus++;
	view->x2apic += !!(READ_ONCE(arch->apic_base) & X2APIC_ENABLE);
	view->clock += !!(READ_ONCE(arch->time) & KVM_MSR_ENABLED);
	view->async_pf += !!(apf & KVM_ASYNC_PF_ENABLED);
	view->async_pf_vmexit += !!(apf & KVM_ASYNC_PF_DELIVERY_AS_PF_VMEXIT);
	view->async_pf_int += !!(apf & KVM_ASYNC_PF_DELIVERY_AS_INT);
	view->steal_time += !!(READ_ONCE(arch->st.msr_val) & KVM_MSR_ENABLED);
	view->pv_eoi += !!(READ_ONCE(arch->pv_eoi.msr_val) & KVM_MSR_ENABLED);
	view->host_polls += READ_ONCE(arch->msr_kvm_poll_control) & 1;
	view->pit = READ_ONCE(kvm->vpit);
	view->irqchip = READ_ONCE(kvm->irqchip_mode) == KVM_IRQCHIP_KERNEL  ? 2
			: READ_ONCE(kvm->irqchip_mode) == KVM_IRQCHIP_SPLIT ? 1
									    : 0;
	if (!smp_load_acquire(&vcpu->cpuid_known))
		return;
	view->seen++;
	view->hints = vcpu->hints;
	view->x2apic_offered = vcpu->x2apic_offered;
}
#else
static int check(void)
{
	return -EOPNOTSUPP;
}

static void look(struct kvmpv_vcpu *vcpu, void *data)
{
}
#endif

/**
 * vm_kvm_forget() - another KVM may come: check it again
 *
 * Context: process, may sleep; no VM has a directory.
 */
void vm_kvm_forget(void)
{
	mutex_lock(&checked_lock);
	checked = 1;
	mutex_unlock(&checked_lock);
}

/**
 * vm_kvm_print() - what KVM exposes to a VM, and what of it the guest enabled
 * @vm: the VM
 * @page: a page to print into
 *
 * Context: process, may sleep; a reader of the VM's file.
 *
 * Return: bytes printed, -EOPNOTSUPP where this kernel's structures are not what they were when
 *         this module was compiled, -ENODEV when the VM is going.
 */
ssize_t vm_kvm_print(struct kvmpv_vm *vm, char *page)
{
	struct view view = {.vcpus = 0};
	ssize_t len = 0;
	int ret;

	ret = check() ?: vm_ask(vm, look, &view);
	if (ret)
		return ret;
	len += sysfs_emit_at(page, len, "vcpus %u\nseen %u\nfeatures 0x%08x\n", view.vcpus,
			     view.seen, view.vcpus ? view.features : 0);
	if (view.seen)
		len += sysfs_emit_at(page, len, "hints 0x%08x\nx2apic_offered %d\n", view.hints,
				     view.x2apic_offered);
	else
		len += sysfs_emit_at(page, len, "hints -\nx2apic_offered -\n");
#define LINE_(name) len += sysfs_emit_at(page, len, #name " %u\n", view.name)
	LINE_(x2apic);
	LINE_(clock);
	LINE_(async_pf);
	LINE_(async_pf_vmexit);
	LINE_(async_pf_int);
	LINE_(steal_time);
	LINE_(pv_eoi);
	LINE_(host_polls);
#undef LINE_
	len += sysfs_emit_at(page, len, "irqchip %d\npit %d\n", view.irqchip, view.pit);
	return len;
}
