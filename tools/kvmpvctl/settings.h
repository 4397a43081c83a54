/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Settings: what a key of a configuration file means. Most are the switch of a feature; a guest has
 * a main switch, and numbers that tune a feature.
 */
#ifndef KVMPVCTL_SETTINGS_H
#define KVMPVCTL_SETTINGS_H

#include "kvmpvctl.h"
#include "names.h"

/* Key of guest.conf for the whole of kvmpv, beside the features' names. */
#define CONFIG_ENABLE "enable"

#define SETTING_TEXT_SIZE 16
#define SETTING_ALLOWED_SIZE 48

void settings_features(enum side side, struct names *ret_features);
void settings_init(enum side side, struct names *ret_keys);
void settings_add(enum side side, struct names *keys);
bool setting_number(const char *key);
int setting_parse(const char *key, const char *word, uint32_t *ret_value);
void setting_text(const char *key, uint32_t value, char ret[SETTING_TEXT_SIZE]);
void setting_allowed(const char *key, char ret[SETTING_ALLOWED_SIZE]);
void setting_file(enum side side, const char *key, char *ret, size_t size);

#endif /* KVMPVCTL_SETTINGS_H */
