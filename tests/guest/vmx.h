/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VMX from a bare program: a guest of its own ("L2") that runs in the same memory, with the same
 * descriptor tables, and starts at a function of the program. No EPT, one guest a vCPU.
 *
 * SDM vol. 3: appendix A (capability MSRs), B (fields), C (exit reasons).
 */
#ifndef KVMPV_TEST_VMX_H
#define KVMPV_TEST_VMX_H

#define HOST_RSP 0x6c14 /* for vmx-enter.S too */

#ifndef __ASSEMBLER__

#include "lib.h"

enum vmcs_field {
	VMCS_VPID = 0x0000,
	GUEST_SELECTORS = 0x0800, /* ES, CS, SS, DS, FS, GS, LDTR, TR: 2 apart, as all of them */
	HOST_SELECTORS = 0x0c00, /* the same without LDTR */
	VMCS_LINK = 0x2800,
	PIN_CONTROLS = 0x4000,
	CPU_CONTROLS = 0x4002,
	CR3_TARGET_COUNT = 0x400a,
	EXIT_CONTROLS = 0x400c,
	ENTRY_CONTROLS = 0x4012,
	CPU_CONTROLS_2 = 0x401e,
	VM_INSTRUCTION_ERROR = 0x4400,
	EXIT_REASON = 0x4402,
	EXIT_INSTRUCTION_LENGTH = 0x440c,
	GUEST_LIMITS = 0x4800, /* of the selectors, then GDTR, IDTR */
	GUEST_RIGHTS = 0x4814, /* of the selectors */
	CR4_SHADOW = 0x6006,
	CR0_SHADOW = 0x6004,
	CR3_TARGET_VALUE0 = 0x6008,
	EXIT_QUALIFICATION = 0x6400,
	GUEST_CR0 = 0x6800,
	GUEST_CR3 = 0x6802,
	GUEST_CR4 = 0x6804,
	GUEST_BASES = 0x6806, /* of the selectors, then GDTR, IDTR */
	GUEST_DR7 = 0x681a,
	GUEST_RSP = 0x681c,
	GUEST_RIP = 0x681e,
	GUEST_RFLAGS = 0x6820,
	HOST_CR0 = 0x6c00,
	HOST_CR3 = 0x6c02,
	HOST_CR4 = 0x6c04,
	HOST_TR_BASE = 0x6c0a,
	HOST_GDTR_BASE = 0x6c0c,
	HOST_IDTR_BASE = 0x6c0e,
	HOST_RIP = 0x6c16,
};

#define PIN_NMI_EXITING (1U << 3)
#define CPU_CR3_LOAD_EXITING (1U << 15)
#define CPU_CR3_STORE_EXITING (1U << 16)
#define CPU_SECONDARY (1U << 31)
#define CPU_2_VPID (1U << 5)

#define EXIT_EXCEPTION_NMI 0
#define EXIT_TRIPLE_FAULT 2
#define EXIT_VMCALL 18
#define EXIT_CR_ACCESS 28
#define EXIT_BAD_GUEST_STATE (33 | 1U << 31)

#define ERROR_BAD_CONTROL 7
#define ERROR_BAD_FIELD 12

#define MSR_VMX_BASIC 0x480
#define MSR_VMX_MISC 0x485
#define VMX_MISC_CR3_TARGETS(misc) ((misc) >> 16 & 0x1ff)

/* Numbers of registers as in exit qualifications: RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8... */
enum { RAX, RDI = 7, NR_REGISTERS = 16 };

#define NR_VMCS 2

/**
 * struct vmx - VMX on one vCPU
 * @vmxon: what VMXON needs
 * @vmcs: control structures, filled alike
 * @stack: L2's
 * @regs: L2's, but for RSP, which is in the VMCS
 * @launched: per VMCS: VMRESUME from now on
 * @current: the current VMCS
 */
struct vmx {
	u8 vmxon[4096];
	u8 vmcs[NR_VMCS][4096];
	u8 stack[8192];
	u64 regs[NR_REGISTERS];
	bool launched[NR_VMCS];
	unsigned int current;
} __attribute__((aligned(4096)));

/* vmx.c */
bool vmx_have(void);
bool vmx_have_vpid(void);
bool vmx_on(struct vmx *vmx, unsigned int cpu);
void vmx_off(void);
void vmx_select(struct vmx *vmx, unsigned int which);
void vmx_start_at(struct vmx *vmx, void (*function)(unsigned int cpu), unsigned int cpu);
bool vmx_run(struct vmx *vmx);
void vmx_skip(void);

/* vmx-enter.S */
extern const char vmx_exit[];
int vmx_enter(u64 regs[NR_REGISTERS], bool launched);

/* Return: whether it failed */
static inline bool vmwrite(u64 field, u64 value)
{
	bool failed;

	asm volatile("vmwrite %2, %1\n\tsetna %0" : "=q"(failed) : "r"(field), "r"(value) : "cc");
	return failed;
}

static inline u64 vmread(u64 field)
{
	u64 value;

	asm volatile("vmread %1, %0" : "=r"(value) : "r"(field) : "cc");
	return value;
}

/* Forget all that L2 has in the TLB under a VPID */
static inline void invvpid(u64 vpid)
{
	const struct {
		u64 vpid, address;
	} what = {vpid, 0};

	asm volatile("invvpid %0, %1" : : "m"(what), "r"(1UL) : "cc", "memory");
}

#endif /* __ASSEMBLER__ */
#endif /* KVMPV_TEST_VMX_H */
