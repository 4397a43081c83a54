// SPDX-License-Identifier: GPL-2.0-only
/*
 * Read a file of procfs or sysfs. Not by kernel_read_file(): that is for loading things the kernel
 * then trusts, and security modules insist on knowing which kind.
 */
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/minmax.h>
#include <linux/vmalloc.h>

#include "file.h"

/**
 * kvmpv_file_read() - read a whole file
 * @path: the file, seen from the current task
 * @max: bytes to read at most, where the file does not know its size
 * @ret_data: its content with a NUL behind it, to be freed with vfree(); untouched on error
 *
 * Context: process, may sleep.
 *
 * Return: bytes read, or a negative error.
 */
ssize_t kvmpv_file_read(const char *path, size_t max, void **ret_data)
{
	struct file *file = filp_open(path, O_RDONLY, 0);
	ssize_t len = 0, got, size;
	loff_t pos = 0;
	char *data;

	if (IS_ERR(file))
		return PTR_ERR(file);
	size = i_size_read(file_inode(file)) ?: max;
	data = vmalloc(size + 1);
	if (!data) {
		len = -ENOMEM;
		goto close;
	}
	while (len < size) {
		got = kernel_read(file, data + len, size - len, &pos);
		if (got <= 0)
			break;
		len += got;
	}
	data[len] = '\0';
	*ret_data = data;
close:
	filp_close(file, NULL);
	return len;
}
