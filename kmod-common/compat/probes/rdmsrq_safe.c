// SPDX-License-Identifier: GPL-2.0-only
/* 6.16: rdmsrl_safe() and wrmsrl_safe() were renamed */
#include <asm/msr.h>

int kvmpv_probe(u64 *value);
int kvmpv_probe(u64 *value)
{
	return rdmsrq_safe(0, value) + wrmsrq_safe(0, *value);
}
