// SPDX-License-Identifier: GPL-2.0-only
/*
 * Address spaces and registrations for the programs of the cr3 cache.
 */
#include "cr3.h"

struct cr3_cpu cr3_cpus[MAX_CPUS];
bool cr3_pcid;
u64 cr3_magic = DATA_MAGIC;
u32 cr3_patience = 4096;

static volatile bool ready;

#define FIRST_EDIT_PAGE (DATA_PAGES - EDIT_PAGES)

/* Changes of a space's page table; one vCPU makes them */
static struct edits {
	volatile u64 begun, done;
} edits[SPACES];

/**
 * space_build() - page tables of a space, as they are at the start
 * @space: which
 */
void space_build(unsigned int space)
{
	u64 *level4 = space_table(space, 4), *level3 = space_table(space, 3);
	u64 *level2 = space_table(space, 2), *level1 = space_table(space, 1);

	memset(level4, 0, 4 * 4096);
	level4[0] = *(u64 *)BARE_TABLES;
	level4[SPACE_VA >> 39] = (u64)level3 | PTE_RW;
	level3[0] = (u64)level2 | PTE_RW;
	level2[0] = (u64)level1 | PTE_RW;
	level1[OWN] = data_page(space) | PTE_RW;
	level1[EDIT] = data_page(DATA_PAGES - EDIT_PAGES) | PTE_RW;
	level1[FREE] = data_page(space) | PTE_RW;
}

static void enable_pcid(void)
{
	u64 cr4;

	if (!cr3_pcid)
		return;
	asm volatile("mov %%cr4, %0" : "=r"(cr4));
	asm volatile("mov %0, %%cr4" : : "r"(cr4 | CR4_PCIDE) : "memory");
}

static void watch(unsigned int cpu)
{
	struct cr3_cpu *c = &cr3_cpus[cpu];
	u64 address = (u64)&c->bare;

	c->page = (struct kvmpv_cr3_page *)(BARE_CR3_PAGES + cpu * 4096UL);
	c->bare.page = (u64)c->page;
	c->bare.start = (u64)cr3_start;
	c->bare.end = (u64)cr3_end;
	c->bare.hits = (u64)&c->hits;
	vmm_request(REQUEST_WATCH, &address);
}

/**
 * cr3_init() - address spaces; with --arg pcid, PCIDs. Ends the program where there are none
 *
 * --arg vm=N marks the data of this VM, for tests that run several.
 */
void cr3_init(void)
{
	unsigned int i;

	if (have_arg("pcid")) {
		cr3_pcid = cpuid(1, 0).ecx >> 17 & 1;
		if (!cr3_pcid) {
			report_skip("no PCID here");
			finish();
		}
	}
	cr3_magic |= (u64)arg_number("vm", 0) << 32;
	for (i = 0; i < DATA_PAGES; i++)
		*(u64 *)data_page(i) = cr3_magic | i;
	for (i = 0; i < SPACES; i++)
		space_build(i);
	enable_pcid();
	watch(0);
	write_cr3(space_cr3(0));
	barrier();
	ready = true;
}

/**
 * cr3_init_cpu() - the same for a vCPU other than the first, once that is done
 * @cpu: number of the vCPU
 */
void cr3_init_cpu(unsigned int cpu)
{
	while (!ready)
		relax();
	enable_pcid();
	watch(cpu);
}

/**
 * cr3_register() - ask for the cache
 * @cpu: the vCPU we run on
 *
 * Return: the host's answer.
 */
long cr3_register(unsigned int cpu)
{
	struct cr3_cpu *c = &cr3_cpus[cpu];
	long result = hypercall(KVMPV_HC_CR3_REGISTER, (u64)c->page, (u64)cr3_start, (u64)cr3_end,
				(u64)cr3_abort);

	c->registered = !result;
	c->registrations += !result;
	c->last = c->hits + c->misses;
	return result;
}

/**
 * cr3_attach() - ask for the cache, with a handshake when there is none
 * @cpu: the vCPU we run on
 *
 * A handshake drops what other vCPUs have registered: they come here when they see no hits.
 *
 * Return: whether the host said yes.
 */
bool cr3_attach(unsigned int cpu)
{
	if (!cr3_register(cpu))
		return true;
	kvmpv_base = 0;
	kvmpv_init();
	return kvmpv_base && hello() > 0 && !cr3_register(cpu);
}

/**
 * cr3_attach_again() - ask for the cache when hits have not been seen for long: the host's module,
 * its permission, the page or the whole machine may have been exchanged
 * @cpu: the vCPU we run on
 */
void cr3_attach_again(unsigned int cpu)
{
	struct cr3_cpu *c = &cr3_cpus[cpu];
	static u64 hits[MAX_CPUS];

	if (c->hits != hits[cpu]) {
		hits[cpu] = c->hits;
		c->last = c->hits + c->misses;
	} else if (c->hits + c->misses - c->last >= cr3_patience) {
		c->last = c->hits + c->misses;
		cr3_attach(cpu);
	}
}

/**
 * edit_space() - have page EDIT of a space show the next data page
 * @space: which; only one vCPU may change it
 */
void edit_space(unsigned int space)
{
	struct edits *e = &edits[space];
	u64 next = e->done + 1;

	e->begun = next;
	barrier();
	set_pte(space, EDIT, FIRST_EDIT_PAGE + next % EDIT_PAGES);
	barrier();
	e->done = next;
}

/**
 * edit_own() - the same, in one of the spaces that are this vCPU's to change
 * @cpu: the vCPU we run on
 * @random: which
 */
void edit_own(unsigned int cpu, u32 random)
{
	edit_space((random % (SPACES / INFO->vcpus)) * INFO->vcpus + cpu);
}

/**
 * edits_done() - to be asked before a switch that must show the changes up to here
 * @space: which
 *
 * Return: for check_edit().
 */
u64 edits_done(unsigned int space)
{
	return edits[space].done;
}

/**
 * check_edit() - page EDIT must show the page of a change between @from, which was complete before
 * the switch, and the last one begun; counts it as stale if not
 * @cpu: the vCPU we run on
 * @space: the current space
 * @from: what edits_done() said
 */
void check_edit(unsigned int cpu, unsigned int space, u64 from)
{
	u64 shown = space_shows(EDIT) - FIRST_EDIT_PAGE, to = edits[space].begun;

	if (shown >= EDIT_PAGES || (shown - from) % EDIT_PAGES > to - from)
		cr3_cpus[cpu].stale++;
}

/**
 * require_cr3() - end here when the host does not offer the cache, as a failure, or as a skip
 * where --arg stock says that this is what to expect
 */
void require_cr3(void)
{
	require_kvmpv();
	if (offered() & KVMPV_FEATURE_MASK(CR3_CACHE))
		return;
	if (have_arg("stock"))
		report_skip("this host does not offer the cr3 cache");
	else
		report(false, "this host offers the cr3 cache");
	finish();
}

/**
 * vmm_request() - ask the VMM for something
 * @what: REQUEST_...
 * @arg: in and out
 *
 * Return: 0, or negative when the VMM does not do that.
 */
long vmm_request(u32 what, u64 *arg)
{
	static struct bare_request requests[MAX_CPUS];
	struct bare_request *request = &requests[this_cpu()];

	request->what = what;
	request->result = -1;
	request->arg = *arg;
	outl(PORT_REQUEST, (u32)(unsigned long)request);
	*arg = request->arg;
	return request->result;
}

/**
 * exits() - exits of this vCPU so far, this question included
 *
 * Return: their number.
 */
u32 exits(void)
{
	return inl(PORT_EXITS);
}
