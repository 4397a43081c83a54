// SPDX-License-Identifier: GPL-2.0-only
/* 6.6: struct apic's eoi_write(reg, value) became eoi() */
#include <asm/apic.h>

void *kvmpv_probe(void);
void *kvmpv_probe(void)
{
	return apic->eoi;
}
