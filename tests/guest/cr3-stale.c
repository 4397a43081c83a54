// SPDX-License-Identifier: GPL-2.0-only
/*
 * A switch without an exit skips what KVM does at one: it must be as if it had not. Each check
 * changes page tables in one way, then switches, and counts how often the change was not seen.
 *
 * --arg rounds=N: of each check (500)
 * --arg pcid: with PCIDs
 * --arg nohits: there is no cache to begin with
 */
#include "cr3.h"

#define SPARE 32 /* data pages nobody's own */
#define SPARES 16
#define SPARE_TABLES 0x560000UL /* page tables that belong to no space */

static u32 rounds;
static volatile unsigned int turn, over;
static volatile u32 command_page;

static unsigned int spare(u32 round)
{
	return SPARE + round % SPARES;
}

/* One check; what it counts must be 0 */
static void check(const char *name, u32 (*run)(void))
{
	struct cr3_cpu *c = &cr3_cpus[0];
	u64 hits = c->hits, misses = c->misses, wrong = c->wrong;
	unsigned int i;
	u32 stale;

	write_cr3(BARE_TABLES);
	for (i = 0; i < 4; i++)
		space_build(i);
	/* Known and synchronised, so that the first change finds them offered */
	for (i = 0; i < 64; i++)
		switch_to(0, i % 4, 0);
	stale = run();
	report_value(stale, 0, "%s: no stale translation in %u", name, rounds);
	report_value(c->wrong - wrong, 0, "%s: no switch to another space", name);
	print("# %s: %u hits, %u misses\n", name, (u32)(c->hits - hits), (u32)(c->misses - misses));
}

static u32 other_pte(void)
{
	u32 i, stale = 0;

	for (i = 0; i < rounds; i++) {
		set_pte(1, FREE, spare(i));
		switch_to(0, 1, 0);
		stale += space_shows(FREE) != spare(i);
		switch_to(0, 0, 0);
		switch_to(0, 2, 0);
	}
	return stale;
}

/* With INVLPG in the space itself, and then away and back without a change */
static u32 own_pte(void)
{
	u32 i, stale = 0;

	for (i = 0; i < rounds; i++) {
		switch_to(0, 1, 0);
		set_pte(1, FREE, spare(i));
		invlpg(space_word(FREE));
		stale += space_shows(FREE) != spare(i);
		switch_to(0, 0, 0);
		switch_to(0, 1, 0);
		stale += space_shows(FREE) != spare(i);
	}
	return stale;
}

/* No INVLPG: the switch away and back has to do */
static u32 own_pte_by_switch(void)
{
	u32 i, stale = 0;

	for (i = 0; i < rounds; i++) {
		switch_to(0, 1, 0);
		(void)space_shows(FREE);
		set_pte(1, FREE, spare(i));
		switch_to(0, 0, 0);
		switch_to(0, 1, 0);
		stale += space_shows(FREE) != spare(i);
	}
	return stale;
}

/* Reload of the same value: a flush, as Linux uses it */
static u32 reload(void)
{
	u32 i, stale = 0;

	for (i = 0; i < rounds; i++) {
		if (i % 8 == 0)
			switch_to(0, i / 8 % 2, 0);
		set_pte(i / 8 % 2, FREE, spare(i));
		switch_to(0, i / 8 % 2, 0);
		stale += space_shows(FREE) != spare(i);
	}
	return stale;
}

static int read_safe(const volatile u64 *at, u64 *ret_value)
{
	int fault = 1;

	asm volatile("1: mov (%2), %1\n\txor %0, %0\n2:\n\t"
		     ".pushsection .fixups, \"a\"\n\t.quad 1b, 2b\n\t.popsection"
		     : "+r"(fault), "=r"(*ret_value)
		     : "r"(at)
		     : "memory");
	return fault;
}

static int write_safe(volatile u64 *at, u64 value)
{
	int fault = 1;

	asm volatile("1: mov %1, (%2)\n\txor %0, %0\n2:\n\t"
		     ".pushsection .fixups, \"a\"\n\t.quad 1b, 2b\n\t.popsection"
		     : "+r"(fault)
		     : "r"(value), "r"(at)
		     : "memory");
	return fault;
}

