// SPDX-License-Identifier: GPL-2.0-only
/*
 * kvmpv-vmm churn, hammer, sleeper: VMs that come and go, and VMs that are busy with kvmpv while
 * somebody else loads and unloads the host module.
 */
#include <stdio.h>
#include <string.h>

#include "ports.h"
#include "vmm.h"

#define PROGRAMS "/guest-programs/"
#define GRACE_MS 20000

/* What they all take: a number, and where the program is */
static unsigned int read_words(int argc, char **argv, struct bare_options *options)
{
	if (argc > 2)
		options->program = argv[2];
	return parse_number(argv[0], argv[1], 1000000);
}

/**
 * cmd_churn() - kvmpv-vmm churn N [PROGRAM.bin]
 * @argc: number of words
 * @argv: words
 *
 * N VMs of two vCPUs, one after the other; each makes a handshake and a few calls.
 *
 * Return: exit status.
 */
int cmd_churn(int argc, char **argv)
{
	struct bare_options options = {
		.machine = {.vcpus = 2, .memory = 16 << 20},
		.program = PROGRAMS "churn.bin",
		.bits = 64,
		.timeout_ms = GRACE_MS,
		.quiet = true,
	};
	unsigned int i, failed = 0, n = read_words(argc, argv, &options);
	int status = 0, last = 0;

	for (i = 0; i < n; i++) {
		status = bare_run(&options);
		if (status) {
			failed++;
			last = status;
		}
	}
	tap_ok(!failed, "%u VMs came and went (%u failed, last exit code %d)", n, failed, last);
	return tap_done();
}

/**
 * cmd_hammer() - kvmpv-vmm hammer SECONDS [PROGRAM.bin]
 * @argc: number of words
 * @argv: words
 *
 * The program itself says what it found.
 *
 * Return: exit status.
 */
int cmd_hammer(int argc, char **argv)
{
	struct bare_options options = {
		.machine = {.vcpus = 2, .memory = 16 << 20},
		.program = PROGRAMS "hammer.bin",
		.bits = 64,
		.timeout_ms = GRACE_MS,
	};

	options.stop_after_ms = read_words(argc, argv, &options) * 1000;
	return bare_run(&options);
}

/**
 * cmd_sleeper() - kvmpv-vmm sleeper SECONDS [PROGRAM.bin]
 * @argc: number of words
 * @argv: words
 *
 * More vCPUs than the host has CPUs give their time away to each other, so that at any moment some
 * are scheduled out inside the hypercall; the last one is halted and is kicked now and then.
 *
 * Return: exit status.
 */
int cmd_sleeper(int argc, char **argv)
{
	struct bare_options options = {
		.machine = {.vcpus = 5, .memory = 16 << 20},
		.program = PROGRAMS "sleeper.bin",
		.bits = 64,
		.timeout_ms = GRACE_MS,
	};

	options.stop_after_ms = read_words(argc, argv, &options) * 1000;
	return bare_run(&options);
}
