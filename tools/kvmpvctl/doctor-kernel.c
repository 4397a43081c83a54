// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks of the kernel: can the modules be built for it, and can they take functions over?
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "doctor.h"
#include "filter.h"
#include "sysfs.h"

/* Options of dkms.conf's BUILD_EXCLUSIVE_CONFIG, which the makefile takes from there */
static const char *const needs[SIDE_COUNT] = {
	[SIDE_HOST] = KVMPV_CONFIG_HOST,
	[SIDE_GUEST] = KVMPV_CONFIG_GUEST,
};

_Static_assert(sizeof(KVMPV_CONFIG_HOST) > 1 && sizeof(KVMPV_CONFIG_GUEST) > 1,
	       "no BUILD_EXCLUSIVE_CONFIG in dkms.conf");

#define OLDEST_MAJOR 6
#define OLDEST_MINOR 1

/* What the modules take over by ftrace: see dkms/kvm.h, cr3-hooks.c and spinlock.c of the guest */
static const char *const hooked[] = {
	"kvm_arch_vcpu_destroy",
	"kvm_arch_destroy_vm",
	"kvm_arch_vcpu_create",
	"kvm_arch_dev_ioctl",
	"kvm_cpuid",
	"kvm_get_msr_common",
	"kvm_set_msr_common",
	"kvm_emulate_hypercall",
	"native_machine_crash_shutdown",
	"native_flush_tlb_local",
	"__pv_queued_spin_lock_slowpath",
	"native_queued_spin_lock_slowpath",
	"kvm_wait",
	"kvm_kick_cpu",
};

/* ---- configuration ---- */

#define OPTIONS_MAX_KERNEL 16

/**
 * struct option_need - an option of the kernel's configuration
 * @name: with CONFIG_
 * @len: of the name
 * @wanted: it has to be set; else it must not be
 * @set: it is set
 */
struct option_need {
	const char *name;
	size_t len;
	bool wanted;
	bool set;
};

static size_t needs_split(const char *text, struct option_need ret_need[OPTIONS_MAX_KERNEL])
{
	size_t n = 0;

	while (*(text += strspn(text, " ")) && n < OPTIONS_MAX_KERNEL) {
		struct option_need *need = &ret_need[n++];

		need->wanted = *text != '!';
		need->name = text + !need->wanted;
		need->len = strcspn(need->name, " ");
		need->set = false;
		text = need->name + need->len;
	}
	return n;
}

static void kconfig_look(FILE *in, struct option_need *need, size_t n)
{
	char line[256];

	while (fgets(line, sizeof(line), in)) {
		for (size_t i = 0; i < n; i++) {
			const char *value = line + need[i].len;

			if (!strncmp(line, need[i].name, need[i].len) &&
			    (!strncmp(value, "=y", 2) || !strncmp(value, "=m", 2)))
				need[i].set = true;
		}
	}
}

static FILE *kconfig_open(const struct ctl *ctl, const char *release)
{
	static const char *const forms[] = {
		"%s/boot/config-%s",
		"%s/lib/modules/%s/config",
		"%s/lib/modules/%s/build/.config",
	};
	char path[PATH_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		FILE *in;
		int fd;

		snprintf(path, sizeof(path), forms[i], ctl->root, release);
		fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		in = fd < 0 ? NULL : fdopen(fd, "r");
		if (in)
			return in;
	}
	return NULL;
}

/* Where there is no file in /boot, the kernel may have its configuration in itself. */
static bool kconfig_read(const struct ctl *ctl, struct option_need *need, size_t n)
{
	char *const gzip[] = {"gzip", "-dcq", NULL};
	FILE *in = kconfig_open(ctl, release_running(ctl));
	struct filter filter;
	char path[PATH_MAX];
	int fd, err;

	if (in) {
		kconfig_look(in, need, n);
		fclose(in);
		return true;
	}
	snprintf(path, sizeof(path), "%s/proc/config.gz", ctl->root);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return false;
	err = filter_open(fd, gzip, &filter);
	close(fd);
	if (err)
		return false;
	kconfig_look(filter.out, need, n);
	return !filter_close(&filter);
}

