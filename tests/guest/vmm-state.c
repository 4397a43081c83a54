// SPDX-License-Identifier: GPL-2.0-only
/*
 * vCPU state: a start state for a program, and copying a whole machine as migration does.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "kvmpv/abi.h"
#include "ports.h"
#include "vmm.h"

#define CR0_PROTECTED 0x33 /* PE, MP, ET, NE */
#define CR0_PAGING 0x80010000 /* PG, WP */
#define CR4_PAE 0x20
#define EFER_LONG 0x500 /* LME, LMA */

/**
 * vcpu_set_mode() - flat segments, and for 64 bits the page tables at BARE_TABLES
 * @vcpu: the vCPU
 * @bits: 64 or 32 (without paging)
 * @rip: where it starts; the vCPU's number is in EDI there
 *
 * Interrupts are enabled: with them disabled an emulated Intel host is held back too.
 */
void vcpu_set_mode(struct vcpu *vcpu, unsigned int bits, uint64_t rip)
{
	struct kvm_segment code = {.limit = 0xffffffff,
				   .selector = BARE_CS,
				   .type = 11,
				   .present = 1,
				   .s = 1,
				   .g = 1,
				   .l = bits == 64,
				   .db = bits == 32};
	struct kvm_segment data = {.limit = 0xffffffff,
				   .selector = BARE_DS,
				   .type = 3,
				   .present = 1,
				   .s = 1,
				   .g = 1,
				   .db = 1};
	struct kvm_segment task = {
		.base = 0x5000, .limit = 0x67, .selector = 0x18, .type = 11, .present = 1};
	struct kvm_regs regs = {.rip = rip, .rdi = vcpu->id, .rflags = 0x202};
	struct kvm_sregs sregs;

	if (ioctl(vcpu->fd, KVM_GET_SREGS, &sregs))
		die("KVM_GET_SREGS");
	sregs.cr0 = CR0_PROTECTED;
	if (bits == 64) {
		sregs.cr0 |= CR0_PAGING;
		sregs.cr3 = BARE_TABLES;
		sregs.cr4 = CR4_PAE;
		sregs.efer = EFER_LONG;
	}
	sregs.cs = code;
	sregs.ds = sregs.es = sregs.fs = sregs.gs = sregs.ss = data;
	sregs.tr = task;
	memset(&sregs.ldt, 0, sizeof(sregs.ldt));
	sregs.ldt.unusable = 1;
	memset(&sregs.gdt, 0, sizeof(sregs.gdt));
	memset(&sregs.idt, 0, sizeof(sregs.idt));
	if (ioctl(vcpu->fd, KVM_SET_SREGS, &sregs))
		die("KVM_SET_SREGS");
	if (ioctl(vcpu->fd, KVM_SET_REGS, &regs))
		die("KVM_SET_REGS");
}

/**
 * msr_get() - read an MSR as a VMM does
 * @vcpu: whose
 * @index: which
 * @ret_value: its value; untouched on failure
 *
 * Return: whether KVM knows it.
 */
bool msr_get(const struct vcpu *vcpu, uint32_t index, uint64_t *ret_value)
{
	struct {
		struct kvm_msrs head;
		struct kvm_msr_entry entry;
	} msrs = {.head.nmsrs = 1, .entry.index = index};

	if (ioctl(vcpu->fd, KVM_GET_MSRS, &msrs) != 1)
		return false;
	*ret_value = msrs.entry.data;
	return true;
}

/**
 * msr_set() - write an MSR as a VMM does
 * @vcpu: whose
 * @index: which
 * @value: what
 *
 * Return: whether KVM took it.
 */
bool msr_set(const struct vcpu *vcpu, uint32_t index, uint64_t value)
{
	struct {
		struct kvm_msrs head;
		struct kvm_msr_entry entry;
	} msrs = {.head.nmsrs = 1, .entry = {.index = index, .data = value}};

	return ioctl(vcpu->fd, KVM_SET_MSRS, &msrs) == 1;
}

