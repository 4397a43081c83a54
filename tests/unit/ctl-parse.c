// SPDX-License-Identifier: GPL-2.0-only
/*
 * The parsers of docs/abi/sysfs.rst's forms: what they take, and what they refuse.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <errno.h>
#include <kvmpv/local.h>

#include "parse.h"

#define BAD (-EBADMSG)

#define ONE(name, bit, string, text) +1
enum { FEATURES = 0 KVMPV_GUEST_FEATURES(ONE) };

static void bools(void **state)
{
	static const char *const bad[] = {"", "2", "yes", "On", "0 ", "01", "onn", "o", "true"};
	static const char *const on[] = {"1", "y", "on"}, *const off[] = {"0", "n", "off"};
	bool value;

	for (size_t i = 0; i < 3; i++) {
		value = false;
		assert_int_equal(parse_bool(on[i], &value), 0);
		assert_true(value);
		assert_int_equal(parse_bool(off[i], &value), 0);
		assert_false(value);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(parse_bool(bad[i], &value), BAD);
}

static int u64(const char *text, uint64_t *ret)
{
	return parse_u64(text, strlen(text), ret);
}

static void numbers(void **state)
{
	static const char *const bad[] = {"",
					  "-1",
					  "+1",
					  "0x1",
					  " 1",
					  "1 ",
					  "1\n",
					  "18446744073709551616",
					  "1.0",
					  "1e3",
					  "999999999999999999999",
					  "99999999999999999999"};
	uint64_t value = 7;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(u64(bad[i], &value), BAD);
		assert_int_equal(value, 7);
	}
	assert_int_equal(u64("18446744073709551615", &value), 0);
	assert_true(value == UINT64_MAX);
	assert_int_equal(u64("0", &value), 0);
	assert_true(value == 0);
	assert_int_equal(u64("007", &value), 0);
	assert_true(value == 7);
}

static void vm_ids(void **state)
{
	static const char *const bad[] = {"",	    "-",     "1",    "1-",	     "-1",
					  "1-2-3",  "1 -2",  "a-1",  "1-4294967296", "1--2",
					  "../1-2", "1-2/x", "0x1-2"};
	struct vm_id id = {5, 6};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(parse_vm_id(bad[i], &id), BAD);
		assert_int_equal(id.pid, 5);
	}
	assert_int_equal(parse_vm_id("4194304-4294967295", &id), 0);
	assert_int_equal(id.pid, 4194304);
	assert_true(id.n == UINT32_MAX);
}

static void lines(void **state)
{
	char line[8] = "before";

	assert_int_equal(parse_line("active", line, sizeof(line)), BAD);
	assert_int_equal(parse_line("", line, sizeof(line)), BAD);
	assert_int_equal(parse_line("a\nb\n", line, sizeof(line)), BAD);
	assert_int_equal(parse_line("a\n\n", line, sizeof(line)), BAD);
	assert_int_equal(parse_line("\033[2J\n", line, sizeof(line)), BAD);
	assert_int_equal(parse_line("h\xc3\xa9\n", line, sizeof(line)), BAD);
	assert_int_equal(parse_line("12345678\n", line, sizeof(line)), BAD);
	assert_string_equal(line, "before");
	assert_int_equal(parse_line("1234567\n", line, sizeof(line)), 0);
	assert_string_equal(line, "1234567");
	assert_int_equal(parse_line("\n", line, sizeof(line)), 0);
	assert_string_equal(line, "");
}

static void pairs(void **state)
{
	static const char *const bad[] = {"",	    "\n",	   "a\n",     "a \n",
					  "a 1",    "a  1\n",	   "a 1 2\n", " a 1\n",
					  "b 1\n",  "a 1\nb\n",	   "a 1\n\n", "a 1\nb \033\n",
					  "aa 1\n", "a 12345678\n"};
	char value[8] = "before";

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(parse_pair(bad[i], "a", value, sizeof(value)), BAD);
		assert_string_equal(value, "before");
	}
	assert_int_equal(parse_pair("b 2\na 1\naa 3\n", "a", value, sizeof(value)), 0);
	assert_string_equal(value, "1");
	assert_int_equal(parse_pair("a 1234567\n", "a", value, sizeof(value)), 0);
	assert_string_equal(value, "1234567");
}

static void ranges(void **state)
{
	static const char *const bad[] = {
		"",	   "\n",      "1\n",	"1 1",	"1  1\n",	  "2 1\n", "a b\n",
		"1 1 1\n", "1 1\n\n", " 1 1\n", "1 \n", "1 4294967296\n", "-1 1\n"};
	struct range range = {8, 9};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(parse_range(bad[i], &range), BAD);
		assert_int_equal(range.min, 8);
	}
	assert_int_equal(parse_range("0 0\n", &range), 0);
	assert_int_equal(range.max, 0);
	assert_int_equal(parse_range("1 3\n", &range), 0);
	assert_int_equal(range.min, 1);
	assert_int_equal(range.max, 3);
}

static void names(void **state)
{
	static const char *const bad[] = {"kick",	   "kick yield",    " kick\n",	  "kick \n",
					  "kick  yield\n", "kick\nyield\n", "ki\033ck\n", " ",
					  "kick,yield\n",  "kick\n\n",	    " \n"};
	struct names all;
	uint64_t set = 99;

	features_init(&all);
	assert_int_equal(all.n, FEATURES);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(parse_names(bad[i], ' ', &all, &set), BAD);
		assert_true(set == 99);
	}
	assert_int_equal(parse_names("", ' ', &all, &set), BAD);
	assert_int_equal(parse_names("\n", ' ', &all, &set), 0);
	assert_true(set == 0);
	assert_int_equal(parse_names("stats kick\n", ' ', &all, &set), 0);
	assert_true(set == (KVMPV_FEATURE_MASK(STATS) | KVMPV_FEATURE_MASK(KICK)));
	assert_int_equal(parse_names("kick teleport\n", ' ', &all, &set), 0);
	assert_true(set == (KVMPV_FEATURE_MASK(KICK) | NAME_BIT(FEATURES)));
	assert_string_equal(all.name[FEATURES], "teleport");
	assert_string_equal(feature_text(FEATURES), "");
	assert_int_equal(parse_names("a\nb\n", '\n', &all, &set), 0);
	assert_int_equal(parse_names("", '\n', &all, &set), 0);
	assert_true(set == 0);
	assert_int_equal(parse_names("a\nb", '\n', &all, &set), BAD);
}

static void local_features(void **state)
{
	struct names all, host;

	features_init(&all);
	features_init_host(&host);
	assert_int_equal(host.n, KVMPV_FEATURE_COUNT);
	for (unsigned int i = 0; i < all.n; i++) {
		assert_int_equal(feature_local(i), i >= host.n);
		if (i < host.n)
			assert_string_equal(all.name[i], host.name[i]);
	}
	assert_int_equal(names_find(&all, "pv-spinlock", 11), KVMPV_FEATURE_COUNT);
	assert_false(feature_local(FEATURES));
	assert_true(*feature_text(KVMPV_FEATURE_COUNT));
	assert_true(features_default() < NAME_BIT(KVMPV_FEATURE_COUNT));
}

static void names_full(void **state)
{
	struct names all = {.n = 0};
	char name[64];

	for (int i = 0; i < NAMES_MAX; i++) {
		snprintf(name, sizeof(name), "name%d", i);
		assert_int_equal(names_add(&all, name, strlen(name)), i);
	}
	assert_int_equal(names_add(&all, "more", 4), -1);
	assert_int_equal(names_add(&all, "name63", 6), 63);
	memset(name, 'a', sizeof(name));
	assert_int_equal(names_find(&all, name, sizeof(name)), -1);
	all.n = 0;
	assert_int_equal(names_add(&all, name, NAME_SIZE), -1);
	assert_int_equal(names_add(&all, name, NAME_SIZE - 1), 0);
	assert_int_equal(names_add(&all, "", 0), -1);
	names_add(&all, "b", 1);
	names_join(&all, ~0ULL, ", ", name, 8);
	assert_string_equal(name, "aaaaaaa");
	names_join(&all, NAME_BIT(1), ", ", name, sizeof(name));
	assert_string_equal(name, "b");
}

static void cpu_times(void **state)
{
	static const char *const bad[] = {
		"",
		"\n",
		"cpu",
		"cpu  ",
		"cpu  1 2 3 4 5 6 7 8\n",
		"cpu  1 2 3 4 5 6 7 8",
		"cpu  1 2 3 4 5 6 7\ncpu0 1\n",
		"cpu  1 2 3 4 5 6 7 x\ncpu0 1\n",
		"cpu  1 2 3 4 5 6 -7 8\ncpu0 1\n",
		"cpu  1 2 3 4 5 6 7 18446744073709551616\ncpu0 1\n",
		"cpu0 1 2 3 4 5 6 7 8\ncpu1 1\n",
		"cpu  1 2 3 4 5 6 7 8\ncpu0 1",
		"cpu  1 2 3 4 5 6 7 8\ncpu0 1\ncpu1 1",
		"cpu  1 2 3 4 5 6 7 8\ncpu0 1\ncpu",
		"cpu  1 2 3 4 5 6 7 8\nintr 1\n",
	};
	struct cpu_times times = {.total = 42};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(parse_cpu_times(bad[i], &times), BAD);
		assert_true(times.total == 42);
	}
	assert_int_equal(parse_cpu_times("cpu  1 2 3 4 5 6 7 8 9 10\ncpu0 1\nintr 5", &times), 0);
	assert_true(times.total == 36 && times.steal == 8 && !times.several);
	assert_int_equal(parse_cpu_times("cpu 1 2 3 4 5 6 7 8\ncpu0 1\n", &times), 0);
	assert_true(times.total == 36 && times.steal == 8 && !times.several);
	assert_int_equal(parse_cpu_times("cpu  1 2 3 4 5 6 7 0\ncpu2 1\ncpu3 1\n", &times), 0);
	assert_true(times.total == 28 && times.steal == 0 && times.several);
}

static void counters(void **state)
{
	static const char *const bad[] = {
		"",	      "\n",	      "a\n",	"a 1",	   "a 1\nb",
		"a 1\nb 2",   "a  1\n",	      "a -1\n", "a 1 2\n", " 1\n",
		"a 1\na 2\n", "a 1\n\nb 2\n", "a\t1\n", "a 0x1\n", "a 18446744073709551616\n"};
	struct counters c = {.have = 42};
	struct names all = {.n = 0};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(parse_counters(bad[i], &all, &c), BAD);
		assert_true(c.have == 42);
	}
	all.n = 0;
	assert_int_equal(parse_counters("kicks 1\nyields 18446744073709551615\n", &all, &c), 0);
	assert_true(c.have == 3);
	assert_true(c.value[1] == UINT64_MAX);
	/* Another order, one less, one more. */
	assert_int_equal(parse_counters("new 5\nyields 2\n", &all, &c), 0);
	assert_true(c.have == 6);
	assert_true(c.value[1] == 2);
	assert_true(c.value[2] == 5);
}

