// SPDX-License-Identifier: GPL-2.0-only
/* 7.2: <asm/processor.h> no longer brings cpuid() and its like; they have a header of their own */
#include <asm/cpuid/api.h>

u32 kvmpv_probe(void);
u32 kvmpv_probe(void)
{
	return cpuid_eax(0);
}
