// SPDX-License-Identifier: GPL-2.0-only
/*
 * How kvmpvctl exits gets at the tracepoints: what it reads of their formats (as two kernels have
 * them, and damaged), and whether a kernel takes its programs.
 */
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bpf.h"
#include "exits.h"

/* Has a fail() of its own */
#include <cmocka.h>

static char text[16384];

static void format(const char *kernel)
{
	char path[128];
	size_t size;
	FILE *in;

	snprintf(path, sizeof(path), "tests/unit/kvm-format/kvm_exit-%s", kernel);
	in = fopen(path, "r");
	assert_non_null(in);
	size = fread(text, 1, sizeof(text) - 1, in);
	fclose(in);
	text[size] = '\0';
	assert_in_range(size, 4000, sizeof(text) - 2);
}

static void fields(void **state)
{
	static const char *const kernels[] = {"6.1", "6.12"};
	size_t offset;

	for (size_t i = 0; i < ARRAY_SIZE(kernels); i++) {
		format(kernels[i]);
		assert_int_equal(parse_format_field(text, "exit_reason", 4, &offset), 0);
		assert_int_equal(offset, 8);
		assert_int_equal(parse_format_field(text, "info1", 8, &offset), 0);
		assert_int_equal(offset, 32);
		assert_int_equal(parse_format_field(text, "info", 8, &offset), -ENOENT);
		assert_int_equal(parse_format_field(text, "reason", 4, &offset), -ENOENT);
		assert_int_equal(parse_format_field(text, "info1", 4, &offset), -EBADMSG);
		assert_int_equal(parse_format_field(text, "exit_reason", 8, &offset), -EBADMSG);
	}
}

static void damaged_fields(void **state)
{
	static const char *const bad[] = {
		"\tfield:u64 x;",
		"\tfield:u64 x;\toffset:",
		"\tfield:u64 x;\toffset:8",
		"\tfield:u64 x;\toffset:8;\tsize:",
		"\tfield:u64 x;\toffset:8;\tsize:8",
		"\tfield:u64 x;\toffset:8;\tsize:-8;",
		"\tfield:u64 x;\toffset:4;\tsize:8;",
		"\tfield:u64 x;\toffset:80000;\tsize:8;",
		"\tfield:u64 x;\toffset:99999999999999999999;\tsize:8;",
	};
	static const char *const none[] = {"",
					   "\tfield:",
					   "\tfield:;",
					   "\tfield:x;\toffset:8;",
					   "\tfield:u64 x",
					   "field:u64 x;\toffset:8;\tsize:8;"};
	size_t offset = 7;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(parse_format_field(bad[i], "x", 8, &offset), -EBADMSG);
	for (size_t i = 0; i < ARRAY_SIZE(none); i++)
		assert_int_equal(parse_format_field(none[i], "x", 8, &offset), -ENOENT);
	assert_int_equal(offset, 7);
}

static void names(void **state)
{
	static const struct {
		bool svm;
		uint32_t reason;
		const char *name;
	} known[] = {
		{false, 0, "EXCEPTION_NMI"},
		{false, 30, "IO_INSTRUCTION"},
		{false, 75, "NOTIFY"},
		{true, 0, "READ_CR0"},
		{true, 0x4e, "PF_EXCP"},
		{true, 0x78, "HLT"},
		{true, 0x400, "NPF"},
		{true, 0x80000013, "VMGEXIT_AP_CREATION"},
		{true, 0xffffffff, "INVALID_GUEST_STATE"},
	};
	char name[EXIT_NAME_SIZE] = "untouched";

	format("6.1");
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		assert_true(parse_format_name(text, known[i].svm, known[i].reason, name));
		assert_string_equal(name, known[i].name);
	}
	strcpy(name, "untouched");
	assert_false(parse_format_name(text, false, 0x400, name));
	assert_false(parse_format_name(text, true, 0x555, name));
	assert_false(parse_format_name("", true, 1, name));
	assert_false(parse_format_name("__print_symbolic(REC->exit_reason", false, 1, name));
	assert_false(
		parse_format_name("__print_symbolic(REC->exit_reason, { 1, \"X", false, 1, name));
	assert_false(parse_format_name("__print_symbolic(REC->exit_reason, { 1, \"\" })", false, 1,
				       name));
	assert_string_equal(name, "untouched");
	assert_true(parse_format_name("__print_symbolic(REC->exit_reason, { 1, \""
				      "a\tname that is longer than there is room for it\" })",
				      false, 1, name));
	assert_string_equal(name, "A_NAME_THAT_IS_LONGER_THAN_THER");
}

/* Cut anywhere: valgrind watches. */
static void cut_anywhere(void **state)
{
	char name[EXIT_NAME_SIZE];
	size_t offset, size;

	format("6.12");
	for (size = strlen(text); size; size -= size > 7 ? 7 : size) {
		char *copy = strndup(text, size);

		parse_format_field(copy, "error_code", 4, &offset);
		parse_format_name(copy, true, 0xffffffff, name);
		free(copy);
	}
}

static void programs(void **state)
{
	const struct exit_layout layouts[] = {
		{8, 32, 12, 8, 16, 8, false},
		{8, 32, 12, 8, 16, 8, true},
	};
	int map[EXIT_MAPS];
	struct bpf bpf;

	map[EXIT_MAP_THREADS] = bpf_map_new(BPF_MAP_TYPE_HASH, 4, sizeof(struct exit_thread), 8);
	if (map[EXIT_MAP_THREADS] < 0)
		skip();
	map[EXIT_MAP_SUMS] =
		bpf_map_new(BPF_MAP_TYPE_HASH, sizeof(struct exit_key), sizeof(struct exit_sum), 8);
	map[EXIT_MAP_LOST] = bpf_map_new(BPF_MAP_TYPE_ARRAY, 4, 8, 1);
	for (size_t i = 0; i < ARRAY_SIZE(layouts); i++) {
		for (enum exit_event event = 0; event < EXIT_EVENTS; event++) {
			int program;

			exit_program(&bpf, event, &layouts[i], map, i ? 4711 : 0);
			assert_in_range(bpf.n, 1, BPF_INSNS_MAX);
			program = bpf_program_load(&bpf,
						   exit_event_raw(event)
							   ? BPF_PROG_TYPE_RAW_TRACEPOINT
							   : BPF_PROG_TYPE_TRACEPOINT,
						   exit_events[event]);
			/* Maps are for everybody on some machines, programs are not. */
			if (program == -EPERM)
				skip();
			assert_return_code(program, -program);
			close(program);
		}
	}
	for (enum exit_map i = 0; i < EXIT_MAPS; i++)
		close(map[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields),   cmocka_unit_test(damaged_fields),
		cmocka_unit_test(names),    cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(programs),
	};

	return cmocka_run_group_tests_name("trace", tests, NULL, NULL);
}
