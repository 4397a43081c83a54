// SPDX-License-Identifier: GPL-2.0-only
/*
 * kvmpvctl disable: switch features off.
 */
#include "change.h"
#include "commands.h"

/**
 * cmd_disable() - ``kvmpvctl disable``
 * @ctl: the run
 * @argc: features named
 * @argv: their names
 *
 * Return: exit code.
 */
int cmd_disable(struct ctl *ctl, int argc, char **argv)
{
	return toggle(ctl, argc, argv, false);
}
