/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Windows that make no sense, for cr3-hostile.c: an instruction that exits, between a start and an
 * end. A host moves RIP to abort and KVM then skips the instruction from there, hence the NOPs; or
 * it faults, and the fault is reported there.
 */
#include "lib.h"

	.text
	.macro ODD instruction:vararg
	.balign 64
801:	nop
802:	\instruction
	nop
803:	mov $1, %eax
	ret
804:	.rept 16
	nop
	.endr
805:	xor %eax, %eax
	ret
	.pushsection .fixups, "a"
	.quad 802b, 805b, 804b, 805b
	.popsection
	.pushsection .rodata
	.quad 801b, 803b, 804b
	.popsection
	.endm

	.pushsection .rodata
	.balign 8
	.globl odd_windows
odd_windows:
	.popsection
	ODD cpuid
	ODD vmcall
	ODD vmmcall
	ODD out %al, $0x80
	ODD in $0x21, %al
	ODD insb
	ODD outsb
	ODD rdmsr
	ODD wrmsr
	ODD rdtsc
	ODD rdpmc
	ODD invlpg (%rdi)
	ODD mov (%rdi), %rax
	ODD mov %al, (%rdi)
	ODD lock incl (%rdi)
	ODD mov %cr3, %rax
	ODD mov %cr0, %rax
	ODD mov %cr8, %rax
	ODD mov %rax, %cr8
	ODD mov %rax, %cr4
	ODD clts
	ODD mov %dr7, %rax
	ODD mov %rax, %dr7
	ODD wbinvd
	ODD ud2
	ODD pause
	ODD monitor
	ODD mwait
	ODD xsetbv
	ODD vmlaunch
	ODD vmxoff
	ODD rsm
	ODD sgdt (%rdi)
	ODD jmp 805f
	ODD .byte 0x0f, 0x0b, 'k', 'v', 'm', 0x0f, 0x22, 0xdf
	.pushsection .rodata
	.quad 0
	.globl deadly_windows
deadly_windows:
	.popsection
	ODD mov %rax, %cr3
	ODD int3
	ODD lgdt (%rdi)
	ODD ltr %ax
	.pushsection .rodata
	.quad 0
	.popsection

/* u64 spin(u64 rounds): all of the loop is a window; 1 when it ended by itself */
	.globl spin, spin_end, spin_abort
	.balign 64
spin:	nop
1:	pause
	dec %rdi
	jnz 1b
spin_end:
	mov $1, %eax
	ret
spin_abort:
	xor %eax, %eax
	ret
	.section .note.GNU-stack, "", @progbits
