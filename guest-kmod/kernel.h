/* SPDX-License-Identifier: GPL-2.0-only */
/* What this guest's kernel uses of KVM's own interface. docs/abi/sysfs.rst. */
#ifndef KVMPV_GUEST_KERNEL_H
#define KVMPV_GUEST_KERNEL_H

#include <linux/types.h>

ssize_t kernel_print(char *page);
ssize_t kernel_print_msrs(char *page);

#endif /* KVMPV_GUEST_KERNEL_H */
