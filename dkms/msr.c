// SPDX-License-Identifier: GPL-2.0-only
/*
 * MSRs: docs/abi/msr.rst. KVM is asked first; only where it does not know the MSR are we.
 *
 * Reached from the guest (RDMSR, WRMSR) and from the VMM (KVM_GET_MSRS, KVM_SET_MSRS). The VMM must
 * be able to save and restore whatever the policy is, so what is offered binds the guest only.
 *
 * Context: the vCPU's task, vcpu->mutex and kvm->srcu held, preemptible.
 */
#include <linux/ftrace.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/uaccess.h>

#include "hook.h"
#include "kvm.h"
#include "main.h"
#include "vm.h"

#define MSR_REFUSED 1 /* as KVM's handlers say it; the guest gets #GP */

static const u32 msr_list[] = {KVMPV_MSR_PAGE, KVMPV_MSR_UNHALT};

static bool offers(struct kvmpv_vcpu *vcpu, const struct msr_data *msr)
{
	u32 feature = msr->index == KVMPV_MSR_PAGE     ? KVMPV_FEATURE_MASK(PAGE)
		      : msr->index == KVMPV_MSR_UNHALT ? KVMPV_FEATURE_MASK(UNHALT)
						       : 0;

	return feature && (msr->host_initiated || (vcpu_offered(vcpu) & feature));
}

/* What the guest finds in its page; nothing of it is ever read back. */
static int write_header(struct kvmpv_vcpu *vcpu, u64 gpa)
{
	struct kvmpv_page page = {
		.magic = KVMPV_PAGE_MAGIC,
		.host_version = KVMPV_ABI_MAX,
		.size = sizeof(page),
		.instance = host_instance,
		.vcpu_id = vcpu->id,
	};

	page.guest_version = vm_abi(vcpu->vm, &page.features);
	if (!page.guest_version)
		return MSR_REFUSED; /* no handshake yet */
	return kvm_write(vcpu->vcpu, gpa, &page, sizeof(page)) ? MSR_REFUSED : 0;
}

static int write_page(struct kvmpv_vcpu *vcpu, const struct msr_data *msr)
{
	bool enable = msr->data & KVMPV_PAGE_ENABLE;
	u32 handshakes = READ_ONCE(vcpu->vm->handshakes);

	if ((msr->data & KVMPV_PAGE_RESERVED) || (!enable && msr->data))
		return MSR_REFUSED;
	/* A VMM that restores a vCPU restores the memory with it. */
	if (enable && !msr->host_initiated && write_header(vcpu, msr->data & PAGE_MASK))
		return MSR_REFUSED;
	return vcpu_store_page(vcpu, msr->data, handshakes) ? 0 : MSR_REFUSED;
}

static int write_unhalt(struct kvmpv_vcpu *vcpu, const struct msr_data *msr)
{
	if (msr->data & ~KVMPV_UNHALT_PENDING)
		return MSR_REFUSED;
	WRITE_ONCE(vcpu->vcpu->arch.pv.pv_unhalted, msr->data & KVMPV_UNHALT_PENDING);
	/* A VMM may set it for a vCPU that halted before it was saved. */
	if (msr->data)
		kvm_make_request(KVM_REQ_EVENT, vcpu->vcpu);
	return 0;
}

/* @ret: KVM's own answer, which stays for what is not ours or not offered. */
static int get_msr(struct kvm_vcpu *kvm_vcpu, struct msr_data *msr, int ret)
{
	struct kvmpv_vcpu *vcpu = vcpu_get(kvm_vcpu);

	if (!vcpu)
		return ret;
	if (!offers(vcpu, msr)) {
		vcpu_count(vcpu, KVMPV_COUNTER_MSR_REFUSED);
		return ret;
	}
	if (msr->index == KVMPV_MSR_PAGE)
		msr->data = READ_ONCE(vcpu->page);
	else
		msr->data = READ_ONCE(kvm_vcpu->arch.pv.pv_unhalted) ? KVMPV_UNHALT_PENDING : 0;
	vcpu_count(vcpu, KVMPV_COUNTER_MSR_READS);
	return 0;
}

static int set_msr(struct kvm_vcpu *kvm_vcpu, struct msr_data *msr, int ret)
{
	struct kvmpv_vcpu *vcpu = vcpu_get(kvm_vcpu);

	if (!vcpu)
		return ret;
	if (offers(vcpu, msr))
		ret = msr->index == KVMPV_MSR_PAGE ? write_page(vcpu, msr)
						   : write_unhalt(vcpu, msr);
	vcpu_count(vcpu, ret ? KVMPV_COUNTER_MSR_REFUSED : KVMPV_COUNTER_MSR_WRITES);
	return ret;
}

