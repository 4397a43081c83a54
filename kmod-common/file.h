/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVMPV_FILE_H
#define KVMPV_FILE_H

#include <linux/types.h>

ssize_t kvmpv_file_read(const char *path, size_t max, void **ret_data);

#endif /* KVMPV_FILE_H */
