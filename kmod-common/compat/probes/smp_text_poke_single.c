// SPDX-License-Identifier: GPL-2.0-only
/* 6.16: text_poke_bp() was renamed */
#include <linux/cache.h>

#include <asm/text-patching.h>

void kvmpv_probe(void *addr, const void *opcode);
void kvmpv_probe(void *addr, const void *opcode)
{
	smp_text_poke_single(addr, opcode, JMP32_INSN_SIZE, NULL);
}
