// SPDX-License-Identifier: GPL-2.0-only
/*
 * The inventory of a host. Offered is what this KVM says that it supports; exposed and used are
 * what kvmpv_host sees of each VM: KVM lets nobody but a VM's own process ask for its CPUID.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "inventory.h"
#include "switch.h"

/**
 * struct vm_facts - a VM's file ``kvm``, see docs/abi/sysfs.rst
 */
struct vm_facts {
	char kvm[FACTS_SIZE];
};

static bool fact_u64(const struct vm_facts *vm, const char *key, uint64_t *ret_value)
{
	char word[24], *end;

	if (!key || !*vm->kvm || parse_pair(vm->kvm, key, word, sizeof(word)) || *word < '0' ||
	    *word > '9')
		return false;
	*ret_value = strtoull(word, &end, 0);
	return !*end;
}

static void vm_facts_read(struct ctl *ctl, const struct vm_id *id, struct vm_facts *ret_facts)
{
	char path[PATH_MAX], word[24];
	const char *text;
	struct dir dir;
	int err;

	*ret_facts->kvm = '\0';
	snprintf(path, sizeof(path), "%s/vm/%u-%u", side_defs[SIDE_HOST].sysfs, id->pid, id->n);
	if (dir_open_root(ctl, path, &dir))
		return;
	err = file_read(dir.fd, "kvm", &text);
	if (!err && strlen(text) >= FACTS_SIZE)
		err = -EBADMSG;
	err = err ?: parse_pair(text, "vcpus", word, sizeof(word));
	if (!err)
		strcpy(ret_facts->kvm, text);
	else if (err != -ENOENT && err != -ENODEV)
		problem_add(ctl, -err, "%s/kvm", dir.path);
	dir_close(&dir);
}

static enum answer vm_exposed(const struct vm_facts *vm, const struct feature *row)
{
	uint64_t bits;

	if (!fact_u64(vm, strcmp(row->group, "hint") ? "features" : "hints", &bits))
		return ANSWER_UNKNOWN;
	return bits & (1U << row->bit) ? ANSWER_YES : ANSWER_NO;
}

static const struct kvm_feature *def_of(const struct feature *row)
{
	for (size_t i = 0; i < kvm_features_n; i++)
		if (!strcmp(kvm_features[i].name, row->name))
			return &kvm_features[i];
	return NULL;
}

/* What the guest wrote to the MSR. What it does by hypercalls alone cannot be seen from here. */
static enum answer vm_used(const struct vm_facts *vm, const struct feature *row, uint64_t *ret_on,
			   uint64_t *ret_vcpus)
{
	const struct kvm_feature *def = def_of(row);
	uint64_t features;
	const char *key;
	bool on;

	if (!def || !def->msr_key || !fact_u64(vm, "features", &features))
		return ANSWER_UNKNOWN;
	/* Both sets of MSRs are one clock to KVM, and guests prefer the newer. */
	key = def->bit == BIT_CLOCKSOURCE ? "clock" : def->msr_key;
	if (!fact_u64(vm, key, ret_on) || !fact_u64(vm, "vcpus", ret_vcpus))
		return ANSWER_UNKNOWN;
	if (def->bit == BIT_CLOCKSOURCE && features & (1U << BIT_CLOCKSOURCE2)) {
		*ret_on = 0;
		return ANSWER_NO;
	}
	on = strcmp(def->msr_key, "host_polls") ? *ret_on : *ret_on < *ret_vcpus;
	return on ? ANSWER_YES : ANSWER_NO;
}