static void histogram_text(char *text, int n, const char *end)
{
	strcpy(text, "call_ticks");
	for (int i = 0; i < n; i++)
		sprintf(text + strlen(text), " %d", i);
	strcat(text, end);
}

static void histograms(void **state)
{
	struct histogram h[HISTOGRAMS_MAX];
	char text[8 * 1024], line[1024];
	size_t n = 77;

	histogram_text(text, 31, "\n");
	assert_int_equal(parse_histograms(text, h, &n), BAD);
	histogram_text(text, 33, "\n");
	assert_int_equal(parse_histograms(text, h, &n), BAD);
	histogram_text(text, 32, "");
	assert_int_equal(parse_histograms(text, h, &n), BAD);
	histogram_text(text, 32, " \n");
	assert_int_equal(parse_histograms(text, h, &n), BAD);
	assert_int_equal(parse_histograms("", h, &n), BAD);
	assert_int_equal(parse_histograms("\n", h, &n), BAD);
	assert_int_equal(n, 77);
	histogram_text(text, 32, "\n");
	assert_int_equal(parse_histograms(text, h, &n), 0);
	assert_int_equal(n, 1);
	assert_string_equal(h[0].name, "call_ticks");
	assert_int_equal(h[0].bucket[31], 31);
	/* A newer module may have more of them than there is room for. */
	strcpy(line, text);
	for (int i = 0; i < HISTOGRAMS_MAX; i++)
		strcat(text, line);
	assert_int_equal(parse_histograms(text, h, &n), 0);
	assert_int_equal(n, HISTOGRAMS_MAX);
}

