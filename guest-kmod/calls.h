/* SPDX-License-Identifier: GPL-2.0-only */
/* kvmpv's hypercalls and the unhalt MSR, counted and timed. docs/abi/{hypercalls,msr}.rst */
#ifndef KVMPV_GUEST_CALLS_H
#define KVMPV_GUEST_CALLS_H

#include <linux/types.h>

struct kvmpv_cr3_page;
struct kvmpv_stats;

int call_hello(u32 features);
void call_bye(void);
int call_kick(int cpu);
int call_yield(int cpu);
int call_stats(struct kvmpv_stats *stats, size_t size);
int call_cr3_register(struct kvmpv_cr3_page *page, unsigned long start, unsigned long end,
		      unsigned long abort);
void call_cr3_unregister(void);
int call_cr3_release(phys_addr_t pgd);
int call_probe(u32 used);

int unhalt_read(bool *ret_pending);
int unhalt_write(bool pending);

#endif /* KVMPV_GUEST_CALLS_H */
