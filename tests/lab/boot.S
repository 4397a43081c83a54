/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Boot sector of a Bochs host: copies the parts named in a table from the disk to memory, enters
 * long mode and jumps to the kernel's 64-bit ELF entry with boot_params in RSI. No boot loader and
 * no decompressor: under Bochs each instruction of theirs would cost.
 *
 * mkdisk fills in the table: { first sector, sectors, address }, ended by { 0, 0, entry }.
 */
#define BOOT_PARAMS	0x90000
#define PAGE_TABLES	0x10000
#define TABLE_OFFSET	0x180		/* known to mkdisk.c */
#define SECTORS		255		/* most that one ATA command takes in an 8-bit count */

	.code16
	.globl	_start
_start:
	cli
	xorw	%ax, %ax
	movw	%ax, %ds
	movw	%ax, %es
	movw	%ax, %ss
	movw	$0x7c00, %sp
	inb	$0x92, %al		/* A20 */
	orb	$2, %al
	outb	%al, $0x92
	lgdtl	gdtr
	movl	%cr0, %eax
	orb	$1, %al
	movl	%eax, %cr0
	ljmpl	$0x08, $protected

	.code32
protected:
	movl	$0x20, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	cld
	movl	$table, %ebp

next_part:
	movl	0(%ebp), %esi		/* sector */
	movl	4(%ebp), %ebx		/* sectors left */
	movl	8(%ebp), %edi		/* to */
	testl	%ebx, %ebx
	jz	long_mode

next_command:
	movl	$SECTORS, %ecx
	cmpl	%ecx, %ebx
	jae	1f
	movl	%ebx, %ecx
1:	subl	%ecx, %ebx
	call	wait_idle
	movw	$0x1f2, %dx
	movb	%cl, %al		/* sector count */
	outb	%al, %dx
	movl	%esi, %eax		/* sector number, 28 bits in four registers */
	incl	%edx
	outb	%al, %dx
	shrl	$8, %eax
	incl	%edx
	outb	%al, %dx
	shrl	$8, %eax
	incl	%edx
	outb	%al, %dx
	shrl	$8, %eax
	andb	$0x0f, %al
	orb	$0xe0, %al		/* LBA, master */
	incl	%edx
	outb	%al, %dx
	movb	$0x20, %al		/* READ SECTORS */
	incl	%edx
	outb	%al, %dx
	addl	%ecx, %esi

next_sector:
	pushl	%ecx
1:	call	wait_idle
	testb	$0x08, %al		/* DRQ */
	jz	1b
	movw	$0x1f0, %dx
	movl	$256, %ecx
	rep insw			/* Bochs does this one in bulk, unlike insl */
	popl	%ecx
	loop	next_sector
	testl	%ebx, %ebx
	jnz	next_command
	addl	$12, %ebp
	jmp	next_part

/* Leaves the status register's value in AL. */
wait_idle:
	movw	$0x1f7, %dx
1:	inb	%dx, %al
	testb	$0x80, %al		/* BSY */
	jnz	1b
	ret

long_mode:
	pushl	%edi			/* the entry */
	movl	$PAGE_TABLES, %edi	/* identity map of 2 GB in pages of 1 GB */
	movl	%edi, %cr3
	xorl	%eax, %eax
	movl	$2048, %ecx
	rep stosl
	movl	$PAGE_TABLES + 0x1007, PAGE_TABLES
	movl	$0x00000187, PAGE_TABLES + 0x1000
	movl	$0x40000187, PAGE_TABLES + 0x1008
	movl	%cr4, %eax
	orl	$0x20, %eax		/* PAE */
	movl	%eax, %cr4
	movl	$0xc0000080, %ecx	/* EFER.LME */
	rdmsr
	orl	$0x100, %eax
	wrmsr
	popl	%ebx
	movl	%cr0, %eax
	orl	$0x80000000, %eax	/* PG */
	movl	%eax, %cr0
	ljmpl	$0x10, $enter

	.code64
enter:
	movl	$0x18, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	movl	$BOOT_PARAMS, %esi
	jmp	*%rbx

	.balign	8
gdt:	.quad	0
	.quad	0x00cf9a000000ffff	/* 08: 32-bit code */
	.quad	0x00af9a000000ffff	/* 10: 64-bit code */
	.quad	0x00cf92000000ffff	/* 18: data, as the boot protocol wants it */
	.quad	0x00cf92000000ffff	/* 20: data */
gdtr:	.word	. - gdt - 1
	.long	gdt

	.org	TABLE_OFFSET
table:	.fill	48, 1, 0
	.org	510
	.word	0xaa55
