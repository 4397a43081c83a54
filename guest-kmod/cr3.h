/* SPDX-License-Identifier: GPL-2.0-only */
/* The cr3 cache: docs/abi/cr3-cache.rst */
#ifndef KVMPV_GUEST_CR3_H
#define KVMPV_GUEST_CR3_H

#include <linux/types.h>

#define CR3_WHY_MAX 128

int cr3_find(void);
int cr3_start(void);
void cr3_pause(void);
void cr3_stop(void);
void cr3_exit(void);
bool cr3_intact(void);
int cr3_test(int cpu);
const char *cr3_why(void);
void cr3_counts(u64 *ret_hits, u64 *ret_misses);
ssize_t cr3_print(char *page);

#endif /* KVMPV_GUEST_CR3_H */
