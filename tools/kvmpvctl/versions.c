// SPDX-License-Identifier: GPL-2.0-only
/*
 * The four versions: of the tool, and of each module as it is loaded, on disk and in the initramfs.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "initramfs.h"
#include "sysfs.h"
#include "versions.h"

static bool differ(const struct module_version *a, const struct module_version *b)
{
	if (!a->found || !b->found)
		return false;
	if (strcmp(a->version, b->version))
		return true;
	return *a->srcversion && *b->srcversion && strcmp(a->srcversion, b->srcversion);
}

#define NOTE(...) snprintf(versions->note[side], sizeof(versions->note[side]), __VA_ARGS__)
#define NEXT(...) snprintf(versions->next[side], sizeof(versions->next[side]), __VA_ARGS__)

/* Asked for, and the image was read, and it is not in it. */
static bool left_out(const struct ctl *ctl, enum side side, const struct module_version *m)
{
	return side == SIDE_GUEST && m[WHERE_DISK].found && !m[WHERE_INITRAMFS].found &&
	       !strcmp(m[WHERE_INITRAMFS].why, "not there") && path_exists(ctl, INITRAMFS_MARKER);
}

static void next_rebuild(const struct ctl *ctl, enum side side, struct versions *versions)
{
	const struct builder *builder = builder_find(ctl);

	if (builder)
		builder_command(builder, versions->next[side], sizeof(versions->next[side]));
	else
		NEXT("update-initramfs -u, or dracut -f");
}

static void note(const struct ctl *ctl, enum side side, struct versions *versions)
{
	const struct module_version *m = versions->module[side];
	const char *name = side_defs[side].module;

	if (left_out(ctl, side, m)) {
		NOTE("%s is not in the initramfs, which was asked for", name);
		next_rebuild(ctl, side, versions);
	} else if (differ(&m[WHERE_INITRAMFS], &m[WHERE_DISK])) {
		NOTE("the initramfs has another %s than the disk", name);
		next_rebuild(ctl, side, versions);
	} else if (differ(&m[WHERE_LOADED], &m[WHERE_DISK])) {
		NOTE("another %s is loaded than is on disk", name);
		NEXT("reboot to use the one on disk, or%s: modprobe -r %s && modprobe %s",
		     side == SIDE_HOST ? ", when no VM runs" : "", name, name);
	} else if (m[WHERE_LOADED].found && strcmp(m[WHERE_LOADED].version, KVMPV_VERSION)) {
		NOTE("kvmpvctl %s and %s %s are not of one release", KVMPV_VERSION, name,
		     m[WHERE_LOADED].version);
		NEXT("install kvmpv-tools and %s of one release", side_defs[side].package);
	}
}

/* To unpack an image takes long: that is done once, by who may keep the result. */
static void image_read(const struct ctl *ctl, bool thorough, struct initramfs *ret_image)
{
	const char *release = release_running(ctl);
	bool marked = path_exists(ctl, INITRAMFS_MARKER);
	const char *why = "not asked for";

	if (!thorough) {
		initramfs_cached(ctl, release, ret_image);
		if (ret_image->known)
			return;
		if (!*ret_image->path)
			why = "no image";
		else if (marked)
			why = "not seen yet (kvmpvctl version)";
	}
	if (thorough || (marked && *ret_image->path && !geteuid())) {
		initramfs_read(ctl, release, ret_image);
		initramfs_remember(ctl, ret_image);
		return;
	}
	for (enum side side = 0; side < SIDE_COUNT; side++)
		strcpy(ret_image->module[side].why, why);
}

/**
 * versions_read() - find the versions of both modules
 * @ctl: the run
 * @thorough: read the initramfs in any case; else only when that was not done before, kvmpv is
 *            meant to be in it, and this is root, who can keep the result for the next time
 * @ret_versions: what was found, and what to do about it
 */
void versions_read(struct ctl *ctl, bool thorough, struct versions *ret_versions)
{
	struct initramfs *image = xrealloc(NULL, 1, sizeof(*image));

	memset(ret_versions, 0, sizeof(*ret_versions));
	image_read(ctl, thorough, image);
	for (enum side side = 0; side < SIDE_COUNT; side++) {
		struct module_version *m = ret_versions->module[side];

		module_loaded(ctl, side, &m[WHERE_LOADED]);
		module_on_disk(ctl, side, release_running(ctl), &m[WHERE_DISK]);
		m[WHERE_INITRAMFS] = image->module[side];
		note(ctl, side, ret_versions);
	}
	free(image);
}
