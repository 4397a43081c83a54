// SPDX-License-Identifier: GPL-2.0-only
/*
 * Switches between address spaces on every vCPU, each of them checked, while kvmpv-vmm storm and
 * the host do what they can to spoil them. Each vCPU also changes page tables of its share of the
 * spaces, and every switch that flushes must see the changes made before it, whoever made them.
 *
 * --arg switches=N: end when vCPU 0 has made so many; else when the VMM says stop
 * --arg edit=N: change a page table every N switches (256)
 * --arg editor: the last vCPU does nothing but change page tables
 * --arg drop: vCPUs other than the first say BYE and HELLO now and then
 * --arg cli: interrupts off around each switch
 * --arg pcid: with PCIDs, and loads that do not flush
 * --arg progress=N: a line every N switches
 * --arg fit: mostly as many spaces as fit into the cache
 * --arg patience=N: register again after N switches without a hit (4096)
 * --arg nohits: hits are not expected
 */
#include "cr3.h"

#define ROUND 1024

static volatile bool stopping;
static volatile unsigned int ended;
static u32 limit, edit_every, progress;
static bool cli, drop, fit;

/* How many spaces a round goes over: what fits, what does not, and nothing but misses */
static const u8 sizes[] = {2, 4, 3, 5, 4, 8, 2, 16}, sizes_fit[] = {2, 4, 3, 4, 2, 4, 3, 5};

static void checked_switch(unsigned int cpu, unsigned int space, u64 noflush)
{
	u64 from = edits_done(space);

	if (cli)
		asm volatile("cli" : : : "memory");
	switch_to(cpu, space, noflush);
	if (cli)
		asm volatile("sti" : : : "memory");
	if (!noflush)
		check_edit(cpu, space, from);
}

/* Rounds without PCID: all flush. With PCID: all, none, every other one */
static u64 choose_noflush(unsigned int round, u32 random)
{
	switch (cr3_pcid ? round % 3 : 0) {
	case 0:
		return 0;
	case 1:
		return KVMPV_CR3_NOFLUSH;
	default:
		return random & 0x80 ? KVMPV_CR3_NOFLUSH : 0;
	}
}

static void storm_round(unsigned int cpu, unsigned int round, u64 *random)
{
	unsigned int n = (fit ? sizes_fit : sizes)[round % ARRAY_SIZE(sizes)], i, space = 0;
	bool in_order = round / ARRAY_SIZE(sizes) % 2;

	for (i = 0; i < ROUND; i++) {
		u32 r = next_random(random);

		space = in_order ? (space + 1) % n : (space + 1 + r % (n - 1)) % n;
		checked_switch(cpu, space, choose_noflush(round, r));
		if (edit_every && r % edit_every == 0)
			edit_own(cpu, r / edit_every);
		if (i % 256 == 255)
			cr3_attach_again(cpu);
	}
}

static void print_progress(void)
{
	const struct cr3_cpu *c = &cr3_cpus[0];

	print("# %u switches, %u hits, %u wrong, %u stale\n", (u32)(c->hits + c->misses),
	      (u32)c->hits, (u32)c->wrong, (u32)c->stale);
}

/* Others lose what they have registered, in the middle of anything */
static void drop_all(unsigned int round)
{
	hypercall(round & 16 ? KVMPV_HC_CR3_UNREGISTER : KVMPV_HC_BYE, 0, 0, 0, 0);
}

static void storm(unsigned int cpu)
{
	const struct cr3_cpu *c = &cr3_cpus[cpu];
	u64 random = 88172645463325252ULL + cpu, shown = 0;
	unsigned int round;

	for (round = 0; !stopping && !INFO->stop; round++) {
		storm_round(cpu, round, &random);
		if (drop && cpu && round % 16 == 15)
			drop_all(round);
		if (cpu)
			continue;
		if (progress && c->hits + c->misses - shown >= progress) {
			shown = c->hits + c->misses;
			print_progress();
		}
		if (limit && c->hits + c->misses >= limit)
			stopping = true;
	}
}

static void only_edit(void)
{
	u64 random = 88172645463325252ULL;
	unsigned int i;

	while (!stopping && !INFO->stop) {
		u32 r = next_random(&random);

		edit_space(r % SPACES);
		for (i = 0; i < r / SPACES % 1024; i++)
			relax();
	}
}

void program_ap(unsigned int cpu)
{
	cr3_init_cpu(cpu);
	if (have_arg("editor") && cpu == INFO->vcpus - 1) {
		only_edit();
	} else {
		cr3_attach(cpu);
		storm(cpu);
	}
	__atomic_fetch_add(&ended, 1, __ATOMIC_SEQ_CST);
}

static void report_all(void)
{
	u64 switches = 0, hits = 0, wrong = 0, stale = 0;
	unsigned int cpu;

	for (cpu = 0; cpu < INFO->vcpus; cpu++) {
		const struct cr3_cpu *c = &cr3_cpus[cpu];

		print("# vCPU %u: %u switches, %u hits, %u registrations, %u NMIs, %u traps\n", cpu,
		      (u32)(c->hits + c->misses), (u32)c->hits, (u32)c->registrations, nmis[cpu],
		      traps[cpu]);
		switches += c->hits + c->misses;
		hits += c->hits;
		wrong += c->wrong;
		stale += c->stale;
	}
	report_value(wrong, 0, "no switch ended in another address space");
	report_value(stale, 0, "every switch saw the changes of page tables before it");
	if (!have_arg("nohits"))
		report(hits != 0, "there were hits");
	print("# total: %u switches, %u hits, %u wrong, %u stale\n", (u32)switches, (u32)hits,
	      (u32)wrong, (u32)stale);
}

void program_main(void)
{
	limit = arg_number("switches", 0);
	edit_every = arg_number("edit", 256);
	progress = arg_number("progress", 0);
	cli = have_arg("cli");
	drop = have_arg("drop");
	fit = have_arg("fit");
	cr3_patience = arg_number("patience", cr3_patience);
	if (have_arg("editor") && INFO->vcpus > 1)
		edit_every = 0;
	cr3_init();
	if (!cr3_attach(0) && !have_arg("nohits"))
		print("# not registered at the start\n");
	storm(0);
	stopping = true;
	while (ended != INFO->vcpus - 1)
		relax();
	report_all();
}
