// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rest of a host's inventory: KVM's remedies for exits since the walkthrough of 2010, each with
 * what shows on this kernel that it is there.
 */
#include <string.h>

#include "inventory.h"
#include "parameter.h"
#include "switch.h"

static bool is_on(const char *word)
{
	return !strcmp(word, "Y") || (*word >= '1' && *word <= '9') || *word == '-';
}

/* A row that stands for a parameter of the vendor module: Intel's, or AMD's. */
static void parameter_row(const struct ctl *ctl, const struct platform *platform,
			  struct inventory *inventory, const char *name, const char *text,
			  const char *intel, const char *amd)
{
	struct feature *row = row_add(inventory, name, "exits", text);
	const char *module = platform->kvm_module;
	const char *file = !strcmp(module, "kvm_intel") ? intel : amd;
	char word[24];

	row->exposed.is = ANSWER_NONE;
	cell_set(&row->exposed, ANSWER_NONE, "guests do not see it");
	if (!*module)
		cell_set(&row->offered, ANSWER_UNKNOWN, "neither kvm_intel nor kvm_amd is loaded");
	else if (parameter_read(ctl, module, file, word, sizeof(word)))
		cell_set(&row->offered, ANSWER_UNKNOWN, "%s shows no parameter %s", module, file);
	else
		cell_set(&row->offered, is_on(word) ? ANSWER_YES : ANSWER_NO, "%s %s=%s", module,
			 file, word);
	row->used = row->offered;
	why_set(row, "%s", text);
}

static void paging_row(const struct ctl *ctl, const struct platform *platform,
		       struct inventory *inventory)
{
	struct feature *row;

	parameter_row(ctl, platform, inventory, "nested-paging",
		      "EPT or NPT: page tables, CR3 and TLB flushes without exits", "ept", "npt");
	row = row_find(inventory, "nested-paging");
	if (row->used.is == ANSWER_NO)
		why_set(row, "off: guests run on shadow page tables; loads of CR3, page faults and "
			     "changes of page tables exit");
}

static void ple_row(const struct ctl *ctl, const struct platform *platform,
		    struct inventory *inventory)
{
	struct feature *row;

	parameter_row(ctl, platform, inventory, "ple",
		      "a vCPU that spins exits, and makes room for the one it waits for", "ple_gap",
		      "pause_filter_count");
	row = row_find(inventory, "ple");
	if (row->used.is != ANSWER_NO)
		return;
	if (platform->ple)
		why_set(row, "switched off, though this CPU has it: a spinning vCPU uses its whole "
			     "time slice up");
	else
		why_set(row, "this CPU has none: guests make room by themselves (pv-unhalt, "
			     "pv-sched-yield, pv-spinlock)");
}

