// SPDX-License-Identifier: GPL-2.0-only
/*
 * kvmpvctl initramfs: is the guest module in the initramfs images, is it to be, and as configured?
 *
 * A file, INITRAMFS_MARKER, says that it is to be; the hooks of initramfs-tools and dracut look at
 * it. Whoever changes that makes all images anew.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "commands.h"
#include "initramfs.h"
#include "render.h"
#include "sysfs.h"

static const char marker_text[] =
	"# This file makes kvmpv_guest part of each initramfs image: kvmpvctl initramfs disable\n";

/* As text and in JSON */
const char *const image_states[] = {
	[IMAGE_CURRENT] = "current",	       [IMAGE_ABSENT] = "absent",
	[IMAGE_MISSING] = "missing",	       [IMAGE_OLD_MODULE] = "old-module",
	[IMAGE_OLD_SETTINGS] = "old-settings", [IMAGE_LEFT] = "left",
	[IMAGE_NO_MODULE] = "no-module",       [IMAGE_UNKNOWN] = "unknown",
};

static enum image_state judge(const struct initramfs *image, const struct module_version *disk,
			      bool enabled, const char *settings)
{
	const struct module_version *module = &image->module[SIDE_GUEST];

	if (!image->known)
		return IMAGE_UNKNOWN;
	if (!enabled)
		return module->found ? IMAGE_LEFT : IMAGE_ABSENT;
	if (!module->found)
		return disk->found ? IMAGE_MISSING : IMAGE_NO_MODULE;
	if (disk->found && (strcmp(module->version, disk->version) ||
			    strcmp(module->srcversion, disk->srcversion)))
		return IMAGE_OLD_MODULE;
	if (!image->settings_found || strcmp(image->settings, settings))
		return IMAGE_OLD_SETTINGS;
	return IMAGE_CURRENT;
}

static void image_look(const struct ctl *ctl, const struct images *images, const char *settings,
		       struct image_facts *ret_facts)
{
	struct image_facts *facts = ret_facts;
	struct initramfs *image = xrealloc(NULL, 1, sizeof(*image));

	initramfs_read(ctl, facts->release, image);
	if (!strcmp(facts->release, release_running(ctl)))
		initramfs_remember(ctl, image);
	module_on_disk(ctl, SIDE_GUEST, facts->release, &facts->disk);
	strcpy(facts->path, image->path);
	facts->module = image->module[SIDE_GUEST];
	facts->state = judge(image, &facts->disk, images->enabled, settings);
	free(image);
}

static bool stale(enum image_state state)
{
	return state == IMAGE_MISSING || state == IMAGE_OLD_MODULE || state == IMAGE_OLD_SETTINGS ||
	       state == IMAGE_LEFT;
}

static bool any(const struct images *images, bool (*is)(enum image_state state))
{
	for (size_t i = 0; i < images->n; i++)
		if (is(images->image[i].state))
			return true;
	return false;
}

static bool unknown(enum image_state state)
{
	return state == IMAGE_UNKNOWN;
}

static bool current(enum image_state state)
{
	return state == IMAGE_CURRENT;
}

static bool no_module(enum image_state state)
{
	return state == IMAGE_NO_MODULE;
}

static void images_advise(const struct ctl *ctl, struct images *images, const char *settings)
{
	size_t size = sizeof(images->next);

	*images->next = '\0';
	if (!images->builder)
		snprintf(images->next, size, "install dracut or initramfs-tools");
	else if (any(images, stale) && *ctl->root)
		snprintf(images->next, size, "chroot %.200s %s", ctl->root, images->command);
	else if (any(images, stale))
		snprintf(images->next, size, "%s", images->command);
	else if (any(images, unknown))
		snprintf(images->next, size,
			 "run it as root, if what could not be read needs that");
	else if (images->enabled && any(images, no_module))
		snprintf(images->next, size,
			 "dkms status, and install the headers of the kernel without a module");
	else if (images->enabled && !strstr(settings, CONFIG_ENABLE " 1\n"))
		snprintf(images->next, size,
			 "the module is loaded, and does nothing until it is told to: "
			 "kvmpvctl enable --guest");
}

/* Looks at all images. */
static int images_read(struct ctl *ctl, struct images *ret_images)
{
	const struct builder *builder = builder_find(ctl);
	struct images *images = ret_images;
	char(*releases)[RELEASE_SIZE];
	char settings[SETTINGS_SIZE];
	int code;

	code = initramfs_settings(ctl, settings);
	if (code)
		return code;
	memset(images, 0, sizeof(*images));
	images->enabled = path_exists(ctl, INITRAMFS_MARKER);
	snprintf(images->marker, sizeof(images->marker), "%s/" INITRAMFS_MARKER, ctl->root);
	if (builder) {
		images->builder = builder->name;
		builder_command(builder, images->command, sizeof(images->command));
	}
	images->n = initramfs_list(ctl, &releases);
	images->image = images->n ? xrealloc(NULL, images->n, sizeof(*images->image)) : NULL;
	for (size_t i = 0; i < images->n; i++) {
		strcpy(images->image[i].release, releases[i]);
		image_look(ctl, images, settings, &images->image[i]);
	}
	free(releases);
	images_advise(ctl, images, settings);
	return EXIT_DONE;
}

