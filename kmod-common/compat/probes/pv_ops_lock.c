// SPDX-License-Identifier: GPL-2.0-only
/* 7.2: the spinlock part of pv_ops became pv_ops_lock */
#include <linux/spinlock.h>

#include <asm/paravirt.h>

void *kvmpv_probe(void);
void *kvmpv_probe(void)
{
	return pv_ops_lock.queued_spin_lock_slowpath;
}
