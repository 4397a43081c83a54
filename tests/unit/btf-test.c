// SPDX-License-Identifier: GPL-2.0-only
/*
 * The BTF reader of the kernel modules, compiled as a program.
 * usage: btf-test VMLINUX-BTF KVM-BTF: type information of a real kernel and its kvm.ko
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <linux/btf.h>

#include "../../kmod-common/btf.h"

struct blob {
	unsigned char *data;
	size_t len;
};

static struct blob vmlinux, kvm;

static struct blob read_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	struct blob blob = {0};

	if (!file) {
		perror(path);
		exit(1);
	}
	fseek(file, 0, SEEK_END);
	blob.len = ftell(file);
	rewind(file);
	blob.data = malloc(blob.len);
	if (fread(blob.data, 1, blob.len, file) != blob.len)
		exit(1);
	fclose(file);
	return blob;
}

static void open_real(struct kvmpv_btf *btf)
{
	assert_int_equal(kvmpv_btf_parse(btf, vmlinux.data, vmlinux.len, kvm.data, kvm.len), 0);
}

static void assert_prototype(const struct kvmpv_btf *btf, const char *name, const char *expected)
{
	char text[KVMPV_BTF_PROTOTYPE_MAX];

	assert_int_equal(kvmpv_btf_prototype(btf, name, text, sizeof(text)), 0);
	assert_string_equal(text, expected);
}

static void assert_member(const struct kvmpv_btf *btf, const char *type, const char *path,
			  u32 offset, u32 size)
{
	u32 found_offset = ~0u, found_size = ~0u;

	assert_int_equal(kvmpv_btf_member(btf, type, path, &found_offset, &found_size), 0);
	assert_int_equal(found_offset, offset);
	assert_int_equal(found_size, size);
}

static void real_prototypes(void **state)
{
	struct kvmpv_btf btf;
	char text[16];

	open_real(&btf);
	/* of vmlinux */
	assert_prototype(&btf, "ftrace_set_filter_ip", "s32(ftrace_ops*,u64,s32,s32)");
	assert_prototype(&btf, "vfree", "void(void*)");
	/* of kvm.ko, with types of vmlinux */
	assert_prototype(&btf, "kvm_cpuid", "bool(kvm_vcpu*,u32*,u32*,u32*,u32*,bool)");
	assert_prototype(&btf, "kvm_arch_dev_ioctl", "s64(file*,u32,u64)");
	assert_int_equal(kvmpv_btf_prototype(&btf, "kvmpv_no_such", text, sizeof(text)), -ENOENT);
	/* a buffer that is too small cuts, and nothing is written behind it */
	memset(text, '#', sizeof(text));
	assert_int_equal(kvmpv_btf_prototype(&btf, "kvm_cpuid", text, 8), 0);
	assert_memory_equal(text, "bool(kv\0########", 16);
	kvmpv_btf_free(&btf);
}

static void real_members(void **state)
{
	struct kvmpv_btf btf;
	u32 offset = 1234, size = 5678;

	open_real(&btf);
	assert_member(&btf, "list_head", "prev", 8, 8);
	assert_member(&btf, "kvm_cpuid_entry2", "eax", 12, 4);
	assert_member(&btf, "kvm_vcpu", "kvm", 0, 8);
	/* inside an anonymous union */
	assert_member(&btf, "sockaddr_in6", "sin6_addr.in6_u.u6_addr32", 8, 16);
	assert_int_equal(kvmpv_btf_member(&btf, "kvm_vcpu", "arch.no_such", &offset, &size),
			 -ENOENT);
	assert_int_equal(kvmpv_btf_member(&btf, "kvm_vcpu", "vcpu_id.deeper", &offset, &size),
			 -ENOENT);
	assert_int_equal(kvmpv_btf_member(&btf, "no_such", "kvm", &offset, &size), -ENOENT);
	assert_int_equal(kvmpv_btf_member(&btf, "kvm_vcpu", "", &offset, &size), -ENOENT);
	assert_int_equal(offset, 1234);
	assert_int_equal(size, 5678);
	kvmpv_btf_free(&btf);
}

