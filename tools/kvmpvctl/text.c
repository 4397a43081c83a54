// SPDX-License-Identifier: GPL-2.0-only
/*
 * Results as text: the shorter ones; see text-status.c, text-stats.c, text-spinlock.c,
 * text-config.c, text-doctor.c and text-help.c for the rest.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "table.h"
#include "text.h"

/**
 * text_color() - are colours wanted
 * @ctl: the run
 *
 * Return: --color decides, then NO_COLOR and whether stdout is a terminal.
 */
bool text_color(const struct ctl *ctl)
{
	const char *no_color = getenv("NO_COLOR");

	if (ctl->color != COLOR_AUTO)
		return ctl->color == COLOR_ALWAYS;
	return !(no_color && *no_color) && isatty(STDOUT_FILENO);
}

/**
 * text_problems() - name the files that could not be read
 * @ctl: the run
 * @out: where to
 * @before: what each line starts with
 */
void text_problems(const struct ctl *ctl, FILE *out, const char *before)
{
	const struct problems *problems = &ctl->problems;

	for (size_t i = 0; i < problems->n; i++)
		fprintf(out, "%s%s: %s\n", before, problem_text(problems->entry[i].error),
			problems->entry[i].path);
	if (problems->total > problems->n)
		fprintf(out, "%sand %zu more\n", before, problems->total - problems->n);
}

static void text_failure(struct ctl *ctl, const struct failure *failure)
{
	fflush(stdout);
	fprintf(stderr, "kvmpvctl: %s\n", failure->message);
	if (failure->next)
		fprintf(stderr, "kvmpvctl: next: %s\n", failure->next);
}

static void text_change(const struct ctl *ctl, const struct changes *changes,
			const struct change *change)
{
	const char *side = side_defs[changes->side].name;
	const char *key = changes->keys.name[change->key];
	const char *where = change->saved ? "saved" : "now";
	char path[PATH_MAX], value[SETTING_TEXT_SIZE];

	if (change->refused)
		return;
	setting_text(key, change->value, value);
	if (changes->vm && !ctl->dry_run) {
		printf("VM %s: %s %s%s\n", changes->vm, key, value,
		       change->already ? " already" : "");
	} else if (!ctl->dry_run) {
		printf("%s: %s %s, %s%s\n", side, key, value, where,
		       change->already ? " already" : "");
	} else if (change->saved) {
		printf("%s: %s = %s in %s\n", change->already ? "is already" : "would set", key,
		       value, changes->config_path);
	} else {
		change_path(changes, change->key, path, sizeof(path));
		printf("%s: %u in %s\n", change->already ? "is already" : "would write",
		       change_written(changes, change), path);
	}
}

static void text_changes(struct ctl *ctl, const struct changes *changes, size_t n)
{
	for (; n; n--, changes++) {
		for (size_t i = 0; i < changes->n; i++)
			text_change(ctl, changes, &changes->change[i]);
		if (!changes->n)
			printf("%s: nothing to do%s%s\n", side_defs[changes->side].name,
			       *changes->config_path ? ", nothing set in " : "",
			       changes->config_path);
		if (*changes->state)
			printf("%s: %s%s%s\n", side_defs[changes->side].name, changes->state,
			       *changes->reason ? ": " : "", changes->reason);
		fflush(stdout);
		if (*changes->note)
			fprintf(stderr, "kvmpvctl: %s\n", changes->note);
	}
}

static void text_reset(struct ctl *ctl, unsigned int sides)
{
	for (enum side side = 0; side < SIDE_COUNT; side++)
		if (sides & SIDE_MASK(side))
			printf("%s%s%s%s: counters start at zero again\n", side_defs[side].name,
			       ctl->spinlock ? " spinlocks" : "", ctl->vm ? ", VM " : "",
			       ctl->vm ?: "");
}

static void version_cell(struct table *table, const struct module_version *version)
{
	if (!version->found)
		table_cell(table, "%s", version->why);
	else if (*version->srcversion)
		table_cell(table, "%s (%.8s)", *version->version ? version->version : "?",
			   version->srcversion);
	else
		table_cell(table, "%s", *version->version ? version->version : "?");
}

static void text_versions(struct ctl *ctl, const struct versions *versions)
{
	struct table table;

	table_init(&table, 1 + WHERE_COUNT, 0);
	if (ctl->legend) {
		table_cell(&table, "NAME");
		table_cell(&table, "LOADED");
		table_cell(&table, "ON DISK");
		table_cell(&table, "IN INITRAMFS");
	}
	table_cell(&table, "kvmpvctl");
	table_cell(&table, "%s", KVMPV_VERSION);
	for (int i = 1; i < WHERE_COUNT; i++)
		table_cell(&table, "-");
	for (enum side side = 0; side < SIDE_COUNT; side++) {
		table_cell(&table, "%s", side_defs[side].module);
		for (enum where where = 0; where < WHERE_COUNT; where++)
			version_cell(&table, &versions->module[side][where]);
	}
	table_print(&table, stdout, "");
	for (enum side side = 0; side < SIDE_COUNT; side++)
		if (*versions->note[side])
			printf("%s: %s\n", versions->note[side], versions->next[side]);
}

static void text_image(struct table *table, const struct image_facts *image)
{
	static const char *const words[] = {
		[IMAGE_CURRENT] = "as configured",
		[IMAGE_ABSENT] = "not loaded from it",
		[IMAGE_MISSING] = "to be put in",
		[IMAGE_OLD_MODULE] = "another one than on disk",
		[IMAGE_OLD_SETTINGS] = "older than /etc/kvmpv",
		[IMAGE_LEFT] = "to be taken out",
		[IMAGE_NO_MODULE] = "this kernel has no kvmpv_guest",
		[IMAGE_UNKNOWN] = "unknown",
	};

	table_cell(table, "%s", image->release);
	table_cell(table, "%s", image->path);
	version_cell(table, &image->module);
	version_cell(table, &image->disk);
	table_cell(table, "%s", words[image->state]);
}

static void text_images(struct ctl *ctl, const struct images *images)
{
	static const char *const head[] = {"KERNEL", "IMAGE", "IN IT", "ON DISK", "KVMPV_GUEST"};
	struct table table;

	if (images->switched)
		printf("would %s %s\n", images->enabled ? "remove" : "create", images->marker);
	if (images->planned)
		printf("would run: %s\n", images->command);
	printf("initramfs: %s, images are made by %s\n", images->enabled ? "enabled" : "disabled",
	       images->builder ?: "nothing");
	table_init(&table, ARRAY_SIZE(head), 0);
	for (size_t i = 0; ctl->legend && images->n && i < ARRAY_SIZE(head); i++)
		table_cell(&table, "%s", head[i]);
	for (size_t i = 0; i < images->n; i++)
		text_image(&table, &images->image[i]);
	if (!images->n)
		puts("  no image in /boot");
	table_print(&table, stdout, "  ");
	if (*images->next)
		printf("  next: %s\n", images->next);
}

static void text_settings(struct ctl *ctl, const char *settings)
{
	fputs(settings, stdout);
}

const struct render_ops text_ops = {
	.status = text_status,
	.changes = text_changes,
	.stats = text_stats,
	.reset = text_reset,
	.exits = text_exits,
	.features = text_inventories,
	.versions = text_versions,
	.bench = text_bench,
	.images = text_images,
	.settings = text_settings,
	.configs = text_configs,
	.doctor = text_doctor,
	.help = text_help,
	.failure = text_failure,
};
