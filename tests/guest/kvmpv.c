// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest side of kvmpv, as small as it can be.
 */
#include "lib.h"

/* Where the CPUID block was found when the program started; 0: nowhere */
u32 kvmpv_base;

/* AMD's instruction or Intel's. KVM would mend the wrong one, by writing into our code */
bool use_vmmcall;

/**
 * kvmpv_leaf() - does a block of ours start there
 * @base: CPUID leaf
 *
 * Return: whether the signature is ours.
 */
bool kvmpv_leaf(u32 base)
{
	struct cpuid c = cpuid(base, 0);

	return c.ebx == KVMPV_SIGNATURE_EBX && c.ecx == KVMPV_SIGNATURE_ECX &&
	       c.edx == KVMPV_SIGNATURE_EDX;
}

/**
 * same_leaf() - are two CPUID answers the same
 * @a: one
 * @b: another
 *
 * Return: whether they are.
 */
bool same_leaf(struct cpuid a, struct cpuid b)
{
	return a.eax == b.eax && a.ebx == b.ebx && a.ecx == b.ecx && a.edx == b.edx;
}

/**
 * kvmpv_init() - find the hypercall instruction and the CPUID block
 */
void kvmpv_init(void)
{
	struct cpuid vendor = cpuid(0, 0);
	u32 base;

	use_vmmcall = vendor.ebx != 0x756e6547; /* "Genu"ineIntel */
	for (base = KVMPV_CPUID_FIRST; base < KVMPV_CPUID_END && !kvmpv_base;
	     base += KVMPV_CPUID_STEP)
		if (kvmpv_leaf(base))
			kvmpv_base = base;
}

/**
 * require_kvmpv() - end here when the host has no kvmpv: as a failure, or as a skip when a stock
 * host is what this run is about
 */
void require_kvmpv(void)
{
	if (kvmpv_base)
		return;
	if (have_arg("stock"))
		report_skip("this host has no kvmpv");
	else
		report(false, "this host has kvmpv");
	finish();
}

#ifdef COMPAT
#define GARBAGE 0xdeadbeef00000000ULL

/* The upper halves must not matter, and they survive the way into the other code segment */
long hypercall(unsigned long nr, unsigned long a0, unsigned long a1, unsigned long a2,
	       unsigned long a3)
{
	const u64 registers[] = {nr | GARBAGE, a0 | GARBAGE, a1 | GARBAGE, a2 | GARBAGE,
				 a3 | GARBAGE};

	return (int)compat_call(registers, use_vmmcall);
}
#else
/**
 * hypercall() - call the host. Ring 0 and ring 3.
 * @nr: number
 * @a0: first argument
 * @a1: second argument
 * @a2: third argument
 * @a3: fourth argument
 *
 * Return: what the host says; an error is negative.
 */
long hypercall(unsigned long nr, unsigned long a0, unsigned long a1, unsigned long a2,
	       unsigned long a3)
{
	long result;

	if (use_vmmcall)
		asm volatile("vmmcall"
			     : "=a"(result)
			     : "a"(nr), "b"(a0), "c"(a1), "d"(a2), "S"(a3)
			     : "memory");
	else
		asm volatile("vmcall"
			     : "=a"(result)
			     : "a"(nr), "b"(a0), "c"(a1), "d"(a2), "S"(a3)
			     : "memory");
	return result;
}
#endif

/**
 * offered() - what this VM may use, now
 *
 * Return: feature bits.
 */
u32 offered(void)
{
	return cpuid(kvmpv_base + KVMPV_CPUID_FEATURES, 0).eax;
}

/**
 * hello() - the handshake, with all that is offered
 *
 * Return: ABI version or an error.
 */
long hello(void)
{
	return hypercall(KVMPV_HC_HELLO, KVMPV_ABI_MIN, KVMPV_ABI_MAX, offered(), 0);
}
