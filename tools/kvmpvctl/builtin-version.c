// SPDX-License-Identifier: GPL-2.0-only
/*
 * kvmpvctl version: tool, loaded modules, modules on disk, modules in the initramfs.
 */
#include <stdlib.h>

#include "commands.h"
#include "versions.h"

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

	versions_read(ctl, true, versions);
	ctl->ops->versions(ctl, versions);
	free(versions);
	return EXIT_DONE;
}
