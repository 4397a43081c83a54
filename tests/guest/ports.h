/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a bare guest program and kvmpv-vmm agree on: where things are in guest memory, and the I/O
 * ports through which a program asks its VMM for something. Ports rather than a device: one OUT is
 * one exit, and nothing has to be mapped or discovered.
 */
#ifndef KVMPV_TEST_PORTS_H
#define KVMPV_TEST_PORTS_H

#include <linux/types.h>

#define PORT_CHAR 0xe9 /* out8: print one character */
#define PORT_EXIT 0xf4 /* out8: end the program; the value is kvmpv-vmm's exit status */
#define PORT_PRINT 0xd00 /* out32: print the NUL-terminated string at that address, in one piece */
#define PORT_SLEEP 0xd04 /* out32: the VMM sleeps so many milliseconds before it goes on */
#define PORT_TIME 0xd08 /* in32: milliseconds since the VMM started */
#define PORT_WATCHDOG 0xd0c /* out32: WATCHDOG(vcpu, ms): an NMI in ms, and every ms after that */
#define PORT_STOP 0xd10 /* out32: take that other vCPU out of KVM_RUN; it stays out */
#define PORT_PAUSE 0xd14 /* out32: take every vCPU out of KVM_RUN and tell the VMM's caller */
#define PORT_EXITS 0xd18 /* in32: exits of the vCPU so far, as KVM counts them */
#define PORT_REQUEST 0xd1c /* out32: do what the struct bare_request at that address says */

#define PORT_TSC 0xd20 /* out32: store the TSC of the VMM, 64 bits, at that address */

#define WATCHDOG(vcpu, ms) ((__u32)(vcpu) | (__u32)(ms) << 8) /* ms = 0: no more */

/* Exit codes of programs, by PORT_EXIT */
#define EXIT_PASS 0
#define EXIT_FAIL 1
#define EXIT_SLEPT 3 /* saverestore: only the watchdog ended the halt */
#define EXIT_PANIC 99 /* an exception nobody expected */

/* Guest memory of a bare program; everything not named here is a hole */
#define BARE_INFO 0x8000 /* struct bare_info */
#define BARE_TABLES 0x10000 /* identity page tables, 4 GiB in 2 MiB pages */
#define BARE_ENTRY 0x100000 /* the program: load address and entry point, EDI = vCPU number */
#define BARE_CR3_PAGES 0x400000 /* registered for the cr3 cache; a slot of their own in storms */
#define BARE_CR3_PAGES_SIZE 0x10000
#define BARE_ROM 0x10000000 /* read-only memory of BARE_ROM_SIZE bytes */
#define BARE_ROM_SIZE 0x10000
#define BARE_MIN_MEMORY (16 << 20) /* RAM starts at 0 and ends before BARE_ROM */

/* Selectors the VMM loads; the program's own descriptor table has the same at these places */
#define BARE_CS 0x08
#define BARE_DS 0x10

/**
 * struct bare_info - what the VMM tells a bare program
 * @magic: BARE_INFO_MAGIC
 * @vcpus: how many there are; their APIC ids are 0 to @vcpus - 1
 * @memory: bytes of RAM
 * @stop: set by the VMM when a program that runs until told so shall end
 * @reserved: zero
 * @arg: the values of all --arg options, each with a space before and after it
 */
struct bare_info {
	__u32 magic;
	__u32 vcpus;
	__u64 memory;
	__u32 stop;
	__u32 reserved;
	char arg[232];
};

#define BARE_INFO_MAGIC 0x45524142

/**
 * struct bare_request - what a program wants of kvmpv-vmm storm
 * @what: REQUEST_...
 * @result: 0, or negative
 * @arg: in and out
 */
struct bare_request {
	__u32 what;
	__s32 result;
	__u64 arg;
};

#define REQUEST_WATCH 1 /* in: address of this vCPU's struct bare_cr3, for checks at each exit */
#define REQUEST_SET_CR3 2 /* set CR3 by KVM_SET_SREGS; out: what KVM_GET_SREGS said before */
#define REQUEST_ACT 3 /* in: address of the name of one of the VMM's storms; done once */
#define REQUEST_SMI 4 /* send this vCPU an SMI; it comes at the next entry */

/**
 * struct bare_cr3 - a vCPU's cr3 cache, for the VMM's checks
 * @page: guest-physical address of the page
 * @start: of the window
 * @end: of the window
 * @hits: address of a counter of hits
 */
struct bare_cr3 {
	__u64 page;
	__u64 start;
	__u64 end;
	__u64 hits;
};

#endif /* KVMPV_TEST_PORTS_H */
