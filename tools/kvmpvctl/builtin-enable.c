// SPDX-License-Identifier: GPL-2.0-only
/*
 * kvmpvctl enable: switch features on.
 */
#include "change.h"
#include "commands.h"

/**
 * cmd_enable() - ``kvmpvctl enable``
 * @ctl: the run
 * @argc: features named
 * @argv: their names
 *
 * Return: exit code.
 */
int cmd_enable(struct ctl *ctl, int argc, char **argv)
{
	return toggle(ctl, argc, argv, true);
}