/* A page goes and comes */
static u32 not_present(void)
{
	volatile u64 *pte = &space_table(1, 1)[FREE];
	u32 i, stale = 0;
	u64 value;

	for (i = 0; i < rounds; i++) {
		*pte = i & 1 ? data_page(spare(i)) | PTE_RW : 0;
		switch_to(0, 1, 0);
		if (i & 1)
			stale += read_safe(space_word(FREE), &value) ||
				 value != (cr3_magic | spare(i));
		else
			stale += !read_safe(space_word(FREE), &value);
		switch_to(0, i % 3 ? 0 : 2, 0);
	}
	return stale;
}

/* A page becomes read-only, as fork() does it, and writable again */
static u32 read_only(void)
{
	volatile u64 *pte = &space_table(1, 1)[FREE];
	u32 i, writable, stale = 0;

	for (i = 0; i < rounds; i++) {
		*pte = data_page(SPARE) | (i & 1 ? PTE_RW : PTE_RW & ~2);
		switch_to(0, 1, 0);
		writable = !write_safe(space_word(FREE), cr3_magic | SPARE);
		stale += writable != (i & 1);
		switch_to(0, i % 3 ? 0 : 2, 0);
	}
	return stale;
}

/* Accessed and dirty bits that were cleared are set again by the next access behind a flush */
static u32 accessed_dirty(void)
{
	volatile u64 *pte = &space_table(1, 1)[FREE];
	u32 i, stale = 0;

	for (i = 0; i < rounds; i++) {
		*pte = data_page(SPARE) | PTE_RW;
		switch_to(0, 1, 0);
		(void)space_shows(FREE);
		stale += !(*pte & PTE_ACCESSED);
		*space_word(FREE) = cr3_magic | SPARE;
		stale += !(*pte & PTE_DIRTY);
		switch_to(0, 0, 0);
	}
	return stale;
}

/* Another table of level 1 to 3 altogether */
static u32 other_table(unsigned int level)
{
	u64 *table = space_table(1, level + 1), *twin = (u64 *)(SPARE_TABLES + 0x1000 * level);
	u64 *level2 = (u64 *)SPARE_TABLES, *level1 = (u64 *)(SPARE_TABLES + 0x1000);
	volatile u64 *entry = &table[level == 3 ? SPACE_VA >> 39 : 0];
	u64 original = *entry;
	u32 i, stale = 0;

	/* The twin's chain ends in another data page */
	memset(level2, 0, 4 * 4096);
	level1[OWN] = data_page(1) | PTE_RW;
	level1[EDIT] = level1[FREE] = data_page(SPARE) | PTE_RW;
	level2[0] = (u64)level1 | PTE_RW;
	if (level == 2)
		memcpy(twin, level2, 8);
	if (level == 3)
		twin[0] = (u64)level2 | PTE_RW;
	for (i = 0; i < rounds; i++) {
		*entry = i & 1 ? original : (u64)twin | PTE_RW;
		switch_to(0, 1, 0);
		stale += space_shows(FREE) != (i & 1 ? 1 : SPARE);
		switch_to(0, i % 3 ? 0 : 2, 0);
	}
	return stale;
}

static u32 other_level1(void)
{
	return other_table(1);
}

static u32 other_level2(void)
{
	return other_table(2);
}

static u32 other_level3(void)
{
	return other_table(3);
}

/* A page directory that is written to without end looks to KVM as if it were none any more */
static u32 flood(void)
{
	u32 i, k, stale = 0;

	for (i = 0; i < rounds; i++) {
		volatile u64 *level4 = space_table(1, 4);

		switch_to(0, 0, 0);
		for (k = 0; k < 6; k++)
			level4[100 + k] = i & 1 ? (u64)space_table(1, 3) | PTE_RW : 0;
		switch_to(0, 1, 0);
		stale += space_shows(OWN) != 1;
		switch_to(0, 2, 0);
	}
	return stale;
}

