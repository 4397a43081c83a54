// SPDX-License-Identifier: GPL-2.0-only
/*
 * What this kernel's own type information tells: whether it has a function, or a structure a
 * member. /sys/kernel/btf can be read by everybody; btf.c is the reader that the modules have, too.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "../../kmod-common/btf.h"

#include "inventory.h"

#define BTF_SIZE_MAX (64U << 20)

struct blob {
	char *data;
	size_t len;
};

/**
 * struct types - type information
 * @base: of the kernel
 * @split: of a module
 * @btf: both, for the reader
 */
struct types {
	struct blob base;
	struct blob split;
	struct kvmpv_btf btf;
};

static int blob_read(const struct ctl *ctl, const char *name, struct blob *ret_blob)
{
	size_t used = 0, room = 1U << 16;
	char *data = xrealloc(NULL, room, 1);
	struct dir dir;
	ssize_t len;
	int fd, err;

	err = dir_open_root(ctl, "sys/kernel/btf", &dir);
	if (err)
		goto out;
	fd = openat(dir.fd, name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	err = fd < 0 ? -errno : 0;
	dir_close(&dir);
	if (err)
		goto out;
	while ((len = read(fd, data + used, room - used)) > 0) {
		used += (size_t)len;
		if (used == room && room < BTF_SIZE_MAX)
			data = xrealloc(data, room *= 2, 1);
	}
	err = len < 0 ? -errno : used == BTF_SIZE_MAX ? -EBADMSG : 0;
	close(fd);
out:
	if (err) {
		free(data);
		return err;
	}
	ret_blob->data = data;
	ret_blob->len = used;
	return 0;
}

static int types_load(const struct ctl *ctl, const char *module, struct types *ret_types)
{
	struct types t = {.base = {NULL, 0}};
	int err;

	err = blob_read(ctl, "vmlinux", &t.base);
	if (!err && module)
		err = blob_read(ctl, module, &t.split);
	if (!err)
		err = kvmpv_btf_parse(&t.btf, t.base.data, t.base.len, t.split.data, t.split.len);
	if (err) {
		free(t.base.data);
		free(t.split.data);
		return err;
	}
	*ret_types = t;
	return 0;
}

static void types_free(struct types *types)
{
	kvmpv_btf_free(&types->btf);
	free(types->base.data);
	free(types->split.data);
}

static bool has_function(const struct types *types, const char *function)
{
	char prototype[KVMPV_BTF_PROTOTYPE_MAX];

	return !kvmpv_btf_prototype(&types->btf, function, prototype, sizeof(prototype));
}

static bool has_member(const struct types *types, const char *type, const char *path)
{
	uint32_t offset, size;

	return !kvmpv_btf_member(&types->btf, type, path, &offset, &size);
}

/**
 * types_read() - how this host's KVM is built
 * @ctl: the run
 * @facts: its members are set on success
 *
 * Return: 0 or -errno.
 */
int types_read(const struct ctl *ctl, struct host_facts *facts)
{
	struct types types;
	int err = types_load(ctl, "kvm", &types);

	if (err)
		return err;
	facts->srcu = has_member(&types, "kvm", "srcu");
	facts->uret = has_function(&types, "kvm_set_user_return_msr");
	facts->lazy_fpu = has_member(&types, "kvm_vcpu", "fpu_active") ||
			  has_member(&types, "kvm_vcpu", "guest_fpu_loaded");
	err = has_member(&types, "kvm", "memslots") ? 0 : -EBADMSG;
	types_free(&types);
	return err;
}

/**
 * types_function() - has the kernel a function
 * @ctl: the run
 * @function: its name
 * @ret_there: the answer
 *
 * Return: 0 or -errno.
 */
int types_function(const struct ctl *ctl, const char *function, bool *ret_there)
{
	struct types types;
	int err = types_load(ctl, NULL, &types);

	if (err)
		return err;
	*ret_there = has_function(&types, function);
	types_free(&types);
	return 0;
}
