/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVMPVCTL_CONFIG_H
#define KVMPVCTL_CONFIG_H

#include "kvmpvctl.h"
#include "names.h"

/* Key of guest.conf for the whole of kvmpv, beside the features' names. */
#define CONFIG_ENABLE "enable"

/**
 * struct config_entry - a ``key = value`` line
 * @key: number of the key
 * @on: its value
 * @line: where it is, from 1
 * @start: offset of the value in the text
 * @len: bytes of the value
 */
struct config_entry {
	unsigned int key;
	bool on;
	unsigned int line;
	size_t start;
	size_t len;
};

/**
 * struct config - a configuration file
 * @path: the file
 * @text: all of it, with comments
 * @entry: what it says
 * @n: entries
 * @staged: the new file that is to replace it, empty when there is none
 */
struct config {
	char path[PATH_MAX];
	char *text;
	struct config_entry entry[NAMES_MAX];
	size_t n;
	char staged[PATH_MAX];
};

/**
 * struct config_error - a line that is not understood
 * @line: from 1
 * @what: what is wrong with it
 */
struct config_error {
	unsigned int line;
	char what[160];
};

int config_parse(struct config *config, const struct names *keys, struct config_error *ret_error);
bool config_get(const struct config *config, unsigned int key, bool *ret_on);
void config_set(struct config *config, const struct names *keys, unsigned int key, bool on);

int config_read(struct ctl *ctl, enum side side, const struct names *keys,
		struct config *ret_config);
int config_stage(struct config *config);
int config_commit(struct config *config);
void config_free(struct config *config);

#endif /* KVMPVCTL_CONFIG_H */
