// SPDX-License-Identifier: GPL-2.0-only
/*
 * A Linux guest goes on in another VM: as migration does, all that it is is read from the old VM
 * and given to a new one, in the same process.
 */
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "vmm.h"

#define IRQ_CHIPS 3 /* two PICs, one IOAPIC */

static void copy_devices(const struct machine *to, const struct machine *from)
{
	struct kvm_irqchip chip;
	struct kvm_pit_state2 pit;
	unsigned int i;

	for (i = 0; i < IRQ_CHIPS; i++) {
		memset(&chip, 0, sizeof(chip));
		chip.chip_id = i;
		if (ioctl(from->vm, KVM_GET_IRQCHIP, &chip) ||
		    ioctl(to->vm, KVM_SET_IRQCHIP, &chip))
			die("interrupt controller %u", i);
	}
	if (from->options.pit &&
	    (ioctl(from->vm, KVM_GET_PIT2, &pit) || ioctl(to->vm, KVM_SET_PIT2, &pit)))
		die("timer");
}

static void copy_clock(const struct machine *to, const struct machine *from)
{
	struct kvm_clock_data clock = {};

	if (ioctl(from->vm, KVM_GET_CLOCK, &clock))
		die("KVM_GET_CLOCK");
	clock.flags = 0;
	if (ioctl(to->vm, KVM_SET_CLOCK, &clock))
		die("KVM_SET_CLOCK");
}

/* The machine gets the VM of another one, which gets its own: everybody has a pointer to @m. */
static void swap_vms(struct machine *m, struct machine *other)
{
	struct machine was = *m;
	unsigned int i;

	m->vm = other->vm;
	m->ram = other->ram;
	other->vm = was.vm;
	other->ram = was.ram;
	for (i = 0; i < m->options.vcpus; i++) {
		m->vcpus[i].fd = other->vcpus[i].fd;
		m->vcpus[i].run = other->vcpus[i].run;
		other->vcpus[i].fd = was.vcpus[i].fd;
		other->vcpus[i].run = was.vcpus[i].run;
	}
}

/**
 * machine_move() - go on in a new VM, and destroy the old one; says so on stderr
 * @m: a machine that runs a Linux guest
 */
void machine_move(struct machine *m)
{
	struct machine next;
	unsigned int i;

	machine_stop(m);
	/* Not before: a vCPU may be waiting for it. */
	uart_hold(m->private, true);
	for (i = 0; i < m->options.vcpus; i++)
		vcpu_settle(&m->vcpus[i]);
	machine_create(&next, &m->options);
	copy_devices(&next, m);
	copy_clock(&next, m);
	machine_copy_state(&next, m, true);
	swap_vms(m, &next);
	machine_destroy(&next);
	uart_hold(m->private, false);
	if (m->end == MACHINE_RUNS)
		machine_start(m);
	fprintf(stderr, "moved\n");
}
