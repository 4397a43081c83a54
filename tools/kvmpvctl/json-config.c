// SPDX-License-Identifier: GPL-2.0-only
/*
 * Configuration files and their mistakes, as JSON.
 */
#include "json.h"
#include "settings.h"

static json_object *json_entry(const struct names *keys, const struct config_entry *entry)
{
	const char *key = keys->name[entry->key];
	json_object *object = json_object_new_object();
	char text[SETTING_TEXT_SIZE];

	setting_text(key, entry->value, text);
	json_add_string(object, "key", key);
	json_add_string(object, "value", text);
	json_add(object, "line", json_object_new_int64(entry->line));
	return object;
}

static json_object *json_file(enum side side, const struct names *keys, const struct config *config)
{
	json_object *object = json_object_new_object();
	json_object *settings = json_object_new_array();
	json_object *mistakes = json_object_new_array();

	json_add_text(object, "path", config->path);
	json_add_string(object, "side", side_defs[side].name);
	json_add_string(object, "problem", config->error ? problem_text(config->error) : NULL);
	for (size_t i = 0; i < config->n; i++)
		json_object_array_add(settings, json_entry(keys, &config->entry[i]));
	json_add(object, "settings", settings);
	for (size_t i = 0; i < config->n_mistakes; i++) {
		json_object *mistake = json_object_new_object();

		json_add(mistake, "line", json_object_new_int64(config->mistake[i].line));
		json_add_string(mistake, "text", config->mistake[i].what);
		json_object_array_add(mistakes, mistake);
	}
	json_add(object, "mistakes", mistakes);
	return object;
}

/**
 * json_configs() - print configuration files with what they say and what is wrong with them
 * @ctl: the run
 * @keys: by side: the keys there are
 * @configs: by side: the files
 */
void json_configs(struct ctl *ctl, const struct names *keys, const struct configs *configs)
{
	json_object *object = json_start(ctl);
	json_object *files = json_object_new_array();
	json_object *ignored = json_object_new_array();
	size_t mistakes = 0;

	for (enum side side = 0; side < SIDE_COUNT; side++) {
		for (size_t i = 0; i < configs[side].n; i++) {
			const struct config *config = &configs[side].file[i];

			mistakes += config->n_mistakes + !!config->error;
			if (config->there || config->error)
				json_object_array_add(files, json_file(side, &keys[side], config));
		}
		for (size_t i = 0; i < configs[side].n_ignored; i++) {
			json_object *file = json_object_new_object();

			json_add_text(file, "path", configs[side].ignored[i]);
			json_object_array_add(ignored, file);
		}
	}
	json_add(object, "files", files);
	json_add(object, "ignored", ignored);
	json_add(object, "mistakes", json_object_new_int64((int64_t)mistakes));
	json_print(ctl, object);
}
