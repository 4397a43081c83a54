/* SPDX-License-Identifier: (GPL-2.0-only WITH Linux-syscall-note) OR MIT */
/*
 * The kvmpv guest/host interface: the one definition that host module, guest module, tools and
 * tests share. docs/abi/{cpuid,msr,hypercalls}.rst describe it in words; tests/unit/abi.t fails
 * when header and pages differ.
 *
 * The ranges are kvmpv's own. KVM's reserved CPUID bits, its MSRs 0x4b564d00-0x4b564dff and its
 * hypercalls 1-12 are never reused. This header deliberately does not include <linux/kvm.h>: that
 * is the interface between KVM and a VMM, not the one between a guest and its host.
 */
#ifndef KVMPV_ABI_H
#define KVMPV_ABI_H

#include <linux/types.h>

/*
 * ABI versions
 *
 * Both sides speak a range of versions, KVMPV_ABI_MIN to KVMPV_ABI_MAX. The guest names its range
 * in KVMPV_HC_HELLO, the host answers with the highest version both know. The two are overridable
 * on the compiler's command line so that tests can build a side "from the future".
 */
#ifndef KVMPV_ABI_MIN
#define KVMPV_ABI_MIN 1
#endif
#ifndef KVMPV_ABI_MAX
#define KVMPV_ABI_MAX 1
#endif

/*
 * CPUID
 *
 * The block sits at the first base of the hypervisor range that nobody else uses, so a guest scans
 * for the signature: base = KVMPV_CPUID_FIRST, + KVMPV_CPUID_STEP, ... below KVMPV_CPUID_END.
 */
#define KVMPV_CPUID_FIRST 0x40000000
#define KVMPV_CPUID_END 0x40010000
#define KVMPV_CPUID_STEP 0x100

#define KVMPV_CPUID_SIGNATURE 0 /* EAX: highest leaf of the block; EBX, ECX, EDX: signature */
#define KVMPV_CPUID_FEATURES 1 /* EAX: feature bits offered to this VM */
#define KVMPV_CPUID_VERSION \
	2 /* EAX: highest ABI version, EBX: lowest, ECX: limits, EDX: instance */
#define KVMPV_CPUID_LEAVES 3

#define KVMPV_SIGNATURE "KVMPVKVMPV\0" /* 12 bytes with the terminator */
#define KVMPV_SIGNATURE_EBX 0x504d564b /* "KVMP" */
#define KVMPV_SIGNATURE_ECX 0x4d564b56 /* "VKVM" */
#define KVMPV_SIGNATURE_EDX 0x00005650 /* "PV\0\0" */

/*
 * Features: bit numbers of EAX of leaf KVMPV_CPUID_FEATURES. F(NAME, bit, "name", "description")
 */
#define KVMPV_FEATURES(F)                                                       \
	F(KICK, 0, "kick", "wake a halted vCPU by APIC id (hypercall)")         \
	F(YIELD, 1, "yield", "give the time slice to another vCPU (hypercall)") \
	F(UNHALT, 2, "unhalt", "read and write the pending-kick flag (MSR)")    \
	F(STATS, 3, "stats", "read this VM's counters (hypercall)")             \
	F(PAGE, 4, "page", "shared page of a vCPU (MSR)")

#define KVMPV_FEATURE_BIT_(name, bit, string, text) KVMPV_FEATURE_##name = bit,
enum kvmpv_feature { KVMPV_FEATURES(KVMPV_FEATURE_BIT_) KVMPV_FEATURE_COUNT };
#undef KVMPV_FEATURE_BIT_

#define KVMPV_FEATURE_MASK(name) (1U << KVMPV_FEATURE_##name)
#define KVMPV_FEATURES_ALL ((1U << KVMPV_FEATURE_COUNT) - 1)

/*
 * MSRs
 */
#define KVMPV_MSR_FIRST 0x4b565000
#define KVMPV_MSR_LAST 0x4b5650ff
#define KVMPV_MSR_PAGE 0x4b565000 /* shared page: guest-physical address | KVMPV_PAGE_ENABLE */
#define KVMPV_MSR_UNHALT 0x4b565001 /* bit 0: a kick is pending for this vCPU */

#define KVMPV_PAGE_ENABLE 1ULL
#define KVMPV_PAGE_RESERVED 0xffeULL /* bits of KVMPV_MSR_PAGE that must be zero */
#define KVMPV_UNHALT_PENDING 1ULL

/*
 * Hypercalls: number in RAX, arguments in RBX, RCX, RDX, RSI, result in RAX, as for KVM's own.
 */
#define KVMPV_HC_FIRST 0x4b565600
#define KVMPV_HC_LAST 0x4b5656ff
#define KVMPV_HC_HELLO 0x4b565600 /* a0: lowest, a1: highest version, a2: features -> version */
#define KVMPV_HC_BYE 0x4b565601 /* -> 0 */
#define KVMPV_HC_KICK 0x4b565602 /* a0: APIC id -> 0 */
#define KVMPV_HC_YIELD 0x4b565603 /* a0: APIC id -> 1 given, 0 not needed */
#define KVMPV_HC_STATS 0x4b565604 /* a0: guest-physical address, a1: bytes -> bytes written */

