// SPDX-License-Identifier: GPL-2.0-only
/* What a VMM may do to any machine at any moment, for storms. */
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "vmm.h"

#define OTHER_AT 0x18000000UL /* a slot that has nothing to do with anything */
#define OTHER_SIZE 0x10000UL
#define AWHILE_US 500
#define FEW_PAGES 64
#define MANY_PAGES 4096

static bool logs, few;

/* Any change of slots has KVM throw away all shadow pages */
static void act_slot(struct machine *m)
{
	static void *other;

	if (!other)
		other = mmap(NULL, OTHER_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			     -1, 0);
	machine_set_slot(m, SLOT_OTHER, 0, OTHER_AT, OTHER_SIZE, other);
	machine_set_slot(m, SLOT_OTHER, 0, OTHER_AT, 0, other);
}

static void act_log(struct machine *m)
{
	logs = !logs;
	machine_log_dirty(m, logs);
	if (!logs)
		return;
	machine_forget_dirty(m);
	usleep(AWHILE_US);
	machine_forget_dirty(m);
}

static void act_mmu(struct machine *m)
{
	few = !few;
	if (ioctl(m->vm, KVM_SET_NR_MMU_PAGES, few ? FEW_PAGES : MANY_PAGES))
		die("KVM_SET_NR_MMU_PAGES");
}

static void act_signal(struct machine *m)
{
	unsigned int i;

	for (i = 0; i < m->options.vcpus; i++)
		vcpu_kick(&m->vcpus[i]);
}

static void act_nmi(struct machine *m)
{
	unsigned int i;

	for (i = 0; i < m->options.vcpus; i++) {
		struct kvm_msi nmi = {.address_lo = 0xfee00000 | i << 12, .data = 4 << 8};

		if (ioctl(m->vm, KVM_SIGNAL_MSI, &nmi) < 0)
			die("NMI for vCPU %u", i);
	}
}

/* For between two that a guest needs time to get over: Linux has a lot to say about each NMI */
static void act_pause(struct machine *m)
{
}

/* Pauses such that a guest gets on with its work */
static const struct act acts[] = {
	{"slot", act_slot, 20000, false}, {"log", act_log, 20000, false},
	{"mmu", act_mmu, 5000, false},	  {"signal", act_signal, 1000, false},
	{"nmi", act_nmi, 1000, false},	  {"pause", act_pause, 200000, false},
};

/**
 * act_find() - something a VMM does, by name
 * @name: its name, and more behind it
 * @length: of the name
 *
 * Return: NULL when it is not one of those here.
 */
const struct act *act_find(const char *name, size_t length)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(acts); i++)
		if (strlen(acts[i].name) == length && !memcmp(acts[i].name, name, length))
			return &acts[i];
	return NULL;
}

/**
 * acts_end() - no dirty log, and no lack of shadow pages any more
 * @m: the machine
 */
void acts_end(struct machine *m)
{
	if (logs)
		act_log(m);
	if (few)
		act_mmu(m);
}
