// SPDX-License-Identifier: GPL-2.0-only
/*
 * VMX from a bare program: capabilities, and a VMCS in which L2 has the state of its L1.
 */
#include "vmx.h"

#define MSR_FEATURE_CONTROL 0x3a
#define FEATURE_CONTROL_LOCKED 1
#define FEATURE_CONTROL_VMX 4
#define MSR_PROCBASED_CTLS2 0x48b
#define MSR_EPT_VPID_CAP 0x48c
#define MSR_TRUE_PIN 0x48d /* then CPU, exit, entry */

#define CR4_VMXE (1UL << 13)
#define HOST_64BIT (1U << 9) /* exit controls */
#define GUEST_64BIT (1U << 9) /* entry controls */

#define RIGHTS_CODE 0xa09b
#define RIGHTS_DATA 0xc093
#define RIGHTS_TASK 0x8b
#define RIGHTS_UNUSABLE 0x10000

#define TASK_LIMIT 0x67

enum { SEGMENT_CS = 1, SEGMENT_LDTR = 6, SEGMENT_TR, TABLE_GDT, TABLE_IDT };

struct table_pointer {
	u16 limit;
	u64 base;
} __attribute__((packed));

/**
 * vmx_have() - are nested guests offered to us, and can MOV CR3 be left without an exit
 *
 * Return: whether they are.
 */
bool vmx_have(void)
{
	u64 basic;

	return cpuid(1, 0).ecx >> 5 & 1 && !rdmsr_safe(MSR_VMX_BASIC, &basic) && basic >> 55 & 1;
}

/**
 * vmx_have_vpid() - may L2 have a tag of its own in the TLB, with INVVPID of one tag
 *
 * Return: whether it may.
 */
bool vmx_have_vpid(void)
{
	u64 controls = 0, vpid = 0;

	rdmsr_safe(MSR_PROCBASED_CTLS2, &controls);
	rdmsr_safe(MSR_EPT_VPID_CAP, &vpid);
	return controls >> 32 & CPU_2_VPID && vpid >> 32 & 1 && vpid >> 41 & 1;
}

static u64 read_cr0(void)
{
	u64 value;

	asm volatile("mov %%cr0, %0" : "=r"(value));
	return value;
}

static u64 read_cr4(void)
{
	u64 value;

	asm volatile("mov %%cr4, %0" : "=r"(value));
	return value;
}

static void set_vmxe(void)
{
	asm volatile("mov %0, %%cr4" : : "r"(read_cr4() | CR4_VMXE) : "memory");
}

/* What must be set, and no more */
static u32 least(unsigned int which)
{
	u64 allowed = 0;

	rdmsr_safe(MSR_TRUE_PIN + which, &allowed);
	return allowed;
}

static void fill_tables(unsigned int cpu)
{
	struct table_pointer gdt, idt;
	u64 task, task_base;

	asm volatile("sgdt %0" : "=m"(gdt));
	asm volatile("sidt %0" : "=m"(idt));
	vmwrite(GUEST_BASES + 2 * TABLE_GDT, gdt.base);
	vmwrite(GUEST_LIMITS + 2 * TABLE_GDT, gdt.limit);
	vmwrite(GUEST_BASES + 2 * TABLE_IDT, idt.base);
	vmwrite(GUEST_LIMITS + 2 * TABLE_IDT, idt.limit);
	vmwrite(HOST_GDTR_BASE, gdt.base);
	vmwrite(HOST_IDTR_BASE, idt.base);
	task = *(u64 *)(gdt.base + SEL_TASK + 16 * cpu);
	task_base = (task >> 16 & 0xffffff) | (task >> 56) << 24;
	vmwrite(GUEST_BASES + 2 * SEGMENT_TR, task_base);
	vmwrite(HOST_TR_BASE, task_base);
}

static void fill_segments(unsigned int cpu)
{
	unsigned int i;

	for (i = 0; i < SEGMENT_LDTR; i++) {
		u16 selector = i == SEGMENT_CS ? BARE_CS : BARE_DS;

		vmwrite(GUEST_SELECTORS + 2 * i, selector);
		vmwrite(HOST_SELECTORS + 2 * i, selector);
		vmwrite(GUEST_LIMITS + 2 * i, 0xffffffff);
		vmwrite(GUEST_RIGHTS + 2 * i, i == SEGMENT_CS ? RIGHTS_CODE : RIGHTS_DATA);
	}
	vmwrite(GUEST_RIGHTS + 2 * SEGMENT_LDTR, RIGHTS_UNUSABLE);
	vmwrite(GUEST_SELECTORS + 2 * SEGMENT_TR, SEL_TASK + 16 * cpu);
	vmwrite(HOST_SELECTORS + 2 * (SEGMENT_TR - 1), SEL_TASK + 16 * cpu);
	vmwrite(GUEST_LIMITS + 2 * SEGMENT_TR, TASK_LIMIT);
	vmwrite(GUEST_RIGHTS + 2 * SEGMENT_TR, RIGHTS_TASK);
}

