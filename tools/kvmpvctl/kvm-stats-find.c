// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who has VMs, and KVM's counters of them.
 *
 * The counters of a VM come from its VMM, if it has KVM's statistics open (QEMU since 8.1 does):
 * its files are taken over with pidfd_getfd(2) and read from the start; that needs what ptrace(2)
 * needs, and works under lockdown. KVM_GET_STATS_FD itself does not: KVM answers ioctls to nobody
 * but the process that made the VM. Otherwise they are in debugfs, for root, and not under
 * lockdown=confidentiality.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kvm-stats.h"
#include "sysfs.h"

#define DEBUGFS_KVM "sys/kernel/debug/kvm"

/* Statistics of a vCPU are 5 KB */
#define STATS_SIZE_MAX 262144

enum kvm_file { FILE_OTHER, FILE_VM, FILE_STATS };

/* KVM's files: "anon_inode:kvm-vm", "anon_inode:kvm-vcpu-stats:0"; newer kernels write brackets */
static enum kvm_file file_kind(int dir, const char *name)
{
	static const char anon[] = "anon_inode:";
	char link[64] = "";
	const char *what = link + sizeof(anon) - 1;

	if (readlinkat(dir, name, link, sizeof(link) - 1) < 0 ||
	    strncmp(link, anon, sizeof(anon) - 1))
		return FILE_OTHER;
	what += *what == '[';
	if (!strncmp(what, "kvm-vcpu-stats:", 15) || !strncmp(what, "kvm-vm-stats", 12))
		return FILE_STATS;
	return !strcmp(what, "kvm-vm") || !strcmp(what, "kvm-vm]") ? FILE_VM : FILE_OTHER;
}

/* Calls @each with the number of each file of a process that is of a kind. */
static int files_each(const struct ctl *ctl, uint32_t process, enum kvm_file kind,
		      int (*each)(int number, void *data), void *data)
{
	const struct dirent *entry;
	char path[32];
	struct dir dir;
	DIR *list;
	int err;

	snprintf(path, sizeof(path), "proc/%u/fd", process);
	err = dir_open_root(ctl, path, &dir);
	if (err)
		return err;
	list = fdopendir(dir.fd);
	if (!list) {
		err = -errno;
		dir_close(&dir);
		return err;
	}
	while (!err && (entry = readdir(list)))
		if (entry->d_name[0] != '.' && file_kind(dirfd(list), entry->d_name) == kind)
			err = each(atoi(entry->d_name), data);
	closedir(list);
	return err;
}

static int count_one(int number, void *data)
{
	++*(unsigned int *)data;
	return 0;
}

/**
 * process_vms() - how many VMs a process has
 * @ctl: the run
 * @process: its PID
 * @ret_vms: how many
 *
 * Return: 0 or -errno.
 */
int process_vms(const struct ctl *ctl, uint32_t process, unsigned int *ret_vms)
{
	unsigned int n = 0;
	int err = files_each(ctl, process, FILE_VM, count_one, &n);

	if (!err)
		*ret_vms = n;
	return err;
}

/**
 * process_comm() - the command of a process
 * @ctl: the run
 * @process: its PID
 * @ret_comm: ASCII; empty when it cannot be seen
 * @size: bytes at @ret_comm
 */
