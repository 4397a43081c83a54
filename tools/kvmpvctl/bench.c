// SPDX-License-Identifier: GPL-2.0-only
/*
 * What kvmpv_bench says, and what can be told from it: docs/abi/sysfs.rst has its files' forms.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

/* An operation that costs less than this part of the cheapest exit has made none. */
#define EXIT_PART 0.5

/* A port of a device in KVM is cheaper than one of the VMM by more than this. */
#define PORT_RATIO_MIN 1.3

const char *const bench_kinds[BENCH_KINDS] = {
	[BENCH_OVERHEAD] = "overhead", [BENCH_ALWAYS] = "always", [BENCH_MAYBE] = "maybe",
	[BENCH_KERNEL] = "kernel",     [BENCH_PAIR] = "pair",
};

/* As members of JSON */
const char *const bench_ratio_names[RATIO_COUNT] = {
	[RATIO_PORT] = "port_vmm_to_kernel",
	[RATIO_HYPERCALL] = "hypercall_kvmpv_to_unknown",
	[RATIO_EOI] = "eoi_xapic_to_x2apic",
};

static const char *const ratio_cases[RATIO_COUNT][2] = {
	[RATIO_PORT] = {"port-vmm", "port-kernel"},
	[RATIO_HYPERCALL] = {"hypercall-kvmpv", "hypercall-unknown"},
	[RATIO_EOI] = {"eoi-xapic", "eoi-x2apic"},
};

/* A word of a line, which has to fit. */
static int word(const char **text, char *ret, size_t size)
{
	size_t len = strcspn(*text, " \n");

	if (!len || len >= size || (*text)[len] != ' ')
		return -EBADMSG;
	memcpy(ret, *text, len);
	ret[len] = '\0';
	*text += len + 1;
	return 0;
}

static int kind_find(const char *name, enum bench_kind *ret_kind)
{
	for (enum bench_kind kind = 0; kind < BENCH_KINDS; kind++) {
		if (!strcmp(bench_kinds[kind], name)) {
			*ret_kind = kind;
			return 0;
		}
	}
	return -EBADMSG;
}

static int parse_case(const char *text, struct bench_case *one, const char **ret_rest)
{
	char line[256], kind[16];
	size_t len = strcspn(text, "\n") + 1;
	const char *rest = line;

	if (text[len - 1] != '\n' || len >= sizeof(line))
		return -EBADMSG;
	memcpy(line, text, len);
	line[len] = '\0';
	if (word(&rest, one->name, sizeof(one->name)) || word(&rest, kind, sizeof(kind)) ||
	    kind_find(kind, &one->kind) || parse_line(rest, one->text, sizeof(one->text)) ||
	    !*one->text)
		return -EBADMSG;
	*ret_rest = text + len;
	return 0;
}

/**
 * bench_parse_cases() - the ``cases`` file
 * @text: the file
 * @bench: gets the cases
 *
 * Return: 0 or -EBADMSG; @bench has no case then.
 */
int bench_parse_cases(const char *text, struct bench *bench)
{
	size_t n = 0;

	bench->n = 0;
	while (*text) {
		if (n == BENCH_CASES_MAX)
			return -EBADMSG;
		memset(&bench->one[n], 0, sizeof(bench->one[n]));
		if (parse_case(text, &bench->one[n++], &text))
			return -EBADMSG;
	}
	bench->n = n;
	return n ? 0 : -EBADMSG;
}

static void append(struct bench_samples *samples, const uint64_t *value, size_t n, uint64_t batch)
{
	if (!n)
		return;
	samples->value = xrealloc(samples->value, samples->n + n, sizeof(*samples->value));
	for (size_t i = 0; i < n; i++)
		samples->value[samples->n++] = (double)value[i] / (double)batch;
}

/* One or two numbers, as in all lines of the file */
static int parse_sample(const char *text, uint64_t value[2], unsigned int *columns,
			const char **ret_rest)
{
	unsigned int n = 0;
	size_t len;

	do {
		len = strcspn(text, " \n");
		if (n == 2 || !text[len] || parse_u64(text, len, &value[n++]))
			return -EBADMSG;
		text += len + 1;
	} while (text[-1] == ' ');
	if (*columns && *columns != n)
		return -EBADMSG;
	*columns = n;
	*ret_rest = text;
	return 0;
}

/**
 * bench_parse_result() - a file of ``results``
 * @text: the file
 * @ticks: gets the samples of one operation, in addition to those it has
 * @instructions: likewise, if there are any
 *
 * Return: 0 or -EBADMSG; nothing is added then.
 */
int bench_parse_result(const char *text, struct bench_samples *ticks,
		       struct bench_samples *instructions)
{
	uint64_t column[2][BENCH_SET], value[2], batch;
	unsigned int columns = 0;
	size_t n = 0, len;

