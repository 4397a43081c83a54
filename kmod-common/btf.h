/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ask the running kernel's own type information whether functions and structures are what this
 * module was compiled against. Nothing links against KVM, so no symbol version guards us: this
 * does.
 *
 * btf.c works on memory only, and is compiled into a unit test as well; btf-kernel.c reads
 * /sys/kernel/btf.
 */
#ifndef KVMPV_BTF_H
#define KVMPV_BTF_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include "btf-user.h"
#endif

/**
 * struct kvmpv_btf - type information of vmlinux and of one module
 * @types: the type section, vmlinux's first, then the module's; numbered from 1
 * @nr_types: how many entries @types has, entry 0 (void) included
 * @nr_base: how many of them are vmlinux's
 * @strings: string sections, [0] vmlinux's, [1] the module's
 * @strings_len: their lengths
 *
 * Points into the memory given to kvmpv_btf_parse().
 */
struct kvmpv_btf {
	const void **types;
	u32 nr_types;
	u32 nr_base;
	const char *strings[2];
	u32 strings_len[2];
};

/**
 * struct kvmpv_btf_member - a member of a structure as this module was compiled with it
 * @type: name of the structure
 * @path: the member, "arch.pv.pv_unhalted"
 * @offset: its offset in bytes
 * @size: its size in bytes
 */
struct kvmpv_btf_member {
	const char *type;
	const char *path;
	u32 offset;
	u32 size;
};

#define KVMPV_BTF_MEMBER(struct_name, member)                     \
	{                                                         \
		.type = #struct_name, .path = #member,            \
		.offset = offsetof(struct struct_name, member),   \
		.size = sizeof(((struct struct_name *)0)->member) \
	}

/**
 * struct kvmpv_btf_function - a function as this module calls it
 * @name: its name
 * @prototype: result and arguments, "s32(kvm_vcpu*,u32*,bool)": integers by sign and width,
 *	pointers by what they point to, const and typedefs looked through
 */
struct kvmpv_btf_function {
	const char *name;
	const char *prototype;
};

#define KVMPV_BTF_PROTOTYPE_MAX 160

int kvmpv_btf_parse(struct kvmpv_btf *btf, const void *base, size_t base_len, const void *split,
		    size_t split_len);
void kvmpv_btf_free(struct kvmpv_btf *btf);
int kvmpv_btf_prototype(const struct kvmpv_btf *btf, const char *function, char *text, size_t size);
int kvmpv_btf_member(const struct kvmpv_btf *btf, const char *type, const char *path,
		     u32 *ret_offset, u32 *ret_size);

#ifdef __KERNEL__
int kvmpv_btf_check(const char *module, const struct kvmpv_btf_function *functions,
		    unsigned int nr_functions, const struct kvmpv_btf_member *members,
		    unsigned int nr_members);
int kvmpv_btf_find(const char *module, struct kvmpv_btf_member *members, unsigned int nr_members);
#endif

#endif /* KVMPV_BTF_H */
