// SPDX-License-Identifier: GPL-2.0-only
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "btf.h"
#include "file.h"
#include "problem.h"

struct file_content {
	void *data;
	ssize_t len;
};

static int read_btf(const char *name, struct file_content *file)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/kernel/btf/%s", name);
	file->data = NULL;
	file->len = kvmpv_file_read(path, 0, &file->data);
	if (file->len < 0) {
		kvmpv_problem(
			"%s: cannot be read (%zd); without type information nothing is hooked",
			path, file->len);
		return file->len;
	}
	return 0;
}

static int check_function(const struct kvmpv_btf *btf, const struct kvmpv_btf_function *function)
{
	char text[KVMPV_BTF_PROTOTYPE_MAX];
	int ret = kvmpv_btf_prototype(btf, function->name, text, sizeof(text));

	if (ret) {
		kvmpv_problem("%s: this kernel's BTF does not know the function (%d)",
			      function->name, ret);
		return -EOPNOTSUPP;
	}
	if (strcmp(text, function->prototype)) {
		kvmpv_problem("%s: is %s in this kernel, not %s", function->name, text,
			      function->prototype);
		return -EOPNOTSUPP;
	}
	return 0;
}

static int check_member(const struct kvmpv_btf *btf, const struct kvmpv_btf_member *member)
{
	u32 offset, size;

	if (kvmpv_btf_member(btf, member->type, member->path, &offset, &size)) {
		kvmpv_problem("struct %s: this kernel's BTF has no member %s", member->type,
			      member->path);
		return -EOPNOTSUPP;
	}
	if (offset != member->offset || size != member->size) {
		kvmpv_problem("struct %s: %s is %u bytes at %u in this kernel, not %u at %u",
			      member->type, member->path, size, offset, member->size,
			      member->offset);
		return -EOPNOTSUPP;
	}
	return 0;
}

/* The running kernel's type information, in memory */
struct loaded {
	struct kvmpv_btf btf;
	struct file_content base, split;
};

static void unload(struct loaded *loaded)
{
	kvmpv_btf_free(&loaded->btf);
	vfree(loaded->split.data);
	vfree(loaded->base.data);
}

static int load(const char *module, struct loaded *ret_loaded)
{
	int ret;

	memset(ret_loaded, 0, sizeof(*ret_loaded));
	ret = read_btf("vmlinux", &ret_loaded->base);
	if (!ret && module)
		ret = read_btf(module, &ret_loaded->split);
	if (ret)
		goto err;
	ret = kvmpv_btf_parse(&ret_loaded->btf, ret_loaded->base.data, ret_loaded->base.len,
			      ret_loaded->split.data, module ? ret_loaded->split.len : 0);
	if (!ret)
		return 0;
	kvmpv_problem("this kernel's BTF is not understood (%d)", ret);
err:
	vfree(ret_loaded->split.data);
	vfree(ret_loaded->base.data);
	return ret;
}

/**
 * kvmpv_btf_check() - is the running kernel what this module was compiled against
 * @module: module that has the functions; NULL when they are built in
 * @functions: the functions this module calls or takes over
 * @nr_functions: how many
 * @members: the members this module touches
 * @nr_members: how many
 *
 * Says in one line what the first difference is.
 *
 * Context: process, may sleep.
 *
 * Return: 0, -EOPNOTSUPP for a difference, another error when BTF cannot be had.
 */
int kvmpv_btf_check(const char *module, const struct kvmpv_btf_function *functions,
		    unsigned int nr_functions, const struct kvmpv_btf_member *members,
		    unsigned int nr_members)
{
	struct loaded loaded;
	unsigned int i;
	int ret;

	ret = load(module, &loaded);
	if (ret)
		return ret;
	for (i = 0; i < nr_functions && !ret; i++)
		ret = check_function(&loaded.btf, &functions[i]);
	for (i = 0; i < nr_members && !ret; i++)
		ret = check_member(&loaded.btf, &members[i]);
	unload(&loaded);
	return ret;
}

/**
 * kvmpv_btf_find() - where the running kernel has members of structures that no header declares
 * @module: module that has the structures; NULL when they are built in
 * @members: their names, and the sizes they must have; their offsets are filled in
 * @nr_members: how many
 *
 * Says in one line what the first difference is.
 *
 * Context: process, may sleep.
 *
 * Return: 0, -EOPNOTSUPP for a difference, another error when BTF cannot be had.
 */
int kvmpv_btf_find(const char *module, struct kvmpv_btf_member *members, unsigned int nr_members)
{
	struct loaded loaded;
	unsigned int i;
	u32 size;
	int ret;

	ret = load(module, &loaded);
	if (ret)
		return ret;
	for (i = 0; i < nr_members && !ret; i++) {
		if (!kvmpv_btf_member(&loaded.btf, members[i].type, members[i].path,
				      &members[i].offset, &size) &&
		    size == members[i].size)
			continue;
		kvmpv_problem("struct %s: this kernel's BTF has no member %s of %u bytes",
			      members[i].type, members[i].path, members[i].size);
		ret = -EOPNOTSUPP;
	}
	unload(&loaded);
	return ret;
}