/**
 * mp_state() - is a vCPU runnable, halted, ...
 * @vcpu: a stopped vCPU
 *
 * Return: KVM_MP_STATE_...
 */
uint32_t mp_state(const struct vcpu *vcpu)
{
	struct kvm_mp_state state;

	if (ioctl(vcpu->fd, KVM_GET_MP_STATE, &state))
		die("KVM_GET_MP_STATE");
	return state.mp_state;
}

/**
 * set_mp_state() - the other direction
 * @vcpu: a stopped vCPU
 * @state: KVM_MP_STATE_...
 */
void set_mp_state(const struct vcpu *vcpu, uint32_t state)
{
	struct kvm_mp_state mp = {.mp_state = state};

	if (ioctl(vcpu->fd, KVM_SET_MP_STATE, &mp))
		die("KVM_SET_MP_STATE");
}

static struct kvm_msr_list *msr_list(void)
{
	struct kvm_msr_list count = {}, *list;

	ioctl(kvm_device(), KVM_GET_MSR_INDEX_LIST, &count);
	list = calloc(1, sizeof(*list) + count.nmsrs * sizeof(list->indices[0]));
	if (!list)
		die("MSR list");
	list->nmsrs = count.nmsrs;
	if (ioctl(kvm_device(), KVM_GET_MSR_INDEX_LIST, list))
		die("KVM_GET_MSR_INDEX_LIST");
	return list;
}

/* Exactly those that KVM lists: a VMM does not know about kvmpv and migrates what is in the list */
static void copy_msrs(const struct vcpu *to, const struct vcpu *from, bool with_kvmpv_msrs)
{
	struct kvm_msr_list *list = msr_list();
	uint64_t value;
	unsigned int i;

	for (i = 0; i < list->nmsrs; i++) {
		uint32_t index = list->indices[i];

		if (index >= KVMPV_MSR_FIRST && index <= KVMPV_MSR_LAST && !with_kvmpv_msrs)
			continue;
		/* The list also has some that this vCPU's CPUID does not offer */
		if (msr_get(from, index, &value))
			msr_set(to, index, value);
	}
	free(list);
}

#define COPY(to, from, type, get, set)                                                \
	do {                                                                          \
		type state_ = {};                                                     \
		if (ioctl((from)->fd, get, &state_) || ioctl((to)->fd, set, &state_)) \
			die("vCPU %u: %s", (from)->id, #get);                         \
	} while (0)

static void copy_vcpu(const struct vcpu *to, const struct vcpu *from, bool with_kvmpv_msrs)
{
	COPY(to, from, struct kvm_sregs, KVM_GET_SREGS, KVM_SET_SREGS);
	COPY(to, from, struct kvm_regs, KVM_GET_REGS, KVM_SET_REGS);
	COPY(to, from, struct kvm_fpu, KVM_GET_FPU, KVM_SET_FPU);
	COPY(to, from, struct kvm_lapic_state, KVM_GET_LAPIC, KVM_SET_LAPIC);
	COPY(to, from, struct kvm_vcpu_events, KVM_GET_VCPU_EVENTS, KVM_SET_VCPU_EVENTS);
	COPY(to, from, struct kvm_mp_state, KVM_GET_MP_STATE, KVM_SET_MP_STATE);
	/* Behind mp_state: docs/abi/msr.rst */
	copy_msrs(to, from, with_kvmpv_msrs);
}

/**
 * machine_copy_state() - what migration does: memory and every vCPU's state
 * @to: a machine of the same shape that has not run yet
 * @from: a machine that was stopped
 * @with_kvmpv_msrs: also copy kvmpv's MSRs, as any VMM does that goes by KVM's list
 */
void machine_copy_state(struct machine *to, const struct machine *from, bool with_kvmpv_msrs)
{
	unsigned int i;

	memcpy(to->ram, from->ram, from->options.memory);
	for (i = 0; i < from->options.vcpus; i++)
		copy_vcpu(&to->vcpus[i], &from->vcpus[i], with_kvmpv_msrs);
}
