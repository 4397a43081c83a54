// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rest of a guest's inventory: what else spares exits, as the proposals that kvmpv takes up and
 * the history of KVM have it. Some of it is gone, because something better came: that is said too.
 */
#include <errno.h>
#include <string.h>

#include "inventory.h"
#include "switch.h"

#define MSR_APIC_BASE 0x1b
#define APIC_BASE_X2APIC (1U << 10) /* SDM volume 3, 10.12.1 */

#define HOST_ONLY "kvmpvctl features on the host tells"

static struct feature *exits_row(struct inventory *inventory, const char *name, const char *text)
{
	struct feature *row = row_add(inventory, name, "exits", text);

	cell_set(&row->offered, ANSWER_UNKNOWN, HOST_ONLY);
	return row;
}

static bool kernel_says(const struct guest_facts *facts, const char *key, const char *value)
{
	char word[16];

	return *facts->kernel && !parse_pair(facts->kernel, key, word, sizeof(word)) &&
	       !strcmp(word, value);
}

static void hypercall_row(const struct guest_facts *facts, const struct guest *guest,
			  struct inventory *inventory)
{
	static const struct {
		const char *key;
		const char *value;
		const char *name;
	} callers[] = {{"spinlock", "pv", "pv-unhalt"},
		       {"send_ipi", "kvm", "pv-send-ipi"},
		       {"sched_yield", "kvm", "pv-sched-yield"}};
	struct feature *row =
		exits_row(inventory, "hypercall", "calls to the host by VMCALL, VMMCALL");
	char list[96] = "";
	size_t used = 0;

	for (size_t i = 0; i < ARRAY_SIZE(callers); i++)
		if (kernel_says(facts, callers[i].key, callers[i].value))
			used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s",
						 used ? ", " : "", callers[i].name);
	if (guest->used_known && guest->used & ~features_local())
		snprintf(list + used, sizeof(list) - used, "%skvmpv", used ? ", " : "");
	if (!facts->bits.known)
		cell_set(&row->exposed, ANSWER_UNKNOWN, "CPUID cannot be seen");
	else
		cell_set(&row->exposed, facts->bits.base ? ANSWER_YES : ANSWER_NO,
			 facts->bits.base ? "CPUID has KVM's block at 0x%08x"
					  : "CPUID has no block of KVM",
			 facts->bits.base);
	if (*list)
		cell_set(&row->used, ANSWER_YES, "%s", list);
	else
		cell_set(&row->used, *facts->kernel ? ANSWER_NO : ANSWER_UNKNOWN,
			 *facts->kernel ? "nothing that is in use makes one" : "needs kvmpv_guest");
	why_set(row, "%s",
		*list ? "a call to the host costs one exit, without a search for a device"
		      : "nobody here is known to call the host");
}

static const char *const delay_words[] = {"port 0x80", "port 0xed", "a loop", "none"};

static void io_delay_row(const struct guest_facts *facts, struct inventory *inventory)
{
	struct feature *row = exits_row(inventory, KERNEL_IO_DELAY,
					"drivers of old devices wait without port writes");
	bool patched = kernel_says(facts, "io_delay", "kvm");
	int type = facts->io_delay_type;

	row->offered.is = row->exposed.is = ANSWER_NONE;
	cell_set(&row->offered, ANSWER_NONE, "needs no host");
	row->exposed = row->offered;
	row->change = type >= 0;
	if (patched)
		cell_set(&row->used, ANSWER_YES, "kvm_io_delay() is what the kernel calls");
	else if (type < 0)
		cell_set(&row->used, ANSWER_UNKNOWN, "kernel.io_delay_type cannot be read");
	else if (type < 2 && facts->bits.features & (1U << BIT_NOP_IO_DELAY) &&
		 !kernel_says(facts, "io_delay", "native"))
		cell_set(&row->used, ANSWER_UNKNOWN,
			 "kernel.io_delay_type is %d, but nop-io-delay may be in use", type);
	else
		cell_set(&row->used, type >= 2 ? ANSWER_YES : ANSWER_NO,
			 "kernel.io_delay_type is %d: %s", type, delay_words[type]);
	if (patched)
		why_set(row, "nop-io-delay took the delay out; kernel.io_delay_type has no say");
	else if (row->used.is == ANSWER_NO)
		why_set(row, "each delay is an exit to the VMM: kvmpvctl enable %s",
			KERNEL_IO_DELAY);
	else if (row->used.is == ANSWER_UNKNOWN)
		why_set(row, "unless nop-io-delay is in use, each delay is an exit to the VMM");
	else
		why_set(row, "%s", row->text);
}

