// SPDX-License-Identifier: GPL-2.0-only
/* 6.2: ftrace_regs_get_argument(); ftrace_instruction_pointer_set() was renamed */
#include <linux/ftrace.h>

unsigned long kvmpv_probe(struct ftrace_regs *fregs);
unsigned long kvmpv_probe(struct ftrace_regs *fregs)
{
	ftrace_regs_set_instruction_pointer(fregs, 0);
	return ftrace_regs_get_argument(fregs, 0);
}
