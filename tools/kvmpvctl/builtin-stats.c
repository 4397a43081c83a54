// SPDX-License-Identifier: GPL-2.0-only
/*
 * kvmpvctl stats: counters, once or again and again, and their reset.
 */
#include <errno.h>
#include <string.h>

#include "commands.h"
#include "render.h"
#include "stats.h"
#include "watch.h"

static int reset_one(struct ctl *ctl, const struct dir *dir)
{
	int err = file_write(dir, "reset", "1\n");

	if (!err)
		return EXIT_DONE;
	return fail(ctl, EXIT_FAILED, err == -EACCES || err == -EPERM ? "run it as root" : NULL,
		    "cannot reset counters: %s/reset: %s", dir->path, strerror(-err));
}

static int reset(struct ctl *ctl, unsigned int sides)
{
	int code = EXIT_DONE;
	struct dir dir;

	for (enum side side = 0; !code && side < SIDE_COUNT; side++) {
		if (!(sides & SIDE_MASK(side)))
			continue;
		code = stats_open(ctl, side, &dir);
		if (code)
			return code;
		code = reset_one(ctl, &dir);
		dir_close(&dir);
	}
	if (!code)
		ctl->ops->reset(ctl, sides);
	return code;
}

static int watch(struct ctl *ctl, unsigned int sides, struct names names[SIDE_COUNT])
{
	struct stats before, now;
	bool first = true;
	unsigned int n = 0;
	int code;

	watch_start();
	do {
		problems_free(ctl);
		code = stats_read(ctl, sides, names, &now);
		if (code)
			break;
		ctl->ops->stats(ctl, &now, first ? NULL : &before);
		if (!first)
			stats_free(&before);
		before = now;
		first = false;
	} while (!fflush(stdout) && ++n != ctl->count && watch_wait(ctl->watch));
	if (!first)
		stats_free(&before);
	return code;
}

static int show(struct ctl *ctl, unsigned int sides, struct names names[SIDE_COUNT])
{
	struct stats stats;
	int code;

	code = stats_read(ctl, sides, names, &stats);
	if (code)
		return code;
	ctl->ops->stats(ctl, &stats, NULL);
	stats_free(&stats);
	return ctl->problems.total ? EXIT_FAILED : EXIT_DONE;
}

static int group_take(struct ctl *ctl, int argc, char **argv)
{
	if (argc > 1)
		return fail(ctl, EXIT_USAGE, NULL, "kvmpvctl stats takes one argument, not %d",
			    argc);
	if (argc && strcmp(argv[0], GROUP_SPINLOCK))
		return fail(ctl, EXIT_USAGE, NULL,
			    "kvmpvctl stats knows the group " GROUP_SPINLOCK ", not %.40s",
			    argv[0]);
	ctl->spinlock = argc;
	if (ctl->top && !ctl->spinlock)
		return fail(ctl, EXIT_USAGE, NULL, "--top is for stats " GROUP_SPINLOCK);
	if (!ctl->spinlock)
		return EXIT_DONE;
	if (ctl->vm || ctl->sides & SIDE_MASK(SIDE_HOST))
		return fail(ctl, EXIT_USAGE, "run it in the guest",
			    "stats " GROUP_SPINLOCK " is for guests, not for %s",
			    ctl->vm ? "--vm" : "--host");
	ctl->sides = SIDE_MASK(SIDE_GUEST);
	return EXIT_DONE;
}

static int combination_check(struct ctl *ctl)
{
	struct vm_id id;

	if (ctl->vm && ctl->sides & SIDE_MASK(SIDE_GUEST))
		return fail(ctl, EXIT_USAGE, NULL, "--vm is for the host, not for --guest");
	if (ctl->vm && parse_vm_id(ctl->vm, &id))
		return fail(ctl, EXIT_USAGE, "kvmpvctl status shows the VMs",
			    "%s is not a VM: expected PID-N", ctl->vm);
	if (ctl->count && !ctl->watch)
		return fail(ctl, EXIT_USAGE, NULL, "--count is for --watch");
	if (ctl->reset && ctl->watch)
		return fail(ctl, EXIT_USAGE, NULL, "either --reset or --watch");
	return EXIT_DONE;
}

/**
 * cmd_stats() - ``kvmpvctl stats``
 * @ctl: the run
 * @argc: 0, or 1 for a group
 * @argv: the group
 *
 * Return: exit code.
 */
int cmd_stats(struct ctl *ctl, int argc, char **argv)
{
	struct names names[SIDE_COUNT] = {{.n = 0}};
	unsigned int asked, sides;
	int code;

	code = group_take(ctl, argc, argv) ?: combination_check(ctl);
	if (code)
		return code;
	asked = ctl->sides ?: SIDE_MASK(SIDE_HOST) | SIDE_MASK(SIDE_GUEST);
	if (ctl->vm)
		asked = SIDE_MASK(SIDE_HOST);
	sides = asked & sides_loaded(ctl);
	if (!sides || (ctl->sides && sides != asked))
		return fail_not_loaded(ctl, asked & ~sides);
	if (ctl->reset)
		return reset(ctl, sides);
	return ctl->watch ? watch(ctl, sides, names) : show(ctl, sides, names);
}
