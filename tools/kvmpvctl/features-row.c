// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rows of the inventory that host and guest share: KVM's own bits. What each bit means is in
 * Documentation/virt/kvm/x86/cpuid.rst; what a Linux guest does with it, in arch/x86/kernel/kvm.c.
 */
#include <stdarg.h>
#include <string.h>

#include "inventory.h"

const struct kvm_feature kvm_features[] = {
	{.bit = BIT_CLOCKSOURCE,
	 .name = "clocksource",
	 .qemu = "kvmclock",
	 .text = "the clock by its first MSRs, 0x11 and 0x12",
	 .idle = "clocksource2 is used instead",
	 .msr_key = "clock_old",
	 .msr = 0x12,
	 .mask = 1},
	{.bit = BIT_NOP_IO_DELAY,
	 .name = "nop-io-delay",
	 .qemu = "kvm-nopiodelay",
	 .text = "no port is written to for the sake of delay",
	 .idle = "this kernel delays as kernel.io_delay_type says",
	 .code = "io_delay",
	 .function = "kvm_io_delay()"},
	{.bit = 2,
	 .name = "mmu-op",
	 .qemu = "kvm-mmu",
	 .text = "page tables by hypercall",
	 .idle = "history: deprecated, no kernel has code for it; EPT and NPT need no such calls"},
	{.bit = BIT_CLOCKSOURCE2,
	 .name = "clocksource2",
	 .qemu = "kvmclock",
	 .text = "the clock is read from a page, without exits",
	 .idle = "this kernel does not use it (no-kvmclock?)",
	 .msr_key = "clock",
	 .msr = 0x4b564d01,
	 .mask = 1,
	 .log = "kvm-clock: Using msrs 4b564d01"},
	{.bit = 4,
	 .name = "async-pf",
	 .qemu = "kvm-asyncpf",
	 .text = "other tasks run while the host brings a page in",
	 .code = "async_pf",
	 .function = "static key kvm_async_pf_enabled",
	 .msr_key = "async_pf",
	 .msr = 0x4b564d02,
	 .mask = 1},
	{.bit = BIT_STEAL_TIME,
	 .name = "steal-time",
	 .qemu = "kvm-steal-time",
	 .text = "the time other VMs took is accounted, and preempted vCPUs are known",
	 .idle = "this kernel does not use it (no-steal-acc?)",
	 .code = "steal_clock",
	 .function = "static key paravirt_steal_enabled",
	 .msr_key = "steal_time",
	 .msr = 0x4b564d03,
	 .mask = 1},
	{.bit = 6,
	 .name = "pv-eoi",
	 .qemu = "kvm-pv-eoi",
	 .text = "most ends of interrupts need no exit",
	 .idle = "this kernel does not use it",
	 .code = "eoi",
	 .function = "kvm_guest_apic_eoi_write()",
	 .msr_key = "pv_eoi",
	 .msr = 0x4b564d04,
	 .mask = 1},
	{.bit = BIT_PV_UNHALT,
	 .name = "pv-unhalt",
	 .qemu = "kvm-pv-unhalt",
	 .text = "waiters for spinlocks sleep until they are kicked",
	 .code = "spinlock",
	 .function = "__pv_queued_spin_lock_slowpath()",
	 .log = "PV spinlocks enabled"},
	{.bit = 9,
	 .name = "pv-tlb-flush",
	 .qemu = "kvm-pv-tlb-flush",
	 .text = "vCPUs that do not run flush their TLB when they run again",
	 .code = "tlb_flush",
	 .function = "kvm_flush_tlb_multi()",
	 .log = "KVM setup pv remote TLB flush"},
	{.bit = 10,
	 .name = "async-pf-vmexit",
	 .qemu = "kvm-asyncpf-vmexit",
	 .text = "nested hypervisors are told of pages to come by an exit of their guest",
	 .idle = "for guests that run KVM with async-pf; this kernel does not ask for it",
	 .msr_key = "async_pf_vmexit",
	 .msr = 0x4b564d02,
	 .mask = 4},
	{.bit = 11,
	 .name = "pv-send-ipi",
	 .qemu = "kvm-pv-ipi",
	 .text = "an IPI to many vCPUs is one hypercall",
	 .code = "send_ipi",
	 .function = "kvm_send_ipi_mask()",
	 .log = "setup PV IPIs"},
	{.bit = 12,
	 .name = "poll-control",
	 .qemu = "kvm-poll-control",
	 .text = "this guest polls itself before it halts, and the host does not",
	 .idle = "the host polls when a vCPU halts; the guest would with cpuidle's haltpoll driver",
	 .msr_key = "host_polls",
	 .msr = 0x4b564d05,
	 .mask = 1},
	{.bit = 13,
	 .name = "pv-sched-yield",
	 .qemu = "kvm-pv-sched-yield",
	 .text = "who waits for an IPI gives its time slice to a preempted vCPU",
	 .code = "sched_yield",
	 .function = "kvm_smp_send_call_func_ipi()",
	 .log = "setup PV sched yield"},
	{.bit = 14,
	 .name = "async-pf-int",
	 .qemu = "kvm-asyncpf-int",
	 .text = "that a page has come is told by an interrupt",
	 .msr_key = "async_pf_int",
	 .msr = 0x4b564d02,
	 .mask = 8},
	{.bit = 15,
	 .name = "msi-ext-dest-id",
	 .vmm = true,
	 .qemu = "kvm-msi-ext-dest-id",
	 .text = "devices reach APIC ids above 255 without an emulated IOMMU",
	 .idle = "needs x2APIC, and no emulated IOMMU",
	 .code = "ext_dest_id",
	 .function = "virt_ext_dest_id"},
	{.bit = 16,
	 .name = "hc-map-gpa-range",
	 .vmm = true,
	 .text = "which memory is encrypted is told by hypercall",
	 .idle = "for encrypted guests that migrate; this one is not encrypted"},
	{.bit = 17,
	 .name = "migration-control",
	 .vmm = true,
	 .text = "the guest says when it can be migrated",
	 .idle = "for encrypted guests that migrate",
	 .msr_key = "migration",
	 .msr = 0x4b564d08,
	 .mask = 1},
	{.bit = 24,
	 .name = "clocksource-stable",
	 .qemu = "kvmclock-stable-bit",
	 .text = "the clock never goes back between vCPUs, and processes read it by themselves",
	 .idle = "the host's TSC is not stable, or the guest reads the TSC itself",
	 .code = "clock_vdso",
	 .function = "vDSO clock mode of kvm-clock"},
};

