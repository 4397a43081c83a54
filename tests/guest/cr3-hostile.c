// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest that does with the cr3 cache what it should not. It may wreck itself and be ended for it
 * (the VMM tells: a triple fault, an exception nobody expected); what it must never do is to show
 * memory of another VM, or to hurt the host, which the test's script looks after.
 *
 * --arg case=NAME: what it does; --arg seed=N: how
 */
#include "cr3.h"

#define DECOYS 15 /* space that decoys are copies of */
#define KEEP 64

static u64 seed;
static volatile bool over;
static u64 known[KEEP]; /* values for CR3 that the host has shown us */
static unsigned int nknown;

static u32 random(void)
{
	return next_random(&seed);
}

/* Nothing but our own data may ever be seen, whichever space it is */
static void check_own(const char *what)
{
	u64 value = *space_word(OWN);

	if (value >> 48 != DATA_MAGIC >> 48 || (value ^ cr3_magic) < DATA_PAGES)
		return;
	report(false, "%s: this is not ours: 0x%llx", what, value);
	finish();
}

static void remember(const struct kvmpv_cr3_page *page)
{
	unsigned int i;

	for (i = 0; i < KVMPV_CR3_SLOTS; i++)
		if (page->entry[0][i].guest != KVMPV_CR3_NOTHING)
			known[nknown++ % KEEP] = page->entry[0][i].host;
}

/*
 * A copy of a page directory where a value of the host's would lead were it a guest-physical
 * address: a load that is no hit then arrives there, and we live to tell.
 */
static bool make_decoy(u64 value)
{
	u64 at = value & ~0xfffUL & ~KVMPV_CR3_NOFLUSH;

	if (at < 0x1000000 || at >= INFO->memory)
		return false;
	((u64 *)at)[0] = space_table(DECOYS, 4)[0];
	((u64 *)at)[SPACE_VA >> 39] = space_table(DECOYS, 4)[SPACE_VA >> 39];
	return true;
}

static void some_switches(unsigned int n)
{
	struct cr3_cpu *c = &cr3_cpus[this_cpu()];
	unsigned int i;

	for (i = 0; i < n; i++) {
		load(this_cpu(), space_cr3(random() % 6));
		if (i % 8 == 0)
			remember(c->page);
	}
}

/* The host's values, near misses, and values that only look like them */
static u64 guess(void)
{
	u64 value = nknown ? known[random() % (nknown < KEEP ? nknown : KEEP)] : random();

	switch (random() % 8) {
	case 0:
		return value ^ (1 + random() % 3);
	case 1:
		return value + 4096 * (random() % 64) - 32 * 4096;
	case 2:
		return value & ~0xfffUL;
	case 3:
		return ((u64)random() % INFO->memory & ~0xfffUL) | 0xde0 | random() % 4;
	case 4:
		return value | (cr3_pcid ? KVMPV_CR3_NOFLUSH : 0);
	default:
		return value;
	}
}

static void case_values(void)
{
	unsigned int i, loads = 0;

	for (i = 0; i < 1000; i++) {
		u64 value = guess();

		if (i % 8 == 0)
			some_switches(100);
		if (i % 64 == 0)
			hypercall(KVMPV_HC_CR3_RELEASE, (u64)space_table(random() % 6, 4), 0, 0, 0);
		if (!make_decoy(value))
			continue;
		loads++;
		cr3_load_safe(value);
		check_own("guessed value");
	}
	report(true, "%u guessed values", loads);
}

static u64 nonsense(void)
{
	switch (random() % 4) {
	case 0:
		return (u64)random() << 32 | random();
	case 1:
		return space_cr3(random() % SPACES) ^ KVMPV_CR3_OPEN;
	case 2:
		return KVMPV_CR3_NOTHING;
	default:
		return 0;
	}
}

/* For the right half of an entry: now and then one that is the end of us */
static u64 nonsense_host(void)
{
	u64 value = guess();

	if (random() % 256 == 0)
		return nonsense();
	if (random() % 8 == 0)
		return KVMPV_CR3_NOTHING;
	return make_decoy(value) ? value : space_cr3(random() % SPACES);
}

