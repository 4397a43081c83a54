// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM's binary statistics: recorded ones, and what damage does to them. In tests/unit/kvm-stats
 * LAB-KERNEL is what the vCPU had at the end of kvmpv-vmm bare exits.bin --arg count=100 --stats
 * FILE; -vm, the VM.
 */
#include <errno.h>
#include <linux/kvm.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kvm-stats.h"

/* Has a fail() of its own */
#include <cmocka.h>

#define BAD (-EBADMSG)
#define SIZE_MAX_FILE 65536

struct recorded {
	char data[SIZE_MAX_FILE];
	size_t size;
};

static struct recorded file;

static void record(const char *name)
{
	char path[128];
	FILE *in;

	snprintf(path, sizeof(path), "tests/unit/kvm-stats/%s", name);
	in = fopen(path, "rb");
	assert_non_null(in);
	file.size = fread(file.data, 1, sizeof(file.data), in);
	fclose(in);
	assert_in_range(file.size, 1000, sizeof(file.data) - 1);
}

static int find(const char *name)
{
	for (int i = 0; i < KVM_STATS_COUNT; i++)
		if (!strcmp(kvm_stats_names[i], name))
			return i;
	fail_msg("%s", name);
	return -1;
}

static struct kvm_stats_header *header(void)
{
	return (struct kvm_stats_header *)file.data;
}

static struct kvm_stats_desc *desc(const char *name)
{
	struct kvm_stats_desc *at;

	for (uint32_t i = 0; i < header()->num_desc; i++) {
		at = (struct kvm_stats_desc *)(file.data + header()->desc_offset +
					       i * (sizeof(*at) + header()->name_size));
		if (!strcmp(at->name, name))
			return at;
	}
	fail_msg("%s", name);
	return NULL;
}

/* Exactly as many bytes as there are, so that valgrind sees a step beyond. */
static int parse(struct kvm_stats *stats)
{
	char *copy = malloc(file.size ?: 1);
	int err;

	memcpy(copy, file.data, file.size);
	err = kvm_stats_parse(copy, file.size, stats);
	free(copy);
	return err;
}

static void refused(void)
{
	struct kvm_stats stats, before;

	memset(&stats, 0x5a, sizeof(stats));
	before = stats;
	assert_int_equal(parse(&stats), BAD);
	assert_memory_equal(&stats, &before, sizeof(stats));
}

static void check(const char *name, uint64_t exits, uint64_t io, uint64_t mmio)
{
	struct kvm_stats stats = {.have = 0};
	const struct {
		const char *name;
		uint64_t value;
	} values[] = {{"exits", exits}, {"io_exits", io}, {"mmio_exits", mmio}};

	record(name);
	assert_int_equal(parse(&stats), 0);
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		assert_true(stats.have & 1U << find(values[i].name));
		assert_int_equal(stats.value[find(values[i].name)], values[i].value);
	}
	/* Two vCPUs: their sum */
	assert_int_equal(parse(&stats), 0);
	assert_int_equal(stats.value[find("exits")], 2 * exits);
}

static void recorded_amd_6_1(void **state)
{
	check("amd-6.1", 976, 202, 100);
}

static void recorded_amd_6_12(void **state)
{
	check("amd-6.12", 965, 202, 100);
}

static void recorded_intel_6_1(void **state)
{
	check("intel-6.1", 972, 202, 100);
}

/* The file of a VM has other counters, and none of exits. */
static void recorded_vm(void **state)
{
	struct kvm_stats stats = {.have = 0};

	record("amd-6.1-vm");
	assert_int_equal(parse(&stats), 0);
	assert_false(stats.have & 1U << find("exits"));
}

static void cut_anywhere(void **state)
{
	struct kvm_stats stats = {.have = 0};
	size_t size;

	record("amd-6.1");
	size = file.size;
	for (file.size = 0; file.size < size; file.size++)
		refused();
	assert_int_equal(parse(&stats), 0);
}

static void damaged_header(void **state)
{
	static const uint32_t values[] = {0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff};

	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		record("amd-6.1");
		header()->num_desc = values[i];
		refused();
		record("amd-6.1");
		header()->name_size = values[i];
		refused();
		record("amd-6.1");
		header()->desc_offset = values[i];
		refused();
		record("amd-6.1");
		header()->data_offset = values[i];
		refused();
	}
	record("amd-6.1");
	header()->num_desc += 100;
	refused();
	record("amd-6.1");
	header()->name_size = 0;
	refused();
	record("amd-6.1");
	header()->name_size = 4;
	refused();
	record("amd-6.1");
	header()->data_offset = (uint32_t)file.size;
	refused();
}

static void damaged_desc(void **state)
{
	record("amd-6.1");
	memset(desc("exits")->name, 'x', header()->name_size);
	refused();
	record("amd-6.1");
	desc("exits")->offset = 0xfffffff8;
	refused();
	record("amd-6.1");
	desc("exits")->size = 0xffff;
	refused();
}

/* What has one of our names and is no number of times is not one of ours. */
static void other_units(void **state)
{
	struct kvm_stats stats = {.have = 0};

	record("amd-6.1");
	desc("exits")->flags |= KVM_STATS_UNIT_SECONDS;
	desc("io_exits")->exponent = -9;
	desc("mmio_exits")->flags = KVM_STATS_TYPE_LOG_HIST | KVM_STATS_UNIT_NONE;
	desc("halt_exits")->flags |= KVM_STATS_UNIT_BYTES;
	assert_int_equal(parse(&stats), 0);
	assert_false(stats.have & (1U << find("exits") | 1U << find("io_exits") |
				   1U << find("mmio_exits") | 1U << find("halt_exits")));
	assert_true(stats.have & 1U << find("signal_exits"));
}

static void no_counters(void **state)
{
	struct kvm_stats stats = {.have = 0};

	record("amd-6.1");
	header()->num_desc = 0;
	assert_int_equal(parse(&stats), 0);
	assert_int_equal(stats.have, 0);
}

/* Whatever is in it, nothing is read beyond its end: valgrind watches. */
static void noise(void **state)
{
	struct kvm_stats stats;

	srand(1);
	for (int i = 0; i < 20000; i++) {
		record("amd-6.1");
		for (int j = 0; j < 1 + i % 8; j++)
			file.data[(size_t)rand() % (i % 2 ? 24 : file.size)] = (char)rand();
		if (!(i % 3))
			file.size = (size_t)rand() % file.size;
		memset(&stats, 0, sizeof(stats));
		if (parse(&stats))
			assert_int_equal(stats.have, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recorded_amd_6_1),   cmocka_unit_test(recorded_amd_6_12),
		cmocka_unit_test(recorded_intel_6_1), cmocka_unit_test(recorded_vm),
		cmocka_unit_test(cut_anywhere),	      cmocka_unit_test(damaged_header),
		cmocka_unit_test(damaged_desc),	      cmocka_unit_test(other_units),
		cmocka_unit_test(no_counters),	      cmocka_unit_test(noise),
	};

	return cmocka_run_group_tests_name("kvm-stats", tests, NULL, NULL);
}