void process_comm(const struct ctl *ctl, uint32_t process, char *ret_comm, size_t size)
{
	char path[32];
	struct dir dir;

	*ret_comm = '\0';
	snprintf(path, sizeof(path), "proc/%u", process);
	if (dir_open_root(ctl, path, &dir))
		return;
	file_head(dir.fd, "comm", ret_comm, size);
	dir_close(&dir);
	ret_comm[strcspn(ret_comm, "\n")] = '\0';
	for (char *c = ret_comm; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
}

/**
 * process_wait_ns() - how long the threads of a process waited for a CPU
 * @ctl: the run
 * @process: its PID
 *
 * Return: nanoseconds since they started; 0 when that cannot be seen.
 */
uint64_t process_wait_ns(const struct ctl *ctl, uint32_t process)
{
	const struct dirent *entry;
	uint64_t sum = 0, wait;
	const char *text;
	char path[280];
	struct dir dir;
	DIR *list;

	snprintf(path, sizeof(path), "proc/%u/task", process);
	if (dir_open_root(ctl, path, &dir))
		return 0;
	list = fdopendir(dir.fd);
	while (list && (entry = readdir(list))) {
		snprintf(path, sizeof(path), "%s/schedstat", entry->d_name);
		if (entry->d_name[0] != '.' && !file_read(dirfd(list), path, &text) &&
		    sscanf(text, "%*u %" SCNu64, &wait) == 1)
			sum += wait;
	}
	if (list)
		closedir(list);
	else
		dir_close(&dir);
	return sum;
}

/* ---- binary ---- */

struct binary {
	int pidfd;
	struct kvm_stats *stats;
};

static int file_add(int fd, struct kvm_stats *stats)
{
	char *data = xrealloc(NULL, STATS_SIZE_MAX, 1);
	size_t used = 0;
	ssize_t len;
	int err;

	/* The VMM may read the same file: its position is not ours. */
	while ((len = pread(fd, data + used, STATS_SIZE_MAX - used, (off_t)used)) > 0)
		used += (size_t)len;
	if (len < 0)
		err = -errno;
	else if (used == STATS_SIZE_MAX)
		err = -EBADMSG;
	else
		err = kvm_stats_parse(data, used, stats);
	free(data);
	return err;
}

static int binary_add(int number, void *data)
{
	const struct binary *binary = data;
	int fd, err = 0;
	char path[32];

	fd = (int)syscall(SYS_pidfd_getfd, binary->pidfd, number, 0);
	/* The VMM has just closed it. */
	if (fd < 0)
		return errno == EBADF ? 0 : -errno;
	/* It may have put another file there meanwhile, which could block whoever reads it. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (file_kind(AT_FDCWD, path) == FILE_STATS) {
		err = file_add(fd, binary->stats);
		if (!err)
			binary->stats->source = KVM_STATS_BINARY;
	}
	close(fd);
	return err;
}

static int binary_read(const struct ctl *ctl, uint32_t process, struct kvm_stats *stats)
{
	struct binary binary = {.stats = stats};
	int err;

	if (*ctl->root)
		return -ENOENT;
	binary.pidfd = (int)syscall(SYS_pidfd_open, process, 0);
	if (binary.pidfd < 0)
		return -errno;
	err = files_each(ctl, process, FILE_STATS, binary_add, &binary);
	close(binary.pidfd);
	/* Those of a VM alone do not have exits. */
	if (!err && !(stats->have & 1))
		err = -ENOENT;
	return err;
}

/* ---- debugfs ---- */

/* A directory "PID-FD" a VM: what is in it is the sum over its vCPUs. */
static bool debugfs_name(const char *name, uint32_t *ret_process)
{
	const char *dash = strchr(name, '-');
	uint64_t pid, fd;

	if (!dash || parse_u64(name, (size_t)(dash - name), &pid) ||
	    parse_u64(dash + 1, strlen(dash + 1), &fd) || !pid || pid > INT32_MAX)
		return false;
	*ret_process = (uint32_t)pid;
	return true;
}

static int debugfs_add(const struct dir *kvm, const char *name, struct kvm_stats *stats)
{
	const char *text;
	struct dir dir;
	uint64_t value;
	int err;

	err = dir_open(kvm, name, &dir);
	if (err)
		return err;
	for (int i = 0; !err && i < KVM_STATS_COUNT; i++) {
		err = file_read(dir.fd, kvm_stats_names[i], &text);
		if (err == -ENOENT) {
			err = 0;
			continue;
		}
		if (!err && parse_u64(text, strcspn(text, "\n"), &value))
			err = -EBADMSG;
		if (err)
			break;
		stats->have |= 1U << i;
		stats->value[i] += value;
	}
	dir_close(&dir);
	return err;
}

/* Calls @each with the name and the process of each VM in debugfs. */
static int debugfs_each(const struct ctl *ctl,
			int (*each)(const struct dir *kvm, const char *name, uint32_t process,
				    void *data),
			void *data)
{
	const struct dirent *entry;
	uint32_t process;
	struct dir dir;
	DIR *list;
	int err;

	err = dir_open_root(ctl, DEBUGFS_KVM, &dir);
	if (err)
		return err;
	list = fdopendir(dup(dir.fd));
	if (!list)
		err = -errno;
	while (!err && (entry = readdir(list)))
		if (debugfs_name(entry->d_name, &process))
			err = each(&dir, entry->d_name, process, data);
	if (list)
		closedir(list);
	dir_close(&dir);
	return err;
}

struct debugfs {
	uint32_t process;
	struct kvm_stats *stats;
};

static int debugfs_one(const struct dir *kvm, const char *name, uint32_t process, void *data)
{
	const struct debugfs *debugfs = data;
	int err = 0;

	if (process == debugfs->process) {
		err = debugfs_add(kvm, name, debugfs->stats);
		if (!err)
			debugfs->stats->source = KVM_STATS_DEBUGFS;
	}
	return err;
}

/**
 * kvm_stats_read() - KVM's counters of the VMs of a process
 * @ctl: the run
 * @process: its PID
 * @ret_stats: the counters, and where they come from or why there are none
 */
void kvm_stats_read(const struct ctl *ctl, uint32_t process, struct kvm_stats *ret_stats)
{
	struct debugfs debugfs = {.process = process, .stats = ret_stats};
	int err;

	memset(ret_stats, 0, sizeof(*ret_stats));
	if (!binary_read(ctl, process, ret_stats))
		return;
	memset(ret_stats, 0, sizeof(*ret_stats));
	err = debugfs_each(ctl, debugfs_one, &debugfs);
	if (!err && ret_stats->source == KVM_STATS_NONE)
		err = -ENOENT;
	if (!err)
		return;
	memset(ret_stats, 0, sizeof(*ret_stats));
	ret_stats->error = -err;
}

/* ---- who has VMs ---- */

struct processes {
	uint32_t *list;
	size_t n;
	size_t room;
};

static void process_add(struct processes *processes, uint32_t process)
{
	for (size_t i = 0; i < processes->n; i++)
		if (processes->list[i] == process)
			return;
	if (processes->n == processes->room) {
		processes->room = processes->room ? 2 * processes->room : 64;
		processes->list = xrealloc(processes->list, processes->room, sizeof(uint32_t));
	}
	processes->list[processes->n++] = process;
}

static int debugfs_list(const struct dir *kvm, const char *name, uint32_t process, void *data)
{
	process_add(data, process);
	return 0;
}

static void proc_list(const struct ctl *ctl, struct processes *processes)
{
	const struct dirent *entry;
	unsigned int vms;
	struct dir dir;
	uint64_t pid;
	DIR *list;

	if (dir_open_root(ctl, "proc", &dir))
		return;
	list = fdopendir(dir.fd);
	if (!list) {
		dir_close(&dir);
		return;
	}
	while ((entry = readdir(list)))
		if (!parse_u64(entry->d_name, strlen(entry->d_name), &pid) && pid <= INT32_MAX &&
		    !process_vms(ctl, (uint32_t)pid, &vms) && vms)
			process_add(processes, (uint32_t)pid);
	closedir(list);
}

/**
 * kvm_vms_list() - which processes have VMs
 * @ctl: the run
 * @ret_processes: their PIDs, to be freed
 * @ret_n: how many
 *
 * As far as can be seen: without root, one's own.
 */
void kvm_vms_list(const struct ctl *ctl, uint32_t **ret_processes, size_t *ret_n)
{
	struct processes processes = {.n = 0};

	if (debugfs_each(ctl, debugfs_list, &processes))
		proc_list(ctl, &processes);
	*ret_processes = processes.list;
	*ret_n = processes.n;
}
