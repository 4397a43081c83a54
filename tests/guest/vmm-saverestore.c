// SPDX-License-Identifier: GPL-2.0-only
/*
 * kvmpv-vmm saverestore: a kick that is pending while a machine is saved must not get lost, or the
 * guest sleeps for ever where it goes on. Each case runs a program up to a point, copies the state
 * into a new VM as a migration does, and lets it go on there. The program ends with EXIT_PASS when
 * its halt ended, and with EXIT_SLEPT when only the watchdog ended it.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kvmpv/abi.h"
#include "ports.h"
#include "vmm.h"

#define DEFAULT_PROGRAM "/guest-programs/saverestore.bin"
#define SETTLE_MS 20000
#define SLEEP_MS 1000

static struct bare_options base = {
	.machine = {.vcpus = 2, .memory = 16 << 20},
	.program = DEFAULT_PROGRAM,
	.bits = 64,
	.timeout_ms = SETTLE_MS,
	.quiet = true,
};

/* Run until the program asks for a pause; false, and said so, when it does not */
static bool run_to_pause(struct machine *m, const char *name)
{
	enum machine_end end;

	machine_start(m);
	end = machine_wait(m, SETTLE_MS);
	return tap_ok(end == MACHINE_PAUSED, "%s: the program got to its pause%s", name,
		      end == MACHINE_TIMED_OUT ? " (timed out)" : "");
}

/* Go on in a new VM; vCPU 0 gets a watchdog there, since it may never wake up otherwise */
static int go_on_elsewhere(struct machine *from, const struct bare_options *options, bool with_msrs)
{
	struct machine to;
	enum machine_end end;
	int status;

	bare_create(&to, options);
	machine_copy_state(&to, from, with_msrs);
	machine_watchdog(&to, 0, SLEEP_MS);
	machine_start(&to);
	end = machine_wait(&to, SETTLE_MS);
	status = end == MACHINE_EXITED ? to.status : STATUS_TIMEOUT;
	machine_destroy(&to);
	return status;
}

static void before_halt(bool with_msrs, int want, const char *name)
{
	struct bare_options options = base;
	struct machine m;
	uint64_t pending = 0;
	int status;

	strcpy(options.arg, "before");
	bare_create(&m, &options);
	if (run_to_pause(&m, name)) {
		vcpu_settle(&m.vcpus[0]);
		tap_ok(msr_get(&m.vcpus[0], KVMPV_MSR_UNHALT, &pending) && pending == 1,
		       "%s: the kick is visible in the MSR", name);
		tap_ok(mp_state(&m.vcpus[0]) == KVM_MP_STATE_RUNNABLE, "%s: runnable", name);
		status = go_on_elsewhere(&m, &options, with_msrs);
		tap_ok(status == want, "%s: %s (exit code %d, want %d)", name,
		       want == EXIT_PASS ? "woke up" : "slept", status, want);
	}
	machine_destroy(&m);
}

/*
 * The vCPU is taken out of KVM_RUN while it is halted, so that the kick finds it halted and nobody
 * there to wake up.
 */
static void while_halted(bool kick, const char *name)
{
	uint32_t want_state = kick ? KVM_MP_STATE_RUNNABLE : KVM_MP_STATE_HALTED;
	int want = kick ? EXIT_PASS : EXIT_SLEPT, status;
	struct bare_options options = base;
	struct machine m;

	strcpy(options.arg, kick ? "halted" : "halted nokick");
	bare_create(&m, &options);
	if (run_to_pause(&m, name)) {
		vcpu_settle(&m.vcpus[1]);
		tap_ok(mp_state(&m.vcpus[0]) == want_state,
		       "%s: KVM_GET_MP_STATE says %u (want %u)", name, mp_state(&m.vcpus[0]),
		       want_state);
		status = go_on_elsewhere(&m, &options, true);
		tap_ok(status == want, "%s: %s (exit code %d, want %d)", name,
		       kick ? "woke up" : "slept", status, want);
	}
	machine_destroy(&m);
}

/**
 * cmd_saverestore() - kvmpv-vmm saverestore [PROGRAM.bin]
 * @argc: number of words
 * @argv: words
 *
 * Return: exit status.
 */
int cmd_saverestore(int argc, char **argv)
{
	if (argc > 1)
		base.program = argv[1];
	before_halt(true, EXIT_PASS, "kick before the halt");
	before_halt(false, EXIT_SLEPT, "kick before the halt, MSR not restored");
	while_halted(true, "kick while halted");
	while_halted(false, "no kick while halted");
	return tap_done();
}
