/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVMPV_GUEST_HOST_H
#define KVMPV_GUEST_HOST_H

#include <linux/types.h>

/**
 * struct host_block - what CPUID says about the host
 * @base: where kvmpv's block is, 0 when there is none; all that follows is then 0
 * @features: feature bits offered, unknown ones included
 * @abi_min: lowest ABI version the host speaks
 * @abi_max: highest
 * @instance: identifies this load of the host module
 */
struct host_block {
	u32 base;
	u32 features;
	u32 abi_min;
	u32 abi_max;
	u32 instance;
};

#define HOST_HYPERVISOR_MAX 13 /* 12 characters of a signature */

bool host_find(struct host_block *ret_block);
bool host_same(const struct host_block *block);
u32 host_kvm_base(void);
u32 host_kvm_features(void);
void host_hypervisor(char ret_name[HOST_HYPERVISOR_MAX]);
void host_explain(char *text, size_t size);

#endif /* KVMPV_GUEST_HOST_H */