static void append(char *text, size_t size, const char *between, const struct option_need *need)
{
	size_t used = strlen(text);

	snprintf(text + used, size - used, "%s%s%.*s", used ? between : "",
		 need->wanted ? "" : "without ", (int)need->len, need->name);
}

/* A machine that could be both may be meant to be the other side only. */
static enum verdict wanted(const struct ctl *ctl, const struct evidence *evidence, enum side side)
{
	return ctl->sides || evidence->sides == SIDE_MASK(side) ? VERDICT_FAIL : VERDICT_WARN;
}

/**
 * check_kernel() - can the module of a side be built for this kernel
 * @ctl: the run
 * @evidence: what is known
 * @side: the side
 * @ret_finding: the verdict
 *
 * Return: false when the configuration of this kernel cannot be found.
 */
bool check_kernel(struct ctl *ctl, const struct evidence *evidence, enum side side,
		  struct finding *ret_finding)
{
	const char *release = release_running(ctl);
	struct option_need need[OPTIONS_MAX_KERNEL];
	size_t n = needs_split(needs[side], need);
	unsigned int major = 0, minor = 0;
	char missing[400] = "";

	if (sscanf(release, "%u.%u", &major, &minor) == 2 &&
	    (major < OLDEST_MAJOR || (major == OLDEST_MAJOR && minor < OLDEST_MINOR)))
		return report(ret_finding, wanted(ctl, evidence, side), "boot a newer kernel",
			      "kernel %s is older than %d.%d, which %s needs", release,
			      OLDEST_MAJOR, OLDEST_MINOR, side_defs[side].module);
	if (!kconfig_read(ctl, need, n))
		return false;
	for (size_t i = 0; i < n; i++)
		if (need[i].set != need[i].wanted)
			append(missing, sizeof(missing), ", ", &need[i]);
	if (*missing)
		return report(ret_finding, wanted(ctl, evidence, side),
			      "boot a kernel that has it, as those of Debian and Fedora do",
			      "kernel %s is not built as %s needs it: %s", release,
			      side_defs[side].module, missing);
	return report(ret_finding, VERDICT_PASS, NULL, "kernel %s has what %s needs", release,
		      side_defs[side].module);
}

/**
 * check_headers() - can DKMS build modules for this kernel
 * @ctl: the run
 * @evidence: what is known
 * @side: SIDE_COUNT
 * @ret_finding: the verdict
 *
 * Return: false where there is nothing of this kernel on disk.
 */
bool check_headers(struct ctl *ctl, const struct evidence *evidence, enum side side,
		   struct finding *ret_finding)
{
	const char *release = release_running(ctl);
	char path[PATH_MAX], next[256];
	bool debian = path_exists(ctl, "etc/debian_version");

	snprintf(path, sizeof(path), "lib/modules/%s", release);
	if (!path_exists(ctl, path))
		return false;
	snprintf(path, sizeof(path), "lib/modules/%s/build/Makefile", release);
	if (path_exists(ctl, path))
		return report(ret_finding, VERDICT_PASS, NULL, "headers of kernel %s are there",
			      release);
	snprintf(next, sizeof(next), "%s%s",
		 debian ? "apt install linux-headers-" : "dnf install kernel-devel-", release);
	return report(ret_finding, VERDICT_WARN, next,
		      "no headers of kernel %s: DKMS cannot build modules for it", release);
}

/* ---- ftrace ---- */

/**
 * ftrace_read() - is ftrace switched on
 * @ctl: the run
 * @ret_ftrace: kernel.ftrace_enabled
 */
