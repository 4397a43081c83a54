// SPDX-License-Identifier: GPL-2.0-only
/*
 * kvmpvctl version: tool, loaded modules, modules on disk, modules in the initramfs.
 */
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "render.h"

static bool differ(const struct module_version *a, const struct module_version *b)
{
	if (!a->found || !b->found)
		return false;
	if (strcmp(a->version, b->version))
		return true;
	return *a->srcversion && *b->srcversion && strcmp(a->srcversion, b->srcversion);
}

static void note(enum side side, struct versions *versions)
{
	const struct module_version *m = versions->module[side];
	const char *name = side_defs[side].module;
	char *text = versions->note[side];
	size_t size = sizeof(versions->note[side]);

	if (differ(&m[WHERE_INITRAMFS], &m[WHERE_DISK]))
		snprintf(text, size,
			 "the initramfs has another %s than the disk: update-initramfs -u, or "
			 "dracut -f",
			 name);
	else if (differ(&m[WHERE_LOADED], &m[WHERE_DISK]))
		snprintf(text, size,
			 "another %s is loaded than is on disk: reboot to use the one on disk",
			 name);
	else if (m[WHERE_LOADED].found && strcmp(m[WHERE_LOADED].version, KVMPV_VERSION))
		snprintf(text, size, "kvmpvctl %s and %s %s are not of one release", KVMPV_VERSION,
			 name, m[WHERE_LOADED].version);
}

/**
 * cmd_version() - ``kvmpvctl version``
 * @ctl: the run
 * @argc: 0
 * @argv: unused
 *
 * Return: exit code.
 */
int cmd_version(struct ctl *ctl, int argc, char **argv)
{
	struct versions *versions = xrealloc(NULL, 1, sizeof(*versions));
	struct module_version *initramfs;

	memset(versions, 0, sizeof(*versions));
	initramfs = xrealloc(NULL, SIDE_COUNT, sizeof(*initramfs));
	initramfs_read(ctl, initramfs);
	for (enum side side = 0; side < SIDE_COUNT; side++) {
		module_loaded(ctl, side, &versions->module[side][WHERE_LOADED]);
		module_on_disk(ctl, side, &versions->module[side][WHERE_DISK]);
		versions->module[side][WHERE_INITRAMFS] = initramfs[side];
		note(side, versions);
	}
	ctl->ops->versions(ctl, versions);
	free(initramfs);
	free(versions);
	return EXIT_DONE;
}
