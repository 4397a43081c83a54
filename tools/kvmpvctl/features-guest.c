// SPDX-License-Identifier: GPL-2.0-only
/*
 * The inventory of a guest. Exposed is what CPUID says. Used is, from the best source there is: the
 * functions and static keys in the kernel and the MSRs on its CPUs, as kvmpv_guest sees them; an
 * MSR of the first CPU, by /dev/cpu/0/msr; what the kernel said when it booted, as long as its log
 * has it. What the host could offer is not known in here.
 */
#include <errno.h>
#include <string.h>

#include "inventory.h"

#define NEEDS_MSR "needs root, and kvmpv_guest or the msr module"
#define NEEDS_CODE "needs kvmpv_guest, or root for the boot log"

static int fact(const char *text, const char *key, char *ret, size_t size)
{
	return key && *text ? parse_pair(text, key, ret, size) : -ENOENT;
}

static bool exposed(const struct guest_facts *facts, const struct kvm_feature *def)
{
	return facts->bits.features & (1U << def->bit);
}

/* From the kernel's tables and static keys. */
static bool used_by_code(const struct guest_facts *facts, const struct kvm_feature *def,
			 struct cell *cell)
{
	char word[16];
	bool on;

	if (fact(facts->kernel, def->code, word, sizeof(word)) || !strcmp(word, "unknown"))
		return false;
	on = !strcmp(word, "kvm") || !strcmp(word, "pv") || !strcmp(word, "1");
	if (*word == '0' || *word == '1')
		cell_set(cell, on ? ANSWER_YES : ANSWER_NO, "%s is %s", def->function,
			 on ? "on" : "off");
	else
		cell_set(cell, on ? ANSWER_YES : ANSWER_NO, "%s is%s what the kernel calls",
			 def->function, on ? "" : " not");
	return true;
}

/* From the MSRs on all CPUs, or on one. */
static bool used_by_msr(const struct ctl *ctl, const struct guest_facts *facts,
			const struct kvm_feature *def, struct cell *cell)
{
	char cpus[16], word[16];
	uint64_t value, n;

	if (!def->msr_key)
		return false;
	if (!fact(facts->msrs, "cpus", cpus, sizeof(cpus)) &&
	    !fact(facts->msrs, def->msr_key, word, sizeof(word)) &&
	    !parse_u64(word, strlen(word), &n)) {
		cell_set(cell, n ? ANSWER_YES : ANSWER_NO, "MSR 0x%x: on %s of %s CPUs", def->msr,
			 word, cpus);
		return true;
	}
	if (!exposed(facts, def) || msr_read(ctl, def->msr, &value))
		return false;
	cell_set(cell, value & def->mask ? ANSWER_YES : ANSWER_NO, "MSR 0x%x: %s on CPU 0",
		 def->msr, value & def->mask ? "enabled" : "not enabled");
	return true;
}

/* That the log does not say so means nothing: it forgets. */
static bool used_by_log(const struct guest_facts *facts, const struct kvm_feature *def,
			struct cell *cell)
{
	if (!def->log || !facts->log || !strstr(facts->log, def->log))
		return false;
	cell_set(cell, ANSWER_YES, "boot log: %s", def->log);
	return true;
}

/* There is one clock, whichever MSRs it is set up by; of those exposed Linux takes the newer. */
static bool used_by_clocksource(const struct guest_facts *facts, const struct kvm_feature *def,
				struct cell *cell)
{
	if ((def->bit != BIT_CLOCKSOURCE && def->bit != BIT_CLOCKSOURCE2) || !*facts->clocksources)
		return false;
	if (facts->bits.known ? !exposed(facts, def) : def->bit == BIT_CLOCKSOURCE)
		return false;
	if (strstr(facts->clocksources, "kvm-clock"))
		cell_set(cell, ANSWER_YES, "kvm-clock is %s the clocksources",
			 strcmp(facts->clocksource, "kvm-clock") ? "among" : "first of");
	else
		cell_set(cell, ANSWER_NO, "kvm-clock is not among the clocksources");
	return true;
}

/*
 * The MSR says whether the host polls, as it does unless the guest says otherwise; and the guest's
 * own driver is what would.
 */
static void poll_control(const struct guest_facts *facts, const struct kvm_feature *def,
			 struct cell *cell)
{
	bool haltpoll = !strcmp(facts->idle_driver, "haltpoll");

