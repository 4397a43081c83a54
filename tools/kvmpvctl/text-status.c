// SPDX-License-Identifier: GPL-2.0-only
/*
 * Status as text.
 */
#include <string.h>

#include "table.h"
#include "text.h"

#define LINE_WIDTH 96

static void print_row(const char *name, const char *text)
{
	printf("  %-9s %s\n", name, text);
}

/* Words one behind the other, in as many lines as they need. */
static void print_words(const char *name, const struct names *words)
{
	int at = 0;

	printf("  %-9s", name);
	for (unsigned int i = 0; i < words->n; i++) {
		int len = (int)strlen(words->name[i]) + 1;

		if (at && at + len > LINE_WIDTH - 11) {
			printf("\n  %-9s", "");
			at = 0;
		}
		printf(" %s", words->name[i]);
		at += len;
	}
	puts(words->n ? "" : " none");
}

static const char *state_color(const struct ctl *ctl, const struct module_facts *m)
{
	if (!text_color(ctl))
		return "";
	if (!m->loaded)
		return "\033[33m";
	if (!strcmp(m->state, "active"))
		return "\033[32m";
	if (!strcmp(m->state, "refused") || !m->state_known)
		return "\033[31m";
	return "\033[33m";
}

static void print_state(const struct ctl *ctl, enum side side, const struct module_facts *m)
{
	const char *color = state_color(ctl, m);
	const char *state = m->loaded ? (m->state_known ? m->state : "unknown") : "not loaded";

	printf("\n%s: %s%s%s%s%s\n", side_defs[side].name, color, state, *color ? "\033[0m" : "",
	       *m->reason ? ": " : "", m->reason);
	if (*m->next)
		print_row("next", m->next);
}

static const char *range_text(const struct range *range, char ret[32])
{
	if (range->min == range->max)
		snprintf(ret, 32, "%u", range->min);
	else
		snprintf(ret, 32, "%u-%u", range->min, range->max);
	return ret;
}

static void print_module(enum side side, const struct module_facts *m)
{
	char text[256], abi[32];

	snprintf(text, sizeof(text), "%s %s, ABI %s, instance %s", side_defs[side].module,
		 *m->version ? m->version : "?", m->abi_known ? range_text(&m->abi, abi) : "?",
		 *m->instance ? m->instance : "?");
	print_row("module", text);
}

static const char *version_text(const struct module_version *version)
{
	if (!version->found)
		return version->why;
	return *version->version ? version->version : "?";
}

/* Of a side that is loaded, or could be. */
static void print_versions(const struct versions *versions, enum side side)
{
	const struct module_version *m = versions->module[side];
	char text[640];

	if (!m[WHERE_LOADED].found && !m[WHERE_DISK].found && !m[WHERE_INITRAMFS].found)
		return;
	snprintf(text, sizeof(text),
		 "kvmpvctl %s; module loaded: %s, on disk: %s, in initramfs: %s", KVMPV_VERSION,
		 version_text(&m[WHERE_LOADED]), version_text(&m[WHERE_DISK]),
		 version_text(&m[WHERE_INITRAMFS]));
	print_row("versions", text);
	if (!*versions->note[side])
		return;
	print_row("mismatch", versions->note[side]);
	print_row("next", versions->next[side]);
}

static const char *bit_text(uint64_t known, uint64_t set, unsigned int bit, const char *no,
			    const char *yes)
{
	if (!(known & NAME_BIT(bit)))
		return "?";
	return set & NAME_BIT(bit) ? yes : no;
}

static void print_host_features(const struct ctl *ctl, const struct status *status)
{
	const struct host *host = &status->host;
	struct table table;

	table_init(&table, 4, 1U << 2);
	if (ctl->legend) {
		table_cell(&table, "FEATURE");
		table_cell(&table, "NEW VMS");
		table_cell(&table, "USED BY");
		table_cell(&table, "WHAT IT DOES");
	}
	for (unsigned int i = 0; i < status->features.n; i++) {
		unsigned int users = 0;

		if (!(host->features & NAME_BIT(i)))
			continue;
		for (size_t vm = 0; vm < host->n_vms; vm++)
			users += !!(host->vms[vm].used & NAME_BIT(i));
		table_cell(&table, "%s", status->features.name[i]);
		table_cell(&table, "%s",
			   bit_text(host->offered.known, host->offered.on, i, "off", "on"));
		table_cell(&table, "%u VM%s", users, users == 1 ? "" : "s");
		table_cell(&table, "%s", feature_text(i));
	}
	if (table.n)
		putchar('\n');
	table_print(&table, stdout, "  ");
}

/* But for what has been said of the side as a whole. */
static void print_reasons(const char *what, const struct names *features,
			  const struct reasons *reasons, const struct module_facts *m)
{
	uint64_t left = ~0ULL, group;
	bool first = true;
	char list[256];

	while ((group = reasons_group(reasons, &left))) {
		if (!strcmp(reasons->text[__builtin_ctzll(group)], m->reason))
			continue;
		names_join(features, group, ", ", list, sizeof(list));
		printf("%s  %s %s: %s\n", first ? "\n" : "", list, what,
		       reasons->text[__builtin_ctzll(group)]);
		first = false;
	}
}

static void number_cell(struct table *table, bool known, uint32_t number)
{
	if (known)
		table_cell(table, "%u", number);
	else
		table_cell(table, "?");
}