/* The current VMCS: all but where L2 starts, and CR3 on both sides */
static void fill(unsigned int cpu)
{
	u64 cr0 = read_cr0(), cr4 = read_cr4();

	vmwrite(PIN_CONTROLS, least(0));
	vmwrite(CPU_CONTROLS, least(1));
	vmwrite(EXIT_CONTROLS, least(2) | HOST_64BIT);
	vmwrite(ENTRY_CONTROLS, least(3) | GUEST_64BIT);
	vmwrite(VMCS_LINK, ~0UL);
	vmwrite(GUEST_CR0, cr0);
	vmwrite(CR0_SHADOW, cr0);
	vmwrite(HOST_CR0, cr0);
	vmwrite(GUEST_CR4, cr4);
	vmwrite(CR4_SHADOW, cr4);
	vmwrite(HOST_CR4, cr4);
	vmwrite(GUEST_DR7, 0x400);
	vmwrite(HOST_RIP, (u64)vmx_exit);
	fill_segments(cpu);
	fill_tables(cpu);
}

static bool vmxon(const void *region)
{
	bool failed;

	asm volatile("vmxon %1\n\tsetna %0" : "=q"(failed) : "m"(region) : "cc", "memory");
	return !failed;
}

/**
 * vmx_on() - VMX operation, and VMCSs that only want CR3s and a start
 * @vmx: memory for it
 * @cpu: the vCPU we run on
 *
 * Return: whether it worked.
 */
bool vmx_on(struct vmx *vmx, unsigned int cpu)
{
	u64 basic = 0, control = 0;
	unsigned int i;

	rdmsr_safe(MSR_FEATURE_CONTROL, &control);
	if (!(control & FEATURE_CONTROL_LOCKED))
		wrmsr_safe(MSR_FEATURE_CONTROL, FEATURE_CONTROL_LOCKED | FEATURE_CONTROL_VMX);
	set_vmxe();
	rdmsr_safe(MSR_VMX_BASIC, &basic);
	*(u32 *)vmx->vmxon = basic & 0x7fffffff;
	if (!vmxon(vmx->vmxon))
		return false;
	for (i = 0; i < NR_VMCS; i++) {
		const void *vmcs = vmx->vmcs[i];

		*(u32 *)vmx->vmcs[i] = basic & 0x7fffffff;
		asm volatile("vmclear %0" : : "m"(vmcs) : "cc", "memory");
		vmx->launched[i] = false;
		vmx_select(vmx, i);
		fill(cpu);
	}
	return true;
}

/**
 * vmx_off() - leave VMX operation
 */
void vmx_off(void)
{
	asm volatile("vmxoff" : : : "cc", "memory");
}

/**
 * vmx_select() - make a VMCS the current one
 * @vmx: this vCPU's
 * @which: less than NR_VMCS
 */
void vmx_select(struct vmx *vmx, unsigned int which)
{
	const void *vmcs = vmx->vmcs[which];

	asm volatile("vmptrld %0" : : "m"(vmcs) : "cc", "memory");
	vmx->current = which;
}

/**
 * vmx_start_at() - let L2 start from the beginning, with a new stack
 * @vmx: this vCPU's
 * @function: where; it must not return
 * @cpu: its argument
 */
void vmx_start_at(struct vmx *vmx, void (*function)(unsigned int cpu), unsigned int cpu)
{
	vmwrite(GUEST_RIP, (u64)function);
	vmwrite(GUEST_RSP, (u64)vmx->stack + sizeof(vmx->stack) - 8);
	vmwrite(GUEST_RFLAGS, 0x202);
	vmx->regs[RDI] = cpu;
}

/**
 * vmx_run() - enter L2
 * @vmx: this vCPU's
 *
 * Return: whether there was an entry, or an attempt that ended in an exit; if not,
 * VM_INSTRUCTION_ERROR says why.
 */
bool vmx_run(struct vmx *vmx)
{
	if (vmx_enter(vmx->regs, vmx->launched[vmx->current]))
		return false;
	if (!(vmread(EXIT_REASON) >> 31))
		vmx->launched[vmx->current] = true;
	return true;
}

/**
 * vmx_skip() - go on behind the instruction that has exited
 */
void vmx_skip(void)
{
	vmwrite(GUEST_RIP, vmread(GUEST_RIP) + vmread(EXIT_INSTRUCTION_LENGTH));
}
