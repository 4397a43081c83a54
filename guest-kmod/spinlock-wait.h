/* SPDX-License-Identifier: GPL-2.0-only */
/* What runs in place of the kernel's functions while pv-spinlock is in use. */
#ifndef KVMPV_GUEST_SPINLOCK_WAIT_H
#define KVMPV_GUEST_SPINLOCK_WAIT_H

#include <linux/types.h>

struct qspinlock;

/**
 * struct spin_tuning - how long a waiter does what; may be changed at any time
 * @yield: looks at the lock until it makes room for others, and from one time to the next; not 0
 * @queue: looks at the lock until it does as the kernel does: queues, and sleeps if that takes long
 */
struct spin_tuning {
	u32 yield;
	u32 queue;
};

extern struct spin_tuning spin_tuning;

void spin_wait_pv_bodies(void *slowpath, void *wait, void *kick);
void spin_wait_native_body(void *slowpath, bool fair);
void spin_wait_begin(bool nap);

void spin_slowpath_pv(struct qspinlock *lock, u32 val);
void spin_slowpath_native(struct qspinlock *lock, u32 val);
void spin_wait(u8 *ptr, u8 val);
void spin_kick(int cpu);

#endif /* KVMPV_GUEST_SPINLOCK_WAIT_H */
