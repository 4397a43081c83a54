// SPDX-License-Identifier: GPL-2.0-only
/*
 * kvmpvctl apply: bring the running modules to what /etc/kvmpv says. Settings a file does not
 * mention stay as they are, a file that is not there says nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "change.h"
#include "commands.h"
#include "render.h"

/* A guest comes up with its features chosen, and goes down before they change under it. */
static void plan(struct changes *changes, const struct config *config)
{
	uint64_t missing = 0;
	char list[200];
	bool on;

	if (changes->enable >= 0 && config_get(config, (unsigned int)changes->enable, &on) && !on)
		changes_add(changes, (unsigned int)changes->enable, false, NULL);
	for (unsigned int key = 0; key < changes->keys.n; key++) {
		if ((int)key == changes->enable || !config_get(config, key, &on))
			continue;
		if (changes->present & NAME_BIT(key))
			changes_add(changes, key, on, NULL);
		else if (on)
			missing |= NAME_BIT(key);
	}
	if (changes->enable >= 0 && config_get(config, (unsigned int)changes->enable, &on) && on)
		changes_add(changes, (unsigned int)changes->enable, true, NULL);
	if (!missing)
		return;
	names_join(&changes->keys, missing, " ", list, sizeof(list));
	changes_note(changes, "%s that is loaded has no feature %s: load a newer module",
		     side_defs[changes->side].module, list);
}

static int apply_side(struct ctl *ctl, enum side side, struct changes *ret_changes)
{
	struct config config;
	int code;

	code = changes_open(ctl, side, ret_changes);
	if (code)
		return code;
	code = config_read(ctl, side, &ret_changes->keys, &config);
	ret_changes->tolerant = true;
	if (!code) {
		plan(ret_changes, &config);
		code = changes_make(ctl, ret_changes, NULL);
		strcpy(ret_changes->config_path, config.path);
	}
	config_free(&config);
	changes_close(ret_changes);
	return code;
}

/**
 * cmd_apply() - ``kvmpvctl apply``
 * @ctl: the run
 * @argc: 0
 * @argv: unused
 *
 * Return: exit code.
 */
int cmd_apply(struct ctl *ctl, int argc, char **argv)
{
	unsigned int asked = ctl->sides ?: SIDE_MASK(SIDE_HOST) | SIDE_MASK(SIDE_GUEST);
	unsigned int sides = asked & sides_loaded(ctl);
	struct changes *changes;
	int code = EXIT_DONE;
	size_t n = 0;

	if (!sides || (ctl->sides && sides != ctl->sides))
		return fail_not_loaded(ctl, asked & ~sides);
	changes = xrealloc(NULL, SIDE_COUNT, sizeof(*changes));
	for (enum side side = 0; !code && side < SIDE_COUNT; side++)
		if (sides & SIDE_MASK(side))
			code = apply_side(ctl, side, &changes[n++]);
	if (!code) {
		ctl->ops->changes(ctl, changes, n);
		for (size_t i = 0; i < n; i++)
			if (*changes[i].note)
				code = EXIT_UNSUPPORTED;
	}
	free(changes);
	return code;
}
