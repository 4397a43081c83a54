// SPDX-License-Identifier: GPL-2.0-only
/*
 * Results as JSON: helpers and the shorter ones; see json-status.c and others for the rest.
 * All strings that get here are ASCII: whoever read them from outside has seen to that, or
 * json_add_text() does.
 */
#include <stdlib.h>
#include <string.h>

#include "json.h"

/**
 * json_start() - the object a verb prints
 * @ctl: the run
 *
 * Return: an object that says which form it has.
 */
json_object *json_start(const struct ctl *ctl)
{
	json_object *object = json_object_new_object();
	json_object *version = json_object_new_object();

	json_add_string(version, "command", ctl->command ? ctl->command->name : "status");
	json_add(version, "major", json_object_new_int(JSON_MAJOR));
	json_add(version, "minor", json_object_new_int(JSON_MINOR));
	json_add(object, "output_version", version);
	return object;
}

/**
 * json_print() - print an object and end its use
 * @ctl: the run; with its @watch an object takes one line
 * @object: the object
 */
void json_print(const struct ctl *ctl, json_object *object)
{
	int flags = JSON_C_TO_STRING_NOSLASHESCAPE;

	if (!ctl->watch)
		flags |= JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED;
	puts(json_object_to_json_string_ext(object, flags));
	json_object_put(object);
}

/**
 * json_add() - add a member
 * @object: to what
 * @key: a constant
 * @value: its value, NULL for null
 */
void json_add(json_object *object, const char *key, json_object *value)
{
	json_object_object_add_ex(object, key, value, JSON_C_OBJECT_ADD_CONSTANT_KEY);
}

/**
 * json_add_string() - add a string
 * @object: to what
 * @key: a constant
 * @value: ASCII; NULL and the empty string are null
 */
void json_add_string(json_object *object, const char *key, const char *value)
{
	json_add(object, key, value && *value ? json_object_new_string(value) : NULL);
}

/**
 * json_add_text() - add a string that can hold what a user typed
 * @object: to what
 * @key: a constant
 * @value: any bytes; NULL is null
 */