static void case_tables(void)
{
	struct kvmpv_cr3_page *page = cr3_cpus[0].page;
	unsigned int i, k;

	for (i = 0; i < 1000; i++) {
		for (k = random() % 8; k; k--) {
			struct kvmpv_cr3_entry *entry =
				&page->entry[random() % 2][random() % KVMPV_CR3_SLOTS];

			entry->host = nonsense_host();
			if (random() % 2)
				entry->guest = nonsense();
		}
		if (random() % 4 == 0)
			page->gate = random() % 2 ? KVMPV_CR3_OPEN : nonsense();
		load(0, space_cr3(random() % 6));
		check_own("random table");
		if (i % 16 == 0)
			cr3_register(0);
		some_switches(2);
	}
	report(true, "random tables");
}

struct odd_window {
	u64 start, end, abort;
};

extern const struct odd_window odd_windows[], deadly_windows[];
extern const char spin_end[], spin_abort[];
u64 spin(u64 rounds);

static long call_odd(long address)
{
	long result, rdi = (long)space_word(random() % 8), rcx = 0x1b, rbx = 0;

	result = 99; /* a hypercall's number, for CR3, CR4 nothing good */
	asm volatile("call *%5"
		     : "+a"(result), "+D"(rdi), "+c"(rcx), "+b"(rbx)
		     : "d"(0x80), "r"(address)
		     : "rsi", "r8", "r9", "memory", "cc");
	return result;
}

static void register_odd(const struct odd_window *w)
{
	hypercall(KVMPV_HC_CR3_REGISTER, (u64)cr3_cpus[0].page, w->start, w->end, w->abort);
}

static unsigned int one_window(const struct odd_window *w)
{
	unsigned int i, aborts = 0;

	register_odd(w);
	for (i = 0; i < 20; i++) {
		some_switches(4);
		call_odd(w->start);
	}
	check_own("odd window");
	for (i = 0; i < 10; i++) {
		some_switches(4);
		aborts += !ring3(call_odd, w->start);
	}
	return aborts;
}

/* Seed 0: those that can be survived, one after the other; else one that is likely to end us */
static void case_windows(void)
{
	unsigned int i, aborts = 0, which = arg_number("seed", 0);

	for (i = 0; !which && odd_windows[i].start; i++)
		aborts += one_window(&odd_windows[i]);
	for (i = 0; deadly_windows[i].start; i++)
		if (i + 1 == which)
			aborts += one_window(&deadly_windows[i]);
	hypercall(KVMPV_HC_CR3_REGISTER, (u64)cr3_cpus[0].page, (u64)spin, (u64)spin_end,
		  (u64)spin_abort);
	for (i = 0; i < 20; i++) {
		some_switches(4);
		aborts += !ring3((long (*)(long))spin, 20000);
	}
	report(aborts != 0, "odd windows, also in ring 3: %u aborts there", aborts);
}

static void set_trap_flag(bool on)
{
	u64 flags;

	asm volatile("pushf\n\tpop %0" : "=r"(flags));
	flags = on ? flags | 0x100 : flags & ~0x100UL;
	asm volatile("push %0\n\tpopf" : : "r"(flags) : "cc", "memory");
}

/* We single-step ourselves through the window. Needs --arg step */
static void case_trap(void)
{
	unsigned int i;

	for (i = 0; i < 200; i++) {
		some_switches(4);
		set_trap_flag(true);
		load(0, space_cr3(random() % 4));
		set_trap_flag(false);
		check_own("trap flag");
	}
	report(traps[0] > 1000, "single-stepped by ourselves, %u traps", traps[0]);
}

/* Pages that we need for something else; the host is told to write into them */
static void case_pages(void)
{
	const u64 pages[] = {(u64)space_table(1, 1),
			     (u64)space_table(1, 4),
			     (u64)space_table(0, 4),
			     (u64)space_table(2, 3),
			     BARE_TABLES,
			     BARE_TABLES + 0x2000,
			     (u64)cr3_start & ~0xfffUL,
			     (u64)&pages & ~0xfffUL,
			     (u64)cr3_cpus & ~0xfffUL,
			     BARE_INFO,
			     DATA_AT + 0x1000,
			     0};
	unsigned int i;

	cr3_cpus[0].page = (void *)pages[arg_number("seed", 0) % ARRAY_SIZE(pages)];
	cr3_register(0);
	for (i = 0; i < 300; i++) {
		load(0, space_cr3(random() % 4));
		check_own("page of ours");
	}
	report(true, "page 0x%llx", (u64)cr3_cpus[0].page);
}

