/* SPDX-License-Identifier: GPL-2.0-only */
/* pv-spinlock: docs/pv-spinlocks.md */
#ifndef KVMPV_GUEST_SPINLOCK_H
#define KVMPV_GUEST_SPINLOCK_H

#include <linux/types.h>

/* Limits of the two knobs, in looks at the lock */
#define SPIN_YIELD_MAX (1U << 20)
#define SPIN_QUEUE_MAX (1U << 30)

const char *spinlock_refusal(void);
int spinlock_find(void);
int spinlock_set(bool on);
bool spinlock_used(void);
const char *spinlock_mode(void);
const char *spinlock_why(void);

#endif /* KVMPV_GUEST_SPINLOCK_H */
