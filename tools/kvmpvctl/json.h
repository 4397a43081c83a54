/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVMPVCTL_JSON_H
#define KVMPVCTL_JSON_H

#include <json-c/json.h>

#include "render.h"

/* The forms' versions: minor grows with each member, major when one goes or changes. */
#define JSON_MAJOR 1
#define JSON_MINOR 4

json_object *json_start(const struct ctl *ctl);
void json_print(const struct ctl *ctl, json_object *object);
void json_add(json_object *object, const char *key, json_object *value);
void json_add_string(json_object *object, const char *key, const char *value);
void json_add_text(json_object *object, const char *key, const char *value);
void json_add_problems(const struct ctl *ctl, json_object *object);
json_object *json_names(const struct names *names, uint64_t set);
json_object *json_module_versions(const struct versions *versions, enum side side);

void json_bench(struct ctl *ctl, const struct bench *bench);
void json_inventories(struct ctl *ctl, const struct inventory *inventories, size_t n);
void json_configs(struct ctl *ctl, const struct names *keys, const struct configs *configs);
void json_doctor(struct ctl *ctl, const struct finding *findings, size_t n);
void json_exits(struct ctl *ctl, const struct exit_report *report);
void json_help(struct ctl *ctl, const struct command *command);
void json_status(struct ctl *ctl, const struct status *status);
void json_stats(struct ctl *ctl, const struct stats *now, const struct stats *before);

#endif /* KVMPVCTL_JSON_H */
