// SPDX-License-Identifier: GPL-2.0-only
/*
 * Options on the kernel's command line that belong to kvmpv as a whole ("kvmpv.enable=0") or that
 * history gave a name without a module ("kvm_paravirt=1"). Neither is handed to a module by the
 * kernel, and saved_command_line is not exported, so /proc/cmdline is read.
 */
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kstrtox.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <asm/setup.h>

#include "cmdline.h"

static char *read_cmdline(void)
{
	struct file *file = filp_open("/proc/cmdline", O_RDONLY, 0);
	char *line = ERR_PTR(-ENOMEM);
	ssize_t len = 0, got;
	loff_t pos = 0;

	if (IS_ERR(file))
		return ERR_CAST(file);
	line = kmalloc(COMMAND_LINE_SIZE + 1, GFP_KERNEL);
	if (!line) {
		line = ERR_PTR(-ENOMEM);
		goto close;
	}
	while (len < COMMAND_LINE_SIZE) {
		got = kernel_read(file, line + len, COMMAND_LINE_SIZE - len, &pos);
		if (got <= 0)
			break;
		len += got;
	}
	line[len] = '\0';
close:
	filp_close(file, NULL);
	return line;
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
 * not given, another error when /proc/cmdline cannot be read.
 */
int kvmpv_cmdline_bool(const char *option)
{
	char *line = read_cmdline(), *rest = line, *word;
	size_t len = strlen(option);
	int ret = -ENOENT;
	bool value;

	if (IS_ERR(line))
		return PTR_ERR(line);
	while ((word = strsep(&rest, " \t\n"))) {
		if (strncmp(word, option, len) || word[len] != '=')
			continue;
		ret = kstrtobool(word + len + 1, &value) ? -EINVAL : value;
	}
	kfree(line);
	return ret;
}
