// SPDX-License-Identifier: GPL-2.0-only
/*
 * The list of VMs in /sys/kernel/kvmpv/host/vm.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "facts.h"

static int vm_id_compare(const void *left, const void *right)
{
	const struct vm_id *a = left;
	const struct vm_id *b = right;

	if (a->pid != b->pid)
		return a->pid < b->pid ? -1 : 1;
	return (a->n > b->n) - (a->n < b->n);
}

static size_t vms_collect(struct ctl *ctl, const struct dir *dir, DIR *list, struct vm_id **ret_ids)
{
	const struct dirent *entry;
	struct vm_id *ids = NULL;
	size_t n = 0, room = 0;

	while ((entry = readdir(list))) {
		if (entry->d_name[0] == '.')
			continue;
		if (n == room) {
			room = room ? 2 * room : 64;
			ids = xrealloc(ids, room, sizeof(*ids));
		}
		if (parse_vm_id(entry->d_name, &ids[n]))
			problem_add(ctl, EBADMSG, "%s/%s", dir->path, entry->d_name);
		else
			n++;
	}
	if (n)
		qsort(ids, n, sizeof(*ids), vm_id_compare);
	*ret_ids = ids;
	return n;
}

/**
 * vms_list() - which VMs there are
 * @ctl: the run
 * @host: the host's directory
 * @ret_ids: sorted by PID and number, to be freed
 * @ret_n: how many
 * @ret_dir: the directory the VMs are in, to be given to dir_close()
 *
 * Return: 0 or -errno, then noted in the run's problems.
 */
int vms_list(struct ctl *ctl, const struct dir *host, struct vm_id **ret_ids, size_t *ret_n,
	     struct dir *ret_dir)
{
	int err = dir_open(host, "vm", ret_dir);
	DIR *list;
	int fd;

	if (err) {
		problem_add(ctl, -err, "%s/vm", host->path);
		return err;
	}
	fd = fcntl(ret_dir->fd, F_DUPFD_CLOEXEC, 0);
	list = fd < 0 ? NULL : fdopendir(fd);
	if (!list) {
		err = -errno;
		problem_add(ctl, -err, "%s", ret_dir->path);
		if (fd >= 0)
			close(fd);
		dir_close(ret_dir);
		return err;
	}
	*ret_n = vms_collect(ctl, ret_dir, list, ret_ids);
	closedir(list);
	return 0;
}
