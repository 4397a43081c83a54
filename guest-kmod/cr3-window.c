// SPDX-License-Identifier: GPL-2.0-only
/*
 * The look-up. An exit between reading the tables and the load may change what they hold, so all of
 * that lies in a window of code that the host knows: an exit with the instruction pointer inside it
 * is continued at the abort address, which does what the kernel would have done without us.
 *
 * What has to hold at each instruction of the window: RDX is the value to load, RSI the page.
 * Interrupts are off, so only the host can come in between. Neither kprobes nor ftrace may: their
 * handlers would be exits inside the window each time, and cr3_load() is part of the switch.
 */
#include <linux/build_bug.h>
#include <linux/kprobes.h>
#include <linux/linkage.h>
#include <linux/objtool.h>
#include <linux/stddef.h>
#include <linux/stringify.h>

#include <asm/special_insns.h>

#include "cr3-window.h"

DEFINE_PER_CPU(struct kvmpv_cr3_page *, cr3_page);

/* Offsets for the assembler, which cannot see the structure. */
#define GATE 0
#define HITS 16
#define MISSES 24
#define TABLE 64
#define TABLE_BYTES 64
#define ENTRY_BYTES 16

#define GUEST(slot) __stringify(TABLE + (slot)*ENTRY_BYTES) "(%rcx)"
#define HOST(slot) __stringify(TABLE + 8 + (slot)*ENTRY_BYTES) "(%rcx)"

static_assert(offsetof(struct kvmpv_cr3_page, gate) == GATE);
static_assert(offsetof(struct kvmpv_cr3_page, hits) == HITS);
static_assert(offsetof(struct kvmpv_cr3_page, misses) == MISSES);
static_assert(offsetof(struct kvmpv_cr3_page, entry) == TABLE);
static_assert(sizeof(((struct kvmpv_cr3_page *)0)->entry[0]) == TABLE_BYTES);
static_assert(sizeof(struct kvmpv_cr3_entry) == ENTRY_BYTES);
static_assert(offsetof(struct kvmpv_cr3_entry, guest) == 0);
static_assert(offsetof(struct kvmpv_cr3_entry, host) == 8);
static_assert(KVMPV_CR3_SLOTS == 4);
static_assert(KVMPV_CR3_NOFLUSH == 1ULL << 63);

/*
 * From the window's start to the load, a hit takes 5 instructions in slot 0, and 8, 10, 12 in the
 * others.
 */
asmlinkage void cr3_window(unsigned long value, struct kvmpv_cr3_page *page);

/* clang-format off */
asm(".pushsection .kprobes.text, \"ax\"\n"
    ".balign 64\n"
    ".globl cr3_window, cr3_window_start, cr3_window_end, cr3_window_abort\n"
    ".type cr3_window, @function\n"
    "cr3_window:\n"
    "	mov	%rdi, %rdx\n"
    "	lea	" __stringify(TABLE_BYTES) "(%rsi), %rcx\n" /* the table of loads without flush */
    "	btr	$63, %rdi\n"
    "	cmovnc	%rsi, %rcx\n"
    "cr3_window_start:\n" ANNOTATE_NOENDBR "\n"
    "	xor	" __stringify(GATE) "(%rsi), %rdi\n"
    "	cmp	" GUEST(0) ", %rdi\n"
    "	je	1f\n"
    "	cmp	" GUEST(1) ", %rdi\n"
    "	je	2f\n"
    "	cmp	" GUEST(2) ", %rdi\n"
    "	je	3f\n"
    "	cmp	" GUEST(3) ", %rdi\n"
    "	jne	cr3_window_abort\n"
    "	mov	" HOST(3) ", %rax\n"
    "	jmp	4f\n"
    "3:	mov	" HOST(2) ", %rax\n"
    "	jmp	4f\n"
    "2:	mov	" HOST(1) ", %rax\n"
    "	jmp	4f\n"
    "1:	mov	" HOST(0) ", %rax\n"
    "4:	mov	%rax, %cr3\n"
    "cr3_window_end:\n" ANNOTATE_NOENDBR "\n"
    "	incq	" __stringify(HITS) "(%rsi)\n"
    "	" ASM_RET
    "cr3_window_abort:\n" ANNOTATE_NOENDBR "\n"
    "	mov	%rdx, %cr3\n"
    "	incq	" __stringify(MISSES) "(%rsi)\n"
    "	" ASM_RET
    ".size cr3_window, . - cr3_window\n"
    ".popsection\n");
/* clang-format on */

/**
 * cr3_load() - load CR3, without an exit if the host has prepared that
 * @value: as for MOV to CR3, with or without KVMPV_CR3_NOFLUSH; bits 61 and 62 clear
 *
 * Context: any, also where RCU does not watch; interrupts off. Called from assembler too, where
 * it may clobber what a function may.
 */
asmlinkage void notrace __kprobes cr3_load(unsigned long value)
{
	struct kvmpv_cr3_page *page = raw_cpu_read(cr3_page);

	if (page)
		cr3_window(value, page);
	else
		native_write_cr3(value);
}
