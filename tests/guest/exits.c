// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exits of known kinds, count=N of each (1000): what kvmpvctl exits and perf are held against. What
 * else there is, the host's interrupts and the program's own start and end, is none of these kinds,
 * but for two port writes at the end, where it stays for hold=MS. With "ports", writes to a port
 * before all that, until it is told to stop.
 */
#include "lib.h"

#define MSR_MISC_ENABLE 0x1a0 /* always exits */
#define MSR_UCODE_WRITE 0x79 /* always exits; a write is ignored */
#define PIC_MASK 0x21 /* a port of an in-kernel device */
#define PORT_DELAY 0x80 /* a port nobody has: the VMM is asked */
#define HOLE 0xd0000000 /* no memory, no device: the VMM is asked */

void program_main(void)
{
	u32 n = arg_number("count", 1000), low, high, i;

	while (have_arg("ports") && !INFO->stop)
		outb(PORT_DELAY, 0);
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
