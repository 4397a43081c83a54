// SPDX-License-Identifier: GPL-2.0-only
/*
 * kvmpvctl apply: bring the running modules to what /etc/kvmpv says. What no file mentions stays as
 * it is. All files of all sides are read before anything is set, so a mistake changes nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "change.h"
#include "commands.h"
#include "render.h"

/**
 * struct job - what is to be applied to a side
 * @changes: the plan
 * @configs: the files it is made from
 */
struct job {
	struct changes changes;
	struct configs configs;
};

static void note_missing(struct changes *changes, uint64_t missing)
{
	const char *const kind[] = {"feature", "setting"};
	const uint64_t set[] = {missing & changes->features, missing & ~changes->features};
	char list[200];

	for (size_t i = 0; i < ARRAY_SIZE(set); i++) {
		if (!set[i])
			continue;
		names_join(&changes->keys, set[i], " ", list, sizeof(list));
		changes_note(changes, "%s that is loaded has no %s %s: load a newer module",
			     side_defs[changes->side].module, kind[i], list);
	}
}

/* A guest comes up with its features chosen, and goes down before they change under it. */
static void plan(struct changes *changes, const struct configs *configs)
{
	uint64_t missing = 0;
	uint32_t value, enable = 0;
	bool main_set = changes->enable >= 0 &&
			configs_get(configs, (unsigned int)changes->enable, &enable);

	if (main_set && !enable)
		changes_add(changes, (unsigned int)changes->enable, false, NULL);
	for (unsigned int key = 0; key < changes->keys.n; key++) {
		if ((int)key == changes->enable || !configs_get(configs, key, &value))
			continue;
		if (changes->present & NAME_BIT(key))
			changes_add(changes, key, value, NULL);
		else if (value || !(changes->features & NAME_BIT(key)))
			missing |= NAME_BIT(key);
	}
	if (main_set && enable)
		changes_add(changes, (unsigned int)changes->enable, true, NULL);
	note_missing(changes, missing);
}

static int job_open(struct ctl *ctl, enum side side, struct job *job)
{
	char *path = job->changes.config_path;
	int code;

	code = changes_open(ctl, side, &job->changes);
	if (code)
		return code;
	job->changes.tolerant = true;
	snprintf(path, sizeof(job->changes.config_path), "%s/%s", ctl->root,
		 side_defs[side].config);
	*strrchr(path, '/') = '\0';
	code = configs_read(ctl, side, &job->changes.keys, &job->configs);
	if (!code)
		plan(&job->changes, &job->configs);
	return code;
}

static int jobs_make(struct ctl *ctl, struct job *jobs, size_t n)
{
	struct changes *changes;
	int code = EXIT_DONE;

	for (size_t i = 0; !code && i < n; i++)
		code = changes_make(ctl, &jobs[i].changes, NULL);
	if (code)
		return code;
	changes = xrealloc(NULL, n, sizeof(*changes));
	for (size_t i = 0; i < n; i++) {
		changes[i] = jobs[i].changes;
		if (*changes[i].note)
			code = EXIT_UNSUPPORTED;
	}
	ctl->ops->changes(ctl, changes, n);
	free(changes);
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
	int code = EXIT_DONE;
	struct job *jobs;
	size_t n = 0;

	if (!sides || (ctl->sides && sides != ctl->sides))
		return fail_not_loaded(ctl, asked & ~sides);
	jobs = xrealloc(NULL, SIDE_COUNT, sizeof(*jobs));
	memset(jobs, 0, SIDE_COUNT * sizeof(*jobs));
	for (enum side side = 0; !code && side < SIDE_COUNT; side++)
		if (sides & SIDE_MASK(side))
			code = job_open(ctl, side, &jobs[n++]);
	if (!code)
		code = jobs_make(ctl, jobs, n);
	for (size_t i = 0; i < n; i++) {
		changes_close(&jobs[i].changes);
		configs_free(&jobs[i].configs);
	}
	free(jobs);
	return code;
}
