// SPDX-License-Identifier: GPL-2.0-only
/*
 * What leaving the guest costs, as text.
 */
#include <string.h>

#include "bench.h"
#include "table.h"
#include "text.h"

/* Columns that are there when they have something to say */
enum { WITH_INSTRUCTIONS = 1, WITH_BEFORE = 2 };

static unsigned int columns_of(const struct bench *bench)
{
	unsigned int with = bench->compared ? WITH_BEFORE : 0;

	for (size_t i = 0; i < bench->n; i++)
		if (bench->one[i].instructions.n)
			with |= WITH_INSTRUCTIONS;
	return with;
}

static void head(struct table *table, unsigned int with)
{
	static const char *const first[] = {"CASE", "MIN", "25 %", "MEDIAN", "75 %", "MAX"};

	for (size_t i = 0; i < ARRAY_SIZE(first); i++)
		table_cell(table, "%s", first[i]);
	if (with & WITH_INSTRUCTIONS)
		table_cell(table, "INSTRUCTIONS");
	if (with & WITH_BEFORE) {
		table_cell(table, "BEFORE");
		table_cell(table, "CHANGE");
	}
	table_cell(table, "EXITS");
	table_cell(table, "WHAT");
}

static void row(struct table *table, const struct bench_case *one, unsigned int with)
{
	static const char *const left[] = {
		[EXITS_UNKNOWN] = "?", [EXITS_YES] = "yes", [EXITS_NO] = "no"};
	const double numbers[] = {one->ticks.min, one->ticks.q1, one->ticks.median, one->ticks.q3,
				  one->ticks.max};

	table_cell(table, "%s", one->name);
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		table_cell(table, "%.0f", numbers[i]);
	if (with & WITH_INSTRUCTIONS && one->instructions.n)
		table_cell(table, "%.1f", one->instructions.median);
	else if (with & WITH_INSTRUCTIONS)
		table_cell(table, "-");
	if (with & WITH_BEFORE && one->before.n && one->before.median > 0) {
		table_cell(table, "%.0f", one->before.median);
		table_cell(table, "%s%+.1f %%", one->changed ? "" : "~",
			   (one->ticks.median / one->before.median - 1) * 100);
	} else if (with & WITH_BEFORE) {
		table_cell(table, "-");
		table_cell(table, "-");
	}
	table_cell(table, "%s", left[one->exits]);
	table_cell(table, "%s", one->text);
}

static void print_title(const struct bench *bench)
{
	printf("guest of %s, kernel %s", bench->platform.hypervisor, bench->release);
	if (bench->vcpus)
		printf(", %ld vCPU%s, measured on vCPU %d", bench->vcpus,
		       bench->vcpus == 1 ? "" : "s", bench->vcpu);
	putchar('\n');
	printf("%s%sTSC %.3f MHz; numbers are its ticks, an operation\n", bench->cpu,
	       *bench->cpu ? ", " : "", bench->tsc_khz / 1e3);
	printf("load: steal %.1f %%, other tasks %.1f %%, stops %.1f %%%s\n", bench->load.steal,
	       bench->load.others, bench->load.stops,
	       bench->busy ? ": too busy, measured all the same" : "");
}

static void print_missing(const struct bench *bench)
{
	for (size_t i = 0; i < bench->n; i++) {
		const struct bench_case *one = &bench->one[i];

		if (*one->reason)
			printf("%s: not possible here: %s\n", one->name, one->reason);
		else if (one->error)
			printf("%s: failed: %s\n", one->name, strerror(one->error));
	}
}

static void print_ratios(const struct bench *bench)
{
	static const char *const words[RATIO_COUNT] = {
		[RATIO_PORT] = "a port of the VMM costs %.2f times one in the kernel\n",
		[RATIO_HYPERCALL] = "a hypercall of kvmpv costs %.2f times an unknown one\n",
		[RATIO_EOI] = "an end of interrupt by xAPIC costs %.2f times one by x2APIC\n",
	};

	for (enum bench_ratio i = 0; i < RATIO_COUNT; i++) {
		double ratio = bench_ratio(bench, i);

		if (ratio > 0)
			printf(words[i], ratio);
	}
	if (bench_port_note(bench))
		puts("the PIT costs about as much as a port of the VMM: the VMM may have it, too");
}

/**
 * text_bench() - print what was measured
 * @ctl: the run
 * @bench: what was measured
 */
void text_bench(struct ctl *ctl, const struct bench *bench)
{
	unsigned int with = columns_of(bench), numbers = 5;
	struct table table;

	numbers += (with & WITH_INSTRUCTIONS ? 1 : 0) + (with & WITH_BEFORE ? 2 : 0);
	print_title(bench);
	if (!bench->complete)
		puts("interrupted: what follows is only what was measured until then");
	table_init(&table, numbers + 3, (1U << (numbers + 1)) - 2);
	if (ctl->legend)
		head(&table, with);
	for (size_t i = 0; i < bench->n; i++)
		if (bench->one[i].ticks.n)
			row(&table, &bench->one[i], with);
	table_print(&table, stdout, "  ");
	print_missing(bench);
	print_ratios(bench);
	if (with & WITH_BEFORE)
		printf("before: %s; ~: the quartiles of both overlap\n", bench->compared);
	fflush(stdout);
	if (bench->unload_error)
		fprintf(stderr, "kvmpvctl: cannot unload " BENCH_MODULE ": %s\n",
			strerror(bench->unload_error));
	text_problems(ctl, stderr, "kvmpvctl: ");
}
