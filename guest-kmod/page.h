/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVMPV_GUEST_PAGE_H
#define KVMPV_GUEST_PAGE_H

#include <linux/types.h>

/**
 * struct page_terms - what was agreed in the handshake, and so must stand in every page
 * @abi: ABI version in use
 * @features: feature bits in use
 * @instance: of the host module
 */
struct page_terms {
	u32 abi;
	u32 features;
	u32 instance;
};

int page_start(const struct page_terms *terms);
void page_stop(void);
int page_test(int cpu);

#endif /* KVMPV_GUEST_PAGE_H */