	if (cell->is == ANSWER_YES || cell->is == ANSWER_NO) {
		cell->is = cell->is == ANSWER_YES ? ANSWER_NO : ANSWER_YES;
		return;
	}
	if (!*facts->idle_driver)
		cell_set(cell, ANSWER_UNKNOWN, "%s", NEEDS_MSR);
	else
		cell_set(cell, haltpoll ? ANSWER_YES : ANSWER_NO, "cpuidle driver: %s",
			 facts->idle_driver);
}

static void used_by_kernel(const struct ctl *ctl, const struct guest_facts *facts,
			   const struct kvm_feature *def, struct cell *cell)
{
	bool found = false;

	/* Both sets of MSRs show the same clock. */
	if (def->bit == BIT_CLOCKSOURCE && facts->bits.features & (1U << BIT_CLOCKSOURCE2)) {
		cell_set(cell, ANSWER_NO, "the kernel prefers the MSRs of clocksource2");
		return;
	}
	if (facts->bits.known)
		found = used_by_msr(ctl, facts, def, cell);
	found = found || used_by_code(facts, def, cell) || used_by_clocksource(facts, def, cell) ||
		used_by_log(facts, def, cell);
	if (def->msr_key && !strcmp(def->msr_key, "host_polls"))
		poll_control(facts, def, cell);
	else if (!found && facts->bits.known && !exposed(facts, def))
		cell_set(cell, ANSWER_NO, "what is not exposed is not looked for");
	else if (!found && def->idle && !def->code && !def->msr_key)
		cell_set(cell, ANSWER_NO, "no Linux kernel of today has code for it");
	else if (!found)
		cell_set(cell, ANSWER_UNKNOWN, "%s", def->code ? NEEDS_CODE : NEEDS_MSR);
}

/* Why a kernel leaves alone what is exposed to it: arch/x86/kernel/kvm.c, ..._supported() */
static const char *left_alone(const struct guest_facts *facts, const struct kvm_feature *def)
{
	bool needs_smp = !strncmp(def->name, "pv-", 3) && strcmp(def->name, "pv-eoi");
	bool needs_steal =
		!strcmp(def->name, "pv-tlb-flush") || !strcmp(def->name, "pv-sched-yield");

	if (def->idle)
		return def->idle;
	if (needs_smp && !facts->smp)
		return "not needed: there is one CPU";
	if ((needs_steal || def->bit == BIT_PV_UNHALT) && facts->bits.hints & 1)
		return "not needed: hint-realtime says that vCPUs are never preempted";
	if (needs_steal && !(facts->bits.features & (1U << BIT_STEAL_TIME)))
		return "needs steal-time, which is not exposed";
	if (needs_steal && facts->bits.mwait)
		return "this guest has MWAIT: its idle vCPUs do not exit";
	if (!strncmp(def->name, "async-pf", 8) && !(facts->bits.features & 1U << 14))
		return "this kernel wants async-pf-int, which is not exposed";
	return "this kernel does not use it";
}

static void explain(const struct guest_facts *facts, const struct kvm_feature *def,
		    struct feature *row)
{
	if (row->exposed.is == ANSWER_UNKNOWN)
		why_set(row, "CPUID cannot be seen");
	else if (row->exposed.is == ANSWER_NO && def->qemu)
		why_set(row, "the host or the VMM withholds it (QEMU: %s): %s", def->qemu,
			def->bit == 2 ? def->idle : def->text);
	else if (row->exposed.is == ANSWER_NO)
		why_set(row, "the host or the VMM withholds it: %s", def->text);
	else if (row->used.is == ANSWER_NO)
		why_set(row, "%s", left_alone(facts, def));
	else
		why_set(row, "%s", def->text);
}

static void bit_row(const struct ctl *ctl, const struct guest_facts *facts, struct feature *row)
{
	uint32_t bits = strcmp(row->group, "hint") ? facts->bits.features : facts->bits.hints;
	const char *reg = strcmp(row->group, "hint") ? "EAX" : "EDX";
	bool set = bits & (1U << row->bit);

	cell_set(&row->offered, ANSWER_UNKNOWN, "kvmpvctl features on the host tells");
	if (!facts->bits.known)
		cell_set(&row->exposed, ANSWER_UNKNOWN, "CPUID cannot be seen");
	else if (!facts->bits.base)
		cell_set(&row->exposed, ANSWER_NO, "CPUID has no block of KVM");
	else
		cell_set(&row->exposed, set ? ANSWER_YES : ANSWER_NO, "CPUID 0x%08x %s bit %d",
			 facts->bits.base + 1, reg, row->bit);
	for (size_t i = 0; i < kvm_features_n; i++) {
		if (strcmp(kvm_features[i].name, row->name))
			continue;
		used_by_kernel(ctl, facts, &kvm_features[i], &row->used);
		explain(facts, &kvm_features[i], row);
		return;
	}
}