/* Registrations come and go, by both vCPUs, while vCPU 0 switches: this one is to survive */
static void case_flight(void)
{
	unsigned int i;

	for (i = 0; i < 3000; i++) {
		switch_to(0, random() % 5, cr3_pcid && random() % 4 ? KVMPV_CR3_NOFLUSH : 0);
		switch (random() % 32) {
		case 0:
			cr3_register(0);
			break;
		case 1:
			hypercall(KVMPV_HC_CR3_UNREGISTER, 0, 0, 0, 0);
			break;
		case 2:
			hypercall(KVMPV_HC_CR3_RELEASE, (u64)space_table(random() % 6, 4), 0, 0, 0);
			break;
		case 3:
			hello();
			break;
		}
	}
	report_value(cr3_cpus[0].wrong, 0, "registrations in flight: always the right space");
	report(cr3_cpus[0].hits != 0, "registrations in flight: with hits");
}

static void flight_ap(unsigned int cpu)
{
	u64 state = 1234567 + seed;

	while (!over) {
		u32 r = next_random(&state);

		switch (r % 8) {
		case 0:
			hello();
			break;
		case 1:
			hypercall(KVMPV_HC_BYE, 0, 0, 0, 0);
			break;
		case 2:
			hypercall(KVMPV_HC_CR3_UNREGISTER, 0, 0, 0, 0);
			break;
		case 3:
			set_pte(r / 8 % 6, FREE, r / 64 % 64);
			break;
		default:
			cr3_register(cpu);
			switch_to(cpu, r / 8 % 6, 0);
		}
	}
}

/* vCPU 0 registers what vCPU 1 is running: that is none of its business */
static volatile unsigned int moved, spins;

static void case_other(void)
{
	unsigned int i;

	hypercall(KVMPV_HC_CR3_REGISTER, (u64)cr3_cpus[0].page, (u64)spin, (u64)spin_end,
		  (u64)spin_abort);
	for (i = 0; i < 4000 || spins < 20; i++)
		load(0, space_cr3(random() % 3));
	report_value(moved, 0, "a window of this vCPU moves no other (%u rounds there)", spins);
}

static void other_ap(void)
{
	while (!over) {
		moved += !spin(10000);
		spins++;
	}
}

/* One page for both vCPUs, and both use it */
static void case_shared(void)
{
	unsigned int i;

	for (i = 0; i < 4000; i++) {
		load(0, space_cr3(random() % 5));
		check_own("shared page");
		remember(cr3_cpus[0].page);
		if (i % 16 == 0)
			make_decoy(known[(nknown - 1) % KEEP]);
	}
	report(true, "one page for two vCPUs");
}

static void shared_ap(unsigned int cpu)
{
	u64 state = 1234567 + seed;

	cr3_cpus[cpu].page = cr3_cpus[0].page;
	cr3_register(cpu);
	while (!over)
		load(cpu, space_cr3(next_random(&state) % 5));
}

static const struct {
	const char *name;
	void (*run)(void);
} cases[] = {
	{"case=values", case_values}, {"case=tables", case_tables}, {"case=windows", case_windows},
	{"case=trap", case_trap},     {"case=pages", case_pages},   {"case=flight", case_flight},
	{"case=other", case_other},   {"case=shared", case_shared},
};

void program_ap(unsigned int cpu)
{
	cr3_init_cpu(cpu);
	if (have_arg("case=flight"))
		flight_ap(cpu);
	else if (have_arg("case=other"))
		other_ap();
	else if (have_arg("case=shared"))
		shared_ap(cpu);
}

void program_main(void)
{
	unsigned int i;

	seed = 88172645463325252ULL + 77777 * arg_number("seed", 1);
	cr3_init();
	require_cr3();
	/* Another vCPU may be saying goodbye all the time */
	for (i = 0; i < 20 && !cr3_attach(0); i++)
		relax();
	for (i = 0; i < ARRAY_SIZE(cases); i++)
		if (have_arg(cases[i].name))
			cases[i].run();
	over = true;
	print("# %u switches, %u hits\n", (u32)(cr3_cpus[0].hits + cr3_cpus[0].misses),
	      (u32)cr3_cpus[0].hits);
}
