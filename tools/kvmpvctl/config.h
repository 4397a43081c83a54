/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVMPVCTL_CONFIG_H
#define KVMPVCTL_CONFIG_H

#include "kvmpvctl.h"
#include "names.h"

/**
 * struct config_entry - a ``key = value`` line
 * @key: number of the key
 * @value: its value, 0 or 1 for a switch
 * @line: where it is, from 1
 * @start: offset of the value in the text
 * @len: bytes of the value
 */
struct config_entry {
	unsigned int key;
	uint32_t value;
	unsigned int line;
	size_t start;
	size_t len;
};

/**
 * struct config_mistake - a line that is not understood
 * @line: from 1
 * @what: what is wrong with it, and what is allowed
 */
struct config_mistake {
	unsigned int line;
	char *what;
};

/**
 * struct config - a configuration file
 * @path: the file
 * @there: it exists
 * @error: positive errno when it could not be read; it is empty then
 * @text: all of it, with comments
 * @entry: what it says
 * @n: entries
 * @mistake: what was not understood
 * @n_mistakes: how many
 * @staged: the new file that is to replace it, empty when there is none
 */
struct config {
	char path[PATH_MAX];
	bool there;
	int error;
	char *text;
	struct config_entry entry[NAMES_MAX];
	size_t n;
	struct config_mistake *mistake;
	size_t n_mistakes;
	char staged[PATH_MAX];
};

int config_parse(struct config *config, const struct names *keys);
const struct config_entry *config_find(const struct config *config, unsigned int key);
void config_set(struct config *config, const struct names *keys, unsigned int key, uint32_t value);

void config_load(struct config *config, const struct names *keys, const char *path);
int config_stage(struct config *config);
int config_commit(struct config *config);
void config_free(struct config *config);

#endif /* KVMPVCTL_CONFIG_H */
