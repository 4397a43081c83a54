/* SPDX-License-Identifier: (GPL-2.0-only WITH Linux-syscall-note) OR MIT */
/*
 * Features of a guest alone: it needs no kvmpv host for them. They are switched and shown like
 * those of abi.h, and have bit numbers that no host will ever offer.
 */
#ifndef KVMPV_LOCAL_H
#define KVMPV_LOCAL_H

#include <kvmpv/abi.h>

/* F(NAME, bit, "name", "description") */
#define KVMPV_LOCAL_FEATURES(F) \
	F(PV_SPINLOCK, 31, "pv-spinlock", "waiters for spinlocks yield to preempted vCPUs")

#define KVMPV_LOCAL_BIT_(name, bit, string, text) KVMPV_FEATURE_##name = bit,
enum kvmpv_local_feature { KVMPV_LOCAL_FEATURES(KVMPV_LOCAL_BIT_) };
#undef KVMPV_LOCAL_BIT_

#define KVMPV_LOCAL_FIRST 24 /* lowest bit number they may have */
#define KVMPV_LOCAL_ALL (~0U << KVMPV_LOCAL_FIRST)

/* The highest values of pv-spinlock's yield_after and queue_after (docs/abi/sysfs.rst) */
#define KVMPV_SPINLOCK_YIELD_MAX (1U << 20)
#define KVMPV_SPINLOCK_QUEUE_MAX (1U << 30)

/* All that a guest can switch */
#define KVMPV_GUEST_FEATURES(F) KVMPV_FEATURES(F) KVMPV_LOCAL_FEATURES(F)

#endif /* KVMPV_LOCAL_H */
