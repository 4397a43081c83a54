// SPDX-License-Identifier: GPL-2.0-only
/*
 * Descriptor tables, exceptions, MSRs, halting.
 */
#include "lib.h"

#define GATE_INTERRUPT 0x8e00
#define GATE_INTERRUPT_USER 0xee00
#define STUB_SIZE 16
#define STUBS 34 /* 32 exceptions, RETURN_VECTOR, one for all others */

/* NMIs that each vCPU got: the VMM's watchdog */
volatile unsigned int nmis[MAX_CPUS];

/* Single-step traps that a VMM left over when it stopped stepping; fatal unless --arg step */
volatile unsigned int traps[MAX_CPUS];

/* Vector of the last exception that was caught, or 0 */
static volatile int caught[MAX_CPUS];

struct fixup {
	unsigned long from, to;
};

extern const struct fixup fixups_start[], fixups_end[];
extern const char exception_stubs[];

#define FIXUP(from, to)                                                        \
	".pushsection .fixups, \"a\"\n\t" FIXUP_WORD " " #from ", " #to "\n\t" \
	".popsection\n\t"

/* As start.S pushes it, and then the CPU */
struct frame {
#ifdef __x86_64__
	unsigned long r15, r14, r13, r12, r11, r10, r9, r8;
#define FIXUP_WORD ".quad"
#define CODE_NATIVE 0x00af9b000000ffffULL
#define CODE_NATIVE_USER 0x00affb000000ffffULL
#else
#define FIXUP_WORD ".long"
#define CODE_NATIVE 0x00cf9b000000ffffULL
#define CODE_NATIVE_USER 0x00cffb000000ffffULL
#endif
	unsigned long bp, di, si, dx, cx, bx, ax, vector, error, ip, cs, flags;
};

struct table_pointer {
	u16 limit;
	unsigned long base;
} __attribute__((packed));

static u64 gdt[SEL_TASK / 8 + 2 * MAX_CPUS] = {
	[1] = CODE_NATIVE,
	[2] = 0x00cf93000000ffffULL,
	[SEL_CODE32 / 8] = 0x00cf9b000000ffffULL,
	[SEL_USER_DS / 8] = 0x00cff3000000ffffULL,
	[SEL_USER_CS / 8] = CODE_NATIVE_USER,
};

#ifdef __x86_64__
static u64 idt[256][2];
#else
static u64 idt[256];
#endif

/* The stack for exceptions from ring 3 is all that is used of it */
static u32 tasks[MAX_CPUS][26];
static u8 exception_stack[MAX_CPUS][4096] __attribute__((aligned(16)));

/* start.S and the rest of the library call these */
void lib_start(unsigned int cpu);
void exception(struct frame *frame);
void __attribute__((noreturn)) ring3_leave(long value);

static volatile bool tables_ready;

static void set_gate(unsigned int vector, unsigned long address, u32 type)
{
	u64 low = (address & 0xffff) | (u64)BARE_CS << 16 | (u64)type << 32 |
		  (u64)(address >> 16 & 0xffff) << 48;

#ifdef __x86_64__
	idt[vector][0] = low;
	idt[vector][1] = address >> 32;
#else
	idt[vector] = low;
#endif
}

static void build_tables(void)
{
	unsigned int i;

	for (i = 0; i < 256; i++)
		set_gate(i,
			 (unsigned long)exception_stubs + STUB_SIZE * (i < STUBS ? i : STUBS - 1),
			 GATE_INTERRUPT);
	set_gate(RETURN_VECTOR, (unsigned long)exception_stubs + STUB_SIZE * RETURN_VECTOR,
		 GATE_INTERRUPT_USER);
	for (i = 0; i < MAX_CPUS; i++) {
		unsigned long task = (unsigned long)tasks[i];

		gdt[SEL_TASK / 8 + 2 * i] = 0x67 | (u64)(task & 0xffffff) << 16 | 0x89ULL << 40 |
					    (u64)(task >> 24 & 0xff) << 56;
		tasks[i][1] = (u32)(unsigned long)(exception_stack[i] + 4096);
#ifndef __x86_64__
		tasks[i][2] = BARE_DS;
#endif
	}
}

