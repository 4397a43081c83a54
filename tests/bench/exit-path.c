// SPDX-License-Identifier: GPL-2.0-only
/*
 * Port writes, one after the other, with the TSC before and behind each, and for those that go to
 * the VMM the TSC there. To be run with the host's TSC (kvmpv-vmm bare --tsc). Prints
 * "out BEFORE VMM BEHIND", and the least ticks between two reads of the TSC as "empty TICKS".
 * --arg light: to a device of KVM's.
 */
#include "../guest/lib.h"

#define WRITES 64
#define PIC_MASK 0x21 /* a port of an in-kernel device */

static u64 before[WRITES], vmm[WRITES], behind[WRITES];

static __always_inline u64 rdtsc(void)
{
	u32 low, high;

	asm volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
	return low | (u64)high << 32;
}

void program_main(void)
{
	bool light = have_arg("light");
	u64 empty = ~0ULL, start, now;
	int i;

	for (i = 0; i < WRITES; i++) {
		start = rdtsc();
		now = rdtsc();
		empty = now - start < empty ? now - start : empty;
	}
	for (i = 0; i < WRITES; i++) {
		before[i] = rdtsc();
		if (light)
			outb(PIC_MASK, 0xff);
		else
			outl(PORT_TSC, (u32)(unsigned long)&vmm[i]);
		behind[i] = rdtsc();
	}
	print("empty %u\n", (u32)empty);
	for (i = 0; i < WRITES; i++)
		print("out %llu %llu %llu\n", before[i], vmm[i], behind[i]);
	exit_program(EXIT_PASS);
}
