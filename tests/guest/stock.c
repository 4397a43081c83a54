// SPDX-License-Identifier: GPL-2.0-only
/*
 * A host without kvmpv, or one that offers this VM nothing: every number of ours is as unknown as
 * it is to a stock KVM. For hosts where the module was never loaded, is unloaded or switched off.
 */
#include "calls.h"

void program_main(void)
{
	struct cpuid unknown = cpuid(0x4000fe80, 0);
	bool calls = true, msrs = true;
	unsigned long nr;
	u64 value;
	u32 index;

	report_value(kvmpv_base, 0, "no CPUID block");
	report(same_leaf(cpuid(0x40000100, 0), unknown) &&
		       same_leaf(cpuid(0x40000101, 0), unknown) &&
		       same_leaf(cpuid(0x40000102, 0), unknown),
	       "its leaves are as unknown as any");
	for (nr = KVMPV_HC_FIRST; nr <= KVMPV_HC_LAST; nr++)
		calls &= hypercall(nr, 1, 1, 0, 0) == -KVMPV_ENOSYS;
	report(calls, "all hypercalls of the range: -ENOSYS");
	for (index = KVMPV_MSR_FIRST; index <= KVMPV_MSR_LAST; index++)
		msrs &= rdmsr_safe(index, &value) == GP_VECTOR && wrmsr_safe(index, 1) == GP_VECTOR;
	report(msrs, "all MSRs of the range: #GP");
}
