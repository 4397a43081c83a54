// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who is below us? Everything here is CPUID, which is harmless on any machine: no hypercall is made
 * and no MSR is touched before a kvmpv block was seen. docs/abi/cpuid.rst.
 */
#include <linux/cc_platform.h>
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/kvm_para.h>
#include <linux/string.h>

#include <asm/cpufeature.h>
#include <asm/processor.h>

#include <kvmpv/abi.h>

#include "host.h"

/*
 * Under memory encryption the host can neither read hypercall arguments by itself nor write the
 * shared page or statistics; such a guest would also not want to trust it.
 */
static bool supported(void)
{
	return boot_cpu_has(X86_FEATURE_HYPERVISOR) && !cc_platform_has(CC_ATTR_GUEST_MEM_ENCRYPT);
}

static bool read_block(u32 base, struct host_block *ret_block)
{
	u32 eax, ebx, ecx, edx;

	cpuid(base + KVMPV_CPUID_SIGNATURE, &eax, &ebx, &ecx, &edx);
	if (ebx != KVMPV_SIGNATURE_EBX || ecx != KVMPV_SIGNATURE_ECX ||
	    edx != KVMPV_SIGNATURE_EDX || eax < base + KVMPV_CPUID_VERSION)
		return false;
	ret_block->base = base;
	ret_block->features = cpuid_eax(base + KVMPV_CPUID_FEATURES);
	cpuid(base + KVMPV_CPUID_VERSION, &ret_block->abi_max, &ret_block->abi_min, &ecx,
	      &ret_block->instance);
	return true;
}

/**
 * host_find() - look for kvmpv's CPUID block
 * @ret_block: what it says; all zero when there is none
 *
 * Costs an exit to the hypervisor for each possible base, 256 when there is no block.
 *
 * Context: any; the answer is the same on every vCPU.
 *
 * Return: is there one?
 */
bool host_find(struct host_block *ret_block)
{
	u32 base;

	memset(ret_block, 0, sizeof(*ret_block));
	if (!supported())
		return false;
	for (base = KVMPV_CPUID_FIRST; base < KVMPV_CPUID_END; base += KVMPV_CPUID_STEP)
		if (read_block(base, ret_block))
			return true;
	return false;
}

/**
 * host_same() - is a block still there, unchanged?
 * @block: as host_find() filled it in, with a block found
 *
 * Context: any; three exits to the hypervisor.
 *
 * Return: true when it is. Otherwise the host went away, is another one, or offers something else.
 */
bool host_same(const struct host_block *block)
{
	struct host_block now;

	return read_block(block->base, &now) && !memcmp(&now, block, sizeof(now));
}

/**
 * host_kvm_base() - where KVM's own CPUID block is
 *
 * Context: any; an exit to the hypervisor for each block in front of KVM's, and one for its own.
 *
 * Return: its first leaf, 0 when there is no such block.
 */
u32 host_kvm_base(void)
{
	u32 base, eax, word[3];

	if (!boot_cpu_has(X86_FEATURE_HYPERVISOR))
		return 0;
	for (base = KVMPV_CPUID_FIRST; base < KVMPV_CPUID_END; base += KVMPV_CPUID_STEP) {
		cpuid(base, &eax, &word[0], &word[1], &word[2]);
		if (!memcmp(word, KVM_SIGNATURE, sizeof(word)))
			return base;
	}
	return 0;
}

/**
 * host_kvm_features() - what KVM's own CPUID block offers
 *
 * Context: as host_kvm_base(), and one exit more.
 *
 * Return: the bits KVM_FEATURE_... of its leaf 1, 0 when there is no such block.
 */
u32 host_kvm_features(void)
{
	u32 base = host_kvm_base();

	return base ? cpuid_eax(base + (KVM_CPUID_FEATURES - KVM_CPUID_SIGNATURE)) : 0;
}

/**
 * host_hypervisor() - signature of the hypervisor that the guest sees first
 * @ret_name: its printable characters, or "none" on bare metal
 *
 * KVM with Hyper-V enlightenments shows "Microsoft Hv" here.
 *
 * Context: any.
 */
void host_hypervisor(char ret_name[HOST_HYPERVISOR_MAX])
{
	u32 eax, word[3];
	int i;

	if (!boot_cpu_has(X86_FEATURE_HYPERVISOR)) {
		strscpy(ret_name, "none", HOST_HYPERVISOR_MAX);
		return;
	}
	cpuid(KVMPV_CPUID_FIRST, &eax, &word[0], &word[1], &word[2]);
	memcpy(ret_name, word, sizeof(word));
	ret_name[sizeof(word)] = '\0';
	for (i = 0; ret_name[i]; i++)
		if (!isascii(ret_name[i]) || !isprint(ret_name[i]))
			ret_name[i] = '?';
	if (!ret_name[0])
		strscpy(ret_name, "unknown", HOST_HYPERVISOR_MAX);
}

/**
 * host_explain() - say why host_find() found nothing
 * @text: where to
 * @size: of @text
 *
 * Context: any.
 */
void host_explain(char *text, size_t size)
{
	char name[HOST_HYPERVISOR_MAX];

	host_hypervisor(name);
	if (!boot_cpu_has(X86_FEATURE_HYPERVISOR))
		snprintf(text, size, "not in a virtual machine");
	else if (cc_platform_has(CC_ATTR_GUEST_MEM_ENCRYPT))
		snprintf(text, size, "guest memory is encrypted, which kvmpv does not support");
	else if (!strcmp(name, "KVMKVMKVM"))
		snprintf(text, size, "KVM does not offer kvmpv (no host module, or no feature)");
	else
		snprintf(text, size, "hypervisor %s does not offer kvmpv", name);
}
