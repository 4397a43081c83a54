/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The table of verbs and options. Help, bash completion and the check of the man page read it; to
 * add a verb, add a line there and its builtin-<verb>.c.
 */
#ifndef KVMPVCTL_COMMANDS_H
#define KVMPVCTL_COMMANDS_H

#include "kvmpvctl.h"

enum option {
	OPT_END,
	OPT_JSON,
	OPT_NO_LEGEND,
	OPT_COLOR,
	OPT_HOST,
	OPT_GUEST,
	OPT_ROOT,
	OPT_HELP,
	OPT_VERSION,
	OPT_DRY_RUN,
	OPT_RUNTIME,
	OPT_PERSISTENT,
	OPT_VM,
	OPT_WATCH,
	OPT_COUNT,
	OPT_HISTOGRAM,
	OPT_RESET,
	OPT_TOP,
	OPT_COMPARE,
	OPT_FORCE,
	OPT_ROUNDS,
};

#define OPTIONS_MAX 8

/**
 * struct option_def - an option
 * @id: which
 * @name: without its dashes
 * @letter: short form, 0 for none
 * @arg: what it takes, NULL for nothing
 * @help: what it does
 */
struct option_def {
	enum option id;
	const char *name;
	char letter;
	const char *arg;
	const char *help;
};

/* The one GROUP of ``stats`` there is */
#define GROUP_SPINLOCK "spinlock"

/* What ``initramfs`` can do */
#define INITRAMFS_ACTIONS "enable disable status settings"

enum arguments {
	ARGS_NONE,
	ARGS_FEATURES,
	ARGS_FILES,
	ARGS_GROUP,
	ARGS_ACTION,
	ARGS_VERB,
	ARGS_SHELL,
	ARGS_BENCH,
};

/**
 * struct command - a verb
 * @name: the verb
 * @arguments: what it takes beside options
 * @summary: what it does, one line
 * @text: what is to be known about it
 * @options: its own ones, OPT_END after the last
 * @hidden: not for administrators
 * @run: does it; argc and argv are the arguments
 */
struct command {
	const char *name;
	enum arguments arguments;
	const char *summary;
	const char *text;
	enum option options[OPTIONS_MAX];
	bool hidden;
	int (*run)(struct ctl *ctl, int argc, char **argv);
};

/**
 * struct exit_def - an exit code
 * @code: the code
 * @text: when it is given
 */
struct exit_def {
	enum exit_code code;
	const char *text;
};

extern const struct command commands[];
extern const enum option options_global[];
extern const struct exit_def exits[];
extern const size_t exits_n;

const struct command *command_find(const char *name);
const struct option_def *option_def(enum option id);
const char *arguments_text(enum arguments arguments);

int options_parse(struct ctl *ctl, int argc, char **argv, int *ret_argc, char **ret_argv);

int cmd_status(struct ctl *ctl, int argc, char **argv);
int cmd_enable(struct ctl *ctl, int argc, char **argv);
int cmd_disable(struct ctl *ctl, int argc, char **argv);
int cmd_apply(struct ctl *ctl, int argc, char **argv);
int cmd_check_config(struct ctl *ctl, int argc, char **argv);
int cmd_stats(struct ctl *ctl, int argc, char **argv);
int cmd_bench(struct ctl *ctl, int argc, char **argv);
int cmd_exits(struct ctl *ctl, int argc, char **argv);
int cmd_features(struct ctl *ctl, int argc, char **argv);
int cmd_initramfs(struct ctl *ctl, int argc, char **argv);
int cmd_version(struct ctl *ctl, int argc, char **argv);
int cmd_doctor(struct ctl *ctl, int argc, char **argv);
int cmd_help(struct ctl *ctl, int argc, char **argv);
int cmd_completion(struct ctl *ctl, int argc, char **argv);

#endif /* KVMPVCTL_COMMANDS_H */
