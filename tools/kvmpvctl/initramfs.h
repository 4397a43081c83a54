/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The initramfs images of this machine and what they have of kvmpv. The hooks in packaging/ put it
 * there when INITRAMFS_MARKER exists.
 */
#ifndef KVMPVCTL_INITRAMFS_H
#define KVMPVCTL_INITRAMFS_H

#include "modules.h"

#define INITRAMFS_MARKER "etc/kvmpv/initramfs"

/* In an image: "FILE VALUE" a line, FILE below the guest's directory in sysfs, as to be written */
#define INITRAMFS_SETTINGS "etc/kvmpv/guest.settings"
#define SETTINGS_SIZE 4096

#define RELEASE_SIZE 96

/**
 * struct initramfs - an image
 * @release: of its kernel
 * @path: the file, empty when there is none
 * @known: it could be read to its end
 * @settings_found: it has INITRAMFS_SETTINGS
 * @settings: these
 * @module: the modules, by side
 */
struct initramfs {
	char release[RELEASE_SIZE];
	char path[PATH_MAX];
	bool known;
	bool settings_found;
	char settings[SETTINGS_SIZE];
	struct module_version module[SIDE_COUNT];
};

/**
 * struct builder - a program that makes images
 * @name: as people call it
 * @program: below the root
 * @calls: the program is a script that has this word in it; NULL for any
 * @hook: what puts kvmpv into its images, below the root
 * @kernel_hook: what makes it build an image for each new kernel, below the root
 * @argv: how it makes all images anew
 */
struct builder {
	const char *name;
	const char *program;
	const char *calls;
	const char *hook;
	const char *kernel_hook[3];
	const char *argv[5];
};

void initramfs_read(const struct ctl *ctl, const char *release, struct initramfs *ret_image);

/* initramfs-images.c */
int initramfs_path(const struct ctl *ctl, const char *release, char ret_path[PATH_MAX]);
size_t initramfs_list(const struct ctl *ctl, char (**ret_releases)[RELEASE_SIZE]);

/* initramfs-cache.c */
void initramfs_cached(const struct ctl *ctl, const char *release, struct initramfs *ret_image);
void initramfs_remember(const struct ctl *ctl, const struct initramfs *image);

/* initramfs-settings.c */
int initramfs_settings(struct ctl *ctl, char ret_settings[SETTINGS_SIZE]);

/* builder.c */
const struct builder *builder_find(const struct ctl *ctl);
void builder_command(const struct builder *builder, char *ret, size_t size);
int builder_run(const struct builder *builder);

#endif /* KVMPVCTL_INITRAMFS_H */
