// SPDX-License-Identifier: GPL-2.0-only
/*
 * Everything at once from two vCPUs, while the host's module comes and goes. At each moment an
 * answer is either kvmpv's or a stock host's: anything else is an error, and so is a halt that a
 * kick should have ended. It runs until the VMM says stop.
 */
#include "calls.h"

#define WATCHDOG_MS 3000

enum { OURS, STOCK, WRONG, KINDS };

static volatile unsigned int answers[MAX_CPUS][KINDS];
static volatile unsigned int ended[MAX_CPUS];
static volatile long wrong_number, wrong_result;

static void count(unsigned int cpu, unsigned int kind, long what, long result)
{
	answers[cpu][kind]++;
	if (kind == WRONG) {
		wrong_number = what;
		wrong_result = result;
	}
}

/* @also: another answer of ours; no handshake is always one, since the other vCPU says BYE */
static void call(unsigned int cpu, unsigned long nr, unsigned long a0, unsigned long a1, long want,
		 long also)
{
	long result = hypercall(nr, a0, a1, 0, 0);

	if (result == -KVMPV_ENOSYS)
		count(cpu, STOCK, nr, result);
	else if (result == want || result == also || result == -KVMPV_EPROTO)
		count(cpu, OURS, nr, result);
	else
		count(cpu, WRONG, nr, result);
}

static void hammer_calls(unsigned int cpu)
{
	unsigned long buffer = BUFFER + cpu * 8192UL;

	call(cpu, KVMPV_HC_HELLO, 1, 7, 1, 1);
	call(cpu, KVMPV_HC_HELLO, 0, 1, -KVMPV_EINVAL, -KVMPV_EINVAL);
	call(cpu, KVMPV_HC_KICK, !cpu, 0, 0, 0);
	call(cpu, KVMPV_HC_KICK, NO_SUCH_ID, 0, -KVMPV_ENOENT, -KVMPV_ENOENT);
	call(cpu, KVMPV_HC_KICK, 0xffffffff, 0, -KVMPV_EINVAL, -KVMPV_EINVAL);
	call(cpu, KVMPV_HC_YIELD, !cpu, 0, 0, 1);
	call(cpu, KVMPV_HC_STATS, buffer, STATS_FULL, STATS_FULL, STATS_FULL);
	call(cpu, KVMPV_HC_STATS, 1UL << 31, STATS_FULL, -KVMPV_EFAULT, -KVMPV_EFAULT);
	call(cpu, KVMPV_HC_LAST, 0, 0, -KVMPV_ENOSYS, -KVMPV_ENOSYS);
	if (cpu)
		call(cpu, KVMPV_HC_BYE, 0, 0, 0, 0);
}

static void msr(unsigned int cpu, u32 index, int fault, bool good)
{
	count(cpu, fault == GP_VECTOR ? STOCK : fault || !good ? WRONG : OURS, index, fault);
}

static void hammer_msrs(unsigned int cpu)
{
	u64 value = 0, page = BUFFER + 0x100000 + cpu * 4096UL;
	int fault;

	fault = rdmsr_safe(KVMPV_MSR_UNHALT, &value);
	msr(cpu, KVMPV_MSR_UNHALT, fault, value <= 1);
	msr(cpu, KVMPV_MSR_UNHALT, wrmsr_safe(KVMPV_MSR_UNHALT, 1), true);
	msr(cpu, KVMPV_MSR_UNHALT, wrmsr_safe(KVMPV_MSR_UNHALT, 2), false);
	msr(cpu, KVMPV_MSR_PAGE, wrmsr_safe(KVMPV_MSR_PAGE, page | KVMPV_PAGE_ENABLE), true);
	value = 0;
	fault = rdmsr_safe(KVMPV_MSR_PAGE, &value);
	msr(cpu, KVMPV_MSR_PAGE, fault, !value || value == (page | KVMPV_PAGE_ENABLE));
	msr(cpu, KVMPV_MSR_LAST, rdmsr_safe(KVMPV_MSR_LAST, &value), false);
}

static void hammer_cpuid(unsigned int cpu, struct cpuid unknown)
{
	struct cpuid c = cpuid(0x40000100, 0);

	if (same_leaf(c, unknown))
		count(cpu, STOCK, 0x40000100, c.eax);
	else
		count(cpu,
		      c.eax == 0x40000102 && c.ebx == KVMPV_SIGNATURE_EBX &&
				      c.ecx == KVMPV_SIGNATURE_ECX && c.edx == KVMPV_SIGNATURE_EDX
			      ? OURS
			      : WRONG,
		      0x40000100, c.eax);
}

/* A kick that was answered with 0 ends the next halt, whatever has become of the module since */
static void hammer_halt(unsigned int cpu)
{
	unsigned int before;

	/* Far off, so that an NMI from here on can only mean that the halt slept. */
	watchdog(cpu, WATCHDOG_MS);
	before = nmis[cpu];
	if (hypercall(KVMPV_HC_KICK, cpu, 0, 0, 0))
		return;
	halt();
	if (nmis[cpu] != before)
		count(cpu, WRONG, 0, nmis[cpu] - before);
}

static void hammer(unsigned int cpu)
{
	struct cpuid unknown = cpuid(0x4000fe80, 0);

	while (!INFO->stop) {
		hammer_calls(cpu);
		hammer_msrs(cpu);
		hammer_cpuid(cpu, unknown);
		hammer_halt(cpu);
	}
	watchdog(cpu, 0);
	ended[cpu] = 1;
}

void program_ap(unsigned int cpu)
{
	hammer(cpu);
}

void program_main(void)
{
	unsigned int cpu;

	hammer(0);
	for (cpu = 1; cpu < INFO->vcpus; cpu++)
		while (!ended[cpu])
			relax();
	for (cpu = 0; cpu < INFO->vcpus; cpu++) {
		report_value(answers[cpu][WRONG], 0, "vCPU %u: no wrong answer", cpu);
		print("# vCPU %u: %u answers of kvmpv, %u of a stock host\n", cpu,
		      answers[cpu][OURS], answers[cpu][STOCK]);
	}
	if (wrong_number || wrong_result)
		print("# last wrong one: 0x%lx gave %ld (number 0: a halt that slept)\n",
		      wrong_number, wrong_result);
	if (!have_arg("stock") && !have_arg("any"))
		report(answers[0][OURS] != 0, "kvmpv was there at least for a while");
}