static void truncated_files(void **state)
{
	struct kvmpv_btf btf;
	size_t len;

	for (len = 0; len < kvm.len; len += len < 64 ? 1 : kvm.len / 97) {
		/* a copy of its own, so that reading past the end is seen */
		unsigned char *copy = malloc(len + !len);

		memcpy(copy, kvm.data, len);
		assert_int_equal(kvmpv_btf_parse(&btf, copy, len, NULL, 0), -EINVAL);
		free(copy);
	}
}

static void ask_everything(const struct kvmpv_btf *btf)
{
	char text[KVMPV_BTF_PROTOTYPE_MAX];
	u32 offset, size;

	kvmpv_btf_prototype(btf, "kvm_cpuid", text, sizeof(text));
	kvmpv_btf_prototype(btf, "kvm_apic_match_dest", text, sizeof(text));
	kvmpv_btf_member(btf, "kvm_vcpu", "arch.pv.pv_unhalted", &offset, &size);
	kvmpv_btf_member(btf, "msr_data", "data", &offset, &size);
}

/* Damage in the header, the types and the strings: any answer is right, a crash is not. */
static void damaged_files(void **state)
{
	unsigned char *copy = malloc(kvm.len);
	struct kvmpv_btf btf;
	int round, i;

	srand(1);
	for (round = 0; round < 300; round++) {
		memcpy(copy, kvm.data, kvm.len);
		for (i = 0; i < 1 + round % 20; i++)
			copy[rand() % (round & 1 ? kvm.len : 64)] = rand();
		if (kvmpv_btf_parse(&btf, vmlinux.data, vmlinux.len, copy, kvm.len))
			continue;
		ask_everything(&btf);
		kvmpv_btf_free(&btf);
	}
	free(copy);
}

/* A typedef that leads to itself and a structure inside itself, as no compiler makes them. */
static void endless_types(void **state)
{
	static const struct {
		struct btf_header header;
		struct btf_type loop, outer;
		struct btf_member member;
		struct btf_type function, proto;
		struct btf_param param;
		char strings[16];
	} file = {
		.header = {.magic = BTF_MAGIC,
			   .version = 1,
			   .hdr_len = sizeof(file.header),
			   .type_len = offsetof(typeof(file), strings) - sizeof(file.header),
			   .str_off = offsetof(typeof(file), strings) - sizeof(file.header),
			   .str_len = sizeof(file.strings)},
		.loop = {.info = BTF_KIND_TYPEDEF << 24, .type = 1, .name_off = 1},
		.outer = {.info = BTF_KIND_STRUCT << 24 | 1, .size = 8, .name_off = 1},
		.member = {.type = 2},
		.function = {.info = BTF_KIND_FUNC << 24, .type = 4, .name_off = 1},
		.proto = {.info = BTF_KIND_FUNC_PROTO << 24 | 1, .type = 4},
		.param = {.type = 1},
		.strings = "\0t",
	};
	char text[KVMPV_BTF_PROTOTYPE_MAX];
	struct kvmpv_btf btf;
	u32 offset, size;

	assert_int_equal(kvmpv_btf_parse(&btf, &file, sizeof(file), NULL, 0), 0);
	assert_int_equal(kvmpv_btf_member(&btf, "t", "x", &offset, &size), -ENOENT);
	assert_int_equal(kvmpv_btf_prototype(&btf, "t", text, sizeof(text)), -EINVAL);
	kvmpv_btf_free(&btf);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(real_prototypes), cmocka_unit_test(real_members),
		cmocka_unit_test(truncated_files), cmocka_unit_test(damaged_files),
		cmocka_unit_test(endless_types),
	};

	if (argc != 3) {
		fprintf(stderr, "usage: btf-test VMLINUX-BTF KVM-BTF\n");
		return 2;
	}
	vmlinux = read_file(argv[1]);
	kvm = read_file(argv[2]);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
