// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command line: options may stand before and after the verb, ``--`` ends them.
 */
#include <stddef.h>
#include <string.h>

#include "commands.h"
#include "parse.h"
#include "render.h"

static int number(struct ctl *ctl, const struct option_def *def, const char *value,
		  unsigned int *ret_value)
{
	uint64_t n;

	if (parse_u64(value, strlen(value), &n) || !n || n > 86400)
		return fail(ctl, EXIT_USAGE, NULL, "--%s takes a number from 1 to 86400, not %.40s",
			    def->name, value);
	*ret_value = (unsigned int)n;
	return EXIT_DONE;
}

static int color(struct ctl *ctl, const char *value)
{
	static const char *const words[] = {
		[COLOR_AUTO] = "auto", [COLOR_ALWAYS] = "always", [COLOR_NEVER] = "never"};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (!strcmp(value, words[i])) {
			ctl->color = (enum color_when)i;
			return EXIT_DONE;
		}
	}
	return fail(ctl, EXIT_USAGE, NULL, "--color takes auto, always or never, not %.40s", value);
}

/* Options that do no more than set a member of struct ctl: to true, or to what they are given */
static const struct member {
	enum option id;
	enum { MEMBER_FLAG, MEMBER_TEXT, MEMBER_NUMBER } kind;
	size_t offset;
} members[] = {
	{OPT_HELP, MEMBER_FLAG, offsetof(struct ctl, help)},
	{OPT_VERSION, MEMBER_FLAG, offsetof(struct ctl, version)},
	{OPT_DRY_RUN, MEMBER_FLAG, offsetof(struct ctl, dry_run)},
	{OPT_RUNTIME, MEMBER_FLAG, offsetof(struct ctl, runtime)},
	{OPT_PERSISTENT, MEMBER_FLAG, offsetof(struct ctl, persistent)},
	{OPT_HISTOGRAM, MEMBER_FLAG, offsetof(struct ctl, histogram)},
	{OPT_RESET, MEMBER_FLAG, offsetof(struct ctl, reset)},
	{OPT_TOP, MEMBER_FLAG, offsetof(struct ctl, top)},
	{OPT_FORCE, MEMBER_FLAG, offsetof(struct ctl, force)},
	{OPT_ROOT, MEMBER_TEXT, offsetof(struct ctl, root)},
	{OPT_VM, MEMBER_TEXT, offsetof(struct ctl, vm)},
	{OPT_COMPARE, MEMBER_TEXT, offsetof(struct ctl, compare)},
	{OPT_WATCH, MEMBER_NUMBER, offsetof(struct ctl, watch)},
	{OPT_COUNT, MEMBER_NUMBER, offsetof(struct ctl, count)},
	{OPT_ROUNDS, MEMBER_NUMBER, offsetof(struct ctl, rounds)},
};

static int member_set(struct ctl *ctl, const struct option_def *def, const char *value)
{
	for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
		void *member = (char *)ctl + members[i].offset;

		if (members[i].id != def->id)
			continue;
		if (members[i].kind == MEMBER_NUMBER)
			return number(ctl, def, value, member);
		if (members[i].kind == MEMBER_TEXT)
			*(const char **)member = value;
		else
			*(bool *)member = true;
	}
	return EXIT_DONE;
}

static int option_set(struct ctl *ctl, const struct option_def *def, const char *value)
{
	switch (def->id) {
	case OPT_JSON:
		ctl->ops = &json_ops;
		break;
	case OPT_NO_LEGEND:
		ctl->legend = false;
		break;
	case OPT_COLOR:
		return color(ctl, value);
	case OPT_HOST:
		ctl->sides |= SIDE_MASK(SIDE_HOST);
		break;
	case OPT_GUEST:
		ctl->sides |= SIDE_MASK(SIDE_GUEST);
		break;
	default:
		return member_set(ctl, def, value);
	}
	return EXIT_DONE;
}

static bool matches(const struct option_def *def, const char *arg, size_t len)
{
	if (arg[1] != '-')
		return def->letter && arg[1] == def->letter && !arg[2];
	return strlen(def->name) == len - 2 && !strncmp(arg + 2, def->name, len - 2);
}

static const struct option_def *option_find(const enum option *list, const char *arg, size_t len)
{
	for (; *list != OPT_END; list++)
		if (matches(option_def(*list), arg, len))
			return option_def(*list);
	return NULL;
}

/* Gives the number of words used, or 0 when the failure is reported. */
static int option_take(struct ctl *ctl, int left, char **argv)
{
	size_t len = strcspn(argv[0], "=");
	const char *value = argv[0][len] ? argv[0] + len + 1 : NULL;
	const struct option_def *def = option_find(options_global, argv[0], len);
	int used = 1;

	if (!def)
		def = option_find(ctl->command->options, argv[0], len);
	if (!def) {
		fail(ctl, EXIT_USAGE, "kvmpvctl help shows verbs and options",
		     "kvmpvctl %s has no option %.40s", ctl->command->name, argv[0]);
		return 0;
	}
	if (def->arg && !value && left > 1 && argv[1][0] != '-') {
		value = argv[1];
		used = 2;
	}
	if (!def->arg != !value) {
		fail(ctl, EXIT_USAGE, NULL, "--%s takes %s", def->name, def->arg ?: "no value");
		return 0;
	}
	return option_set(ctl, def, value) ? 0 : used;
}

/* JSON was asked for, so a mistake before --json is to be told in JSON too. */
static void json_first(struct ctl *ctl, int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--"); i++)
		if (!strcmp(argv[i], "--json"))
			ctl->ops = &json_ops;
}

static int verb_take(struct ctl *ctl, const char *word)
{
	const struct command *command = command_find(word);

	if (!command)
		return fail(ctl, EXIT_USAGE, "kvmpvctl help shows verbs and options",
			    "unknown verb %.40s", word);
	ctl->command = command;
	return EXIT_DONE;
}

/**
 * options_parse() - take the command line apart
 * @ctl: the run; gets verb and options
 * @argc: words
 * @argv: the words
 * @ret_argc: arguments left for the verb
 * @ret_argv: room for argc of them
 *
 * Return: EXIT_DONE, or EXIT_USAGE and the failure is reported.
 */
int options_parse(struct ctl *ctl, int argc, char **argv, int *ret_argc, char **ret_argv)
{
	bool options = true;
	int n = 0;

	json_first(ctl, argc, argv);
	ctl->command = &commands[0];
	for (int i = 1; i < argc;) {
		if (options && !strcmp(argv[i], "--")) {
			options = false;
			i++;
		} else if (options && argv[i][0] == '-' && argv[i][1]) {
			int used = option_take(ctl, argc - i, argv + i);

			if (!used)
				return EXIT_USAGE;
			i += used;
		} else if (!ctl->verb) {
			ctl->verb = true;
			if (verb_take(ctl, argv[i++]))
				return EXIT_USAGE;
		} else {
			ret_argv[n++] = argv[i++];
		}
	}
	if (n && ctl->command->arguments == ARGS_NONE)
		return fail(ctl, EXIT_USAGE, NULL, "kvmpvctl %s takes no argument, not %.40s",
			    ctl->command->name, ret_argv[0]);
	*ret_argc = n;
	return EXIT_DONE;
}
