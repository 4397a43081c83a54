/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where ftrace's direct calls from the kernel's slow paths arrive, with all registers as their
 * callers set them. The return address into the slow path goes, so that the replacement returns to
 * that one's caller, or goes there itself. No ENDBR: nobody comes by an indirect jump.
 */
#include <linux/linkage.h>
#include <linux/objtool.h>

#include <asm/unwind_hints.h>

.macro ENTRY_OF replacement
	UNWIND_HINT_FUNC
	ANNOTATE_NOENDBR
	add	$8, %rsp
	jmp	\replacement
.endm

SYM_CODE_START(spin_entry_pv)
	ENTRY_OF spin_slowpath_pv
SYM_CODE_END(spin_entry_pv)

SYM_CODE_START(spin_entry_native)
	ENTRY_OF spin_slowpath_native
SYM_CODE_END(spin_entry_native)

.section .note.GNU-stack, "", @progbits
