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
	F(PAGE, 4, "page", "shared page of a vCPU (MSR)")                       \
	F(CR3_CACHE, 5, "cr3-cache", "address-space switches without exits")

#define KVMPV_FEATURE_BIT_(name, bit, string, text) KVMPV_FEATURE_##name = bit,
enum kvmpv_feature { KVMPV_FEATURES(KVMPV_FEATURE_BIT_) KVMPV_FEATURE_COUNT };
#undef KVMPV_FEATURE_BIT_

#define KVMPV_FEATURE_MASK(name) (1U << KVMPV_FEATURE_##name)
#define KVMPV_FEATURES_ALL ((1U << KVMPV_FEATURE_COUNT) - 1)
/* What new VMs are offered unless somebody decides otherwise: docs/security.md says why */
#define KVMPV_FEATURES_DEFAULT (KVMPV_FEATURES_ALL & ~KVMPV_FEATURE_MASK(CR3_CACHE))

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
#define KVMPV_HC_CR3_REGISTER 0x4b565605 /* a0: page, a1: start, a2: end, a3: abort -> 0 */
#define KVMPV_HC_CR3_UNREGISTER 0x4b565606 /* -> 0 */
#define KVMPV_HC_CR3_RELEASE 0x4b565607 /* a0: page directory -> roots dropped */

/*
 * Errors: a hypercall returns them negated. The first four are KVM's own numbers.
 */
#define KVMPV_EPERM 1 /* not in ring 0; given by KVM before kvmpv is asked */
#define KVMPV_EFAULT 14 /* a guest-physical address is not writable memory */
#define KVMPV_EINVAL 22 /* an argument is out of its range */
#define KVMPV_ENOSYS 1000 /* number unknown, feature not offered to this VM, or no kvmpv host */
#define KVMPV_ENOENT 2 /* no vCPU has that APIC id */
#define KVMPV_ENOMEM 12 /* the host has no memory for it */
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
 * The cr3 cache: docs/abi/cr3-cache.rst. A vCPU registers a page and a window of code with
 * KVMPV_HC_CR3_REGISTER. While it runs, the page translates values the guest would load into CR3
 * into values that it can load without an exit.
 */
#define KVMPV_CR3_SLOTS 4
#define KVMPV_CR3_WINDOW_MAX 256 /* bytes from start to end of the window */
#define KVMPV_CR3_NOFLUSH (1ULL << 63) /* of a CR3 value, with PCID: SDM vol. 3, 2.5 */
#define KVMPV_CR3_OPEN (1ULL << 62) /* value of the gate while the tables may be used */
#define KVMPV_CR3_NOTHING (~0ULL) /* @guest of an entry that matches no look-up */

/**
 * struct kvmpv_cr3_entry - one translation
 * @guest: CR3 value that the guest wants to load, without KVMPV_CR3_NOFLUSH, XOR KVMPV_CR3_OPEN
 * @host: value to load in its place
 */
struct kvmpv_cr3_entry {
	__u64 guest;
	__u64 host;
};

/**
 * struct kvmpv_cr3_page - the page a vCPU registers for the cr3 cache
 * @gate: KVMPV_CR3_OPEN while the vCPU runs and the tables may be used, 0 at all other times
 * @magic: KVMPV_CR3_MAGIC from the registration on; 0 when the permission was taken since
 * @reserved: zero
 * @hits: for the guest to count in; the host shows it to its administrator and uses it for nothing
 * @misses: likewise
 * @reserved2: zero
 * @entry: [0] for loads that flush the TLB, [1] for loads with KVMPV_CR3_NOFLUSH
 *
 * A look-up runs inside the registered window, with interrupts off: key = value without bit 63,
 * XOR @gate; compare with @guest of the four entries; on a match load @host of that entry into CR3.
 * Since a closed gate is 0 and no key then has bit 62, nothing matches; nor in a page of zeros.
 * An exit inside the window goes on at the registered abort address.
 */
struct kvmpv_cr3_page {
	__u64 gate;
	__u32 magic;
	__u32 reserved;
	__u64 hits;
	__u64 misses;
	__u64 reserved2[4];
	struct kvmpv_cr3_entry entry[2][KVMPV_CR3_SLOTS];
};

#define KVMPV_CR3_MAGIC 0x33435650 /* "PVC3" in memory order */

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
	C(CPUID_READS, "cpuid_reads", "reads of the kvmpv CPUID block")                   \
	C(CR3_HITS, "cr3_hits", "CR3 loads without an exit, as the guest counts them")    \
	C(CR3_MISSES, "cr3_misses", "CR3 loads that did exit while the cache was in use") \
	C(CR3_SWITCHED, "cr3_switched", "exits that found the guest on another root")     \
	C(CR3_ENTRIES, "cr3_entries", "entries with the gate open")                       \
	C(CR3_OFFERED, "cr3_offered", "roots that became offered")                        \
	C(CR3_UNSYNC, "cr3_unsync", "roots withheld: not synchronised")                   \
	C(CR3_OBSOLETE, "cr3_obsolete", "roots withheld: being zapped")                   \
	C(CR3_ROLE, "cr3_role", "roots withheld: of another paging mode")                 \
	C(CR3_BUSY, "cr3_busy", "entries without an offer: MMU lock taken")               \
	C(CR3_ABORTS, "cr3_aborts", "exits inside the window, sent to the abort address") \
	C(CR3_KICKS, "cr3_kicks", "times other vCPUs were kicked for an unsync page")     \
	C(CR3_FLUSHES, "cr3_flushes", "TLB flushes because a hardware PCID changed")      \
	C(CR3_ASIDE, "cr3_aside", "times the cache stepped aside")                        \
	C(CR3_RELEASED, "cr3_released", "roots dropped because the guest released them")  \
	C(CR3_REGISTERED, "cr3_registered", "pages registered for the cr3 cache")         \
	C(CR3_DROPPED, "cr3_dropped", "registrations dropped by the host")

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