/*
 * Errors: a hypercall returns them negated. The first four are KVM's own numbers.
 */
#define KVMPV_EPERM 1 /* not in ring 0; given by KVM before kvmpv is asked */
#define KVMPV_EFAULT 14 /* a guest-physical address is not writable memory */
#define KVMPV_EINVAL 22 /* an argument is out of its range */
#define KVMPV_ENOSYS 1000 /* number unknown, feature not offered to this VM, or no kvmpv host */
#define KVMPV_ENOENT 2 /* no vCPU has that APIC id */
#define KVMPV_EPROTO 71 /* KVMPV_HC_HELLO has not been answered for this VM yet */
#define KVMPV_EOPNOTSUPP 95 /* no common version, or a feature that is not offered */

/**
 * struct kvmpv_page - the page a guest shares with the host, one per vCPU
 * @magic: KVMPV_PAGE_MAGIC
 * @guest_version: ABI version in use, as answered to KVMPV_HC_HELLO
 * @host_version: highest ABI version the host speaks
 * @size: bytes of this header that the host has written
 * @features: feature bits in use, as accepted by KVMPV_HC_HELLO
 * @instance: identifies this load of the host module, as in CPUID
 * @vcpu_id: the vCPU's id as its VMM numbers it
 * @reserved: zero
 *
 * Written by the host when the guest enables KVMPV_MSR_PAGE and never read back: whatever a guest
 * scribbles here only confuses that guest. Later versions append; @size tells what is valid.
 */
struct kvmpv_page {
	__u32 magic;
	__u32 guest_version;
	__u32 host_version;
	__u32 size;
	__u32 features;
	__u32 instance;
	__u32 vcpu_id;
	__u32 reserved[9];
};

#define KVMPV_PAGE_MAGIC 0x50564b50 /* "PKVP" in memory order */
#define KVMPV_PAGE_SIZE 4096

/*
 * Counters that the host keeps for a vCPU, a VM and itself, in the order of struct kvmpv_stats.
 * New ones are appended. C(NAME, "name", "description")
 */
#define KVMPV_COUNTERS(C)                                                                 \
	C(HELLOS, "hellos", "handshakes answered with a version")                         \
	C(KICKS_SENT, "kicks_sent", "kicks that found their vCPU")                        \
	C(KICKS_RECEIVED, "kicks_received", "kicks that arrived at a vCPU")               \
	C(YIELDS_GIVEN, "yields_given", "directed yields that gave the CPU away")         \
	C(YIELDS_REFUSED, "yields_refused", "directed yields that were not needed")       \
	C(STATS_CALLS, "stats_calls", "statistics snapshots asked for")                   \
	C(CALLS_REFUSED, "calls_refused", "hypercalls that kvmpv answered with an error") \
	C(MSR_READS, "msr_reads", "kvmpv MSR reads")                                      \
	C(MSR_WRITES, "msr_writes", "kvmpv MSR writes")                                   \
	C(MSR_REFUSED, "msr_refused", "kvmpv MSR accesses that were refused")             \
	C(CPUID_READS, "cpuid_reads", "reads of the kvmpv CPUID block")

#define KVMPV_COUNTER_(name, string, text) KVMPV_COUNTER_##name,
enum kvmpv_counter { KVMPV_COUNTERS(KVMPV_COUNTER_) KVMPV_COUNTER_COUNT };
#undef KVMPV_COUNTER_

/**
 * struct kvmpv_stats - what KVMPV_HC_STATS writes
 * @version: ABI version in use
 * @size: bytes the host has written; counters beyond it are unknown to this host
 * @counter: this VM's totals since it was created, by enum kvmpv_counter
 */
struct kvmpv_stats {
	__u32 version;
	__u32 size;
	__u64 counter[KVMPV_COUNTER_COUNT];
};

/**
 * kvmpv_abi_negotiate() - the best version two ranges have in common
 * @host_min: lowest version the host speaks
 * @host_max: highest version the host speaks
 * @guest_min: lowest version the guest speaks
 * @guest_max: highest version the guest speaks
 *
 * Version 0 does not exist, so a range that contains it is malformed, as is an empty one.
 *
 * Return: the version, -KVMPV_EINVAL for a malformed guest range, -KVMPV_EOPNOTSUPP when the two
 * have nothing in common.
 */
static inline int kvmpv_abi_negotiate(__u32 host_min, __u32 host_max, __u64 guest_min,
				      __u64 guest_max)
{
	__u64 best = guest_max < host_max ? guest_max : host_max;

	if (!guest_min || guest_min > guest_max)
		return -KVMPV_EINVAL;
	if (best < guest_min || best < host_min)
		return -KVMPV_EOPNOTSUPP;
	return (int)best;
}

#endif /* KVMPV_ABI_H */
