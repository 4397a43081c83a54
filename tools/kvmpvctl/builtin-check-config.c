// SPDX-License-Identifier: GPL-2.0-only
/*
 * kvmpvctl check-config: look for mistakes in the configuration files, all of them or those named.
 * Needs no module, and no root where the files need none.
 */
#include <errno.h>
#include <string.h>

#include "commands.h"
#include "render.h"
#include "settings.h"

/* The keys of a side's files: those of the loaded module, too, as apply takes them. */
static void keys_read(struct ctl *ctl, enum side side, struct names *ret_keys)
{
	struct dir dir;
	uint64_t set;

	settings_features(side, ret_keys);
	if (!dir_open_root(ctl, side_defs[side].sysfs, &dir)) {
		features_list(&dir, ret_keys, &set);
		dir_close(&dir);
	}
	settings_add(side, ret_keys);
}

static bool in_directory(const char *path, const char *name)
{
	size_t len = strlen(name);
	const char *slash = strrchr(path, '/');
	size_t dir = slash ? (size_t)(slash - path) : 0;

	return dir >= len && !strncmp(slash - len, name, len) &&
	       (dir == len || path[dir - len - 1] == '/');
}

/* By its name, unless a side was asked for. */
static int side_of(struct ctl *ctl, const char *path, enum side *ret_side)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	char file[32], dir[40];

	for (enum side side = 0; side < SIDE_COUNT; side++) {
		snprintf(file, sizeof(file), "%s.conf", side_defs[side].name);
		snprintf(dir, sizeof(dir), "%s.d", file);
		if (ctl->sides ? ctl->sides == SIDE_MASK(side)
			       : !strcmp(name, file) || in_directory(path, dir)) {
			*ret_side = side;
			return EXIT_DONE;
		}
	}
	return fail(ctl, EXIT_USAGE, "say --host or --guest",
		    "%.200s can be a file of a host or of a guest", path);
}

static int named_load(struct ctl *ctl, const struct names keys[SIDE_COUNT], int argc, char **argv,
		      struct configs configs[SIDE_COUNT])
{
	for (int i = 0; i < argc; i++) {
		enum side side = SIDE_HOST;
		int code = side_of(ctl, argv[i], &side);
		struct configs *c;

		if (code)
			return code;
		c = &configs[side];
		configs_add(c, &keys[side], argv[i]);
		if (!c->file[c->n - 1].there && !c->file[c->n - 1].error)
			c->file[c->n - 1].error = ENOENT;
	}
	return EXIT_DONE;
}

static bool all_well(const struct configs configs[SIDE_COUNT])
{
	for (enum side side = 0; side < SIDE_COUNT; side++)
		for (size_t i = 0; i < configs[side].n; i++)
			if (configs[side].file[i].error || configs[side].file[i].n_mistakes)
				return false;
	return true;
}

/**
 * cmd_check_config() - ``kvmpvctl check-config``
 * @ctl: the run
 * @argc: files named
 * @argv: their paths
 *
 * Return: exit code.
 */
int cmd_check_config(struct ctl *ctl, int argc, char **argv)
{
	unsigned int sides = ctl->sides ?: SIDE_MASK(SIDE_HOST) | SIDE_MASK(SIDE_GUEST);
	static struct names keys[SIDE_COUNT];
	struct configs configs[SIDE_COUNT];
	int code;

	memset(configs, 0, sizeof(configs));
	for (enum side side = 0; side < SIDE_COUNT; side++) {
		configs[side].side = side;
		keys_read(ctl, side, &keys[side]);
		if (!argc && sides & SIDE_MASK(side))
			configs_load(ctl, side, &keys[side], &configs[side]);
	}
	code = named_load(ctl, keys, argc, argv, configs);
	if (!code) {
		ctl->ops->configs(ctl, keys, configs);
		if (!all_well(configs))
			code = EXIT_FAILED;
	}
	for (enum side side = 0; side < SIDE_COUNT; side++)
		configs_free(&configs[side]);
	return code;
}
