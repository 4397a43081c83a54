/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVMPV_CMDLINE_H
#define KVMPV_CMDLINE_H

int kvmpv_cmdline_bool(const char *option);

#endif /* KVMPV_CMDLINE_H */