/* What was a page directory holds data, and then is another space's page directory */
static u32 reuse_directory(void)
{
	u64 *spare_directory = (u64 *)SPARE_TABLES;
	u64 value = (u64)spare_directory | (cr3_pcid ? 100 : 0);
	u32 i, k, stale = 0;

	for (i = 0; i < rounds; i++) {
		unsigned int space = 1 + i % 3;

		memset(spare_directory, 0, 4096);
		for (k = 0; k < 512; k++)
			if (space_table(space, 4)[k])
				spare_directory[k] = space_table(space, 4)[k];
		load(0, value);
		stale += space_shows(OWN) != space;
		switch_to(0, 0, 0);
		load(0, value);
		stale += space_shows(OWN) != space;
		switch_to(0, 0, 0);
		/* Seen by whoever still believes in it */
		memset(spare_directory, 0xa5, 256);
	}
	return stale;
}

/* The other vCPU's part: commands are rounds, and it answers with the next turn */
static void ask_other(u32 page)
{
	command_page = page;
	turn = 1;
	while (turn)
		relax();
}

void program_ap(unsigned int cpu)
{
	cr3_init_cpu(cpu);
	while (!over) {
		if (!turn) {
			relax();
			continue;
		}
		set_pte(1, FREE, command_page);
		barrier();
		turn = 0;
	}
}

static u32 smp_pte(void)
{
	u32 i, stale = 0;

	for (i = 0; i < rounds; i++) {
		ask_other(spare(i));
		switch_to(0, 1, 0);
		stale += space_shows(FREE) != spare(i);
		switch_to(0, i % 3 ? 0 : 2, 0);
	}
	return stale;
}

/* While we are in the space: the shoot-down that a guest would ask us for */
static u32 smp_invlpg(void)
{
	u32 i, stale = 0;

	switch_to(0, 1, 0);
	for (i = 0; i < rounds; i++) {
		ask_other(spare(i));
		invlpg(space_word(FREE));
		stale += space_shows(FREE) != spare(i);
		if (i % 4 == 3) {
			switch_to(0, 0, 0);
			switch_to(0, 1, 0);
			stale += space_shows(FREE) != spare(i);
		}
	}
	return stale;
}

/* Same changes, but the vCPU that sees them has not left the guest in between, as far as it goes */
static u32 smp_many(void)
{
	u32 i, k, stale = 0;

	for (i = 0; i < rounds / 8; i++) {
		ask_other(spare(i));
		for (k = 0; k < 8; k++) {
			switch_to(0, 1, 0);
			stale += space_shows(FREE) != spare(i);
			switch_to(0, 0, 0);
		}
	}
	return stale;
}

static void invpcid(u64 type, u64 pcid, const volatile void *address)
{
	struct {
		u64 pcid, address;
	} descriptor = {pcid, (u64)address};

	asm volatile("invpcid %0, %1" : : "m"(descriptor), "r"(type) : "memory");
}

/* A change, an INVPCID of each type, and a load that does not flush */
static u32 noflush_invpcid(void)
{
	u32 i, stale = 0;

	for (i = 0; i < rounds; i++) {
		switch_to(0, 1, KVMPV_CR3_NOFLUSH);
		(void)space_shows(FREE);
		switch_to(0, 0, KVMPV_CR3_NOFLUSH);
		set_pte(1, FREE, spare(i));
		invpcid(i & 3, space_cr3(1) & 0xfff, space_word(FREE));
		switch_to(0, 1, KVMPV_CR3_NOFLUSH);
		stale += space_shows(FREE) != spare(i);
		switch_to(0, 0, KVMPV_CR3_NOFLUSH);
	}
	return stale;
}

/* A change, a load that does not flush, and INVLPG there */
static u32 noflush_invlpg(void)
{
	u32 i, stale = 0;

	for (i = 0; i < rounds; i++) {
		switch_to(0, 0, KVMPV_CR3_NOFLUSH);
		set_pte(1, FREE, spare(i));
		switch_to(0, 1, KVMPV_CR3_NOFLUSH);
		invlpg(space_word(FREE));
		stale += space_shows(FREE) != spare(i);
		switch_to(0, 2, KVMPV_CR3_NOFLUSH);
		switch_to(0, 1, KVMPV_CR3_NOFLUSH);
		stale += space_shows(FREE) != spare(i);
	}
	return stale;
}

/* A change, loads that do not flush, and then one that does */
static u32 noflush_then_flush(void)
{
	u32 i, stale = 0;

	for (i = 0; i < rounds; i++) {
		set_pte(1, FREE, spare(i));
		switch_to(0, 2, KVMPV_CR3_NOFLUSH);
		switch_to(0, 0, KVMPV_CR3_NOFLUSH);
		switch_to(0, 1, 0);
		stale += space_shows(FREE) != spare(i);
		switch_to(0, 0, i & 1 ? KVMPV_CR3_NOFLUSH : 0);
	}
	return stale;
}

