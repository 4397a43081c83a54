/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVMPV_GUEST_SELFTEST_H
#define KVMPV_GUEST_SELFTEST_H

#include <linux/types.h>

int selftest_run(void);
ssize_t selftest_print(char *page);

#endif /* KVMPV_GUEST_SELFTEST_H */
