// SPDX-License-Identifier: GPL-2.0-only
/*
 * The context of a run: sides, failures, and the list of what could not be read.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "advice.h"
#include "kvmpvctl.h"
#include "platform.h"
#include "render.h"
#include "sysfs.h"

const struct side_def side_defs[SIDE_COUNT] = {
	[SIDE_HOST] = {"host", "kvmpv_host", "sys/kernel/kvmpv/host", "etc/kvmpv/host.conf",
		       "kvmpv-host-dkms"},
	[SIDE_GUEST] = {"guest", "kvmpv_guest", "sys/kernel/kvmpv/guest", "etc/kvmpv/guest.conf",
			"kvmpv-guest-dkms"},
};

/**
 * fail() - report why a verb cannot go on
 * @ctl: the run
 * @code: exit code
 * @next: what to do about it, or NULL
 * @fmt: what was tried and what went wrong, as for printf()
 *
 * Return: @code, for the verb to return.
 */
int fail(struct ctl *ctl, enum exit_code code, const char *next, const char *fmt, ...)
{
	struct failure failure = {.code = code, .next = next};
	char message[2 * PATH_MAX];
	va_list args;

	va_start(args, fmt);
	vsnprintf(message, sizeof(message), fmt, args);
	va_end(args);
	failure.message = message;
	ctl->ops->failure(ctl, &failure);
	return code;
}

/**
 * problem_add() - note a file that could not be read
 * @ctl: the run
 * @error: positive errno; EBADMSG when its content was not understood
 * @fmt: its path, as for printf()
 */
void problem_add(struct ctl *ctl, int error, const char *fmt, ...)
{
	struct problems *problems = &ctl->problems;
	char path[2 * PATH_MAX];
	va_list args;

	problems->total++;
	if (problems->n == PROBLEMS_MAX)
		return;
	va_start(args, fmt);
	vsnprintf(path, sizeof(path), fmt, args);
	va_end(args);
	problems->entry[problems->n].path = strdup(path);
	problems->entry[problems->n].error = error;
	if (problems->entry[problems->n].path)
		problems->n++;
}

/**
 * problem_text() - a problem's errno in words for an administrator
 * @error: positive errno
 *
 * Return: a few words, never NULL.
 */
const char *problem_text(int error)
{
	switch (error) {
	case EACCES:
	case EPERM:
		return "needs root";
	case EBADMSG:
		return "not understood";
	case ENOENT:
		return "missing";
	default:
		return strerror(error);
	}
}

/**
 * problems_rewind() - forget the problems met since a mark
 * @ctl: the run
 * @mark: ``problems.total`` at that time
 */
void problems_rewind(struct ctl *ctl, size_t mark)
{
	struct problems *problems = &ctl->problems;

	while (problems->n > mark)
		free(problems->entry[--problems->n].path);
	problems->total = mark;
}

/**
 * problems_free() - forget all problems
 * @ctl: the run
 */
void problems_free(struct ctl *ctl)
{
	problems_rewind(ctl, 0);
}

/**
 * sides_loaded() - which modules are loaded
 * @ctl: the run
 *
 * Return: SIDE_MASK() of each side that has its directory in sysfs.
 */
unsigned int sides_loaded(const struct ctl *ctl)
{
	unsigned int mask = 0;

	for (enum side side = 0; side < SIDE_COUNT; side++)
		if (path_exists(ctl, side_defs[side].sysfs))
			mask |= SIDE_MASK(side);
	return mask;
}

/**
 * fail_not_loaded() - report that a verb found no module to work with
 * @ctl: the run
 * @sides: SIDE_MASK() of the sides it was to work with
 *
 * Return: EXIT_INACTIVE when a side is possible on this machine, EXIT_UNSUPPORTED when not.
 */
int fail_not_loaded(struct ctl *ctl, unsigned int sides)
{
	struct module_version disk;
	struct platform platform;
	unsigned int possible;
	char next[256];
	enum side side;

	platform_read(ctl, &platform);
	possible = sides & platform.possible;
	if (!possible)
		return fail(ctl, EXIT_UNSUPPORTED, "see: kvmpvctl status",
			    "kvmpv is not loaded and cannot be used here: this is %s",
			    platform_role(&platform));
	side = possible & SIDE_MASK(SIDE_HOST) ? SIDE_HOST : SIDE_GUEST;
	if (possible == (SIDE_MASK(SIDE_HOST) | SIDE_MASK(SIDE_GUEST)))
		return fail(ctl, EXIT_INACTIVE, "modprobe kvmpv_host or modprobe kvmpv_guest",
			    "neither kvmpv_host nor kvmpv_guest is loaded");
	module_on_disk(ctl, side, release_running(ctl), &disk);
	advise_load(ctl, &platform, side, &disk, next, sizeof(next));
	return fail(ctl, EXIT_INACTIVE, next, "%s is not loaded", side_defs[side].module);
}

/**
 * xrealloc() - resize an array, or end the program
 * @old: the array, or NULL
 * @n: elements
 * @size: bytes of one
 *
 * Return: the array, never NULL.
 */
void *xrealloc(void *old, size_t n, size_t size)
{
	void *p = reallocarray(old, n, size);

	if (!p) {
		fputs("kvmpvctl: out of memory\n", stderr);
		exit(EXIT_FAILED);
	}
	return p;
}
