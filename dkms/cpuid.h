/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVMPV_HOST_CPUID_H
#define KVMPV_HOST_CPUID_H

#include <linux/types.h>

struct kvm_vcpu;

u32 cpuid_base(const struct kvm_vcpu *vcpu);

#endif /* KVMPV_HOST_CPUID_H */