/* A nested guest has its own hypervisor's MSRs; a VMM's access is about the vCPU. */
static bool is_for_us(const struct kvm_vcpu *vcpu, const struct msr_data *msr)
{
	return msr->host_initiated || !kvm_in_nested_guest(vcpu);
}

static int replace_get_msr(struct kvm_vcpu *vcpu, struct msr_data *msr)
{
	int cookie = kvmpv_hook_enter();
	int ret = kvm_original(get_msr)(vcpu, msr);

	if (ret && is_for_us(vcpu, msr))
		ret = get_msr(vcpu, msr, ret);
	kvmpv_hook_leave(cookie);
	return ret;
}

static int replace_set_msr(struct kvm_vcpu *vcpu, struct msr_data *msr)
{
	int cookie = kvmpv_hook_enter();
	int ret = kvm_original(set_msr)(vcpu, msr);

	if (ret && is_for_us(vcpu, msr))
		ret = set_msr(vcpu, msr, ret);
	kvmpv_hook_leave(cookie);
	return ret;
}

static __always_inline bool is_ours(struct ftrace_regs *fregs)
{
	const struct msr_data *msr = (struct msr_data *)ftrace_regs_get_argument(fregs, 1);

	return msr->index >= KVMPV_MSR_FIRST && msr->index <= KVMPV_MSR_LAST;
}

/**
 * get_msr_decide() - decide about a call of kvm_get_msr_common()
 * @fregs: registers of the call
 *
 * Return: the replacement, 0 for none.
 */
unsigned long notrace get_msr_decide(struct ftrace_regs *fregs)
{
	return is_ours(fregs) ? (unsigned long)replace_get_msr : 0;
}

/**
 * set_msr_decide() - decide about a call of kvm_set_msr_common()
 * @fregs: registers of the call
 *
 * Return: the replacement, 0 for none.
 */
unsigned long notrace set_msr_decide(struct ftrace_regs *fregs)
{
	return is_ours(fregs) ? (unsigned long)replace_set_msr : 0;
}

/* The MSRs of features that new VMs are offered, as KVM lists what a VMM should save. */
static u32 list_msrs(u32 *ret_list)
{
	u32 nr = 0, policy = vms_policy();

	if (policy & KVMPV_FEATURE_MASK(PAGE))
		ret_list[nr++] = KVMPV_MSR_PAGE;
	if (policy & KVMPV_FEATURE_MASK(UNHALT))
		ret_list[nr++] = KVMPV_MSR_UNHALT;
	return nr;
}

/*
 * KVM_GET_MSR_INDEX_LIST with ours behind KVM's. @room is what the caller has room for; KVM has
 * answered with its own count, and with its own list if that fitted.
 */
static long append_msrs(struct kvm_msr_list __user *user, u32 room)
{
	u32 ours[2], nr = list_msrs(ours), kvms;

	if (get_user(kvms, &user->nmsrs) || put_user(kvms + nr, &user->nmsrs))
		return -EFAULT;
	if (room < kvms + nr)
		return -E2BIG;
	return copy_to_user(user->indices + kvms, ours, nr * sizeof(*ours)) ? -EFAULT : 0;
}

static long replace_dev_ioctl(struct file *file, unsigned int command, unsigned long arg)
{
	struct kvm_msr_list __user *list = (void __user *)arg;
	int cookie = kvmpv_hook_enter();
	bool known;
	long ret;
	u32 room;

	known = !get_user(room, &list->nmsrs);
	ret = kvm_original(dev_ioctl)(file, command, arg);
	if (known && (!ret || ret == -E2BIG))
		ret = append_msrs(list, room);
	kvmpv_hook_leave(cookie);
	return ret;
}

/**
 * dev_ioctl_decide() - decide about a call of kvm_arch_dev_ioctl()
 * @fregs: registers of the call
 *
 * Return: the replacement, 0 for none.
 */
unsigned long notrace dev_ioctl_decide(struct ftrace_regs *fregs)
{
	return (u32)ftrace_regs_get_argument(fregs, 1) == KVM_GET_MSR_INDEX_LIST
		       ? (unsigned long)replace_dev_ioctl
		       : 0;
}