static void print_vms(const struct ctl *ctl, const struct status *status)
{
	static const char *const head[] = {"VM", "COMMAND", "VCPUS", "ABI", "OFFERED", "USED"};
	const struct host *host = &status->host;
	struct table table;
	char list[256];

	table_init(&table, ARRAY_SIZE(head), 1U << 2 | 1U << 3);
	for (size_t i = 0; ctl->legend && i < ARRAY_SIZE(head); i++)
		table_cell(&table, "%s", head[i]);
	for (size_t i = 0; i < host->n_vms; i++) {
		const struct vm *vm = &host->vms[i];

		table_cell(&table, "%u-%u", vm->id.pid, vm->id.n);
		table_cell(&table, "%s", vm->comm);
		number_cell(&table, vm->vcpus_known, vm->vcpus);
		number_cell(&table, vm->abi_known, vm->abi);
		names_join(&status->features, vm->offered.on, ",", list, sizeof(list));
		table_cell(&table, "%s%s", list, vm->offered.known == host->features ? "" : "?");
		names_join(&status->features, vm->used, ",", list, sizeof(list));
		table_cell(&table, "%s", vm->used_known ? list : "?");
	}
	putchar('\n');
	table_print(&table, stdout, "  ");
}

static void print_host(const struct ctl *ctl, const struct status *status)
{
	const struct host *host = &status->host;
	char text[32];

	print_state(ctl, SIDE_HOST, &host->module);
	if (host->module.loaded)
		print_module(SIDE_HOST, &host->module);
	print_versions(&status->versions, SIDE_HOST);
	if (!host->module.loaded)
		return;
	if (host->hooks_known)
		print_words("hooks", &host->hooks);
	else
		print_row("hooks", "?");
	snprintf(text, sizeof(text), "%zu", host->n_vms);
	print_row("VMs", host->vms_known ? text : "?");
	print_host_features(ctl, status);
	print_reasons("cannot be offered", &status->features, &host->reasons, &host->module);
	if (host->n_vms)
		print_vms(ctl, status);
}

static const char *offered_text(const struct guest *guest, unsigned int feature)
{
	if (feature_local(feature))
		return "-";
	return bit_text(guest->offered_known ? ~0ULL : 0, guest->offered, feature, "no", "yes");
}

static void print_guest_features(const struct ctl *ctl, const struct status *status)
{
	const struct guest *guest = &status->guest;
	uint64_t shown = guest->features | guest->offered | guest->used;
	struct table table;

	table_init(&table, 5, 0);
	if (ctl->legend) {
		table_cell(&table, "FEATURE");
		table_cell(&table, "OFFERED");
		table_cell(&table, "SWITCH");
		table_cell(&table, "USED");
		table_cell(&table, "WHAT IT DOES");
	}
	for (unsigned int i = 0; i < status->features.n; i++) {
		if (!(shown & NAME_BIT(i)))
			continue;
		table_cell(&table, "%s", status->features.name[i]);
		table_cell(&table, "%s", offered_text(guest, i));
		if (guest->features & NAME_BIT(i))
			table_cell(
				&table, "%s",
				bit_text(guest->allowed.known, guest->allowed.on, i, "off", "on"));
		else
			table_cell(&table, "-");
		table_cell(&table, "%s",
			   bit_text(guest->used_known ? ~0ULL : 0, guest->used, i, "no", "yes"));
		table_cell(&table, "%s", feature_text(i));
	}
	if (table.n)
		putchar('\n');
	table_print(&table, stdout, "  ");
}

static void print_guest(const struct ctl *ctl, const struct status *status)
{
	const struct guest *guest = &status->guest;
	char text[256], abi[32];

	print_state(ctl, SIDE_GUEST, &guest->module);
	if (guest->module.loaded)
		print_module(SIDE_GUEST, &guest->module);
	print_versions(&status->versions, SIDE_GUEST);
	if (!guest->module.loaded)
		return;
	print_row("enable", guest->enable_known ? (guest->enable ? "on" : "off") : "?");
	snprintf(text, sizeof(text), "%s, kvmpv at %s, ABI %s",
		 *guest->hypervisor ? guest->hypervisor : "?",
		 *guest->cpuid_base ? guest->cpuid_base : "?",
		 guest->abi_host_known ? range_text(&guest->abi_host, abi) : "?");
	print_row("host", text);
	if (guest->abi_used_known && guest->abi_used) {
		snprintf(text, sizeof(text), "ABI %u", guest->abi_used);
		print_row("in use", text);
	}
	print_guest_features(ctl, status);
	print_reasons("not in use", &status->features, &guest->reasons, &guest->module);
}

static void print_machine(const struct platform *p)
{
	const char *between = "; ";

	printf("machine: %s", platform_role(p));
	for (int i = 0; i < 5; i++) {
		const char *facts[] = {
			p->dev_kvm ? "/dev/kvm" : "",
			p->kvm_module,
			p->cpu_flag,
			strcmp(p->hypervisor, "none") ? p->hypervisor : "",
			p->kvmpv_base ? "kvmpv offered" : "",
		};

		if (!*facts[i])
			continue;
		printf("%s%s", between, facts[i]);
		between = ", ";
	}
	putchar('\n');
}

/**
 * text_status() - print a status
 * @ctl: the run
 * @status: the status
 */
void text_status(struct ctl *ctl, const struct status *status)
{
	print_machine(&status->platform);
	if (status->shown & SIDE_MASK(SIDE_HOST))
		print_host(ctl, status);
	if (status->shown & SIDE_MASK(SIDE_GUEST))
		print_guest(ctl, status);
	if (!status->shown)
		puts(ctl->sides ? "kvmpv is not loaded, and the side asked for cannot be used here"
				: "kvmpv is not loaded and cannot be used here: it needs KVM on "
				  "this machine, "
				  "or to run in a KVM guest");
	if (ctl->problems.total)
		putchar('\n');
	text_problems(ctl, stdout, "not seen: ");
}
