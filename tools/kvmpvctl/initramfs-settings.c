// SPDX-License-Identifier: GPL-2.0-only
/*
 * What /etc/kvmpv says of the guest, as the script in the initramfs needs it: files to write and
 * their values, in the order of ``kvmpvctl apply``. So the image needs no kvmpvctl.
 */
#include <string.h>

#include "configs.h"
#include "initramfs.h"
#include "settings.h"
#include "switch.h"

static size_t add(char *text, size_t used, const char *key, uint32_t value)
{
	char file[64];

	setting_file(SIDE_GUEST, key, file, sizeof(file));
	return used + (size_t)snprintf(text + used, SETTINGS_SIZE - used, "%s %u\n", file, value);
}

/**
 * initramfs_settings() - the settings for an initramfs
 * @ctl: the run
 * @ret_settings: "FILE VALUE" a line; empty when nothing is set
 *
 * Return: EXIT_DONE, or another exit code and the failure is reported.
 */
int initramfs_settings(struct ctl *ctl, char ret_settings[SETTINGS_SIZE])
{
	struct configs configs;
	struct names keys;
	uint32_t enable = 0, value;
	int code, main_key;
	size_t used = 0;
	bool is_set;

	settings_init(SIDE_GUEST, &keys);
	main_key = names_find(&keys, CONFIG_ENABLE, strlen(CONFIG_ENABLE));
	code = configs_read(ctl, SIDE_GUEST, &keys, &configs);
	if (code) {
		configs_free(&configs);
		return code;
	}
	*ret_settings = '\0';
	is_set = configs_get(&configs, (unsigned int)main_key, &enable);
	if (is_set && !enable)
		used = add(ret_settings, used, CONFIG_ENABLE, 0);
	for (unsigned int key = 0; key < keys.n; key++)
		if ((int)key != main_key && !kernel_switch_find(SIDE_GUEST, keys.name[key]) &&
		    configs_get(&configs, key, &value))
			used = add(ret_settings, used, keys.name[key], value);
	if (is_set && enable)
		add(ret_settings, used, CONFIG_ENABLE, 1);
	configs_free(&configs);
	return EXIT_DONE;
}