/* Lines of /proc/interrupts that have a word, and how many interrupts are counted in them. */
static unsigned int irq_lines(const char *text, const char *word, uint64_t *ret_count)
{
	unsigned int lines = 0;
	uint64_t count = 0;

	while (text && *text) {
		size_t len = strcspn(text, "\n");
		const char *found = memmem(text, len, word, strlen(word));
		const char *at = memchr(text, ':', len);

		if (found && at && at < found) {
			lines++;
			for (at++; at < found;) {
				size_t digits;
				uint64_t n;

				at += strspn(at, " ");
				digits = strspn(at, "0123456789");
				if (!digits || parse_u64(at, digits, &n))
					break;
				count += n;
				at += digits;
			}
		}
		text += len + (text[len] == '\n');
	}
	*ret_count = count;
	return lines;
}

static void pic_row(const struct guest_facts *facts, struct inventory *inventory)
{
	struct feature *row = exits_row(inventory, "no-pic",
					"interrupts come by the APIC, not through the 8259A");
	uint64_t pic, ioapic, msi;
	unsigned int lines = irq_lines(facts->interrupts, "XT-PIC", &pic);

	irq_lines(facts->interrupts, "IO-APIC", &ioapic);
	irq_lines(facts->interrupts, "MSI", &msi);
	cell_set(&row->offered, ANSWER_NONE, "a matter of the machine, not of the host");
	row->exposed = row->offered;
	if (!facts->interrupts) {
		cell_set(&row->used, ANSWER_UNKNOWN, "/proc/interrupts cannot be read");
		why_set(row, "%s", row->text);
		return;
	}
	cell_set(&row->used, pic ? ANSWER_NO : ANSWER_YES,
		 "/proc/interrupts: %llu of XT-PIC, %llu of IO-APIC, %llu of MSI",
		 (unsigned long long)pic, (unsigned long long)ioapic, (unsigned long long)msi);
	if (pic)
		why_set(row,
			"%u line%s of the 8259A in use: each interrupt is acknowledged by "
			"port writes that exit (noapic, or no IO-APIC?)",
			lines, lines == 1 ? "" : "s");
	else
		why_set(row, "history: the 8259A needed port writes for each interrupt; nothing "
			     "comes through it here");
}

static void tlb_flush_row(const struct guest_facts *facts, const struct guest *guest,
			  const struct names *names, struct inventory *inventory)
{
	struct feature *row =
		exits_row(inventory, "tlb-flush", "the local TLB is flushed without reading CR3");
	int cr3 = names_find(names, "cr3-cache", strlen("cr3-cache"));
	const char *reason =
		cr3 >= 0 && guest->reasons.known & NAME_BIT(cr3) ? guest->reasons.text[cr3] : "";
	char word[8] = "";

	cell_set(&row->exposed, ANSWER_NONE, "a matter of the guest's kernel");
	cell_set(&row->offered, ANSWER_NONE, "a matter of the guest's kernel");
	if (!guest->module.loaded || !*facts->cr3_cache ||
	    parse_pair(facts->cr3_cache, "flush_hook", word, sizeof(word)))
		cell_set(&row->used, guest->module.loaded ? ANSWER_UNKNOWN : ANSWER_NO,
			 guest->module.loaded ? "cr3_cache cannot be read"
					      : "only the cr3 cache of kvmpv_guest does it");
	else
		cell_set(&row->used, *word == '1' ? ANSWER_YES : ANSWER_NO,
			 "cr3_cache: flush_hook %s", word);
	if (row->used.is == ANSWER_YES)
		why_set(row, "the cr3 cache took the flush over");
	else
		why_set(row,
			"the kernel reads CR3 to write it back; with EPT or NPT that does not "
			"exit%s%s",
			*reason ? "; cr3-cache: " : "", reason);
}

/**
 * x2apic_cells() - is x2APIC exposed to this guest, and used
 * @ctl: the run
 * @facts: what was seen
 * @ret_exposed: the one answer
 * @ret_used: the other
 */
void x2apic_cells(const struct ctl *ctl, const struct guest_facts *facts, struct cell *ret_exposed,
		  struct cell *ret_used)
{
	uint64_t base;
	bool on;

