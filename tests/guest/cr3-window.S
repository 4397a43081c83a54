/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The look-up of docs/abi/cr3-cache.rst: u64 cr3_load(u64 value, struct kvmpv_cr3_page *page) loads
 * a value into CR3, without an exit where the page has a translation; returns 1 then, else 0; 2
 * when that value is none for CR3.
 *
 * Bare programs get no interrupts, so IF may stay as it is: what must not happen between start and
 * end is a handler, and NMIs are injected by the host, behind an exit.
 */
#include "lib.h"

	.text
	.globl cr3_load, cr3_start, cr3_end, cr3_abort
	.balign 64
cr3_load:
	mov %rdi, %rdx				/* the plain value, for the abort */
	mov %rdi, %rcx
	shr $63, %rcx
	shl $6, %rcx
	lea 64(%rsi, %rcx), %rcx		/* entry[0], with NOFLUSH entry[1] */
	btr $63, %rdi
cr3_start:
	xor (%rsi), %rdi			/* gate */
	mov 8(%rcx), %rax
	cmp (%rcx), %rdi
	je 1f
	mov 24(%rcx), %rax
	cmp 16(%rcx), %rdi
	je 1f
	mov 40(%rcx), %rax
	cmp 32(%rcx), %rdi
	je 1f
	mov 56(%rcx), %rax
	cmp 48(%rcx), %rdi
	jne cr3_abort
1:	mov %rax, %cr3				/* faults only if somebody put nonsense there */
	.pushsection .fixups, "a"
	.quad 1b, 2f
	.popsection
cr3_end:
	mov $1, %eax
	ret
cr3_abort:
	mov %rdx, %cr3
	xor %eax, %eax
	ret
2:	mov $2, %eax
	ret

/*
 * u64 cr3_load_safe(u64 value): the plain load; 1 when it faulted. Such a fault must not be one of
 * cr3_load(), which a host may have moved.
 */
	.globl cr3_load_safe
cr3_load_safe:
	mov $1, %eax
1:	mov %rdi, %cr3
	xor %eax, %eax
2:	ret
	.pushsection .fixups, "a"
	.quad 1b, 2b
	.popsection

/*
 * void paging_off_and_on(void): out of 64-bit mode, paging off, an exit, and all the way back. The
 * program is where its addresses say, so it goes on without tables too. Not with CR4.PCIDE.
 */
	.globl paging_off_and_on
paging_off_and_on:
	push %rbx
	push %rbp
	push %r12
	push %r13
	push %r14
	push %r15
	ljmp *1f
	.pushsection .data
1:	.long 2f
	.word SEL_CODE32
	.popsection
	.code32
2:	mov %cr0, %eax
	btr $31, %eax
	mov %eax, %cr0
	xor %eax, %eax
	cpuid
	mov %cr0, %eax
	bts $31, %eax
	mov %eax, %cr0
	ljmp $BARE_CS, $3f
	.code64
3:	pop %r15
	pop %r14
	pop %r13
	pop %r12
	pop %rbp
	pop %rbx
	ret

/* u64 emulated_load(u64 value), u64 emulated_read(void): by KVM's emulator, if it is told so by its
   module's force_emulation_prefix; else they fault, and the result is all ones */
	.globl emulated_load, emulated_read
emulated_load:
	mov $-1, %rax
1:	ud2
	.ascii "kvm"
	mov %rdi, %cr3
	xor %eax, %eax
2:	ret
	.pushsection .fixups, "a"
	.quad 1b, 2b
	.popsection
emulated_read:
	mov $-1, %rax
1:	ud2
	.ascii "kvm"
	mov %cr3, %rax
2:	ret
	.pushsection .fixups, "a"
	.quad 1b, 2b
	.popsection
	.section .note.GNU-stack, "", @progbits
