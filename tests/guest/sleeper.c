// SPDX-License-Identifier: GPL-2.0-only
/*
 * vCPUs that sleep inside kvmpv: all but the last yield to each other without end, the last one
 * halts and is kicked. It runs until the VMM says stop, whether or not the host's module stays.
 */
#include "calls.h"

static volatile unsigned int ended, wakeups, wrong;

static void yield_around(unsigned int cpu)
{
	unsigned int last = INFO->vcpus - 1, n = 0;

	while (!INFO->stop) {
		long result = yield((cpu + 1 + n % (last - 1)) % last);

		if (result != 0 && result != 1 && result != -KVMPV_ENOSYS &&
		    result != -KVMPV_EPROTO)
			wrong = 1;
		if (result == -KVMPV_EPROTO)
			hello();
		if (cpu == 0 && n % 64 == 0)
			kick(last);
		n++;
	}
	__atomic_fetch_add(&ended, 1, __ATOMIC_SEQ_CST);
}

void program_ap(unsigned int cpu)
{
	if (cpu != INFO->vcpus - 1) {
		yield_around(cpu);
		return;
	}
	/* Without the module nobody can kick: the watchdog sees to the end */
	watchdog(cpu, 1000);
	while (!INFO->stop) {
		halt();
		wakeups++;
	}
	watchdog(cpu, 0);
	__atomic_fetch_add(&ended, 1, __ATOMIC_SEQ_CST);
}

void program_main(void)
{
	if (INFO->vcpus < 3) {
		report_skip("needs three vCPUs");
		return;
	}
	hello();
	yield_around(0);
	while (ended != INFO->vcpus)
		relax();
	report_value(wrong, 0, "%u vCPUs slept and yielded (%u wake-ups)", INFO->vcpus, wakeups);
}