/* What a kernel does for this hint is that it does without the rest. */
static void hint_row(const struct guest_facts *facts, struct feature *row)
{
	char word[16];
	bool set = row->exposed.is == ANSWER_YES;

	if (!row->exposed.is)
		why_set(row, "CPUID cannot be seen");
	else
		why_set(row, set ? "the VMM promises that no vCPU is preempted for long: locks and "
				   "TLB flushes as on bare metal"
				 : "the VMM does not promise that vCPUs have CPUs of their own "
				   "(QEMU: kvm-hint-dedicated)");
	if (!set)
		cell_set(&row->used, row->exposed.is == ANSWER_NO ? ANSWER_NO : ANSWER_UNKNOWN,
			 "what is not exposed is not looked for");
	else if (fact(facts->kernel, "spinlock", word, sizeof(word)))
		cell_set(&row->used, ANSWER_UNKNOWN, NEEDS_CODE);
	else
		cell_set(&row->used, strcmp(word, "pv") ? ANSWER_YES : ANSWER_NO,
			 "the kernel's spinlocks: %s", word);
}

static enum answer answer_of(bool known, uint64_t set, unsigned int bit)
{
	return !known ? ANSWER_UNKNOWN : set & NAME_BIT(bit) ? ANSWER_YES : ANSWER_NO;
}

/* kvmpv's own, as kvmpvctl status shows them. */
static void kvmpv_rows(const struct names *names, const struct guest *guest,
		       struct inventory *inventory)
{
	const char *module = guest->module.loaded ? "kvmpv_guest" : "kvmpv_guest is not loaded";

	for (unsigned int i = 0; i < names->n; i++) {
		struct feature *row = row_add(inventory, names->name[i], "kvmpv", feature_text(i));
		const char *reason =
			guest->reasons.known & NAME_BIT(i) ? guest->reasons.text[i] : "";

		row->change = guest->features & NAME_BIT(i);
		if (feature_local(i)) {
			cell_set(&row->offered, ANSWER_NONE, "needs no host");
			row->exposed = row->offered;
		} else {
			cell_set(&row->offered,
				 answer_of(guest->module.loaded && guest->offered_known,
					   guest->offered, i),
				 "%s", module);
			row->exposed = row->offered;
		}
		cell_set(&row->used,
			 guest->module.loaded ? answer_of(guest->used_known, guest->used, i)
					      : ANSWER_NO,
			 "%s", module);
		if (!guest->module.loaded)
			why_set(row, "kvmpv_guest is not loaded");
		else
			why_set(row, "%s", *reason ? reason : feature_text(i));
	}
}

/**
 * guest_inventory() - all rows of a guest
 * @ctl: the run
 * @platform: the machine
 * @names: of kvmpv's features
 * @guest: the guest side
 * @ret_inventory: the rows
 */
void guest_inventory(struct ctl *ctl, const struct platform *platform, const struct names *names,
		     const struct guest *guest, struct inventory *ret_inventory)
{
	struct guest_facts facts;

	memset(ret_inventory, 0, sizeof(*ret_inventory));
	ret_inventory->side = SIDE_GUEST;
	guest_facts_read(ctl, platform, &facts);
	kvm_rows_add(ret_inventory, facts.bits.features, facts.bits.hints);
	for (size_t i = 0; i < ret_inventory->n; i++) {
		struct feature *row = &ret_inventory->row[i];

		bit_row(ctl, &facts, row);
		if (!strcmp(row->name, "hint-realtime"))
			hint_row(&facts, row);
		else if (!*row->why)
			why_set(row, "%s", row->text);
	}
	kvmpv_rows(names, guest, ret_inventory);
	guest_exits(ctl, &facts, guest, ret_inventory);
	guest_facts_free(&facts);
}
