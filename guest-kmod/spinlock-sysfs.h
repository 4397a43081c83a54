/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVMPV_GUEST_SPINLOCK_SYSFS_H
#define KVMPV_GUEST_SPINLOCK_SYSFS_H

struct attribute_group;

extern const struct attribute_group spinlock_group;

#endif /* KVMPV_GUEST_SPINLOCK_SYSFS_H */
