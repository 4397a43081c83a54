// SPDX-License-Identifier: GPL-2.0-only
/*
 * kvmpvctl help: the table of commands in words.
 */
#include "commands.h"
#include "render.h"

/**
 * cmd_help() - ``kvmpvctl help``
 * @ctl: the run
 * @argc: 0 or 1
 * @argv: the verb to explain
 *
 * Return: exit code.
 */
int cmd_help(struct ctl *ctl, int argc, char **argv)
{
	const struct command *command = argc ? command_find(argv[0]) : NULL;

	if (argc > 1)
		return fail(ctl, EXIT_USAGE, NULL, "kvmpvctl help takes one verb");
	if (argc && !command)
		return fail(ctl, EXIT_USAGE, "kvmpvctl help shows verbs and options",
			    "unknown verb %.40s", argv[0]);
	ctl->ops->help(ctl, command);
	return EXIT_DONE;
}