	if (strncmp(text, "batch ", 6))
		return -EBADMSG;
	text += 6;
	len = strcspn(text, "\n");
	if (text[len] != '\n' || parse_u64(text, len, &batch) || !batch)
		return -EBADMSG;
	text += len + 1;
	while (*text) {
		if (n == BENCH_SET || parse_sample(text, value, &columns, &text))
			return -EBADMSG;
		column[0][n] = value[0];
		column[1][n++] = columns == 2 ? value[1] : 0;
	}
	if (!n)
		return -EBADMSG;
	append(ticks, column[0], n, batch);
	if (columns == 2)
		append(instructions, column[1], n, batch);
	return 0;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Of sorted values; between two of them, on the line that joins them */
static double quantile(const double *value, size_t n, double part)
{
	double at = part * (double)(n - 1);
	size_t low = (size_t)at;

	if (low + 1 >= n)
		return value[n - 1];
	return value[low] + (at - (double)low) * (value[low + 1] - value[low]);
}

static double less(double value, double overhead)
{
	return value > overhead ? value - overhead : 0;
}

/**
 * bench_spread() - samples in a few numbers
 * @samples: the samples
 * @overhead: to be taken off each; what is less becomes 0
 * @ret_spread: the numbers
 */
void bench_spread(const struct bench_samples *samples, double overhead,
		  struct bench_spread *ret_spread)
{
	size_t n = samples->n;
	double *sorted;

	memset(ret_spread, 0, sizeof(*ret_spread));
	if (!n)
		return;
	sorted = xrealloc(NULL, n, sizeof(*sorted));
	memcpy(sorted, samples->value, n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), compare);
	ret_spread->n = n;
	ret_spread->min = less(sorted[0], overhead);
	ret_spread->q1 = less(quantile(sorted, n, 0.25), overhead);
	ret_spread->median = less(quantile(sorted, n, 0.5), overhead);
	ret_spread->q3 = less(quantile(sorted, n, 0.75), overhead);
	ret_spread->max = less(sorted[n - 1], overhead);
	free(sorted);
}

/**
 * bench_find() - a case by its name
 * @bench: where
 * @name: its name
 *
 * Return: the case, NULL for none.
 */
struct bench_case *bench_find(struct bench *bench, const char *name)
{
	for (size_t i = 0; i < bench->n; i++)
		if (!strcmp(bench->one[i].name, name))
			return &bench->one[i];
	return NULL;
}

static double overhead(const struct bench *bench, bool instructions)
{
	for (size_t i = 0; i < bench->n; i++) {
		const struct bench_case *one = &bench->one[i];
		struct bench_spread spread;

		if (one->kind != BENCH_OVERHEAD)
			continue;
		bench_spread(instructions ? &one->raw_instructions : &one->raw_ticks, 0, &spread);
		return spread.median;
	}
	return 0;
}

/* What the cheapest operation costs that surely leaves the guest; 0 when none was measured */
static double cheapest_exit(const struct bench *bench)
{
	double least = 0;

	for (size_t i = 0; i < bench->n; i++) {
		const struct bench_case *one = &bench->one[i];

		if (one->kind == BENCH_ALWAYS && one->ticks.n &&
		    (!least || one->ticks.median < least))
			least = one->ticks.median;
	}
	return least;
}

/**
 * bench_judge() - make of the samples what is shown
 * @bench: gets spreads, and who left the guest
 */
void bench_judge(struct bench *bench)
{
	double ticks = overhead(bench, false), instructions = overhead(bench, true), least;

	for (size_t i = 0; i < bench->n; i++) {
		struct bench_case *one = &bench->one[i];
		bool is_overhead = one->kind == BENCH_OVERHEAD;

		bench_spread(&one->raw_ticks, is_overhead ? 0 : ticks, &one->ticks);
		bench_spread(&one->raw_instructions, is_overhead ? 0 : instructions,
			     &one->instructions);
	}
	least = cheapest_exit(bench);
	for (size_t i = 0; i < bench->n; i++) {
		struct bench_case *one = &bench->one[i];

		if (!one->ticks.n)
			continue;
		if (one->kind == BENCH_OVERHEAD)
			one->exits = EXITS_NO;
		else if (one->kind == BENCH_ALWAYS)
			one->exits = EXITS_YES;
		else if (one->kind == BENCH_MAYBE && least > 0)
			one->exits = one->ticks.median < least * EXIT_PART ? EXITS_NO : EXITS_YES;
	}
}

static double median_of(const struct bench *bench, const char *name)
{
	for (size_t i = 0; i < bench->n; i++) {
		const struct bench_case *one = &bench->one[i];

		if (!strcmp(one->name, name))
			return one->ticks.n ? one->ticks.median : one->before.median;
	}
	return 0;
}

/**
 * bench_ratio() - how two cases compare
 * @bench: what was measured
 * @which: which two
 *
 * Where one was not measured here, what the file compared with says of it is taken.
 *
 * Return: the ratio of their medians, 0 when it is not known.
 */
double bench_ratio(const struct bench *bench, enum bench_ratio which)
{
	double above = median_of(bench, ratio_cases[which][0]);
	double below = median_of(bench, ratio_cases[which][1]);

	return below > 0 ? above / below : 0;
}

/**
 * bench_port_note() - may the VMM answer for the port that KVM could answer for?
 * @bench: what was measured
 *
 * Return: true when a write to the one costs about as much as one to the other.
 */
bool bench_port_note(const struct bench *bench)
{
	double ratio = bench_ratio(bench, RATIO_PORT);

	return ratio > 0 && ratio < PORT_RATIO_MIN;
}

/**
 * bench_free() - end the use of what was measured
 * @bench: what was measured
 */
void bench_free(struct bench *bench)
{
	for (size_t i = 0; i < bench->n; i++) {
		free(bench->one[i].raw_ticks.value);
		free(bench->one[i].raw_instructions.value);
	}
	bench->n = 0;
}