static void sites(void **state)
{
	static const char *const bad[] = {"1 a",	   "1\n",
					  "1 \n",	   " 1 a\n",
					  "a 1\n",	   "1  a\n",
					  "-1 a\n",	   "1 a\n\n",
					  "\n1 a\n",	   "\n\n",
					  "1 \033\n",	   "1\ta\n",
					  "1 h\xc3\xa9\n", "18446744073709551616 a\n"};
	char text[8 * 1024], caller[CALLER_SIZE + 1];
	struct site s[SITES_MAX];
	size_t n = 77;

	s[0].count = 42;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(parse_sites(bad[i], s, &n), BAD);
		assert_int_equal(n, 77);
		assert_int_equal(s[0].count, 42);
	}
	memset(caller, 'a', CALLER_SIZE);
	caller[CALLER_SIZE] = '\0';
	snprintf(text, sizeof(text), "1 %s\n", caller);
	assert_int_equal(parse_sites(text, s, &n), BAD);
	assert_int_equal(parse_sites(strcpy(text, "\n"), s, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(parse_sites(strcpy(text, ""), s, &n), 0);
	assert_int_equal(n, 0);
	for (int i = 0; i < SITES_MAX; i++)
		sprintf(text + strlen(text), "18446744073709551615 %s\n", caller + 1);
	assert_int_equal(parse_sites(text, s, &n), 0);
	assert_int_equal(n, SITES_MAX);
	assert_true(s[SITES_MAX - 1].count == UINT64_MAX);
	assert_string_equal(s[SITES_MAX - 1].caller, caller + 1);
	strcat(text, "1 a\n");
	assert_int_equal(parse_sites(text, s, &n), BAD);
	assert_int_equal(n, SITES_MAX);
	assert_int_equal(parse_sites("3 a+0x1/0x2 [b]\n0 0xffffffff81000000\n", s, &n), 0);
	assert_int_equal(n, 2);
	assert_string_equal(s[0].caller, "a+0x1/0x2 [b]");
}

/* Whatever the bytes are: no crash, and no output when refused. Run under valgrind, too. */
static void noise(void **state)
{
	static const char alphabet[] = "01 \n\nabk-kick yield1\t\x80\xff";
	struct histogram h[HISTOGRAMS_MAX];
	struct site s[SITES_MAX];
	struct cpu_times times;
	struct counters c;
	struct range range;
	struct names all;
	uint64_t set;
	size_t n;

	srand(1);
	for (int i = 0; i < 20000; i++) {
		size_t len = (size_t)rand() % 60;
		char *text = malloc(len + 1), line[16];

		for (size_t at = 0; at < len; at++)
			text[at] = alphabet[(size_t)rand() % (sizeof(alphabet) - 1)];
		text[len] = '\0';
		features_init(&all);
		parse_line(text, line, sizeof(line));
		parse_range(text, &range);
		parse_pair(text, "a", line, sizeof(line));
		parse_names(text, ' ', &all, &set);
		parse_names(text, '\n', &all, &set);
		parse_counters(text, &all, &c);
		parse_histograms(text, h, &n);
		parse_sites(text, s, &n);
		if (len >= 4)
			memcpy(text, "cpu ", 4);
		parse_cpu_times(text, &times);
		assert_true(all.n <= NAMES_MAX);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bools),      cmocka_unit_test(numbers),
		cmocka_unit_test(vm_ids),     cmocka_unit_test(lines),
		cmocka_unit_test(pairs),      cmocka_unit_test(ranges),
		cmocka_unit_test(names),      cmocka_unit_test(local_features),
		cmocka_unit_test(names_full), cmocka_unit_test(cpu_times),
		cmocka_unit_test(counters),   cmocka_unit_test(histograms),
		cmocka_unit_test(sites),      cmocka_unit_test(noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
