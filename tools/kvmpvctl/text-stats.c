// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters and histograms as text.
 */
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "table.h"
#include "text.h"

#define BAR_WIDTH 40

/* What fits a line of a VM; --json has all. */
static const char *const vm_columns[] = {"kicks_sent", "yields_given", "calls_refused",
					 "msr_refused"};

static void rate_cell(struct table *table, const struct stats *now, const struct stats *before,
		      const struct counters *new, const struct counters *old, unsigned int counter)
{
	table_cell(table, "%.1f", stats_rate(now, before, new, old, counter));
}

static void print_totals(const struct ctl *ctl, const struct stats *now, const struct stats *before,
			 enum side side)
{
	const struct counters *new = &now->side[side].total;
	const struct counters *old = stats_before(before, side, NULL);
	struct table table;

	table_init(&table, before ? 3 : 2, before ? 6 : 2);
	if (ctl->legend) {
		table_cell(&table, "COUNTER");
		table_cell(&table, "TOTAL");
		if (before)
			table_cell(&table, "PER SECOND");
	}
	for (unsigned int i = 0; i < now->names[side].n; i++) {
		if (!(new->have &NAME_BIT(i)))
			continue;
		table_cell(&table, "%s", now->names[side].name[i]);
		table_cell(&table, "%" PRIu64, new->value[i]);
		if (before && stats_adds_up(now->names[side].name[i]))
			rate_cell(&table, now, before, new, old, i);
		else if (before)
			table_cell(&table, "-");
	}
	table_print(&table, stdout, "  ");
}

/**
 * text_percent() - a percentage
 * @percent: it; negative when nothing was counted
 * @ret: room for it
 *
 * Return: the text.
 */
const char *text_percent(double percent, char ret[16])
{
	if (percent < 0)
		return "-";
	snprintf(ret, 16, "%.1f %%", percent);
	return ret;
}

static void print_hits(const struct stats *now, const struct stats *before, enum side side)
{
	const struct counters *new = &now->side[side].total;
	char text[16];
	double percent;

	if (!stats_hits(&now->names[side], new, NULL, &percent))
		return;
	printf("  cr3 cache hit rate: %s", text_percent(percent, text));
	if (before) {
		stats_hits(&now->names[side], new, stats_before(before, side, NULL), &percent);
		printf(", since the last refresh: %s", text_percent(percent, text));
	}
	putchar('\n');
}

static void upper(char *ret, const char *name)
{
	for (; *name; name++)
		*ret++ = *name >= 'a' && *name <= 'z' ? (char)(*name - 'a' + 'A') : *name;
	*ret = '\0';
}

static void vm_cells(struct table *table, const struct stats *now, const struct stats *before,
		     const struct vm_stats *vm)
{
	const struct counters *old = stats_before(before, SIDE_HOST, &vm->id);
	const struct names *names = &now->names[SIDE_HOST];

	char text[16];
	double percent;

	table_cell(table, "%u-%u", vm->id.pid, vm->id.n);
	for (size_t i = 0; i < ARRAY_SIZE(vm_columns); i++) {
		int counter = names_find(names, vm_columns[i], strlen(vm_columns[i]));
		bool have = counter >= 0 && vm->counters.have & NAME_BIT(counter);

		if (have)
			table_cell(table, "%" PRIu64, vm->counters.value[counter]);
		else
			table_cell(table, "?");
		if (before && have)
			rate_cell(table, now, before, &vm->counters, old, (unsigned int)counter);
		else if (before)
			table_cell(table, "?");
	}
	if (stats_hits(names, &vm->counters, NULL, &percent))
		table_cell(table, "%s", text_percent(percent, text));
	else
		table_cell(table, "?");
}

static void print_vms(const struct ctl *ctl, const struct stats *now, const struct stats *before)
{
	const struct side_stats *side = &now->side[SIDE_HOST];
	struct table table;
	char name[NAME_SIZE];

	if (!side->n_vms)
		return;
	table_init(&table, 2 + (before ? 2 : 1) * ARRAY_SIZE(vm_columns), ~1U);
	if (ctl->legend) {
		table_cell(&table, "VM");
		for (size_t i = 0; i < ARRAY_SIZE(vm_columns); i++) {
			upper(name, vm_columns[i]);
			table_cell(&table, "%s", name);
			if (before)
				table_cell(&table, "/S");
		}
		table_cell(&table, "CR3 HIT RATE");
	}
	for (size_t i = 0; i < side->n_vms; i++)
		vm_cells(&table, now, before, &side->vms[i]);
	putchar('\n');
	table_print(&table, stdout, "  ");
}

static void print_histogram(const struct histogram *histogram)
{
	static const char bar[] = "########################################";
	uint64_t most = 0, sum = 0;
	int first = -1, last = -1;

	for (int i = 0; i < HISTOGRAM_BUCKETS; i++) {
		uint64_t n = histogram->bucket[i];

		sum += n;
		most = n > most ? n : most;
		if (n) {
			first = first < 0 ? i : first;
			last = i;
		}
	}
	printf("\n  %s: %" PRIu64 " in TSC ticks\n", histogram->name, sum);
	for (int i = first; most && i <= last; i++) {
		uint64_t n = histogram->bucket[i];
		int len = (int)((double)n / (double)most * BAR_WIDTH + 0.5);

		if (i == HISTOGRAM_BUCKETS - 1)
			printf("  %10llu %12s", 1ULL << i, "and more");
		else
			printf("  %10llu - %10llu", i ? 1ULL << i : 0, (2ULL << i) - 1);
		printf(" |%-*.*s| %" PRIu64 "\n", BAR_WIDTH, n && !len ? 1 : len, bar, n);
	}
}

static void print_side(const struct ctl *ctl, const struct stats *now, const struct stats *before,
		       enum side i)
{
	const struct side_stats *side = &now->side[i];

	if (now->vm)
		printf("VM %s\n", now->vm);
	else if (i == SIDE_HOST)
		printf("host: %zu VM%s\n", side->n_vms, side->n_vms == 1 ? "" : "s");
	else if (ctl->spinlock)
		text_spinlock_title(now);
	else
		printf("guest\n");
	print_totals(ctl, now, before, i);
	print_hits(now, before, i);
	if (ctl->spinlock)
		text_spinlock(now, before);
	for (size_t h = 0; h < side->n_histograms; h++)
		print_histogram(&side->histogram[h]);
	if (ctl->spinlock)
		text_spinlock_top(ctl, now);
	if (i == SIDE_HOST)
		print_vms(ctl, now, before);
}

/**
 * text_stats() - print counters
 * @ctl: the run
 * @now: the counters
 * @before: NULL, or what they were at the last refresh
 */
void text_stats(struct ctl *ctl, const struct stats *now, const struct stats *before)
{
	bool first = true;

	if (ctl->watch && isatty(STDOUT_FILENO))
		fputs("\033[H\033[2J", stdout);
	else if (before)
		putchar('\n');
	for (enum side side = 0; side < SIDE_COUNT; side++) {
		if (!now->side[side].shown)
			continue;
		if (!first)
			putchar('\n');
		print_side(ctl, now, before, side);
		first = false;
	}
	fflush(stdout);
	text_problems(ctl, stderr, "kvmpvctl: ");
}
