// SPDX-License-Identifier: GPL-2.0-only
/*
 * The keys of /etc/kvmpv/{host,guest}.conf: their values, and the files of the running module that
 * stand for them.
 */
#include <errno.h>
#include <string.h>

#include <kvmpv/local.h>

#include "parse.h"
#include "settings.h"
#include "switch.h"

/**
 * struct tuning - a number that tunes a feature of a guest
 * @key: in the configuration file
 * @file: in the guest's directory, see docs/abi/sysfs.rst
 * @lowest: allowed value
 * @highest: allowed value
 */
struct tuning {
	const char *key;
	const char *file;
	uint32_t lowest;
	uint32_t highest;
};

static const struct tuning tunings[] = {
	{"pv-spinlock.yield_after", "spinlock/yield_after", 1, KVMPV_SPINLOCK_YIELD_MAX},
	{"pv-spinlock.queue_after", "spinlock/queue_after", 0, KVMPV_SPINLOCK_QUEUE_MAX},
};

static const struct tuning *tuning_find(const char *key)
{
	for (size_t i = 0; i < ARRAY_SIZE(tunings); i++)
		if (!strcmp(tunings[i].key, key))
			return &tunings[i];
	return NULL;
}

/**
 * settings_features() - the features that a side's files can be about
 * @side: which side
 * @ret_features: with the numbers of features_init()
 */
void settings_features(enum side side, struct names *ret_features)
{
	if (side == SIDE_HOST)
		features_init_host(ret_features);
	else
		features_init(ret_features);
}

/**
 * settings_init() - the keys of a side's files, as far as this tool knows them
 * @side: which side
 * @ret_keys: the keys; features have the numbers of features_init()
 */
void settings_init(enum side side, struct names *ret_keys)
{
	settings_features(side, ret_keys);
	settings_add(side, ret_keys);
}

/**
 * settings_add() - add the keys of a side's files that are no features
 * @side: which side
 * @keys: its features; what there is no room for is left out
 */
void settings_add(enum side side, struct names *keys)
{
	if (side == SIDE_GUEST) {
		names_add(keys, CONFIG_ENABLE, strlen(CONFIG_ENABLE));
		for (size_t i = 0; i < ARRAY_SIZE(tunings); i++)
			names_add(keys, tunings[i].key, strlen(tunings[i].key));
	}
	kernel_switches_add(side, keys);
}

/**
 * setting_number() - is a setting a number?
 * @key: its key
 *
 * Return: false for a switch.
 */
bool setting_number(const char *key)
{
	return tuning_find(key);
}

/**
 * setting_parse() - the value of a setting
 * @key: its key
 * @word: a bool as sysfs takes it, or a decimal number
 * @ret_value: the value, 0 or 1 for a switch
 *
 * Return: 0, or -EBADMSG when the setting does not take it.
 */
int setting_parse(const char *key, const char *word, uint32_t *ret_value)
{
	const struct tuning *tuning = tuning_find(key);
	uint64_t number;
	bool on;
	int err;

	if (!tuning) {
		err = parse_bool(word, &on);
		if (!err)
			*ret_value = on;
		return err;
	}
	if (parse_u64(word, strlen(word), &number) || number < tuning->lowest ||
	    number > tuning->highest)
		return -EBADMSG;
	*ret_value = (uint32_t)number;
	return 0;
}

/**
 * setting_text() - a value as it is written in a configuration file
 * @key: the setting's key
 * @value: its value
 * @ret: the text
 */
void setting_text(const char *key, uint32_t value, char ret[SETTING_TEXT_SIZE])
{
	if (setting_number(key))
		snprintf(ret, SETTING_TEXT_SIZE, "%u", value);
	else
		strcpy(ret, value ? "on" : "off");
}

/**
 * setting_allowed() - the values a setting takes, in words
 * @key: its key
 * @ret: the words
 */
void setting_allowed(const char *key, char ret[SETTING_ALLOWED_SIZE])
{
	const struct tuning *tuning = tuning_find(key);

	if (tuning)
		snprintf(ret, SETTING_ALLOWED_SIZE, "a number from %u to %u", tuning->lowest,
			 tuning->highest);
	else
		strcpy(ret, "on or off");
}

/**
 * setting_file() - the file of the running module that stands for a setting
 * @side: whose setting
 * @key: its key
 * @ret: the file's name in the directory of the side, or of a VM
 * @size: bytes at @ret
 */
void setting_file(enum side side, const char *key, char *ret, size_t size)
{
	const struct tuning *tuning = side == SIDE_GUEST ? tuning_find(key) : NULL;

	if (tuning)
		snprintf(ret, size, "%s", tuning->file);
	else if (side == SIDE_GUEST && !strcmp(key, CONFIG_ENABLE))
		snprintf(ret, size, "%s", key);
	else
		snprintf(ret, size, "features/%s", key);
}