static void load_tables(unsigned int cpu)
{
	struct table_pointer g = {sizeof(gdt) - 1, (unsigned long)gdt};
	struct table_pointer i = {sizeof(idt) - 1, (unsigned long)idt};

	asm volatile("lgdt %0" : : "m"(g));
	asm volatile("lidt %0" : : "m"(i));
	/* Ring 3 shall be able to use them too, and we never need others */
	asm volatile("mov %0, %%ds\n\tmov %0, %%es" : : "r"(SEL_USER_DS | 3));
	asm volatile("ltr %0" : : "r"((u16)(SEL_TASK + 16 * cpu)));
}

/**
 * this_cpu() - number of the vCPU we run on, without an exit
 *
 * Return: 0 to INFO->vcpus - 1. Ring 0 and ring 3.
 */
unsigned int this_cpu(void)
{
	u16 task;

	asm volatile("str %0" : "=r"(task));
	return (task - SEL_TASK) / 16;
}

static void __attribute__((noreturn)) panic(const struct frame *f)
{
	print("not ok - exception %lu error 0x%lx at 0x%lx:0x%lx on vCPU %u, ax 0x%lx cx 0x%lx\n",
	      f->vector, f->error, f->cs, f->ip, this_cpu(), f->ax, f->cx);
	exit_program(EXIT_PANIC);
}

/**
 * exception() - every exception and interrupt comes here
 * @frame: registers; changed to go on elsewhere
 */
void exception(struct frame *frame)
{
	const struct fixup *f;

	if (frame->vector == 2) {
		nmis[this_cpu()]++;
		return;
	}
	if (frame->vector == 1 && have_arg("step")) {
		traps[this_cpu()]++;
		return;
	}
	if (frame->vector == RETURN_VECTOR)
		ring3_leave(frame->ax);
	for (f = fixups_start; f < fixups_end; f++) {
		if (f->from != frame->ip)
			continue;
		caught[this_cpu()] = frame->vector;
		frame->ip = f->to;
		return;
	}
	panic(frame);
}

/**
 * rdmsr_safe() - read an MSR that may not be there
 * @index: which
 * @ret_value: its value; untouched after a fault
 *
 * Return: 0, or the vector of the exception it caused.
 */
int rdmsr_safe(u32 index, u64 *ret_value)
{
	u32 low, high, fault = 1;

	asm volatile("1: rdmsr\n\txor %2, %2\n2:\n\t" FIXUP(1b, 2b)
		     : "=a"(low), "=d"(high), "+r"(fault)
		     : "c"(index)
		     : "memory");
	if (fault)
		return caught[this_cpu()];
	*ret_value = low | (u64)high << 32;
	return 0;
}

/**
 * wrmsr_safe() - write an MSR that may not be there or may refuse the value
 * @index: which
 * @value: what
 *
 * Return: 0, or the vector of the exception it caused.
 */
int wrmsr_safe(u32 index, u64 value)
{
	u32 fault = 1;

	asm volatile("1: wrmsr\n\txor %0, %0\n2:\n\t" FIXUP(1b, 2b)
		     : "+r"(fault)
		     : "c"(index), "a"((u32)value), "d"((u32)(value >> 32))
		     : "memory");
	return fault ? caught[this_cpu()] : 0;
}

/**
 * watchdog() - have the VMM end a halt that nobody else ends; nmis[] tells that it did
 * @cpu: whose
 * @ms: when, and how often after that; 0: never
 */
void watchdog(unsigned int cpu, u32 ms)
{
	outl(PORT_WATCHDOG, WATCHDOG(cpu, ms));
}

/**
 * halt() - sleep until a kick (or an NMI) comes: with interrupts off nothing else ends it
 */
void halt(void)
{
	asm volatile("cli\n\thlt\n\tsti" : : : "memory");
}

void __attribute__((weak)) program_ap(unsigned int cpu)
{
}

/**
 * lib_start() - start.S comes here with a stack
 * @cpu: number of the vCPU
 */
void lib_start(unsigned int cpu)
{
	if (cpu == 0) {
		build_tables();
		load_tables(0);
		kvmpv_init();
		barrier();
		tables_ready = true;
		program_main();
		finish();
	}
	while (!tables_ready)
		relax();
	load_tables(cpu);
	program_ap(cpu);
	for (;;)
		halt();
}
