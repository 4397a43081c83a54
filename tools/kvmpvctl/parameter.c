// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parameters of kernel modules that are loaded, as /sys/module shows them. That a parameter is not
 * there is an answer: the module may not be loaded, or be older.
 */
#include <errno.h>
#include <string.h>

#include "parameter.h"
#include "sysfs.h"

/**
 * parameter_read() - a parameter as it stands there
 * @ctl: the run
 * @module: name of the module, may be empty for none
 * @name: of the parameter
 * @ret_word: its value
 * @size: bytes at @ret_word
 *
 * Return: 0 or -errno; -ENOENT when there is no such module or parameter.
 */
int parameter_read(const struct ctl *ctl, const char *module, const char *name, char *ret_word,
		   size_t size)
{
	char path[64];
	const char *text;
	struct dir dir;
	int err;

	if (!*module)
		return -ENOENT;
	snprintf(path, sizeof(path), "sys/module/%s/parameters", module);
	err = dir_open_root(ctl, path, &dir);
	if (err)
		return err;
	err = file_read(dir.fd, name, &text) ?: parse_line(text, ret_word, size);
	dir_close(&dir);
	return err;
}

/**
 * parameter_u64() - a parameter that is a number
 * @ctl: the run
 * @module: name of the module, may be empty for none
 * @name: of the parameter
 * @ret_value: the number
 *
 * Return: 0 or -errno; -EBADMSG when it is none.
 */
int parameter_u64(const struct ctl *ctl, const char *module, const char *name, uint64_t *ret_value)
{
	char word[24];

	return parameter_read(ctl, module, name, word, sizeof(word))
		       ?: parse_u64(word, strlen(word), ret_value);
}

/**
 * parameter_bool() - a parameter that is on or off
 * @ctl: the run
 * @module: name of the module, may be empty for none
 * @name: of the parameter
 * @ret_on: is it on
 *
 * Kernels show a bool as Y or N; some parameters are numbers that are used as one.
 *
 * Return: 0 or -errno; -EBADMSG when it is neither.
 */
int parameter_bool(const struct ctl *ctl, const char *module, const char *name, bool *ret_on)
{
	char word[24];
	int err = parameter_read(ctl, module, name, word, sizeof(word));

	if (err)
		return err;
	if (strcmp(word, "Y") && strcmp(word, "N"))
		return parse_bool(word, ret_on);
	*ret_on = *word == 'Y';
	return 0;
}
