/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVMPVCTL_SYSFS_H
#define KVMPVCTL_SYSFS_H

#include <sys/types.h>

#include "kvmpvctl.h"
#include "parse.h"

/* A sysfs file is a page at most; what is longer than this was not written by kvmpv. */
#define FILE_SIZE_MAX 65536

/**
 * struct dir - an open directory
 * @fd: to open files in it
 * @path: for messages
 */
struct dir {
	int fd;
	char path[PATH_MAX];
};

bool path_exists(const struct ctl *ctl, const char *path);
int dir_open_root(const struct ctl *ctl, const char *path, struct dir *ret_dir);
int dir_open(const struct dir *parent, const char *name, struct dir *ret_dir);
bool dir_gone(const struct dir *dir);
void dir_close(struct dir *dir);

int file_read(int dir, const char *name, const char **ret_text);
int file_head(int dir, const char *name, char *ret_text, size_t size);
int file_write(const struct dir *dir, const char *name, const char *text);

int read_line(struct ctl *ctl, const struct dir *dir, const char *name, char *ret_line,
	      size_t size);
int read_bool(struct ctl *ctl, const struct dir *dir, const char *name, bool *ret_value);
int read_u32(struct ctl *ctl, const struct dir *dir, const char *name, uint32_t *ret_value);
int read_range(struct ctl *ctl, const struct dir *dir, const char *name, struct range *ret_range);
int read_names(struct ctl *ctl, const struct dir *dir, const char *name, char between,
	       struct names *names, uint64_t *ret_set);
int read_counters(struct ctl *ctl, const struct dir *dir, const char *name, struct names *names,
		  struct counters *ret_counters);
int read_histograms(struct ctl *ctl, const struct dir *dir, const char *name,
		    struct histogram ret_histogram[HISTOGRAMS_MAX], size_t *ret_n);
int read_cpu_times(struct ctl *ctl, struct cpu_times *ret_times);
int read_sites(struct ctl *ctl, const struct dir *dir, const char *name,
	       struct site ret_site[SITES_MAX], size_t *ret_n);

#endif /* KVMPVCTL_SYSFS_H */
