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
static void save_msrs(const struct vcpu *vcpu, struct vcpu_state *state)
{
	struct kvm_msr_list *list = msr_list();
	unsigned int i;

	if (list->nmsrs > VMM_MAX_MSRS)
		die("too many MSRs");
	state->nmsrs = 0;
	for (i = 0; i < list->nmsrs; i++) {
		struct kvm_msr_entry *msr = &state->msrs[state->nmsrs];
		uint64_t value;

		/* The list also has some that this vCPU's CPUID does not offer */
		if (!msr_get(vcpu, list->indices[i], &value))
			continue;
		msr->index = list->indices[i];
		msr->data = value;
		state->nmsrs++;
	}
	free(list);
}

static void load_msrs(const struct vcpu *vcpu, const struct vcpu_state *state, bool with_kvmpv_msrs)
{
	unsigned int i;

	for (i = 0; i < state->nmsrs; i++) {
		const struct kvm_msr_entry *msr = &state->msrs[i];

		if (msr->index >= KVMPV_MSR_FIRST && msr->index <= KVMPV_MSR_LAST &&
		    !with_kvmpv_msrs)
			continue;
		msr_set(vcpu, msr->index, msr->data);
	}
}

/**
 * vcpu_save() - all that a vCPU is
 * @vcpu: a stopped vCPU
 * @state: where to
 */
void vcpu_save(const struct vcpu *vcpu, struct vcpu_state *state)
{
	if (ioctl(vcpu->fd, KVM_GET_SREGS, &state->sregs) ||
	    ioctl(vcpu->fd, KVM_GET_REGS, &state->regs) ||
	    ioctl(vcpu->fd, KVM_GET_XSAVE, &state->xsave) ||
	    ioctl(vcpu->fd, KVM_GET_LAPIC, &state->lapic) ||
	    ioctl(vcpu->fd, KVM_GET_VCPU_EVENTS, &state->events) ||
	    ioctl(vcpu->fd, KVM_GET_MP_STATE, &state->mp))
		die("vCPU %u: cannot be saved", vcpu->id);
	/* A host without XSAVE has none */
	if (ioctl(vcpu->fd, KVM_GET_XCRS, &state->xcrs))
		state->xcrs.nr_xcrs = 0;
	save_msrs(vcpu, state);
}

/**
 * vcpu_load() - make a vCPU what another one was
 * @vcpu: one that has not run yet
 * @state: from vcpu_save()
 * @with_kvmpv_msrs: also kvmpv's MSRs, as any VMM does that goes by KVM's list
 */
void vcpu_load(const struct vcpu *vcpu, const struct vcpu_state *state, bool with_kvmpv_msrs)
{
	if (ioctl(vcpu->fd, KVM_SET_SREGS, &state->sregs) ||
	    ioctl(vcpu->fd, KVM_SET_REGS, &state->regs) ||
	    ioctl(vcpu->fd, KVM_SET_XSAVE, &state->xsave) ||
	    ioctl(vcpu->fd, KVM_SET_LAPIC, &state->lapic) ||
	    ioctl(vcpu->fd, KVM_SET_VCPU_EVENTS, &state->events) ||
	    ioctl(vcpu->fd, KVM_SET_MP_STATE, &state->mp))
		die("vCPU %u: cannot be restored", vcpu->id);
	if (state->xcrs.nr_xcrs && ioctl(vcpu->fd, KVM_SET_XCRS, &state->xcrs))
		die("vCPU %u: KVM_SET_XCRS", vcpu->id);
	/* Behind mp_state: docs/abi/msr.rst */
	load_msrs(vcpu, state, with_kvmpv_msrs);
}

/**
 * machine_copy_vcpus() - copy every vCPU's state
 * @to: a machine of the same shape that has not run yet
 * @from: a machine that was stopped
 * @with_kvmpv_msrs: also copy kvmpv's MSRs, as any VMM does that goes by KVM's list
 */
void machine_copy_vcpus(struct machine *to, const struct machine *from, bool with_kvmpv_msrs)
{
	static struct vcpu_state state;
	unsigned int i;

	for (i = 0; i < from->options.vcpus; i++) {
		vcpu_save(&from->vcpus[i], &state);
		vcpu_load(&to->vcpus[i], &state, with_kvmpv_msrs);
	}
}

/**
 * machine_copy_state() - what migration does: memory and every vCPU's state
 * @to: a machine of the same shape that has not run yet
 * @from: a machine that was stopped
 * @with_kvmpv_msrs: also copy kvmpv's MSRs, as any VMM does that goes by KVM's list
 */
void machine_copy_state(struct machine *to, const struct machine *from, bool with_kvmpv_msrs)
{
	memcpy(to->ram, from->ram, from->options.memory);
	machine_copy_vcpus(to, from, with_kvmpv_msrs);
}