static void offered_set(const struct host_facts *facts, struct feature *row)
{
	const struct kvm_feature *def = def_of(row);
	bool hint = !strcmp(row->group, "hint");
	bool set = (hint ? facts->offered.hints : facts->offered.features) & (1U << row->bit);

	if (!facts->offered.known)
		cell_set(&row->offered, ANSWER_UNKNOWN, "/dev/kvm: %s",
			 problem_text(facts->kvm_error));
	else if (hint || (def && def->vmm && !set))
		/* KVM lists no hints: they are promises of the VMM. */
		cell_set(&row->offered, ANSWER_NONE, "for the VMM to %s, not for KVM",
			 hint ? "promise" : "offer");
	else
		cell_set(&row->offered, set ? ANSWER_YES : ANSWER_NO,
			 "KVM_GET_SUPPORTED_CPUID 0x40000001 EAX bit %d", row->bit);
}

static void row_explain(struct feature *row)
{
	const struct kvm_feature *def = def_of(row);

	if (row->offered.is == ANSWER_UNKNOWN)
		why_set(row, "what KVM offers cannot be seen: %s", row->offered.evidence);
	else if (row->offered.is == ANSWER_NO && row->bit == 2)
		why_set(row, "%s", def->idle);
	else if (row->offered.is == ANSWER_NO)
		why_set(row, "this KVM does not have it: %s", row->text);
	else if (row->vms_known && !row->vms_exposed && def && def->qemu)
		why_set(row, "%s; no VM has it (QEMU: %s)", row->text, def->qemu);
	else
		why_set(row, "%s", row->text);
}

/* One VM that was asked for, or the sum over all. */
static void vm_count(const struct inventory *inventory, const struct vm_facts *vm,
		     struct feature *row)
{
	enum answer exposed = vm_exposed(vm, row);
	uint64_t on = 0, vcpus = 0;
	enum answer used = vm_used(vm, row, &on, &vcpus);

	if (inventory->vm) {
		cell_set(&row->exposed, exposed,
			 exposed ? "kvmpv_host: this VM's CPUID"
				 : "kvmpv_host has not seen its CPUID");
		cell_set(&row->used, used,
			 used ? "kvmpv_host: %llu of %llu vCPUs"
			      : "the guest knows: kvmpvctl "
				"features in it",
			 (unsigned long long)on, (unsigned long long)vcpus);
		return;
	}
	row->vms_known += exposed != ANSWER_UNKNOWN;
	row->vms_exposed += exposed == ANSWER_YES;
	row->vms_seen += used != ANSWER_UNKNOWN;
	row->vms_used += used == ANSWER_YES;
}

/* Of all VMs, or of the one that was asked for */
static bool vm_wanted(const struct inventory *inventory, const struct vm_id *id)
{
	struct vm_id wanted;

	return !inventory->vm ||
	       (!parse_vm_id(inventory->vm, &wanted) && wanted.pid == id->pid && wanted.n == id->n);
}

static void kvmpv_rows(const struct names *names, const struct host *host,
		       struct inventory *inventory)
{
	for (unsigned int i = 0; i < names->n; i++) {
		struct feature *row;
		const char *reason = host->reasons.known & NAME_BIT(i) ? host->reasons.text[i] : "";

		if (feature_local(i))
			continue;
		row = row_add(inventory, names->name[i], "kvmpv", feature_text(i));
		row->change = host->features & NAME_BIT(i);
		if (!host->module.loaded)
			cell_set(&row->offered, ANSWER_NO, "kvmpv_host is not loaded");
		else if (!(host->offered.known & NAME_BIT(i)))
			cell_set(&row->offered, ANSWER_UNKNOWN, "features/%s cannot be read",
				 names->name[i]);
		else
			cell_set(&row->offered,
				 host->offered.on & NAME_BIT(i) && !*reason ? ANSWER_YES
									    : ANSWER_NO,
				 "kvmpv_host: to new VMs");
		for (size_t v = 0; v < host->n_vms; v++) {
			const struct vm *vm = &host->vms[v];

			if (!vm_wanted(inventory, &vm->id))
				continue;
			row->vms_known += !!(vm->offered.known & NAME_BIT(i));
			row->vms_exposed += !!(vm->offered.on & NAME_BIT(i)) && !*reason;
			row->vms_seen += vm->used_known;
			row->vms_used += vm->used_known && vm->used & NAME_BIT(i);
		}
		if (inventory->vm && row->vms_known)
			cell_set(&row->exposed, row->vms_exposed ? ANSWER_YES : ANSWER_NO,
				 "kvmpv_host");
		if (inventory->vm && row->vms_seen)
			cell_set(&row->used, row->vms_used ? ANSWER_YES : ANSWER_NO,
				 "its handshake");
		why_set(row, "%s",
			!host->module.loaded ? "kvmpv_host is not loaded"
			: *reason	     ? reason
					     : feature_text(i));
	}
}

