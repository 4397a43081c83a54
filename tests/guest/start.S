/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bare programs: entry, exception stubs, the way to ring 3 and back, and a hypercall from a 32-bit
 * code segment of a 64-bit program. One file for both modes.
 */
#include "lib.h"

	.section .start, "ax"
	.globl _start
_start:						/* EDI: vCPU number */
	lea 1(%edi), %eax
	imul $STACK_SIZE, %eax, %eax
	add $stacks, %eax
	mov %eax, %esp
#ifdef __x86_64__
	and $-16, %rsp
	call lib_start
#else
	and $-16, %esp
	push %edi
	call lib_start
#endif
	ud2

	.text

	/* Vectors with an error code of the CPU's own: 8, 10-14, 17, 21 */
	.altmacro
	.macro STUB vector
	.balign 16
	.if !((\vector == 8) || (\vector >= 10 && \vector <= 14) || (\vector == 17) || (\vector == 21))
	push $0
	.endif
	push $\vector
	jmp exception_common
	.endm

	.globl exception_stubs
	.balign 16
exception_stubs:
	.set n, 0
	.rept 34
	STUB %n
	.set n, n + 1
	.endr

#ifdef __x86_64__
exception_common:
	push %rax; push %rbx; push %rcx; push %rdx; push %rsi; push %rdi; push %rbp
	push %r8; push %r9; push %r10; push %r11; push %r12; push %r13; push %r14; push %r15
	mov %rsp, %rdi
	mov %rsp, %rbx
	and $-16, %rsp
	call exception
	mov %rbx, %rsp
	pop %r15; pop %r14; pop %r13; pop %r12; pop %r11; pop %r10; pop %r9; pop %r8
	pop %rbp; pop %rdi; pop %rsi; pop %rdx; pop %rcx; pop %rbx; pop %rax
	add $16, %rsp
	iretq

/* long ring3(long (*function)(long argument), long argument) */
	.globl ring3
ring3:
	push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15
	mov %rsp, ring3_stack
	mov %rdi, %rbx
	push $(SEL_USER_DS | 3)
	lea user_stack + STACK_SIZE, %rax
	push %rax
	push $0x202
	push $(SEL_USER_CS | 3)
	push $1f
	mov %rsi, %rdi
	iretq
1:	call *%rbx
	int $RETURN_VECTOR

/* void ring3_leave(long value): back to whoever called ring3() */
	.globl ring3_leave
ring3_leave:
	mov %rdi, %rax
	mov ring3_stack, %rsp
	pop %r15; pop %r14; pop %r13; pop %r12; pop %rbp; pop %rbx
	sti
	ret

/* u64 compat_call(const u64 registers[5], bool vmmcall) */
	.globl compat_call
compat_call:
	push %rbx
	mov %esi, %r8d
	mov %rdi, %r9
	mov (%r9), %rax
	mov 8(%r9), %rbx
	mov 16(%r9), %rcx
	mov 24(%r9), %rdx
	mov 32(%r9), %rsi
	test %r8d, %r8d
	jnz 1f
	ljmp *compat_vmcall
1:	ljmp *compat_vmmcall
	.code32
2:	vmcall
	ljmp $BARE_CS, $4f
3:	vmmcall
	ljmp $BARE_CS, $4f
	.code64
4:	pop %rbx
	ret

	.data
compat_vmcall:
	.long 2b
	.word SEL_CODE32
compat_vmmcall:
	.long 3b
	.word SEL_CODE32
#else
exception_common:
	push %eax; push %ebx; push %ecx; push %edx; push %esi; push %edi; push %ebp
	mov %esp, %eax
	mov %esp, %ebx
	and $-16, %esp
	sub $12, %esp
	push %eax
	call exception
	mov %ebx, %esp
	pop %ebp; pop %edi; pop %esi; pop %edx; pop %ecx; pop %ebx; pop %eax
	add $8, %esp
	iret

	.globl ring3
ring3:
	push %ebx; push %ebp; push %esi; push %edi
	mov 20(%esp), %ebx
	mov 24(%esp), %esi
	mov %esp, ring3_stack
	push $(SEL_USER_DS | 3)
	push $(user_stack + STACK_SIZE - 64)
	push $0x202
	push $(SEL_USER_CS | 3)
	push $1f
	iret
1:	push %esi
	call *%ebx
	int $RETURN_VECTOR

	.globl ring3_leave
ring3_leave:
	mov 4(%esp), %eax
	mov ring3_stack, %esp
	pop %edi; pop %esi; pop %ebp; pop %ebx
	sti
	ret
#endif

	.bss
	.balign 16
stacks:
	.skip STACK_SIZE * MAX_CPUS
user_stack:
	.skip STACK_SIZE
ring3_stack:
	.skip 8
	.section .note.GNU-stack, "", @progbits
