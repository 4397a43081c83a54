/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What bare programs have instead of a C library: one line of TAP a check, exceptions that can be
 * caught, hypercalls, ring 3. A program defines program_main(), which runs on vCPU 0, and may
 * define program_ap(), which runs on all others; both may simply return.
 */
#ifndef KVMPV_TEST_LIB_H
#define KVMPV_TEST_LIB_H

#define MAX_CPUS 16
#define STACK_SIZE 16384
#define RETURN_VECTOR 32 /* int: leave ring 3 */

/* The first two are BARE_CS and BARE_DS of ports.h */
#define BARE_CS 0x08
#define SEL_CODE32 0x18
#define SEL_USER_DS 0x20
#define SEL_USER_CS 0x28
#define SEL_TASK 0x30 /* + 16 * cpu */

#ifndef __ASSEMBLER__

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "kvmpv/abi.h"
#include "ports.h"

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s64 s64;

#define INFO ((volatile struct bare_info *)BARE_INFO)
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#define GP_VECTOR 13

struct cpuid {
	u32 eax, ebx, ecx, edx;
};

/* lib.c */
void print(const char *format, ...) __attribute__((format(printf, 1, 2)));
bool report(bool ok, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool report_value(s64 got, s64 want, const char *format, ...) __attribute__((format(printf, 3, 4)));
void report_skip(const char *format, ...) __attribute__((format(printf, 1, 2)));
void __attribute__((noreturn)) finish(void);
void __attribute__((noreturn)) exit_program(int code);
bool have_arg(const char *word);
u32 arg_number(const char *name, u32 otherwise);
void *memset(void *to, int value, size_t size);
void *memcpy(void *to, const void *from, size_t size);
int memcmp(const void *a, const void *b, size_t size);

/* cpu.c */
extern volatile unsigned int nmis[MAX_CPUS];
extern volatile unsigned int traps[MAX_CPUS];
unsigned int this_cpu(void);
int rdmsr_safe(u32 index, u64 *ret_value);
int wrmsr_safe(u32 index, u64 value);
void watchdog(unsigned int cpu, u32 ms);
void halt(void);

/* start.S */
long ring3(long (*function)(long argument), long argument);
u64 compat_call(const u64 registers[5], bool vmmcall);

/* kvmpv.c */
extern u32 kvmpv_base;
extern bool use_vmmcall;
void kvmpv_init(void);
void require_kvmpv(void);
bool same_leaf(struct cpuid a, struct cpuid b);
bool kvmpv_leaf(u32 base);
long hypercall(unsigned long nr, unsigned long a0, unsigned long a1, unsigned long a2,
	       unsigned long a3);
long hello(void);
u32 offered(void);

/* the program */
void program_main(void);
void program_ap(unsigned int cpu);

static inline void outb(u16 port, u8 value)
{
	asm volatile("outb %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

static inline void outl(u16 port, u32 value)
{
	asm volatile("outl %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

static inline u32 inl(u16 port)
{
	u32 value;

	asm volatile("inl %1, %0" : "=a"(value) : "Nd"(port) : "memory");
	return value;
}

static inline struct cpuid cpuid(u32 leaf, u32 subleaf)
{
	struct cpuid c;

	asm volatile("cpuid"
		     : "=a"(c.eax), "=b"(c.ebx), "=c"(c.ecx), "=d"(c.edx)
		     : "a"(leaf), "c"(subleaf));
	return c;
}

static inline void relax(void)
{
	asm volatile("pause" : : : "memory");
}

static inline void barrier(void)
{
	asm volatile("mfence" : : : "memory");
}

#endif /* __ASSEMBLER__ */
#endif /* KVMPV_TEST_LIB_H */
