// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an exit costs, in TSC ticks, for exits that kvmpv hooks and one that it does not. Under an
 * emulator that counts one tick an instruction these are instructions. Prints "bench CASE TICKS".
 *
 * The least of many batches is taken: what the host does besides (its timer tick) only adds.
 */
#include "../guest/lib.h"

#define BATCHES 60
#define BATCH 50

#define MSR_MISC_ENABLE 0x1a0 /* always exits; read by kvm_get_msr_common() */
#define MSR_UCODE_WRITE 0x79 /* always exits; a write is ignored by kvm_set_msr_common() */
#define PIC_MASK 0x21 /* a port of an in-kernel device: an exit without any hook of ours */

static u64 rdtsc(void)
{
	u32 low, high;

	asm volatile("lfence; rdtsc; lfence" : "=a"(low), "=d"(high) : : "memory");
	return low | (u64)high << 32;
}

static void do_hypercall(void)
{
	hypercall(0x12345678, 0, 0, 0, 0);
}

static void do_own_hypercall(void)
{
	hypercall(KVMPV_HC_BYE, 0, 0, 0, 0);
}

static void do_cpuid(void)
{
	cpuid(1, 0);
}

static void do_rdmsr(void)
{
	u32 low, high;

	asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(MSR_MISC_ENABLE));
}

static void do_wrmsr(void)
{
	asm volatile("wrmsr" : : "a"(0), "d"(0), "c"(MSR_UCODE_WRITE));
}

static void do_port(void)
{
	u8 value;

	asm volatile("inb %1, %0" : "=a"(value) : "Nd"((u16)PIC_MASK));
}

static void measure(const char *name, void (*exit)(void))
{
	u64 least = ~0ULL;
	int batch, i;

	for (batch = 0; batch < BATCHES; batch++) {
		u64 start = rdtsc(), ticks;

		for (i = 0; i < BATCH; i++)
			exit();
		ticks = rdtsc() - start;
		if (ticks < least)
			least = ticks;
	}
	print("bench %s %u\n", name, (u32)(least / BATCH));
}

void program_main(void)
{
	measure("unknown hypercall", do_hypercall);
	measure("CPUID leaf 1", do_cpuid);
	measure("RDMSR 0x1a0", do_rdmsr);
	measure("WRMSR 0x79", do_wrmsr);
	measure("IN from the PIC (not hooked)", do_port);
	if (kvmpv_base)
		measure("own hypercall (BYE)", do_own_hypercall);
	exit_program(EXIT_PASS);
}
