/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The cr3 cache from a bare guest: address spaces that differ in one range, and switches between
 * them that say when they ended in the wrong one.
 *
 * All spaces map the program alike. At SPACE_VA each has pages of its own: page OWN always shows
 * the space's number, pages EDIT and FREE are for tests that change page tables.
 */
#ifndef KVMPV_TEST_CR3_H
#define KVMPV_TEST_CR3_H

#include "lib.h"

#define SPACES 16
#define SPACE_VA (1UL << 39)
#define SPACE_AT 0x500000UL /* + 16 KiB a space: tables of levels 4 to 1 */
#define DATA_AT 0x600000UL /* + 4 KiB a data page */
#define DATA_PAGES 128
#define EDIT_PAGES 64 /* the last ones; the first SPACES are the spaces' own */
#define DATA_MAGIC 0x5ace000000000000ULL /* in every VM's data */

enum { OWN, EDIT, FREE }; /* pages at SPACE_VA */

#define PTE_RW 7 /* present, writable, ring 3 */
#define PTE_ACCESSED 0x20
#define PTE_DIRTY 0x40

#define CR4_PCIDE (1UL << 17)

/**
 * struct cr3_cpu - what a vCPU knows about its cache
 * @page: the page it registers, whether or not it has
 * @registered: the host said yes, and nobody said otherwise
 * @last: when hits were last seen, in loads
 * @hits: loads without an exit
 * @misses: loads with one, or with the cache off
 * @wrong: loads that ended in another address space
 * @stale: loads that did not show a page table's change made before
 * @registrations: successful ones
 * @bare: for the VMM
 */
struct cr3_cpu {
	struct kvmpv_cr3_page *page;
	bool registered;
	u64 last;
	u64 hits;
	u64 misses;
	u64 wrong;
	u64 stale;
	u64 registrations;
	struct bare_cr3 bare;
} __attribute__((aligned(64)));

extern struct cr3_cpu cr3_cpus[MAX_CPUS];
extern u64 cr3_magic; /* in the data of this VM */
extern u32 cr3_patience; /* switches without a hit before a new registration */
extern bool cr3_pcid; /* CR4.PCIDE is set, space i has PCID i + 1 */

/* cr3-window.S */
extern const char cr3_start[], cr3_end[], cr3_abort[];
u64 cr3_load(u64 value, struct kvmpv_cr3_page *page);
u64 cr3_load_safe(u64 value);
void paging_off_and_on(void);
u64 emulated_load(u64 value);
u64 emulated_read(void);

/* cr3.c */
void cr3_init(void);
void cr3_init_cpu(unsigned int cpu);
void space_build(unsigned int space);
long cr3_register(unsigned int cpu);
bool cr3_attach(unsigned int cpu);
void cr3_attach_again(unsigned int cpu);
void edit_space(unsigned int space);
void edit_own(unsigned int cpu, u32 random);
u64 edits_done(unsigned int space);
void check_edit(unsigned int cpu, unsigned int space, u64 from);
void require_cr3(void);
u32 exits(void);
long vmm_request(u32 what, u64 *arg);

static inline u64 *space_table(unsigned int space, unsigned int level)
{
	return (u64 *)(SPACE_AT + space * 0x4000UL + (4 - level) * 0x1000UL);
}

static inline u64 data_page(unsigned int number)
{
	return DATA_AT + number * 0x1000UL;
}

static inline void set_pte(unsigned int space, unsigned int page, unsigned int data)
{
	*(volatile u64 *)&space_table(space, 1)[page] = data_page(data) | PTE_RW;
}

static inline u64 space_cr3(unsigned int space)
{
	return (u64)space_table(space, 4) | (cr3_pcid ? space + 1 : 0);
}

static inline volatile u64 *space_word(unsigned int page)
{
	return (volatile u64 *)(SPACE_VA + page * 0x1000UL);
}

/* The data page that is mapped there, as its content tells */
static inline u64 space_shows(unsigned int page)
{
	return *space_word(page) ^ cr3_magic;
}

static inline u64 read_cr3(void)
{
	u64 value;

	asm volatile("mov %%cr3, %0" : "=r"(value) : : "memory");
	return value;
}

static inline void write_cr3(u64 value)
{
	asm volatile("mov %0, %%cr3" : : "r"(value) : "memory");
}

static inline void invlpg(const volatile void *address)
{
	asm volatile("invlpg (%0)" : : "r"(address) : "memory");
}

/* As the guest would, through the window; counts */
static inline bool load(unsigned int cpu, u64 value)
{
	struct cr3_cpu *c = &cr3_cpus[cpu];
	bool hit = cr3_load(value, c->page);

	if (hit)
		c->hits++;
	else
		c->misses++;
	return hit;
}

/* To a space; @noflush is 0 or KVMPV_CR3_NOFLUSH. Counts an arrival elsewhere */
static inline bool switch_to(unsigned int cpu, unsigned int space, u64 noflush)
{
	bool hit = load(cpu, space_cr3(space) | noflush);

	if (space_shows(OWN) != space)
		cr3_cpus[cpu].wrong++;
	return hit;
}

static inline u32 next_random(u64 *state)
{
	u64 x = *state;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	*state = x;
	return x >> 20;
}

#endif /* KVMPV_TEST_CR3_H */
