// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host side: /sys/kernel/kvmpv/host, and /proc for the names of the VMs' processes.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "facts.h"

/* A process sets its name to any bytes it likes; a terminal must not see them all. */
static void comm_read(struct ctl *ctl, const struct dir *proc, uint32_t pid, char *ret, size_t size)
{
	const char *text;
	char name[32];
	size_t len;
	int err;

	*ret = '\0';
	snprintf(name, sizeof(name), "%u/comm", pid);
	err = proc->fd < 0 ? proc->fd : file_read(proc->fd, name, &text);
	if (err == -EACCES || err == -EPERM)
		problem_add(ctl, -err, "%s/%s", proc->path, name);
	if (err)
		return;
	len = strcspn(text, "\n");
	if (len >= size)
		len = size - 1;
	for (size_t i = 0; i < len; i++)
		ret[i] = text[i] < ' ' || text[i] > '~' ? '?' : text[i];
	ret[len] = '\0';
}

/* False when the VM went away while it was read: nothing about it is a problem then. */
static bool vm_read(struct ctl *ctl, const struct dir *vms, const struct dir *proc,
		    const struct host *host, struct names *features, struct vm *vm)
{
	size_t mark = ctl->problems.total;
	struct dir dir;
	char name[24];
	int err;

	snprintf(name, sizeof(name), "%u-%u", vm->id.pid, vm->id.n);
	err = dir_open(vms, name, &dir);
	if (err == -ENOENT)
		return false;
	if (err) {
		problem_add(ctl, -err, "%s/%s", vms->path, name);
		return true;
	}
	vm->vcpus_known = !read_u32(ctl, &dir, "vcpus", &vm->vcpus);
	vm->abi_known = !read_u32(ctl, &dir, "abi", &vm->abi);
	vm->used_known = !read_names(ctl, &dir, "used", ' ', features, &vm->used);
	switches_read(ctl, &dir, host->features, features, &vm->offered);
	comm_read(ctl, proc, vm->id.pid, vm->comm, sizeof(vm->comm));
	dir_close(&dir);
	if (ctl->problems.total == mark || !dir_gone(&dir))
		return true;
	problems_rewind(ctl, mark);
	return false;
}

static void vms_read(struct ctl *ctl, const struct dir *dir, struct names *features,
		     struct host *host)
{
	struct vm_id *ids;
	struct dir vms, proc;
	size_t n;

	if (vms_list(ctl, dir, &ids, &n, &vms))
		return;
	host->vms_known = true;
	if (n)
		host->vms = xrealloc(NULL, n, sizeof(*host->vms));
	if (dir_open_root(ctl, "proc", &proc))
		proc.fd = -1;
	for (size_t i = 0; i < n; i++) {
		struct vm *vm = &host->vms[host->n_vms];

		memset(vm, 0, sizeof(*vm));
		vm->id = ids[i];
		if (vm_read(ctl, &vms, &proc, host, features, vm))
			host->n_vms++;
	}
	if (proc.fd >= 0)
		dir_close(&proc);
	dir_close(&vms);
	free(ids);
}

/**
 * host_read() - all about the host side
 * @ctl: the run
 * @features: features known so far; new ones are added
 * @ret_host: to be given to host_free()
 *
 * A directory that is there but cannot be opened is that of a module of which nothing is known.
 */
void host_read(struct ctl *ctl, struct names *features, struct host *ret_host)
{
	struct dir dir;
	int err;

	memset(ret_host, 0, sizeof(*ret_host));
	err = dir_open_root(ctl, side_defs[SIDE_HOST].sysfs, &dir);
	if (err) {
		ret_host->module.loaded = err != -ENOENT;
		if (ret_host->module.loaded)
			problem_add(ctl, -err, "%s", dir.path);
		return;
	}
	module_read(ctl, &dir, &ret_host->module);
	ret_host->hooks_known =
		!read_names(ctl, &dir, "hooks", '\n', &ret_host->hooks, &(uint64_t){0});
	err = features_list(&dir, features, &ret_host->features);
	if (err)
		problem_add(ctl, -err, "%s/features", dir.path);
	switches_read(ctl, &dir, ret_host->features, features, &ret_host->offered);
	reasons_read(ctl, &dir, ret_host->features, features, &ret_host->reasons);
	vms_read(ctl, &dir, features, ret_host);
	dir_close(&dir);
}

/**
 * host_free() - end the use of what host_read() gave
 * @host: the host
 */
void host_free(struct host *host)
{
	free(host->vms);
}
