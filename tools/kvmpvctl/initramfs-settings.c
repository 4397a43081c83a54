// SPDX-License-Identifier: GPL-2.0-only
/*
 * What /etc/kvmpv says of the guest, as the script in the initramfs needs it: files to write and
 * their values, in the order of ``kvmpvctl apply``. So the image needs no kvmpvctl.
 */
#include <string.h>

#include "config.h"
#include "initramfs.h"

static size_t add(char *text, size_t used, const char *file, const char *key, bool on)
{
	return used +
	       (size_t)snprintf(text + used, SETTINGS_SIZE - used, "%s%s %d\n", file, key, on);
}

/**
 * settings_read() - the settings for an initramfs
 * @ctl: the run
 * @ret_settings: "FILE VALUE" a line; empty when nothing is set
 *
 * Return: EXIT_DONE, or another exit code and the failure is reported.
 */
int settings_read(struct ctl *ctl, char ret_settings[SETTINGS_SIZE])
{
	struct config config;
	struct names keys;
	bool enable, on, is_set;
	size_t used = 0;
	int code, main_key;

	features_init(&keys);
	main_key = names_add(&keys, CONFIG_ENABLE, strlen(CONFIG_ENABLE));
	code = config_read(ctl, SIDE_GUEST, &keys, &config);
	if (code) {
		config_free(&config);
		return code;
	}
	*ret_settings = '\0';
	is_set = config_get(&config, (unsigned int)main_key, &enable);
	if (is_set && !enable)
		used = add(ret_settings, used, "", CONFIG_ENABLE, false);
	for (unsigned int key = 0; key < keys.n; key++)
		if ((int)key != main_key && config_get(&config, key, &on))
			used = add(ret_settings, used, "features/", keys.name[key], on);
	if (is_set && enable)
		add(ret_settings, used, "", CONFIG_ENABLE, true);
	config_free(&config);
	return EXIT_DONE;
}