const size_t kvm_features_n = ARRAY_SIZE(kvm_features);

/**
 * cell_set() - give an answer
 * @cell: the cell
 * @is: the answer
 * @fmt: where it was seen, as for printf()
 */
void cell_set(struct cell *cell, enum answer is, const char *fmt, ...)
{
	va_list args;

	cell->is = is;
	va_start(args, fmt);
	vsnprintf(cell->evidence, sizeof(cell->evidence), fmt, args);
	va_end(args);
}

/**
 * why_set() - say why a row is as it is
 * @row: the row
 * @fmt: the line, as for printf()
 */
void why_set(struct feature *row, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(row->why, sizeof(row->why), fmt, args);
	va_end(args);
}

/**
 * row_add() - add a row of which nothing is known yet
 * @inventory: to what
 * @name: of the row
 * @group: it belongs to
 * @text: what it is
 *
 * Return: the row; where there is no room, the last one again.
 */
struct feature *row_add(struct inventory *inventory, const char *name, const char *group,
			const char *text)
{
	struct feature *row;

	if (inventory->n < FEATURES_MAX)
		inventory->n++;
	row = &inventory->row[inventory->n - 1];
	memset(row, 0, sizeof(*row));
	row->name = name;
	row->group = group;
	row->text = text;
	row->bit = -1;
	return row;
}

/**
 * row_find() - look a row up
 * @inventory: where
 * @name: of the row
 *
 * Return: the row, NULL when there is none.
 */
struct feature *row_find(struct inventory *inventory, const char *name)
{
	for (size_t i = 0; i < inventory->n; i++)
		if (!strcmp(inventory->row[i].name, name))
			return &inventory->row[i];
	return NULL;
}

static bool bit_named(int bit)
{
	for (size_t i = 0; i < kvm_features_n; i++)
		if (kvm_features[i].bit == bit)
			return true;
	return false;
}

/* Bits of a newer KVM are shown all the same. */
static void unknown_add(struct inventory *inventory, const char *group, uint32_t bits)
{
	static char names[2][32][12];
	int hint = !strcmp(group, "hint");

	for (int bit = 0; bit < 32; bit++) {
		struct feature *row;

		if (!(bits & (1U << bit)) || (hint ? bit == 0 : bit_named(bit)))
			continue;
		snprintf(names[hint][bit], sizeof(names[hint][bit]), "%s-%d", hint ? "hint" : "bit",
			 bit);
		row = row_add(inventory, names[hint][bit], group,
			      "a bit that this tool does not know");
		row->bit = bit;
	}
}

/**
 * kvm_rows_add() - add a row for each of KVM's bits
 * @inventory: to what
 * @features: bits that are set anywhere: those without a name have a row then
 * @hints: the same of the hints
 */
void kvm_rows_add(struct inventory *inventory, uint32_t features, uint32_t hints)
{
	for (size_t i = 0; i < kvm_features_n; i++)
		row_add(inventory, kvm_features[i].name, "kvm", kvm_features[i].text)->bit =
			kvm_features[i].bit;
	unknown_add(inventory, "kvm", features);
	row_add(inventory, "hint-realtime", "hint", "vCPUs are never preempted for long")->bit = 0;
	unknown_add(inventory, "hint", hints);
}