static u32 noflush_smp(void)
{
	u32 i, stale = 0;

	for (i = 0; i < rounds; i++) {
		ask_other(spare(i));
		invpcid(i & 1, space_cr3(1) & 0xfff, space_word(FREE));
		switch_to(0, 1, KVMPV_CR3_NOFLUSH);
		stale += space_shows(FREE) != spare(i);
		switch_to(0, 0, KVMPV_CR3_NOFLUSH);
	}
	return stale;
}

/* One page directory under two PCIDs: each has to be told of a change by a load of its own */
static u32 two_pcids(void)
{
	const u64 one = (u64)space_table(1, 4) | 101, two = (u64)space_table(1, 4) | 102;
	u32 i, stale = 0;

	for (i = 0; i < rounds; i++) {
		load(0, one);
		stale += i % 16 == 0 && read_cr3() != one;
		set_pte(1, FREE, spare(i));
		load(0, two);
		stale += space_shows(FREE) != spare(i);
		stale += i % 16 == 1 && read_cr3() != two;
		set_pte(1, FREE, spare(i + 1));
		load(0, one);
		stale += space_shows(FREE) != spare(i + 1);
		switch_to(0, 0, 0);
	}
	return stale;
}

/* One PCID for two page directories, the second loaded with a flush */
static u32 reuse_pcid(void)
{
	u32 i, stale = 0;

	for (i = 0; i < rounds; i++) {
		unsigned int space = 1 + i % 3;

		load(0, (u64)space_table(space, 4) | 103);
		stale += space_shows(OWN) != space;
		(void)space_shows(FREE);
		load(0, (u64)space_table(space, 4) | 103 | KVMPV_CR3_NOFLUSH);
		stale += space_shows(OWN) != space;
		if (i & 1)
			switch_to(0, 0, KVMPV_CR3_NOFLUSH);
	}
	return stale;
}

/* Set by us, read by us, and by KVM: bit 63 never shows */
static u32 noflush_reads_back(void)
{
	u32 i, bad = 0;

	for (i = 0; i < rounds; i++) {
		unsigned int space = i % 3;

		switch_to(0, space, KVMPV_CR3_NOFLUSH);
		bad += read_cr3() != space_cr3(space);
	}
	return bad;
}

void program_main(void)
{
	rounds = arg_number("rounds", 500);
	cr3_init();
	if (!have_arg("nohits"))
		report(cr3_attach(0), "registered");
	check("PTE of another space", other_pte);
	check("PTE and INVLPG", own_pte);
	check("PTE of the space itself", own_pte_by_switch);
	check("reload", reload);
	check("page not present", not_present);
	check("page read-only", read_only);
	check("accessed and dirty", accessed_dirty);
	check("other page table", other_level1);
	check("other level 2", other_level2);
	check("other level 3", other_level3);
	check("flood of writes", flood);
	check("page directory reused", reuse_directory);
	if (INFO->vcpus > 1) {
		check("PTE by another vCPU", smp_pte);
		check("INVLPG for another vCPU", smp_invlpg);
		check("many switches a change", smp_many);
	}
	if (cr3_pcid) {
		check("no flush: reads back", noflush_reads_back);
		check("no flush: INVPCID", noflush_invpcid);
		check("no flush: INVLPG", noflush_invlpg);
		check("no flush, then flush", noflush_then_flush);
		check("two PCIDs, one directory", two_pcids);
		check("one PCID, three directories", reuse_pcid);
	}
	if (cr3_pcid && INFO->vcpus > 1)
		check("no flush: INVPCID, two vCPUs", noflush_smp);
	over = 1;
	if (!have_arg("nohits"))
		report(cr3_cpus[0].hits != 0, "there were hits");
	print("# total: %u switches, %u hits, %u wrong, 0 stale\n",
	      (u32)(cr3_cpus[0].hits + cr3_cpus[0].misses), (u32)cr3_cpus[0].hits,
	      (u32)cr3_cpus[0].wrong);
}
