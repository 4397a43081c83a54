/* SPDX-License-Identifier: GPL-2.0-only */
/* Functions of the kernel that are hooked while the cr3 cache is in use. */
#ifndef KVMPV_GUEST_CR3_HOOKS_H
#define KVMPV_GUEST_CR3_HOOKS_H

#include <linux/types.h>

int cr3_hooks_install(char *ret_why, size_t size);
void cr3_hooks_remove(void);
bool cr3_hooks_flush(void);
bool cr3_hooks_crash(void);

#endif /* KVMPV_GUEST_CR3_HOOKS_H */
