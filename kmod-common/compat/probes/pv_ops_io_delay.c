// SPDX-License-Identifier: GPL-2.0-only
/* 7.0: the io_delay hook of pv_ops became a flag; it is there in older kernels */
#include <asm/paravirt.h>

void *kvmpv_probe(void);
void *kvmpv_probe(void)
{
	return pv_ops.cpu.io_delay;
}
