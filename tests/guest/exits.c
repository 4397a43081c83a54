// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exits of known kinds, count=N of each (1000): what kvmpvctl exits and perf are held against. What
 * else there is, the host's interrupts and the program's own start and end, is none of these kinds,
 * but for two port writes at the end, where it stays for hold=MS. Before all that, until it is told
 * to stop: with "ports", writes to a port; with "ping", two vCPUs that halt and wake each other in
 * turns; with "spin", all vCPUs in a loop as a waiter for a lock has it.
 */
#include "lib.h"

#define MSR_MISC_ENABLE 0x1a0 /* always exits */
#define MSR_UCODE_WRITE 0x79 /* always exits; a write is ignored */
#define PIC_MASK 0x21 /* a port of an in-kernel device */
#define PORT_DELAY 0x80 /* a port nobody has: the VMM is asked */
#define HOLE 0xd0000000 /* no memory, no device: the VMM is asked */
#define KVM_HC_KICK_CPU 5

static volatile unsigned int turn;

/* Interrupts are off: nothing but a kick ends a halt, and one that comes early ends the next. */
static void ping(unsigned int me)
{
	while (!INFO->stop) {
		if (turn == me) {
			turn = !me;
			hypercall(KVM_HC_KICK_CPU, 0, !me, 0, 0);
		}
		halt();
	}
	hypercall(KVM_HC_KICK_CPU, 0, !me, 0, 0);
}

static void be_busy(unsigned int me)
{
	while (have_arg("spin") && !INFO->stop)
		relax();
	if (have_arg("ping"))
		ping(me);
}

void program_ap(unsigned int cpu)
{
	be_busy(cpu);
}

void program_main(void)
{
	u32 n = arg_number("count", 1000), low, high, i;

	while (have_arg("ports") && !INFO->stop)
		outb(PORT_DELAY, 0);
	be_busy(0);
	for (i = 0; i < n; i++)
		cpuid(1, 0);
	for (i = 0; i < n; i++)
		hypercall(0x12345678, 0, 0, 0, 0);
	for (i = 0; i < n; i++)
		asm volatile("inb %1, %b0" : "=a"(low) : "Nd"((u16)PIC_MASK));
	for (i = 0; i < n; i++)
		outb(PORT_DELAY, 0);
	for (i = 0; i < n; i++)
		asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(MSR_MISC_ENABLE));
	for (i = 0; i < n; i++)
		asm volatile("wrmsr" : : "a"(0), "d"(0), "c"(MSR_UCODE_WRITE));
	for (i = 0; i < n; i++)
		*(volatile u32 *)HOLE = i;
	outl(PORT_SLEEP, arg_number("hold", 0));
	exit_program(EXIT_PASS);
}
