// SPDX-License-Identifier: GPL-2.0-only
/*
 * What was found in an initramfs, kept in /run for the next run of kvmpvctl. An image is only ever
 * replaced by another file, so inode, size and time of change tell whether it is the same.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "initramfs.h"
#include "sysfs.h"

#define CACHE_DIR "run/kvmpv"
#define CACHE "initramfs"

static bool image_key(const struct initramfs *image, char *ret, size_t size)
{
	struct stat st;

	if (!*image->path || stat(image->path, &st))
		return false;
	snprintf(ret, size, "%s/%ju/%ju/%jd.%09ld", image->release, (uintmax_t)st.st_ino,
		 (uintmax_t)st.st_size, (intmax_t)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
	return true;
}

/* "VERSION/SRCVERSION", either may be empty; "-" when the module is not there. */
static int module_parse(const char *text, enum side side, struct module_version *ret_version)
{
	struct module_version *v = ret_version;
	char word[128], *slash;

	if (parse_pair(text, side_defs[side].module, word, sizeof(word)))
		return -EBADMSG;
	memset(v, 0, sizeof(*v));
	if (!strcmp(word, "-")) {
		strcpy(v->why, "not there");
		return 0;
	}
	slash = strchr(word, '/');
	if (!slash)
		return -EBADMSG;
	*slash++ = '\0';
	if (strlen(word) >= sizeof(v->version) || strlen(slash) >= sizeof(v->srcversion))
		return -EBADMSG;
	v->found = true;
	strcpy(v->version, word);
	strcpy(v->srcversion, slash);
	return 0;
}

/**
 * initramfs_cached() - what was found when an image was read before
 * @ctl: the run
 * @release: of its kernel
 * @ret_image: its modules, and @known: whether they are those of the image that is there now
 */
void initramfs_cached(const struct ctl *ctl, const char *release, struct initramfs *ret_image)
{
	struct initramfs *image = ret_image;
	char key[256], cached[256];
	const char *text;
	struct dir dir;

	memset(image, 0, sizeof(*image));
	snprintf(image->release, sizeof(image->release), "%s", release);
	if (initramfs_path(ctl, release, image->path) || !image_key(image, key, sizeof(key)) ||
	    dir_open_root(ctl, CACHE_DIR, &dir))
		return;
	image->known = !file_read(dir.fd, CACHE, &text) &&
		       !parse_pair(text, "image", cached, sizeof(cached)) && !strcmp(key, cached) &&
		       !module_parse(text, SIDE_HOST, &image->module[SIDE_HOST]) &&
		       !module_parse(text, SIDE_GUEST, &image->module[SIDE_GUEST]);
	dir_close(&dir);
}

static void cache_print(FILE *out, const char *key, const struct initramfs *image)
{
	fprintf(out, "image %s\n", key);
	for (enum side side = 0; side < SIDE_COUNT; side++) {
		const struct module_version *v = &image->module[side];

		fprintf(out, "%s %s%s%s\n", side_defs[side].module, v->found ? v->version : "-",
			v->found ? "/" : "", v->found ? v->srcversion : "");
	}
}

/**
 * initramfs_remember() - keep what was found in an image
 * @ctl: the run
 * @image: the image; one that could not be read to its end is not kept
 *
 * Who may not write there does without.
 */
void initramfs_remember(const struct ctl *ctl, const struct initramfs *image)
{
	char path[PATH_MAX], staged[PATH_MAX + 8], key[256];
	FILE *out;
	int fd;

	if (!image->known || !image_key(image, key, sizeof(key)))
		return;
	snprintf(path, sizeof(path), "%s/" CACHE_DIR, ctl->root);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/" CACHE_DIR "/" CACHE, ctl->root);
	snprintf(staged, sizeof(staged), "%s.XXXXXX", path);
	fd = mkostemp(staged, O_CLOEXEC);
	if (fd < 0)
		return;
	fchmod(fd, 0644);
	out = fdopen(fd, "w");
	if (!out) {
		close(fd);
		unlink(staged);
		return;
	}
	cache_print(out, key, image);
	if (fclose(out) || rename(staged, path))
		unlink(staged);
}
