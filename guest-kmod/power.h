/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVMPV_GUEST_POWER_H
#define KVMPV_GUEST_POWER_H

int power_init(void);
void power_exit(void);

#endif /* KVMPV_GUEST_POWER_H */