static int exit_code(const struct images *images)
{
	if (!images->builder)
		return EXIT_UNSUPPORTED;
	if (any(images, unknown))
		return EXIT_FAILED;
	if (!images->enabled || !any(images, current) || any(images, stale))
		return EXIT_INACTIVE;
	return EXIT_DONE;
}

static int marker_write(struct ctl *ctl, const char *path)
{
	char dir[PATH_MAX];
	int fd, err = 0;

	snprintf(dir, sizeof(dir), "%.*s", (int)(strrchr(path, '/') - path), path);
	if (mkdir(dir, 0755) && errno != EEXIST)
		return fail(ctl, EXIT_FAILED, "nothing was changed", "cannot create %s: %s", dir,
			    strerror(errno));
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return fail(ctl, EXIT_FAILED, "nothing was changed", "cannot write %s: %s", path,
			    strerror(errno));
	errno = EIO;
	if (write(fd, marker_text, strlen(marker_text)) != (ssize_t)strlen(marker_text) ||
	    fsync(fd))
		err = errno;
	close(fd);
	if (!err)
		return EXIT_DONE;
	unlink(path);
	return fail(ctl, EXIT_FAILED, "nothing was changed", "cannot write %s: %s", path,
		    strerror(err));
}

static int marker_set(struct ctl *ctl, const struct images *images, bool on)
{
	if (images->enabled == on)
		return EXIT_DONE;
	if (on)
		return marker_write(ctl, images->marker);
	if (unlink(images->marker))
		return fail(ctl, EXIT_FAILED, "nothing was changed", "cannot remove %s: %s",
			    images->marker, strerror(errno));
	return EXIT_DONE;
}

static int builder_check(struct ctl *ctl, const struct builder *builder, bool on)
{
	if (!builder)
		return fail(ctl, EXIT_UNSUPPORTED, "install dracut or initramfs-tools",
			    "nothing makes initramfs images here");
	if (on && !path_exists(ctl, builder->hook))
		return fail(ctl, EXIT_UNSUPPORTED, "install kvmpv-guest-dkms",
			    "%s has nothing that puts kvmpv into an image: %s/%s is missing",
			    builder->name, ctl->root, builder->hook);
	if (!*ctl->root && geteuid() && !ctl->dry_run)
		return fail(ctl, EXIT_FAILED, "run it as root",
			    "cannot make initramfs images: not root");
	return EXIT_DONE;
}

static int build(struct ctl *ctl, const struct builder *builder, const char *command)
{
	int status = builder_run(builder);

	if (!status)
		return EXIT_DONE;
	if (status < 0)
		return fail(ctl, EXIT_FAILED, NULL, "cannot run %s: %s", command,
			    strerror(-status));
	return fail(ctl, EXIT_FAILED,
		    "mend what it complains of and run it again; the setting stays as it was made",
		    "%s failed with status %d", command, status);
}

static int images_switch(struct ctl *ctl, bool on, struct images *images)
{
	const struct builder *builder = builder_find(ctl);
	bool changed, needed;
	int code;

	code = builder_check(ctl, builder, on) ?: images_read(ctl, images);
	if (code)
		return code;
	changed = images->enabled != on;
	needed = !*ctl->root && (changed || any(images, stale) || any(images, unknown));
	if (ctl->dry_run) {
		images->switched = changed;
		images->planned = needed;
		return EXIT_DONE;
	}
	code = marker_set(ctl, images, on);
	if (code)
		return code;
	if (needed)
		code = build(ctl, builder, images->command);
	free(images->image);
	images->image = NULL;
	return code ?: images_read(ctl, images);
}

static int settings_print(struct ctl *ctl)
{
	char settings[SETTINGS_SIZE];
	int code = initramfs_settings(ctl, settings);

	if (!code)
		ctl->ops->settings(ctl, settings);
	return code;
}

/* What was asked for is done, though a kernel may be left without a module. */
static int exit_code_switch(const struct ctl *ctl, const struct images *images)
{
	if (ctl->dry_run || *ctl->root)
		return EXIT_DONE;
	if (any(images, unknown) || any(images, stale))
		return EXIT_FAILED;
	return images->enabled && !any(images, current) ? EXIT_INACTIVE : EXIT_DONE;
}

/**
 * cmd_initramfs() - ``kvmpvctl initramfs``
 * @ctl: the run
 * @argc: 0 or 1
 * @argv: what to do
 *
 * Return: exit code.
 */
int cmd_initramfs(struct ctl *ctl, int argc, char **argv)
{
	const char *action = argc ? argv[0] : "status";
	struct images images = {.n = 0};
	int code;

	if (argc > 1)
		return fail(ctl, EXIT_USAGE, NULL, "kvmpvctl initramfs takes one argument, not %d",
			    argc);
	if (!strcmp(action, "settings"))
		return settings_print(ctl);
	if (!strcmp(action, "status"))
		code = images_read(ctl, &images);
	else if (!strcmp(action, "enable") || !strcmp(action, "disable"))
		code = images_switch(ctl, !strcmp(action, "enable"), &images);
	else
		return fail(ctl, EXIT_USAGE, NULL,
			    "kvmpvctl initramfs can do " INITRAMFS_ACTIONS ", not %.40s", action);
	if (!code) {
		ctl->ops->images(ctl, &images);
		code = !strcmp(action, "status") ? exit_code(&images)
						 : exit_code_switch(ctl, &images);
	}
	free(images.image);
	return code;
}