	if (!facts->bits.known)
		cell_set(ret_exposed, ANSWER_UNKNOWN, "CPUID cannot be seen");
	else
		cell_set(ret_exposed, facts->bits.x2apic ? ANSWER_YES : ANSWER_NO,
			 "CPUID 1 ECX bit 21");
	if (*facts->kernel || !msr_read(ctl, MSR_APIC_BASE, &base)) {
		on = *facts->kernel ? kernel_says(facts, "x2apic", "1") : base & APIC_BASE_X2APIC;
		cell_set(ret_used, on ? ANSWER_YES : ANSWER_NO, "APIC base MSR: x2APIC mode is %s",
			 on ? "on" : "off");
	} else if (facts->log && (strstr(facts->log, "x2apic enabled") ||
				  strstr(facts->log, "x2apic: enabled by BIOS"))) {
		cell_set(ret_used, ANSWER_YES, "boot log: x2apic enabled");
	} else {
		cell_set(ret_used, ANSWER_UNKNOWN, "needs kvmpv_guest, or root and the msr module");
	}
}

static void x2apic_row(const struct ctl *ctl, const struct guest_facts *facts,
		       struct inventory *inventory)
{
	struct feature *row =
		exits_row(inventory, "x2apic", "the local APIC by MSRs, not by memory that exits");

	x2apic_cells(ctl, facts, &row->exposed, &row->used);
	if (row->used.is == ANSWER_NO && row->exposed.is == ANSWER_YES)
		why_set(row, "each end of interrupt and IPI is decoded from memory accesses: boot "
			     "without nox2apic, on a kernel with CONFIG_X86_X2APIC");
	else if (row->exposed.is == ANSWER_NO)
		why_set(row, "the host or the VMM withholds it (QEMU: x2apic)");
	else
		why_set(row, "no instruction has to be decoded for an end of interrupt or an IPI");
}

static void fpu_row(const struct ctl *ctl, struct inventory *inventory)
{
	struct feature *row =
		exits_row(inventory, "lazy-fpu", "CR0.TS is left alone by task switches");
	bool eager;

	cell_set(&row->offered, ANSWER_NONE, "a matter of the guest's kernel");
	row->exposed = row->offered;
	if (types_function(ctl, "switch_fpu_return", &eager))
		cell_set(&row->used, ANSWER_UNKNOWN, "this kernel shows no type information");
	else
		cell_set(&row->used, eager ? ANSWER_YES : ANSWER_NO,
			 "type information: switch_fpu_return() is %s",
			 eager ? "there" : "not there");
	if (row->used.is == ANSWER_YES)
		why_set(row, "history: this kernel switches the FPU eagerly and never sets CR0.TS "
			     "for it");
	else
		why_set(row, "a kernel without it sets CR0.TS at task switches, and exits when the "
			     "FPU is used");
}

/* What only the host knows. */
static void host_rows(struct inventory *inventory)
{
	static const struct {
		const char *name;
		const char *text;
	} rows[] = {{"nested-paging", "EPT or NPT: page tables and CR3 without exits"},
		    {"srcu-memslots", "exits look memory up without taking a lock"},
		    {"user-return-msrs", "MSRs are restored on return to user space only"},
		    {"irqchip", "local APIC and IO-APIC in the kernel"},
		    {"pit", "the i8254 timer in the kernel"},
		    {"ple", "a vCPU that spins exits, and makes room"},
		    {"apicv", "APIC accesses in hardware"},
		    {"halt-poll", "the host polls before it lets a halted vCPU sleep"}};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct feature *row = exits_row(inventory, rows[i].name, rows[i].text);

		cell_set(&row->exposed, ANSWER_UNKNOWN, HOST_ONLY);
		cell_set(&row->used, ANSWER_UNKNOWN, HOST_ONLY);
		why_set(row, "%s; only the host knows", rows[i].text);
	}
}

/**
 * guest_exits() - the rows of a guest that are neither KVM's bits nor kvmpv's features
 * @ctl: the run
 * @facts: what was seen
 * @guest: the guest side
 * @inventory: gets the rows
 */
void guest_exits(struct ctl *ctl, const struct guest_facts *facts, const struct guest *guest,
		 struct inventory *inventory)
{
	struct names names;

	features_init(&names);
	hypercall_row(facts, guest, inventory);
	io_delay_row(facts, inventory);
	pic_row(facts, inventory);
	tlb_flush_row(facts, guest, &names, inventory);
	x2apic_row(ctl, facts, inventory);
	fpu_row(ctl, inventory);
	host_rows(inventory);
}
