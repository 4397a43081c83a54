// SPDX-License-Identifier: GPL-2.0-only
/*
 * The CPUID block: where it is, what is in it, and that nothing else has changed.
 * --arg masked: the VMM hides KVM. --arg foreign, --arg hyperv: somebody else has a block too.
 */
#include "lib.h"

#define KVM_EBX 0x4b4d564b /* "KVMKVMKVM\0\0\0" */

/* What a leaf answers that nobody has ever heard of */
static struct cpuid unknown_leaf(void)
{
	return cpuid(0x4000fe80, 0);
}

static u32 expected_base(void)
{
	return have_arg("foreign") || have_arg("hyperv") ? 0x40000200 : 0x40000100;
}

static unsigned int count_blocks(void)
{
	unsigned int n = 0;
	u32 base;

	for (base = KVMPV_CPUID_FIRST; base < KVMPV_CPUID_END; base += KVMPV_CPUID_STEP)
		n += kvmpv_leaf(base);
	return n;
}

static void check_unknown(u32 leaf, const char *name)
{
	report(same_leaf(cpuid(leaf, 0), unknown_leaf()), "%s (0x%x) is as unknown as any", name,
	       leaf);
}

static void check_contents(u32 base)
{
	struct cpuid head = cpuid(base, 0), features = cpuid(base + KVMPV_CPUID_FEATURES, 0);
	struct cpuid version = cpuid(base + KVMPV_CPUID_VERSION, 0);

	report_value(head.eax, base + 2, "highest leaf is base + 2");
	report_value(head.ebx, KVMPV_SIGNATURE_EBX, "signature, EBX");
	report_value(head.ecx, KVMPV_SIGNATURE_ECX, "signature, ECX");
	report_value(head.edx, KVMPV_SIGNATURE_EDX, "signature, EDX");
	report_value(features.eax & ~KVMPV_FEATURES_ALL, 0, "features: only known ones");
	report(features.eax != 0, "features: at least one");
	report_value(features.ebx | features.ecx | features.edx, 0, "features: rest is zero");
	report(version.ebx >= 1, "version: lowest is at least 1");
	report(version.eax >= version.ebx, "version: highest is at least the lowest");
	report(version.eax >= KVMPV_ABI_MIN && version.ebx <= KVMPV_ABI_MAX,
	       "version: one of them is ours");
	report(version.ecx >= sizeof(struct kvmpv_stats), "limits: all counters we know");
	report(version.edx != 0, "instance is not 0");
	report_value(cpuid(base + KVMPV_CPUID_VERSION, 0).edx, version.edx, "instance stays");
}

static void check_subleaves(u32 base)
{
	static const u32 subleaves[] = {1, 2, 0x7fffffff, 0x80000000, 0xffffffff};
	unsigned int i, leaf;

	for (leaf = 0; leaf < KVMPV_CPUID_LEAVES; leaf++) {
		struct cpuid want = cpuid(base + leaf, 0);
		bool same = true;

		for (i = 0; i < ARRAY_SIZE(subleaves); i++)
			same &= same_leaf(cpuid(base + leaf, subleaves[i]), want);
		report(same, "leaf base + %u: ECX does not matter", leaf);
	}
}

static void check_around(u32 base)
{
	check_unknown(base + KVMPV_CPUID_LEAVES, "leaf base + 3");
	check_unknown(base + 4, "leaf base + 4");
	check_unknown(base + 0xff, "last leaf before the next base");
	check_unknown(base - 1, "leaf base - 1");
	check_unknown(base + KVMPV_CPUID_STEP, "next base");
	check_unknown(base + KVMPV_CPUID_STEP + 1, "next base + 1");
	check_unknown(0x4000ff00, "last base of the range");
	check_unknown(KVMPV_CPUID_END, "first base beyond the range");
	check_unknown(KVMPV_CPUID_END + 0x100, "beyond the range");
	report(!kvmpv_leaf(0) && !kvmpv_leaf(0x80000000) && !kvmpv_leaf(0xc0000000) &&
		       !kvmpv_leaf(base | 0x80000000),
	       "the signature is nowhere else");
}

static void check_neighbours(void)
{
	u32 kvm = have_arg("hyperv") ? 0x40000100 : 0x40000000;
	struct cpuid head = cpuid(kvm, 0);

	report_value(head.ebx, KVM_EBX, "KVM's own signature is where the VMM put it");
	report_value(head.eax, kvm + 1, "KVM's highest leaf is as stock");
	/* Clock source 2, PV_UNHALT, PV_SCHED_YIELD are in every KVM we run on */
	report_value(cpuid(kvm + 1, 0).eax & 0x2088, 0x2088, "KVM's features are there");
	if (have_arg("hyperv"))
		report_value(cpuid(0x40000000, 0).ebx, 0x7263694d, "Hyper-V's block is untouched");
	if (have_arg("foreign"))
		report_value(cpuid(0x40000100, 0).ebx, 0x656d6f53, "the other block is untouched");
	report((cpuid(1, 0).ecx >> 31) & 1, "the hypervisor bit is set");
}

void program_main(void)
{
	if (have_arg("masked") || (have_arg("stock") && !kvmpv_base)) {
		report_value(count_blocks(), 0, "no block in the whole range");
		report(same_leaf(cpuid(0x40000101, 0), unknown_leaf()),
		       "leaf 0x40000101 is unknown");
		return;
	}
	require_kvmpv();
	report_value(kvmpv_base, expected_base(), "the block is at the first free base");
	report_value(count_blocks(), 1, "there is one block");
	check_contents(kvmpv_base);
	check_subleaves(kvmpv_base);
	check_around(kvmpv_base);
	check_neighbours();
}
