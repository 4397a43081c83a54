/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVMPVCTL_CONFIGS_H
#define KVMPVCTL_CONFIGS_H

#include "config.h"

/* What "enable" and "disable" write, in the directory of the drop-ins. */
#define CONFIG_OWN "90-kvmpvctl.conf"

/**
 * struct configs - all configuration files of a side
 * @side: which side
 * @file: in the order they are read; where two set the same, the later one wins
 * @n: files
 * @own: which one is CONFIG_OWN
 * @ignored: paths of files beside them that are not read, by name
 * @n_ignored: how many
 */
struct configs {
	enum side side;
	struct config *file;
	size_t n;
	size_t own;
	char **ignored;
	size_t n_ignored;
};

/**
 * struct config_origin - where a setting comes from
 * @file: index of the file, of those of a side
 * @entry: the line
 */
struct config_origin {
	size_t file;
	const struct config_entry *entry;
};

void configs_load(struct ctl *ctl, enum side side, const struct names *keys,
		  struct configs *ret_configs);
void configs_add(struct configs *configs, const struct names *keys, const char *path);
int configs_read(struct ctl *ctl, enum side side, const struct names *keys,
		 struct configs *ret_configs);
bool configs_find(const struct configs *configs, unsigned int key,
		  struct config_origin *ret_origin);
bool configs_get(const struct configs *configs, unsigned int key, uint32_t *ret_value);
void configs_free(struct configs *configs);

#endif /* KVMPVCTL_CONFIGS_H */
