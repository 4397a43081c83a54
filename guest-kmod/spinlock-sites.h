/* SPDX-License-Identifier: GPL-2.0-only */
/* Who waits for locks: a sample of call sites. docs/abi/sysfs.rst, "Spinlocks". */
#ifndef KVMPV_GUEST_SPINLOCK_SITES_H
#define KVMPV_GUEST_SPINLOCK_SITES_H

#include <linux/jump_label.h>
#include <linux/types.h>

#define SPIN_SAMPLE_MAX 1000000

DECLARE_STATIC_KEY_FALSE(spin_sampling);

void spin_sites_sample(void);

/**
 * spin_sites() - somebody starts to wait
 *
 * Context: any, NMI included, preemption off.
 */
static __always_inline void spin_sites(void)
{
	if (static_branch_unlikely(&spin_sampling))
		spin_sites_sample();
}

u32 spin_sites_get(void);
int spin_sites_set(u32 every);
u64 spin_sites_lost(void);
void spin_sites_reset(void);
ssize_t spin_sites_print(char *page);
void spin_sites_exit(void);

#endif /* KVMPV_GUEST_SPINLOCK_SITES_H */
