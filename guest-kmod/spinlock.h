/* SPDX-License-Identifier: GPL-2.0-only */
/* pv-spinlock: docs/pv-spinlocks.md */
#ifndef KVMPV_GUEST_SPINLOCK_H
#define KVMPV_GUEST_SPINLOCK_H

#include <linux/types.h>

const char *spinlock_refusal(void);
int spinlock_find(void);
int spinlock_set(bool on);
bool spinlock_used(void);
const char *spinlock_mode(void);
const char *spinlock_kernel(void);
const char *spinlock_why(void);

#endif /* KVMPV_GUEST_SPINLOCK_H */
