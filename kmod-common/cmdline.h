/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVMPV_CMDLINE_H
#define KVMPV_CMDLINE_H

#include <linux/types.h>

int kvmpv_parse_bool(const char *text, bool *ret_value);
int kvmpv_cmdline_bool(const char *option);

#endif /* KVMPV_CMDLINE_H */
