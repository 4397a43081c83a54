// SPDX-License-Identifier: GPL-2.0-only
/*
 * kvmpvctl bench: the forms of kvmpv_bench's files, spreads, who left the guest, what is load.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <errno.h>

#undef fail /* cmocka has one, too */
#include "bench.h"

#define BAD (-EBADMSG)

static bool near(double a, double b)
{
	return a - b < 1e-9 && b - a < 1e-9;
}

static void cases(void **state)
{
	static struct bench bench;

	assert_int_equal(bench_parse_cases("a always x\nb-c maybe some words, more\n", &bench), 0);
	assert_int_equal(bench.n, 2);
	assert_string_equal(bench.one[0].name, "a");
	assert_int_equal(bench.one[0].kind, BENCH_ALWAYS);
	assert_string_equal(bench.one[1].text, "some words, more");
	assert_ptr_equal(bench_find(&bench, "b-c"), &bench.one[1]);
	assert_null(bench_find(&bench, "b"));
	assert_int_equal(bench_parse_cases("a always x", &bench), BAD);
	assert_int_equal(bench.n, 0);
	assert_int_equal(bench_parse_cases("a always \033\n", &bench), BAD);
	assert_int_equal(bench_parse_cases("\n", &bench), BAD);
}

static void results(void **state)
{
	struct bench_samples ticks = {.n = 0}, instructions = {.n = 0};

	assert_int_equal(bench_parse_result("batch 4\n8\n10\n", &ticks, &instructions), 0);
	assert_int_equal(ticks.n, 2);
	assert_int_equal(instructions.n, 0);
	assert_true(near(ticks.value[1], 2.5));
	assert_int_equal(bench_parse_result("batch 1\n3 5\n", &ticks, &instructions), 0);
	assert_int_equal(ticks.n, 3);
	assert_int_equal(instructions.n, 1);
	assert_true(near(ticks.value[2], 3) && near(instructions.value[0], 5));
	assert_int_equal(bench_parse_result("batch 1\n3 5\n4\n", &ticks, &instructions), BAD);
	assert_int_equal(ticks.n, 3);
	free(ticks.value);
	free(instructions.value);
}

static void spreads(void **state)
{
	double five[] = {50, 10, 40, 20, 30}, two[] = {20, 10}, one[] = {7};
	struct bench_samples samples = {five, 5};
	struct bench_spread spread;

	bench_spread(&samples, 0, &spread);
	assert_int_equal(spread.n, 5);
	assert_true(near(spread.min, 10) && near(spread.q1, 20) && near(spread.median, 30) &&
		    near(spread.q3, 40) && near(spread.max, 50));
	assert_true(near(five[0], 50));
	bench_spread(&samples, 15, &spread);
	assert_true(near(spread.min, 0) && near(spread.median, 15) && near(spread.max, 35));
	samples = (struct bench_samples){two, 2};
	bench_spread(&samples, 0, &spread);
	assert_true(near(spread.q1, 12.5) && near(spread.median, 15) && near(spread.q3, 17.5));
	samples = (struct bench_samples){one, 1};
	bench_spread(&samples, 2, &spread);
	assert_true(near(spread.min, 5) && near(spread.median, 5) && near(spread.max, 5));
	samples.n = 0;
	bench_spread(&samples, 0, &spread);
	assert_int_equal(spread.n, 0);
}

static void add(struct bench *bench, const char *name, enum bench_kind kind, double ticks)
{
	struct bench_case *one = &bench->one[bench->n++];

	memset(one, 0, sizeof(*one));
	strcpy(one->name, name);
	one->kind = kind;
	one->raw_ticks.value = malloc(sizeof(double));
	one->raw_ticks.value[0] = ticks;
	one->raw_ticks.n = 1;
}

static void judged(void **state)
{
	static struct bench bench;

	bench.n = 0;
	add(&bench, "empty", BENCH_OVERHEAD, 10);
	add(&bench, "dear", BENCH_ALWAYS, 5010);
	add(&bench, "cheap", BENCH_ALWAYS, 1010);
	add(&bench, "invlpg", BENCH_MAYBE, 509);
	add(&bench, "cr3-write", BENCH_MAYBE, 510);
	add(&bench, "page-fault", BENCH_KERNEL, 2010);
	bench_judge(&bench);
	assert_true(near(bench.one[0].ticks.median, 10));
	assert_true(near(bench.one[2].ticks.median, 1000));
	assert_int_equal(bench.one[0].exits, EXITS_NO);
	assert_int_equal(bench.one[1].exits, EXITS_YES);
	assert_int_equal(bench.one[3].exits, EXITS_NO);
	assert_int_equal(bench.one[4].exits, EXITS_YES);
	assert_int_equal(bench.one[5].exits, EXITS_UNKNOWN);
	bench_free(&bench);

	add(&bench, "empty", BENCH_OVERHEAD, 10);
	add(&bench, "invlpg", BENCH_MAYBE, 509);
	bench_judge(&bench);
	assert_int_equal(bench.one[1].exits, EXITS_UNKNOWN);
	bench_free(&bench);
}

static void ratios(void **state)
{
	static struct bench bench;

	bench.n = 0;
	add(&bench, "port-vmm", BENCH_ALWAYS, 1290);
	add(&bench, "port-kernel", BENCH_ALWAYS, 1000);
	add(&bench, "eoi-xapic", BENCH_MAYBE, 900);
	add(&bench, "eoi-x2apic", BENCH_MAYBE, 0);
	bench.one[3].raw_ticks.n = 0;
	bench_judge(&bench);
	assert_true(near(bench_ratio(&bench, RATIO_PORT), 1.29));
	assert_true(bench_port_note(&bench));
	assert_true(near(bench_ratio(&bench, RATIO_HYPERCALL), 0));
	assert_true(near(bench_ratio(&bench, RATIO_EOI), 0));
	bench.one[3].before.median = 450;
	assert_true(near(bench_ratio(&bench, RATIO_EOI), 2));
	bench.one[0].ticks.median = 1300;
	assert_false(bench_port_note(&bench));
	bench_free(&bench);
}

static void loads(void **state)
{
	assert_null(bench_load_judge(&(struct bench_load){0, 0, 0}));
	assert_null(bench_load_judge(&(struct bench_load){.steal = 4, .stops = 9, .others = 4}));
	assert_string_equal(bench_load_judge(&(struct bench_load){.steal = 6}), "steal");
	assert_string_equal(bench_load_judge(&(struct bench_load){.stops = 50}), "stops");
	assert_string_equal(bench_load_judge(&(struct bench_load){.others = 50, .stops = 50}),
			    "others");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cases),  cmocka_unit_test(results), cmocka_unit_test(spreads),
		cmocka_unit_test(judged), cmocka_unit_test(ratios),  cmocka_unit_test(loads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
