/* SPDX-License-Identifier: GPL-2.0-only */
/* Probes that cr3-hooks.c sets. */
#ifndef KVMPV_HOST_CR3_UNSYNC_H
#define KVMPV_HOST_CR3_UNSYNC_H

#include <linux/types.h>

struct kvm_mmu_page;

void cr3_on_unsync(void *data, struct kvm_mmu_page *page);
void cr3_on_get_page(void *data, struct kvm_mmu_page *page, bool created);

#endif /* KVMPV_HOST_CR3_UNSYNC_H */