void json_add_text(json_object *object, const char *key, const char *value)
{
	char *clean;

	if (!value) {
		json_add(object, key, NULL);
		return;
	}
	clean = xrealloc(NULL, strlen(value) + 1, 1);
	strcpy(clean, value);
	for (char *c = clean; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	json_add(object, key, json_object_new_string(clean));
	free(clean);
}

/**
 * json_add_problems() - add the files that could not be read
 * @ctl: the run
 * @object: to what
 */
void json_add_problems(const struct ctl *ctl, json_object *object)
{
	const struct problems *problems = &ctl->problems;
	json_object *list = json_object_new_array();

	for (size_t i = 0; i < problems->n; i++) {
		json_object *problem = json_object_new_object();

		json_add_text(problem, "path", problems->entry[i].path);
		json_add_string(problem, "problem", problem_text(problems->entry[i].error));
		json_object_array_add(list, problem);
	}
	json_add(object, "problems", list);
	json_add(object, "problems_total", json_object_new_int64((int64_t)problems->total));
}

/**
 * json_names() - a set of names
 * @names: the names
 * @set: NAME_BIT() of each
 *
 * Return: an array of strings.
 */
json_object *json_names(const struct names *names, uint64_t set)
{
	json_object *list = json_object_new_array();

	for (unsigned int i = 0; i < names->n; i++)
		if (set & NAME_BIT(i))
			json_object_array_add(list, json_object_new_string(names->name[i]));
	return list;
}

static void json_failure(struct ctl *ctl, const struct failure *failure)
{
	json_object *object = json_start(ctl);
	json_object *error = json_object_new_object();

	json_add(error, "code", json_object_new_int(failure->code));
	json_add_text(error, "message", failure->message);
	json_add_text(error, "next", failure->next);
	json_add(object, "error", error);
	json_print(ctl, object);
}

static json_object *json_change(const struct ctl *ctl, const struct changes *changes,
				const struct change *change)
{
	json_object *object = json_object_new_object();
	const char *key = changes->keys.name[change->key];
	bool number = setting_number(key);
	char path[PATH_MAX];

	change_path(changes, change->key, path, sizeof(path));
	json_add_string(object, "key", key);
	json_add(object, "on", number ? NULL : json_object_new_boolean(change->value));
	json_add(object, "value", json_object_new_int64(change->value));
	json_add_string(object, "where", change->saved ? "saved" : "runtime");
	json_add_text(object, "path", change->saved ? changes->config_path : path);
	json_add(object, "already", json_object_new_boolean(change->already));
	json_add(object, "refused", json_object_new_boolean(change->refused));
	json_add(object, "done",
		 json_object_new_boolean(change->already || !(ctl->dry_run || change->refused)));
	return object;
}

static void json_changes(struct ctl *ctl, const struct changes *changes, size_t n)
{
	json_object *object = json_start(ctl);
	json_object *sides = json_object_new_object();

	json_add(object, "dry_run", json_object_new_boolean(ctl->dry_run));
	for (; n; n--, changes++) {
		json_object *side = json_object_new_object();
		json_object *list = json_object_new_array();

		for (size_t i = 0; i < changes->n; i++)
			json_object_array_add(list, json_change(ctl, changes, &changes->change[i]));
		json_add(side, "loaded", json_object_new_boolean(changes->loaded));
		json_add_string(side, "vm", changes->vm);
		json_add(side, "changes", list);
		json_add_string(side, "state", changes->state);
		json_add_string(side, "reason", changes->reason);
		json_add_string(side, "note", changes->note);
		json_add(sides, side_defs[changes->side].name, side);
	}
	json_add(object, "sides", sides);
	json_print(ctl, object);
}

static void json_reset(struct ctl *ctl, unsigned int sides)
{
	json_object *object = json_start(ctl);
	json_object *list = json_object_new_array();

	for (enum side side = 0; side < SIDE_COUNT; side++)
		if (sides & SIDE_MASK(side))
			json_object_array_add(list, json_object_new_string(side_defs[side].name));
	json_add(object, "reset", list);
	json_add_string(object, "vm", ctl->vm);
	json_add_string(object, "group", ctl->spinlock ? GROUP_SPINLOCK : NULL);
	json_print(ctl, object);
}

static json_object *json_version(const struct module_version *version)
{
	json_object *object = json_object_new_object();

	json_add(object, "found", json_object_new_boolean(version->found));
	json_add_string(object, "why", version->why);
	json_add_string(object, "version", version->version);
	json_add_string(object, "srcversion", version->srcversion);
	json_add_text(object, "path", *version->path ? version->path : NULL);
	return object;
}

/**
 * json_module_versions() - a module in all places
 * @versions: what was found
 * @side: which module
 *
 * Return: an object.
 */
json_object *json_module_versions(const struct versions *versions, enum side side)
{
	static const char *const wheres[] = {"loaded", "disk", "initramfs"};
	json_object *object = json_object_new_object();

	for (enum where where = 0; where < WHERE_COUNT; where++)
		json_add(object, wheres[where], json_version(&versions->module[side][where]));
	json_add_string(object, "note", versions->note[side]);
	json_add_string(object, "next", versions->next[side]);
	return object;
}

static void json_versions(struct ctl *ctl, const struct versions *versions)
{
	json_object *object = json_start(ctl);

	json_add_string(object, "tool", KVMPV_VERSION);
	for (enum side side = 0; side < SIDE_COUNT; side++)
		json_add(object, side_defs[side].module, json_module_versions(versions, side));
	json_print(ctl, object);
}

static void json_images(struct ctl *ctl, const struct images *images)
{
	json_object *object = json_start(ctl);
	json_object *list = json_object_new_array();

	json_add(object, "enabled", json_object_new_boolean(images->enabled));
	json_add_text(object, "marker", images->marker);
	json_add_string(object, "builder", images->builder);
	json_add_string(object, "command", images->command);
	json_add(object, "dry_run", json_object_new_boolean(ctl->dry_run));
	json_add(object, "would_switch", json_object_new_boolean(images->switched));
	json_add(object, "would_build", json_object_new_boolean(images->planned));
	for (size_t i = 0; i < images->n; i++) {
		json_object *image = json_object_new_object();

		json_add_text(image, "release", images->image[i].release);
		json_add_text(image, "path", images->image[i].path);
		json_add_string(image, "state", image_states[images->image[i].state]);
		json_add(image, "module", json_version(&images->image[i].module));
		json_add(image, "disk", json_version(&images->image[i].disk));
		json_object_array_add(list, image);
	}
	json_add(object, "images", list);
	json_add_text(object, "next", *images->next ? images->next : NULL);
	json_print(ctl, object);
}

static void json_settings(struct ctl *ctl, const char *settings)
{
	json_object *object = json_start(ctl);
	json_object *list = json_object_new_array();

	while (*settings) {
		int len = (int)strcspn(settings, "\n");

		json_object_array_add(list, json_object_new_string_len(settings, len));
		settings += len + 1;
	}
	json_add(object, "settings", list);
	json_print(ctl, object);
}

const struct render_ops json_ops = {
	.status = json_status,
	.changes = json_changes,
	.stats = json_stats,
	.reset = json_reset,
	.exits = json_exits,
	.features = json_inventories,
	.versions = json_versions,
	.bench = json_bench,
	.images = json_images,
	.settings = json_settings,
	.configs = json_configs,
	.doctor = json_doctor,
	.help = json_help,
	.failure = json_failure,
};
