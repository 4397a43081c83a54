// SPDX-License-Identifier: GPL-2.0-only
/*
 * Options on the kernel's command line that belong to kvmpv as a whole ("kvmpv.enable=0") or that
 * history gave a name without a module ("kvm_paravirt=1"). Neither is handed to a module by the
 * kernel, and saved_command_line is not exported, so /proc/cmdline is read.
 */
#include <linux/kstrtox.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include <asm/setup.h>

#include "cmdline.h"
#include "file.h"

/**
 * kvmpv_cmdline_bool() - the value of a boolean option on the kernel's command line
 * @option: its name, without "="
 *
 * The last one given wins, as everywhere on that line.
 *
 * Context: process, may sleep.
 *
 * Return: 0 or 1, -EINVAL when it is given with something that is no boolean, -ENOENT when it is
 * not given, another error when /proc/cmdline cannot be read.
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
		return size;
	rest = line;
	while ((word = strsep(&rest, " \t\n"))) {
		if (strncmp(word, option, len) || word[len] != '=')
			continue;
		ret = kstrtobool(word + len + 1, &value) ? -EINVAL : value;
	}
	vfree(line);
	return ret;
}
