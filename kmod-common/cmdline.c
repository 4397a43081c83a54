// SPDX-License-Identifier: GPL-2.0-only
/*
 * Options on the kernel's command line that belong to kvmpv as a whole ("kvmpv.enable=0") or that
 * history gave a name without a module ("kvm_paravirt=1"). Neither is handed to a module by the
 * kernel, and saved_command_line is not exported, so /proc/cmdline is read.
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include <asm/setup.h>

#include "cmdline.h"
#include "file.h"

/**
 * kvmpv_parse_bool() - read a boolean, all of it
 * @text: 0, 1, n, y, off or on, perhaps with a newline behind it
 * @ret_value: the boolean; untouched on error
 *
 * kstrtobool() would look at the first character alone, and take "10" and "1garbage".
 *
 * Context: any.
 *
 * Return: 0 or -EINVAL.
 */
int kvmpv_parse_bool(const char *text, bool *ret_value)
{
	static const char *const words[] = {"0", "1", "n", "y", "off", "on"};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		if (sysfs_streq(text, words[i])) {
			*ret_value = i & 1;
			return 0;
		}
	}
	return -EINVAL;
}

/**
 * kvmpv_cmdline_bool() - the value of a boolean option on the kernel's command line
 * @option: its name, without "="
 *
 * The last one given wins, as everywhere on that line.
 *
 * Context: process, may sleep.
 *
 * Return: 0 or 1, -EINVAL when it is given with something that is no boolean, -ENOENT when it is
 * not given, -EIO when /proc/cmdline cannot be read.
 */
int kvmpv_cmdline_bool(const char *option)
{
	size_t len = strlen(option);
	char *rest, *word;
	int ret = -ENOENT;
	ssize_t size;
	bool value;
	void *line;

	size = kvmpv_file_read("/proc/cmdline", COMMAND_LINE_SIZE, &line);
	if (size < 0)
		return -EIO;
	rest = line;
	while ((word = strsep(&rest, " \t\n"))) {
		if (strncmp(word, option, len) || word[len] != '=')
			continue;
		ret = kvmpv_parse_bool(word + len + 1, &value) ?: value;
	}
	vfree(line);
	return ret;
}
