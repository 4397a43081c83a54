// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the initramfs images are: in /boot, under a name that says which kernel they are for.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "initramfs.h"
#include "sysfs.h"

static const struct {
	const char *before;
	const char *after;
} forms[] = {
	{"initrd.img-", ""}, /* Debian, whatever builds it */
	{"initramfs-", ".img"}, /* dracut */
	{"initrd-", ""}, /* SUSE */
};

/**
 * initramfs_path() - the image of a kernel
 * @ctl: the run
 * @release: of the kernel
 * @ret_path: the image
 *
 * Return: 0 or -ENOENT.
 */
int initramfs_path(const struct ctl *ctl, const char *release, char ret_path[PATH_MAX])
{
	char path[PATH_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		snprintf(path, sizeof(path), "boot/%s%s%s", forms[i].before, release,
			 forms[i].after);
		if (!path_exists(ctl, path))
			continue;
		snprintf(ret_path, PATH_MAX, "%.2000s/%.2000s", ctl->root, path);
		return 0;
	}
	return -ENOENT;
}

/* Backups and images of other systems are named alike: a kernel has its modules here. */
static bool release_of(const struct ctl *ctl, const char *name, char ret_release[RELEASE_SIZE])
{
	char modules[RELEASE_SIZE + 16];

	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		size_t before = strlen(forms[i].before), after = strlen(forms[i].after);
		size_t len = strlen(name);

		if (len <= before + after || len - before - after >= RELEASE_SIZE ||
		    strncmp(name, forms[i].before, before) ||
		    strcmp(name + len - after, forms[i].after))
			continue;
		snprintf(ret_release, RELEASE_SIZE, "%.*s", (int)(len - before - after),
			 name + before);
		snprintf(modules, sizeof(modules), "lib/modules/%s", ret_release);
		if (path_exists(ctl, modules))
			return true;
	}
	return false;
}

static int releases_order(const void *a, const void *b)
{
	return strverscmp(a, b);
}

/**
 * initramfs_list() - the kernels that have an image
 * @ctl: the run
 * @ret_releases: of each, sorted, to be given to free()
 *
 * Return: how many.
 */
size_t initramfs_list(const struct ctl *ctl, char (**ret_releases)[RELEASE_SIZE])
{
	char(*releases)[RELEASE_SIZE] = NULL;
	struct dirent *entry;
	struct dir dir;
	size_t n = 0, unique = 0;
	DIR *list;

	*ret_releases = NULL;
	if (dir_open_root(ctl, "boot", &dir))
		return 0;
	list = fdopendir(dir.fd);
	if (!list) {
		dir_close(&dir);
		return 0;
	}
	while ((entry = readdir(list))) {
		releases = xrealloc(releases, n + 1, sizeof(*releases));
		n += release_of(ctl, entry->d_name, releases[n]);
	}
	closedir(list);
	if (n)
		qsort(releases, n, sizeof(*releases), releases_order);
	for (size_t i = 0; i < n; i++)
		if (!unique || strcmp(releases[unique - 1], releases[i]))
			memmove(releases[unique++], releases[i], sizeof(*releases));
	*ret_releases = releases;
	return unique;
}