void ftrace_read(const struct ctl *ctl, enum ftrace *ret_ftrace)
{
	const char *text;
	struct dir dir;
	char word[8];

	*ret_ftrace = FTRACE_UNKNOWN;
	if (dir_open_root(ctl, "proc/sys/kernel", &dir))
		return;
	if (!file_read(dir.fd, "ftrace_enabled", &text) && !parse_line(text, word, sizeof(word)))
		*ret_ftrace = strcmp(word, "0") ? FTRACE_ON : FTRACE_OFF;
	dir_close(&dir);
}

/**
 * check_ftrace() - can functions of the kernel be taken over, and do they stay so
 * @ctl: the run
 * @evidence: what is known
 * @side: SIDE_COUNT
 * @ret_finding: the verdict
 *
 * Return: false when that cannot be seen.
 */
bool check_ftrace(struct ctl *ctl, const struct evidence *evidence, enum side side,
		  struct finding *ret_finding)
{
	const struct status *status = &evidence->status;
	bool loaded = status->host.module.loaded || status->guest.module.loaded;

	if (evidence->ftrace == FTRACE_UNKNOWN)
		return false;
	if (evidence->ftrace == FTRACE_ON)
		return report(ret_finding, VERDICT_PASS, NULL, "kernel.ftrace_enabled is 1");
	return report(ret_finding, loaded ? VERDICT_FAIL : VERDICT_WARN,
		      "sysctl kernel.ftrace_enabled=1, and take what sets it to 0 out of "
		      "/etc/sysctl.d",
		      "kernel.ftrace_enabled is 0: %s",
		      loaded ? "kvmpv can take no function over, and may have lost those it had"
			     : "kvmpv could take no function over");
}

/* ---- livepatch ---- */

/* "FUNCTION,NUMBER" is the name of a directory. */
static bool is_hooked(const char *name, char *ret_function, size_t size)
{
	size_t len = strcspn(name, ",");

	for (size_t i = 0; i < ARRAY_SIZE(hooked); i++) {
		if (strlen(hooked[i]) == len && !strncmp(hooked[i], name, len)) {
			snprintf(ret_function, size, "%s", hooked[i]);
			return true;
		}
	}
	return false;
}

/* Calls itself for PATCH, then OBJECT; at depth 2 names are functions. */
static bool conflict_find(const struct dir *dir, int depth, char *ret_function, size_t size)
{
	int fd = openat(dir->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	bool found = false;

	if (!list) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	while (!found && (entry = readdir(list))) {
		struct dir inner;

		if (entry->d_name[0] == '.')
			continue;
		if (depth == 2) {
			found = is_hooked(entry->d_name, ret_function, size);
		} else if (!dir_open(dir, entry->d_name, &inner)) {
			found = conflict_find(&inner, depth + 1, ret_function, size);
			dir_close(&inner);
		}
	}
	closedir(list);
	return found;
}

static bool active(const struct module_facts *m)
{
	return m->loaded && !strcmp(m->state, "active");
}

/**
 * check_livepatch() - does a livepatch change what kvmpv takes over
 * @ctl: the run
 * @evidence: what is known
 * @side: SIDE_COUNT
 * @ret_finding: the verdict
 *
 * Only one of them can have a function: whoever comes second is refused.
 *
 * Return: false where this kernel has no livepatching.
 */
bool check_livepatch(struct ctl *ctl, const struct evidence *evidence, enum side side,
		     struct finding *ret_finding)
{
	const struct status *status = &evidence->status;
	char function[64];
	struct dir dir;
	bool found;

	if (dir_open_root(ctl, "sys/kernel/livepatch", &dir))
		return false;
	found = conflict_find(&dir, 0, function, sizeof(function));
	dir_close(&dir);
	if (!found)
		return report(ret_finding, VERDICT_PASS, NULL,
			      "no livepatch changes what kvmpv takes over");
	return report(ret_finding,
		      active(&status->host.module) || active(&status->guest.module) ? VERDICT_WARN
										    : VERDICT_FAIL,
		      "use the one or the other: boot an updated kernel instead of the livepatch",
		      "a livepatch changes %s, which kvmpv takes over: whoever comes second is "
		      "refused",
		      function);
}
