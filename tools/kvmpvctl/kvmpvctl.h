/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What every part of kvmpvctl shares: the two sides, exit codes, the context of one run and how it
 * reports what went wrong.
 */
#ifndef KVMPVCTL_H
#define KVMPVCTL_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

enum exit_code {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_INACTIVE = 3,
	EXIT_UNSUPPORTED = 4,
};

enum side { SIDE_HOST, SIDE_GUEST, SIDE_COUNT };

#define SIDE_MASK(side) (1U << (side))

/**
 * struct side_def - where one side of kvmpv is found
 * @name: ``host`` or ``guest``, also the option that picks it
 * @module: name of its kernel module
 * @sysfs: its directory, below the root
 * @config: its configuration file, below the root
 * @package: what to install when the module is missing
 */
struct side_def {
	const char *name;
	const char *module;
	const char *sysfs;
	const char *config;
	const char *package;
};

extern const struct side_def side_defs[SIDE_COUNT];

enum color_when { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

/**
 * struct problem - a file that could not be read
 * @path: the file
 * @error: positive errno; EBADMSG when its content was not understood
 */
struct problem {
	char *path;
	int error;
};

#define PROBLEMS_MAX 64

/**
 * struct problems - what could not be seen
 * @n: entries in @entry
 * @total: problems met, those beyond PROBLEMS_MAX are only counted
 * @entry: the first of them
 */
struct problems {
	size_t n;
	size_t total;
	struct problem entry[PROBLEMS_MAX];
};

/**
 * struct ctl - one run of kvmpvctl
 * @command: the verb that runs
 * @verb: the verb was named
 * @ops: how results are printed
 * @root: prefix of every path, empty for the running system
 * @sides: SIDE_MASK() of --host and --guest, 0 when neither was given
 * @legend: print headers
 * @color: when to use colours
 * @help: --help was given
 * @version: --version was given
 * @dry_run: --dry-run was given
 * @runtime: --runtime was given
 * @persistent: --persistent was given
 * @histogram: --histogram was given
 * @reset: --reset was given
 * @top: --top was given
 * @force: --force was given
 * @spinlock: the counters asked for are those of a guest's spinlocks
 * @vm: --vm, or NULL
 * @compare: --compare, or NULL
 * @rounds: --rounds, or 0
 * @watch: seconds between two refreshes, 0 for one shot
 * @count: refreshes to make, 0 for no limit
 * @problems: files that could not be read
 */
struct ctl {
	const struct command *command;
	bool verb;
	const struct render_ops *ops;
	const char *root;
	unsigned int sides;
	bool legend;
	enum color_when color;
	bool help;
	bool version;
	bool dry_run;
	bool runtime;
	bool persistent;
	bool histogram;
	bool reset;
	bool top;
	bool force;
	bool spinlock;
	const char *vm;
	const char *compare;
	unsigned int rounds;
	unsigned int watch;
	unsigned int count;
	struct problems problems;
};

/**
 * struct failure - why a verb ends without a result
 * @code: exit code
 * @message: what was tried and what went wrong
 * @next: what to do about it, or NULL
 */
struct failure {
	enum exit_code code;
	const char *message;
	const char *next;
};

int fail(struct ctl *ctl, enum exit_code code, const char *next, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

void problem_add(struct ctl *ctl, int error, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
const char *problem_text(int error);
void problems_rewind(struct ctl *ctl, size_t mark);
void problems_free(struct ctl *ctl);

unsigned int sides_loaded(const struct ctl *ctl);
int fail_not_loaded(struct ctl *ctl, unsigned int sides);

void *xrealloc(void *old, size_t n, size_t size);

#endif /* KVMPVCTL_H */
