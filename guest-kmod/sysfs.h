/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVMPV_GUEST_SYSFS_H
#define KVMPV_GUEST_SYSFS_H

int guest_sysfs_init(void);
void guest_sysfs_exit(void);

#endif /* KVMPV_GUEST_SYSFS_H */
