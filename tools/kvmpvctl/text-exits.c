// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exits as text.
 */
#include <inttypes.h>
#include <unistd.h>

#include "exits.h"
#include "table.h"
#include "text.h"

/* What fits a screen; --json has all. */
#define DETAILS_SHOWN 10

static void cells(struct table *table, const struct exit_report *report,
		  const struct exit_vm_report *vm, const struct exit_line *line)
{
	const struct exit_sum *new = &line->new;
	char text[16];

	table_cell(table, "%" PRIu64, line->total.count);
	table_cell(table, "%.1f", exit_rate(new->count, report->seconds));
	table_cell(table, "%s", text_percent(exit_percent(new->ns, vm->vcpu_ns), text));
	if (new->count)
		table_cell(table, "%.1f", (double)new->ns / (double)new->count / 1000);
	else
		table_cell(table, "-");
	table_cell(table, "%s",
		   text_percent(new->count ? exit_percent(new->heavy, new->count) : -1, text));
}

static void head(const struct ctl *ctl, struct table *table, const char *what)
{
	static const char *const names[] = {"COUNT", "PER SECOND", "TIME", "US EACH", "HEAVY"};

	table_init(table, 1 + ARRAY_SIZE(names), ~1U);
	if (!ctl->legend)
		return;
	table_cell(table, "%s", what);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		table_cell(table, "%s", names[i]);
}

static void what_cell(struct table *table, const struct exit_line *line)
{
	static const char *const words[EXIT_KINDS] = {
		[EXIT_KIND_NONE] = "",
		[EXIT_KIND_PORT_IN] = "in",
		[EXIT_KIND_PORT_OUT] = "out",
		[EXIT_KIND_MSR_READ] = "rdmsr",
		[EXIT_KIND_MSR_WRITE] = "wrmsr",
		[EXIT_KIND_MMIO_READ] = "read at",
		[EXIT_KIND_MMIO_WRITE] = "write at",
	};

	/* An address can make exits of two kinds: the first access, and all others. */
	if (line->kind == EXIT_KIND_MMIO_READ || line->kind == EXIT_KIND_MMIO_WRITE)
		table_cell(table, "%s 0x%" PRIx64 " (%s)", words[line->kind], line->address,
			   line->name);
	else
		table_cell(table, "%s 0x%" PRIx64, words[line->kind], line->address);
}

static void print_lines(const struct ctl *ctl, const struct exit_report *report,
			const struct exit_vm_report *vm)
{
	struct table table;

	head(ctl, &table, "REASON");
	for (size_t i = 0; i < vm->n; i++) {
		table_cell(&table, "%s", vm->line[i].name);
		cells(&table, report, vm, &vm->line[i]);
	}
	table_print(&table, stdout, "  ");
	if (!vm->n_details)
		return;
	putchar('\n');
	head(ctl, &table, "OF THESE");
	for (size_t i = 0; i < vm->n_details && i < DETAILS_SHOWN; i++) {
		what_cell(&table, &vm->detail[i]);
		cells(&table, report, vm, &vm->detail[i]);
	}
	table_print(&table, stdout, "  ");
}

static void print_stats(const struct ctl *ctl, const struct exit_report *report,
			const struct exit_vm_report *vm)
{
	const struct kvm_stats *stats = &vm->vm->stats;
	struct table table;

	table_init(&table, 4, ~1U);
	if (ctl->legend) {
		table_cell(&table, "KVM'S COUNTER");
		table_cell(&table, "SINCE START OF VM");
		table_cell(&table, "COUNT");
		table_cell(&table, "PER SECOND");
	}
	for (int i = 0; i < KVM_STATS_COUNT; i++) {
		if (!(stats->have & 1U << i))
			continue;
		table_cell(&table, "%s", kvm_stats_names[i]);
		table_cell(&table, "%" PRIu64, stats->value[i]);
		table_cell(&table, "%" PRIu64, exit_stat_growth(stats, vm->first_stats, i));
		table_cell(&table, "%.1f",
			   exit_rate(exit_stat_growth(stats, vm->old_stats, i), report->seconds));
	}
	table_print(&table, stdout, "  ");
}

static void print_title(const struct exit_report *report, const struct exit_vm_report *vm)
{
	uint64_t kvm = vm->vcpu_ns - vm->guest_ns - vm->halt_ns;
	uint64_t vmm = vm->new.heavy_ns < kvm ? vm->new.heavy_ns : kvm;

	printf("VM %u%s%s%s", vm->vm->process, *vm->vm->comm ? " (" : "", vm->vm->comm,
	       *vm->vm->comm ? ")" : "");
	if (report->traced) {
		printf(": %u vCPU%s, %" PRIu64 " exits", vm->vm->vcpus,
		       vm->vm->vcpus == 1 ? "" : "s", vm->total.count);
		printf(", %.1f a second\n", exit_rate(vm->new.count, report->seconds));
		if (vm->wait_ns)
			printf("  its threads waited for a CPU: %.1f %% of the time of its vCPUs\n",
			       exit_percent(vm->wait_ns, vm->vcpu_ns));
		printf("  time: in the guest %.1f %%, halted %.1f %%, light exits %.1f %%, "
		       "heavy exits %.1f %%\n",
		       exit_percent(vm->guest_ns, vm->vcpu_ns),
		       exit_percent(vm->halt_ns, vm->vcpu_ns), exit_percent(kvm - vmm, vm->vcpu_ns),
		       exit_percent(vmm, vm->vcpu_ns));
	} else {
		putchar('\n');
	}
}

static void print_source(const struct exit_vm_report *vm)
{
	static const char *const words[] = {
		[KVM_STATS_NONE] = "KVM's own counters are not in reach",
		[KVM_STATS_BINARY] = "KVM's own counters, from the VMM's files",
		[KVM_STATS_DEBUGFS] = "KVM's own counters, from debugfs",
	};
	const struct kvm_stats *stats = &vm->vm->stats;

	printf("  %s", words[stats->source]);
	if (stats->have & 1)
		printf(": %" PRIu64 " exits", exit_stat_growth(stats, vm->first_stats, 0));
	putchar('\n');
}

static void print_notes(const struct exit_report *report)
{
	if (report->traced)
		printf("\ncounted for %.1f s by programs at KVM's tracepoints, which cost each "
		       "exit some time; see kvmpvctl(8)\n",
		       report->seconds_total);
	fflush(stdout);
	if (report->why)
		fprintf(stderr, "kvmpvctl: no exits by reason: %s\nkvmpvctl: next: %s\n",
			report->why, report->next);
	if (report->lost)
		fprintf(stderr, "kvmpvctl: %" PRIu64 " exits found no room and are not shown\n",
			report->lost);
}

/**
 * text_exits() - print exits
 * @ctl: the run
 * @report: they
 */
void text_exits(struct ctl *ctl, const struct exit_report *report)
{
	if (ctl->watch && isatty(STDOUT_FILENO))
		fputs("\033[H\033[2J", stdout);
	else if (report->seconds < report->seconds_total)
		putchar('\n');
	for (size_t i = 0; i < report->n; i++) {
		const struct exit_vm_report *vm = &report->vm[i];

		if (i)
			putchar('\n');
		print_title(report, vm);
		if (vm->n)
			print_lines(ctl, report, vm);
		if (!report->traced)
			print_stats(ctl, report, vm);
		print_source(vm);
	}
	if (!report->n)
		printf("no VM\n");
	print_notes(report);
	text_problems(ctl, stderr, "kvmpvctl: ");
}
