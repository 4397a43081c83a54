// SPDX-License-Identifier: GPL-2.0-only
/*
 * NMIs for vCPUs that may sleep for ever: a test that waits for a kick has to be able to say that
 * it did not come.
 */
#include <unistd.h>
#include <sys/ioctl.h>

#include "vmm.h"

static void *watchdog_thread(void *arg)
{
	struct machine *m = arg;
	unsigned int i;

	while (m->watchdog_runs) {
		for (i = 0; i < m->options.vcpus; i++) {
			/* As a message, since an ioctl on the vCPU would wait for its KVM_RUN */
			struct kvm_msi nmi = {.address_lo = 0xfee00000 | i << 12, .data = 4 << 8};

			if (!m->watchdog_ms[i] || vmm_time_ms() < m->watchdog_next[i])
				continue;
			m->watchdog_next[i] += m->watchdog_ms[i];
			if (ioctl(m->vm, KVM_SIGNAL_MSI, &nmi) < 0)
				die("NMI for vCPU %u", i);
		}
		usleep(10000);
	}
	return NULL;
}

/**
 * machine_watchdog() - wake a vCPU from a halt that nobody else ends
 * @m: the machine
 * @vcpu: which
 * @ms: an NMI after so many milliseconds, and again each time they pass; 0: no more
 */
void machine_watchdog(struct machine *m, unsigned int vcpu, uint32_t ms)
{
	if (vcpu >= m->options.vcpus)
		return;
	m->watchdog_next[vcpu] = vmm_time_ms() + ms;
	m->watchdog_ms[vcpu] = ms;
	pthread_mutex_lock(&m->lock);
	if (ms && !m->watchdog_runs) {
		m->watchdog_runs = true;
		if (pthread_create(&m->watchdog, NULL, watchdog_thread, m))
			die("watchdog thread");
	}
	pthread_mutex_unlock(&m->lock);
}