/* What the host sees of VMs' APICs and devices. */
static void vm_exits(struct inventory *inventory, const struct vm_facts *vm)
{
	static const struct {
		const char *name;
		const char *exposed;
		const char *used;
	} rows[] = {{"x2apic", "x2apic_offered", "x2apic"},
		    {"irqchip", NULL, "irqchip"},
		    {"pit", NULL, "pit"}};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct feature *row = row_find(inventory, rows[i].name);
		uint64_t exposed = 0, used = 0;
		bool known = fact_u64(vm, rows[i].exposed, &exposed);
		bool seen = fact_u64(vm, rows[i].used, &used);

		if (!row)
			continue;
		if (inventory->vm) {
			if (rows[i].exposed)
				cell_set(&row->exposed,
					 !known	   ? ANSWER_UNKNOWN
					 : exposed ? ANSWER_YES
						   : ANSWER_NO,
					 "kvmpv_host");
			cell_set(&row->used,
				 !seen	? ANSWER_UNKNOWN
				 : used ? ANSWER_YES
					: ANSWER_NO,
				 "kvmpv_host");
			continue;
		}
		row->vms_known += known;
		row->vms_exposed += known && exposed;
		row->vms_seen += seen;
		row->vms_used += seen && used;
	}
}

static void vms_count(struct ctl *ctl, const struct host *host, struct inventory *inventory)
{
	struct vm_facts *vm = xrealloc(NULL, 1, sizeof(*vm));

	for (size_t i = 0; i < host->n_vms; i++) {
		if (!vm_wanted(inventory, &host->vms[i].id))
			continue;
		vm_facts_read(ctl, &host->vms[i].id, vm);
		for (size_t r = 0; r < inventory->n; r++)
			if (inventory->row[r].bit >= 0)
				vm_count(inventory, vm, &inventory->row[r]);
		vm_exits(inventory, vm);
	}
	free(vm);
}

/**
 * host_inventory() - all rows of a host, or of one of its VMs
 * @ctl: the run; its @vm picks a VM, which is in @host
 * @platform: the machine
 * @names: of kvmpv's features
 * @host: the host side
 * @ret_inventory: the rows
 */
void host_inventory(struct ctl *ctl, const struct platform *platform, const struct names *names,
		    const struct host *host, struct inventory *ret_inventory)
{
	struct host_facts facts;

	memset(ret_inventory, 0, sizeof(*ret_inventory));
	ret_inventory->side = SIDE_HOST;
	ret_inventory->vm = ctl->vm;
	ret_inventory->n_vms = host->n_vms;
	host_facts_read(ctl, &facts);
	kvm_rows_add(ret_inventory, facts.offered.features, facts.offered.hints);
	kvmpv_rows(names, host, ret_inventory);
	host_exits(ctl, platform, &facts, ret_inventory);
	for (size_t i = 0; i < ret_inventory->n; i++) {
		struct feature *row = &ret_inventory->row[i];

		if (row->bit >= 0)
			offered_set(&facts, row);
		if (row->bit >= 0 && ret_inventory->vm)
			cell_set(&row->exposed, ANSWER_UNKNOWN, "kvmpv_host does not tell");
	}
	vms_count(ctl, host, ret_inventory);
	for (size_t i = 0; i < ret_inventory->n; i++)
		if (ret_inventory->row[i].bit >= 0)
			row_explain(&ret_inventory->row[i]);
}