static void history_rows(const struct host_facts *facts, struct inventory *inventory)
{
	const struct {
		const char *name;
		const char *text;
		const char *what;
		bool on;
		const char *why;
	} rows[] = {
		{"srcu-memslots", "exits look memory up without taking a lock",
		 "struct kvm has srcu", facts->srcu,
		 "history: SRCU in place of a lock that all exits took"},
		{"user-return-msrs", "MSRs are restored on return to user space only",
		 "kvm.ko has kvm_set_user_return_msr()", facts->uret,
		 "SYSCALL's MSRs keep the guest's values until a host process needs them"},
		{"lazy-fpu", "no exit for CR0.TS: guests own the bit",
		 "struct kvm_vcpu has nothing to switch the FPU lazily", !facts->lazy_fpu,
		 "history: KVM_RUN loads the guest's FPU once, no exit switches it"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct feature *row = row_add(inventory, rows[i].name, "exits", rows[i].text);

		cell_set(&row->exposed, ANSWER_NONE, "guests do not see it");
		if (!facts->types)
			cell_set(&row->offered, ANSWER_UNKNOWN,
				 "this kernel shows no type information of kvm.ko");
		else
			cell_set(&row->offered, rows[i].on ? ANSWER_YES : ANSWER_NO,
				 "type information: %s%s",
				 rows[i].on ? "" : "not so: ", rows[i].what);
		row->used = row->offered;
		why_set(row, "%s", rows[i].why);
	}
}

static void device_row(const struct host_facts *facts, struct inventory *inventory,
		       const char *name, const char *cap, bool there, const char *text)
{
	struct feature *row = row_add(inventory, name, "exits", text);

	if (facts->kvm_error)
		cell_set(&row->offered, ANSWER_UNKNOWN, "/dev/kvm: %s",
			 problem_text(facts->kvm_error));
	else
		cell_set(&row->offered, there ? ANSWER_YES : ANSWER_NO, "KVM_CHECK_EXTENSION: %s",
			 cap);
	cell_set(&row->exposed, ANSWER_NONE, "for the VMM to choose");
	cell_set(&row->used, ANSWER_UNKNOWN, "kvmpv_host tells, for each VM");
	why_set(row, "%s", text);
}

static void halt_poll_row(const struct ctl *ctl, struct inventory *inventory)
{
	struct feature *row = row_add(inventory, KERNEL_HALT_POLL, "exits",
				      "the host polls before it lets a halted vCPU sleep");
	char word[24];

	cell_set(&row->exposed, ANSWER_NONE, "guests do not see it; see poll-control");
	if (parameter_read(ctl, "kvm", "halt_poll_ns", word, sizeof(word)))
		cell_set(&row->offered, ANSWER_UNKNOWN, "kvm is not loaded, or shows no parameter");
	else
		cell_set(&row->offered, is_on(word) ? ANSWER_YES : ANSWER_NO, "kvm halt_poll_ns=%s",
			 word);
	row->used = row->offered;
	row->change = row->offered.is != ANSWER_UNKNOWN;
	if (row->used.is == ANSWER_NO)
		why_set(row, "off: each wake-up of a halted vCPU goes through the scheduler");
	else
		why_set(row, "%s: wake-ups are quick, CPUs that wait use power", row->text);
}

static void guest_rows(const struct host_facts *facts, struct inventory *inventory)
{
	struct feature *row;

	row = row_add(inventory, "hypercall", "exits", "calls to the host by VMCALL, VMMCALL");
	cell_set(&row->offered, facts->kvm_error ? ANSWER_UNKNOWN : ANSWER_YES,
		 facts->kvm_error ? "/dev/kvm: %s" : "KVM_GET_SUPPORTED_CPUID has KVM's block",
		 problem_text(facts->kvm_error));
	cell_set(&row->used, ANSWER_UNKNOWN, "kvmpvctl exits counts them");
	why_set(row, "a call to the host costs one exit, without a search for a device");
	row = row_add(inventory, "x2apic", "exits",
		      "the local APIC by MSRs, not by memory that exits");
	if (facts->kvm_error)
		cell_set(&row->offered, ANSWER_UNKNOWN, "/dev/kvm: %s",
			 problem_text(facts->kvm_error));
	else
		cell_set(&row->offered, facts->offered.x2apic ? ANSWER_YES : ANSWER_NO,
			 "KVM_GET_SUPPORTED_CPUID 1 ECX bit 21");
	cell_set(&row->exposed, ANSWER_UNKNOWN, "kvmpv_host tells, for each VM");
	row->used = row->exposed;
	why_set(row, "no instruction has to be decoded for an end of interrupt or an IPI");
}

/* What only a guest's kernel knows. */
static void kernel_rows(struct inventory *inventory)
{
	static const struct {
		const char *name;
		const char *text;
	} rows[] = {{KERNEL_IO_DELAY, "drivers of old devices wait without port writes"},
		    {"no-pic", "interrupts come by the APIC, not through the 8259A"},
		    {"tlb-flush", "the local TLB is flushed without reading CR3"}};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct feature *row = row_add(inventory, rows[i].name, "exits", rows[i].text);

		cell_set(&row->offered, ANSWER_NONE, "a matter of the guest's kernel");
		row->exposed = row->offered;
		cell_set(&row->used, ANSWER_UNKNOWN, "kvmpvctl features in the guest tells");
		why_set(row, "%s; only the guest knows", rows[i].text);
	}
}

/**
 * host_exits() - the rows of a host that are neither KVM's bits nor kvmpv's features
 * @ctl: the run
 * @platform: the machine
 * @facts: what KVM answered
 * @inventory: gets the rows
 */
void host_exits(struct ctl *ctl, const struct platform *platform, const struct host_facts *facts,
		struct inventory *inventory)
{
	guest_rows(facts, inventory);
	kernel_rows(inventory);
	paging_row(ctl, platform, inventory);
	history_rows(facts, inventory);
	device_row(facts, inventory, "irqchip", "KVM_CAP_IRQCHIP", facts->irqchip,
		   "local APIC and IO-APIC in the kernel: their exits stay light");
	device_row(facts, inventory, "pit", "KVM_CAP_PIT2", facts->pit,
		   "the i8254 timer in the kernel: its exits stay light");
	ple_row(ctl, platform, inventory);
	parameter_row(ctl, platform, inventory, "apicv",
		      "APIC accesses and interrupts by hardware, most without exits",
		      "enable_apicv", "avic");
	halt_poll_row(ctl, inventory);
}
