/* SPDX-License-Identifier: GPL-2.0-only */
/* Taking over the kernel's CR3 writes on the path that switches address spaces. */
#ifndef KVMPV_GUEST_CR3_PATCH_H
#define KVMPV_GUEST_CR3_PATCH_H

#include <linux/types.h>

int cr3_patch_find(char *ret_why, size_t size);
int cr3_patch_apply(char *ret_why, size_t size);
int cr3_patch_remove(void);
bool cr3_patch_intact(void);
const char *cr3_patch_mechanism(void);
unsigned int cr3_patch_sites(void);

#endif /* KVMPV_GUEST_CR3_PATCH_H */
