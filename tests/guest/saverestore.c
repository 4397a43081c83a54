// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest's part of kvmpv-vmm saverestore (vmm-saverestore.c).
 *
 * --arg before: vCPU 1 kicks vCPU 0, which asks for the pause and halts where it goes on.
 * --arg halted: vCPU 0 halts; vCPU 1 has the VMM take it out of KVM_RUN, kicks it (unless --arg
 * nokick) and asks for the pause.
 */
#include "calls.h"

static volatile unsigned int go, kicked;

static void __attribute__((noreturn)) sleep_and_exit(void)
{
	unsigned int before = nmis[0];

	go = 1;
	halt();
	exit_program(nmis[0] == before ? EXIT_PASS : EXIT_SLEPT);
}

static void __attribute__((noreturn)) halt_after_pause(void)
{
	unsigned int before;

	go = 1;
	while (!kicked)
		relax();
	before = nmis[0];
	outl(PORT_PAUSE, 0);
	halt();
	exit_program(nmis[0] == before ? EXIT_PASS : EXIT_SLEPT);
}

void program_ap(unsigned int cpu)
{
	while (!go)
		relax();
	if (have_arg("halted")) {
		outl(PORT_SLEEP, 300);
		outl(PORT_STOP, 0);
	}
	if (!have_arg("nokick") && kick(0))
		exit_program(EXIT_FAIL);
	kicked = 1;
	if (have_arg("halted"))
		outl(PORT_PAUSE, 0);
}

void program_main(void)
{
	require_kvmpv();
	if (hello() != 1)
		exit_program(EXIT_FAIL);
	if (have_arg("halted"))
		sleep_and_exit();
	halt_after_pause();
}
