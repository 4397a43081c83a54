// SPDX-License-Identifier: GPL-2.0-only
/*
 * Help as JSON: the table of commands. The check of the man page reads it.
 */
#include "json.h"
#include "switch.h"

static json_object *json_options(const enum option *options)
{
	json_object *list = json_object_new_array();

	for (; *options != OPT_END; options++) {
		const struct option_def *def = option_def(*options);
		json_object *object = json_object_new_object();
		char letter[2] = {def->letter, '\0'};

		json_add_string(object, "name", def->name);
		json_add_string(object, "letter", letter);
		json_add_string(object, "argument", def->arg);
		json_add_string(object, "help", def->help);
		json_object_array_add(list, object);
	}
	return list;
}

static json_object *json_command(const struct command *command)
{
	json_object *object = json_object_new_object();

	json_add_string(object, "name", command->name);
	json_add_string(object, "arguments", arguments_text(command->arguments));
	json_add_string(object, "summary", command->summary);
	json_add_string(object, "text", command->text);
	json_add(object, "options", json_options(command->options));
	return object;
}

static json_object *json_features(void)
{
	json_object *list = json_object_new_array();
	struct names features;

	features_init(&features);
	for (unsigned int i = 0; i < features.n; i++) {
		json_object *object = json_object_new_object();

		json_add_string(object, "name", features.name[i]);
		json_add_string(object, "text", feature_text(i));
		json_object_array_add(list, object);
	}
	for (size_t i = 0; i < kernel_switches_n; i++) {
		json_object *object = json_object_new_object();

		json_add_string(object, "name", kernel_switches[i].key);
		json_add_string(object, "text", kernel_switches[i].text);
		json_object_array_add(list, object);
	}
	return list;
}

static json_object *json_exit_codes(void)
{
	json_object *list = json_object_new_array();

	for (size_t i = 0; i < exits_n; i++) {
		json_object *object = json_object_new_object();

		json_add(object, "code", json_object_new_int(exits[i].code));
		json_add_string(object, "text", exits[i].text);
		json_object_array_add(list, object);
	}
	return list;
}

/**
 * json_help() - explain a verb
 * @ctl: the run
 * @command: the verb, NULL for all
 */
void json_help(struct ctl *ctl, const struct command *command)
{
	json_object *object = json_start(ctl);
	json_object *list = json_object_new_array();

	for (const struct command *c = commands; c->name; c++)
		if (command ? c == command : !c->hidden)
			json_object_array_add(list, json_command(c));
	json_add(object, "verbs", list);
	json_add(object, "options", json_options(options_global));
	json_add(object, "features", json_features());
	json_add(object, "exits", json_exit_codes());
	json_print(ctl, object);
}
