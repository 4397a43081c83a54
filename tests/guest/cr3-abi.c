// SPDX-License-Identifier: GPL-2.0-only
/*
 * The cr3 cache's hypercalls and its page, as docs/abi/cr3-cache.rst has them, and every way to CR3
 * that does not lead through the window.
 */
#include "cr3.h"

#define SOME_PAGE 0x900000UL
#define FILL 0x5a
#define MANY 400

enum command { IDLE, SWITCH, SAY_HELLO, SAY_BYE, REGISTER_SAME, OVER };

static volatile enum command command;
static volatile long answer;

static struct kvmpv_cr3_page *page_of(unsigned int cpu)
{
	return (struct kvmpv_cr3_page *)(BARE_CR3_PAGES + cpu * 4096UL);
}

static long register4(u64 page, u64 start, u64 end, u64 abort)
{
	return hypercall(KVMPV_HC_CR3_REGISTER, page, start, end, abort);
}

static long register_window(u64 start, u64 end, u64 abort)
{
	return register4(SOME_PAGE, start, end, abort);
}

static long unregister(void)
{
	return hypercall(KVMPV_HC_CR3_UNREGISTER, 0, 0, 0, 0);
}

static long release(u64 pgd)
{
	return hypercall(KVMPV_HC_CR3_RELEASE, pgd, 0, 0, 0);
}

/* Hits of many switches between two spaces; each is checked */
static u64 hits_of(unsigned int cpu)
{
	u64 before = cr3_cpus[cpu].hits;
	unsigned int i;

	for (i = 0; i < MANY; i++)
		switch_to(cpu, i & 1, 0);
	return cr3_cpus[cpu].hits - before;
}

#define PATIENCE 40

/* The cache steps aside when it was of no use lately, as it often is here: give it time */
static void warm_up(void)
{
	unsigned int i;

	for (i = 0; i < PATIENCE && hits_of(0) < MANY / 2; i++)
		relax();
}

static void check_works(const char *when)
{
	u64 wrong = cr3_cpus[0].wrong, hits;

	warm_up();
	hits = hits_of(0);
	report(hits > MANY / 2, "%s: hits (%u of %u)", when, (u32)hits, MANY);
	report_value(cr3_cpus[0].wrong - wrong, 0, "%s: none in another address space", when);
}

/* Nobody writes to the page any more */
static void check_untouched(const char *when)
{
	u8 *page = (u8 *)page_of(0);
	unsigned int i, touched = 0;
	u64 wrong = cr3_cpus[0].wrong, hits = 0;

	memset(page, FILL, 4096);
	/* Long enough for a registration that is still there to be tried again */
	for (i = 0; i < 6; i++)
		hits += hits_of(0);
	report_value(hits, 0, "%s: no hits", when);
	cpuid(0, 0);
	for (i = 0; i < 4096; i++)
		touched += page[i] != FILL;
	report_value(touched, 0, "%s: the page is the guest's again", when);
	report_value(cr3_cpus[0].wrong - wrong, 0, "%s: none in another address space", when);
}

static void check_before_hello(void)
{
	report_value(cr3_register(0), -KVMPV_EPROTO, "before HELLO: REGISTER");
	report_value(unregister(), -KVMPV_EPROTO, "before HELLO: UNREGISTER");
	report_value(release((u64)space_table(0, 4)), -KVMPV_EPROTO, "before HELLO: RELEASE");
}

static void check_bad_windows(void)
{
	static const u64 odd[] = {1UL << 47, (1UL << 47) + 64, 1UL << 48,
				  1UL << 62, 1UL << 63,	       0xffff7fffffffff00UL};
	u64 s = (u64)cr3_start, e = (u64)cr3_end, a = (u64)cr3_abort;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(odd); i++) {
		report_value(register_window(odd[i], odd[i] + 64, a), -KVMPV_EINVAL,
			     "window at 0x%llx", odd[i]);
		report_value(register_window(s, e, odd[i]), -KVMPV_EINVAL, "abort at 0x%llx",
			     odd[i]);
	}
	report_value(register_window((1UL << 47) - 32, (1UL << 47) + 32, a), -KVMPV_EINVAL,
		     "window with a non-canonical end");
	report_value(register_window(s, s, a), -KVMPV_EINVAL, "empty window");
	report_value(register_window(e, s, a), -KVMPV_EINVAL, "end before start");
	report_value(register_window(s, s - 1, a), -KVMPV_EINVAL, "end one before start");
	report_value(register_window(s, s + KVMPV_CR3_WINDOW_MAX + 1, s), -KVMPV_EINVAL,
		     "window one byte too long");
	report_value(register_window(s, -64UL, a), -KVMPV_EINVAL, "window of nearly everything");
	report_value(register_window(s, e, s + 1), -KVMPV_EINVAL, "abort right behind the start");
	report_value(register_window(s, e, e - 1), -KVMPV_EINVAL, "abort right before the end");
}

static void check_bad_pages(void)
{
	const u64 bad[] = {INFO->memory, INFO->memory + 0x1000,
			   BARE_ROM,	 BARE_ROM - 0x1000,
			   0xfee00000,	 0xfffff000,
			   1ULL << 32,	 1ULL << 46,
			   1ULL << 52,	 1ULL << 63,
			   ~0xfffULL};
	u64 s = (u64)cr3_start, e = (u64)cr3_end, a = (u64)cr3_abort;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		report_value(register4(bad[i], s, e, a), -KVMPV_EFAULT, "page at 0x%llx", bad[i]);
	for (i = 1; i < 4096; i *= 2)
		if (!report_value(register4(SOME_PAGE + i, s, e, a), -KVMPV_EINVAL,
				  "page not aligned, 0x%x", i))
			break;
	report_value(*(volatile u64 *)SOME_PAGE, 0, "pages of refused calls are not written");
}

static void check_good_windows(void)
{
	static const u64 kernel = 0xffffffff81000000UL;
	u64 s = (u64)cr3_start, e = (u64)cr3_end;

	report_value(register_window(s, e, s), 0, "abort at the start");
	report_value(register_window(s, e, e), 0, "abort at the end");
	report_value(register_window(s, s + KVMPV_CR3_WINDOW_MAX, s - 1), 0, "longest window");
	report_value(register_window(s, s + 1, e), 0, "shortest window");
	report_value(register_window(0, 1, 1), 0, "window at 0");
	report_value(register_window(kernel, kernel + 64, kernel + 64), 0, "kernel addresses");
	report_value(register_window(-257UL, -1UL, 0), 0, "window at the end of everything");
	report_value(register4(INFO->memory - 0x1000, s, e, e), 0, "last page of memory");
}

static void check_contents(void)
{
	struct kvmpv_cr3_page *page = page_of(0);
	const u8 *bytes = (u8 *)page;
	unsigned int i, table, set = 0;
	u64 first;

	memset(page, FILL, 2 * 4096);
	report_value(cr3_register(0), 0, "REGISTER");
	report_value(page->magic, KVMPV_CR3_MAGIC, "page: magic");
	report(!page->gate || page->gate == KVMPV_CR3_OPEN, "page: gate is open or shut");
	report_value(page->reserved, 0, "page: reserved");
	report_value(page->hits | page->misses, 0, "page: hits and misses");
	for (i = 0; i < ARRAY_SIZE(page->reserved2); i++)
		set |= !!page->reserved2[i];
	report_value(set, 0, "page: reserved2");
	for (i = 4096; i < 8192; i++)
		set += bytes[i] != FILL;
	report_value(set, 0, "page: the next one is untouched");
	check_works("first registration");
	report_value(page->gate, KVMPV_CR3_OPEN, "page: gate is open while hits happen");
	for (table = 0; table < 2; table++)
		for (i = 0; i < KVMPV_CR3_SLOTS; i++) {
			first = page->entry[table][i].guest;
			set += first != KVMPV_CR3_NOTHING &&
			       ((first ^ KVMPV_CR3_OPEN) & ~0xfffUL) >= INFO->memory;
		}
	report_value(set, 0, "page: all entries are page directories of ours, or nothing");
}

/* What was refused has left the registration as it was */
static void check_survives(void)
{
	u64 s = (u64)cr3_start, e = (u64)cr3_end, a = (u64)cr3_abort;

	register4(SOME_PAGE + 8, s, e, a);
	register4(BARE_ROM, s, e, a);
	register4(SOME_PAGE, s, e, s + 1);
	check_works("after refused calls");
}

static void check_replace(void)
{
	struct kvmpv_cr3_page *old = page_of(0);

	cr3_cpus[0].page = page_of(8);
	report_value(cr3_register(0), 0, "REGISTER with another page");
	report_value(old->gate, 0, "the gate of the old one is shut");
	memset(old, FILL, 4096);
	check_works("another page");
	report_value(*(u64 *)old, 0x0101010101010101UL * FILL, "the old page is the guest's again");
	cr3_cpus[0].page = old;
	report_value(cr3_register(0), 0, "REGISTER with the old page");
	check_works("the old page again");
}

static void check_unregister(void)
{
	report_value(unregister(), 0, "UNREGISTER");
	check_untouched("after UNREGISTER");
	report_value(unregister(), 0, "UNREGISTER without a registration");
	report_value(cr3_register(0), 0, "REGISTER again");
	check_works("registered again");
}

static void check_read_back(void)
{
	unsigned int i, bad = 0, emulated = 0;

	for (i = 0; i < MANY; i++) {
		switch_to(0, i % 3, 0);
		bad += read_cr3() != space_cr3(i % 3);
	}
	report_value(bad, 0, "CR3 reads as the guest loaded it");
	if (emulated_read() == ~0UL) {
		report_skip("KVM was not told to emulate on demand");
		return;
	}
	for (bad = i = 0; i < MANY; i++) {
		switch_to(0, i % 3, 0);
		bad += emulated_read() != space_cr3(i % 3);
		emulated += emulated_load(space_cr3((i + 1) % 3)) != 0;
		bad += space_shows(OWN) != (i + 1) % 3;
	}
	report_value(bad, 0, "KVM's emulator reads and writes it right");
	report_value(emulated, 0, "and does so each time");
	check_works("after the emulator");
}

/* KVM_SET_SREGS: to a space that is offered, and to one that is not */
static void check_set_sregs(void)
{
	unsigned int i, bad = 0;
	u64 value = space_cr3(0);

	if (vmm_request(REQUEST_SET_CR3, &value)) {
		report_skip("the VMM does not set CR3");
		return;
	}
	for (i = 0; i < 60; i++) {
		unsigned int from = i % 3, to = i & 1 ? (i + 1) % 3 : 5 + i % 7;

		switch_to(0, from, 0);
		value = space_cr3(to);
		bad += vmm_request(REQUEST_SET_CR3, &value) != 0;
		bad += value != space_cr3(from);
		bad += space_shows(OWN) != to;
		bad += read_cr3() != space_cr3(to);
		switch_to(0, (from + 1) % 3, 0);
	}
	report_value(bad, 0, "CR3 set by the VMM, 60 times");
	check_works("after KVM_SET_SREGS");
}

static void check_smi(void)
{
	unsigned int i, bad = 0;
	u64 value = 0;

	if (vmm_request(REQUEST_SMI, &value)) {
		report_skip("no SMIs here");
		return;
	}
	for (i = 0; i < 20; i++) {
		switch_to(0, i % 3, 0);
		bad += vmm_request(REQUEST_SMI, &value) != 0;
		bad += space_shows(OWN) != i % 3;
		bad += read_cr3() != space_cr3(i % 3);
	}
	report_value(bad, 0, "20 SMIs change nothing");
	check_works("after SMIs");
}

static void check_paging(void)
{
	if (cr3_pcid) {
		report_skip("paging cannot be switched off with PCIDs");
		return;
	}
	switch_to(0, 1, 0);
	paging_off_and_on();
	report_value(space_shows(OWN), 1, "paging off and on: the same space");
	check_untouched("paging off and on");
	report_value(cr3_register(0), 0, "REGISTER again");
	check_works("after paging off and on");
}

static void check_release(void)
{
	u64 pgd = (u64)space_table(1, 4);
	unsigned int i;
	bool refused = true;

	for (i = 1; i < 4096; i *= 2)
		refused &= release(pgd | i) == -KVMPV_EINVAL;
	report(refused, "RELEASE of what is no page's address: -EINVAL");
	report_value(release((u64)space_table(9, 4)), 0, "RELEASE of one that was never loaded");
	hits_of(0);
	switch_to(0, 0, 0);
	report_value(release((u64)space_table(0, 4)), 0, "RELEASE of the current one");
	report_value(release(pgd), 1, "RELEASE of another");
	report_value(release(pgd), 0, "RELEASE again");
	report(!switch_to(0, 1, 0), "the next switch to it is a miss");
	report_value(space_shows(OWN), 1, "and arrives");
	check_works("after RELEASE");
}

static long ring3_call(long nr)
{
	return hypercall(nr, (u64)page_of(0), (u64)cr3_start, (u64)cr3_end, (u64)cr3_abort);
}

static void check_ring3(void)
{
	report_value(ring3(ring3_call, KVMPV_HC_CR3_REGISTER), -KVMPV_EPERM, "ring 3: REGISTER");
	report_value(ring3(ring3_call, KVMPV_HC_CR3_UNREGISTER), -KVMPV_EPERM,
		     "ring 3: UNREGISTER");
	report_value(ring3(ring3_call, KVMPV_HC_CR3_RELEASE), -KVMPV_EPERM, "ring 3: RELEASE");
	check_works("ring 3 has changed nothing");
}

/* Values that look like the host's own, and with the bits that are neither address nor PCID */
static void check_odd_values(void)
{
	unsigned int i, bad = 0;

	for (i = 0; i < MANY; i++) {
		u64 value = (u64)space_table(i % 3, 4);

		value |= cr3_pcid ? 0xde0 + i % 5 : i & 4 ? 0x18 : 0;
		load(0, value);
		bad += space_shows(OWN) != i % 3;
		bad += i % 16 == 0 && read_cr3() != value;
	}
	report_value(bad, 0, "CR3 values with bits of the host's");
	for (i = 0; i < 4; i++)
		switch_to(0, 4 + i, 0);
	check_works("after these");
}

static u64 counter(enum kvmpv_counter which)
{
	struct kvmpv_stats *s = (struct kvmpv_stats *)SOME_PAGE;

	hypercall(KVMPV_HC_STATS, SOME_PAGE, sizeof(*s), 0, 0);
	return s->counter[which];
}

static void check_counters(void)
{
	u64 registered = counter(KVMPV_COUNTER_CR3_REGISTERED);
	u64 dropped = counter(KVMPV_COUNTER_CR3_DROPPED), hits;
	u64 released = counter(KVMPV_COUNTER_CR3_RELEASED);
	u64 offered_roots = counter(KVMPV_COUNTER_CR3_OFFERED);
	u64 switched = counter(KVMPV_COUNTER_CR3_SWITCHED);

	cr3_register(0);
	warm_up();
	hits = counter(KVMPV_COUNTER_CR3_HITS);
	page_of(0)->hits += 1234;
	report_value(counter(KVMPV_COUNTER_CR3_HITS) - hits, 1234, "counter cr3_hits");
	check_works("counters");
	switch_to(0, 0, 0);
	report_value(release((u64)space_table(1, 4)), 1, "RELEASE");
	report(counter(KVMPV_COUNTER_CR3_OFFERED) > offered_roots, "counter cr3_offered");
	hits_of(0);
	cpuid(0, 0);
	report(counter(KVMPV_COUNTER_CR3_SWITCHED) > switched, "counter cr3_switched");
	report_value(counter(KVMPV_COUNTER_CR3_RELEASED) - released, 1, "counter cr3_released");
	report_value(counter(KVMPV_COUNTER_CR3_REGISTERED) - registered, 1,
		     "counter cr3_registered");
	hello();
	report_value(counter(KVMPV_COUNTER_CR3_DROPPED) - dropped, 1, "counter cr3_dropped");
	report_value(cr3_register(0), 0, "REGISTER again");
}

static void check_bye(void)
{
	report_value(hello(), 1, "HELLO");
	check_untouched("HELLO drops the registration");
	report_value(cr3_register(0), 0, "REGISTER again");
	check_works("after HELLO");
	report_value(hypercall(KVMPV_HC_BYE, 0, 0, 0, 0), 0, "BYE");
	check_untouched("BYE drops the registration");
	report_value(cr3_register(0), -KVMPV_EPROTO, "after BYE: REGISTER");
	report_value(hello(), 1, "HELLO after BYE");
	report_value(cr3_register(0), 0, "REGISTER again");
	check_works("after BYE and HELLO");
}

/* ---- two vCPUs ---- */

static long tell(enum command what)
{
	command = what;
	while (command != IDLE)
		relax();
	return answer;
}

void program_ap(unsigned int cpu)
{
	cr3_init_cpu(cpu);
	for (;;) {
		switch (command) {
		case SWITCH:
			answer = cr3_register(cpu);
			if (!answer)
				answer = hits_of(cpu);
			break;
		case SAY_HELLO:
			answer = hello();
			break;
		case SAY_BYE:
			answer = hypercall(KVMPV_HC_BYE, 0, 0, 0, 0);
			break;
		case REGISTER_SAME:
			answer = register4((u64)page_of(0), (u64)cr3_start, (u64)cr3_end,
					   (u64)cr3_abort);
			break;
		case OVER:
			command = IDLE;
			return;
		default:
			relax();
			continue;
		}
		command = IDLE;
	}
}

#define APIC_ICR 0xfee00300UL
#define REAL_MODE 0x9000UL

static void send_ipi(unsigned int cpu, u32 what)
{
	*(volatile u32 *)(APIC_ICR + 0x10) = cpu << 24;
	*(volatile u32 *)APIC_ICR = what;
}

/* INIT and SIPI: the vCPU is in real mode then, and its page nobody's */
static void check_init(void)
{
	static const u8 code[] = {0xc6, 0x06, 0x00, 0x90, 0x01, /* movb $1, 0x9000 */
				  0xf4, 0xeb, 0xfd}; /* 1: hlt; jmp 1b */
	volatile u8 *there = (u8 *)REAL_MODE;
	u8 *page = (u8 *)page_of(1);
	unsigned int i, touched = 0;

	report(tell(SWITCH) > 0, "vCPU 1 registers");
	memset(page, FILL, 4096);
	memcpy((void *)there, code, sizeof(code));
	send_ipi(1, 0x4500);
	outl(PORT_SLEEP, 20);
	send_ipi(1, 0x4600 | REAL_MODE >> 12);
	for (i = 0; i < 100 && *there == code[0]; i++)
		outl(PORT_SLEEP, 10);
	/* With the gate, which was open when it left */
	for (i = 8; i < 4096; i++)
		touched += page[i] != FILL;
	report(*there == 1, "vCPU 1 is in real mode");
	report_value(touched, 0, "INIT drops the registration");
}

static void check_two(void)
{
	u64 wrong = cr3_cpus[1].wrong;

	report(tell(SWITCH) > MANY / 2, "two vCPUs: vCPU 1 has hits of its own");
	report_value(cr3_cpus[1].wrong - wrong, 0, "two vCPUs: none in another address space");
	check_works("two vCPUs");
	report_value(tell(SAY_HELLO), 1, "HELLO of the other vCPU");
	check_untouched("HELLO of the other vCPU");
	report_value(cr3_register(0), 0, "REGISTER again");
	check_works("after the other's HELLO");
	report_value(tell(SAY_BYE), 0, "BYE of the other vCPU");
	check_untouched("BYE of the other vCPU");
	report_value(hello(), 1, "HELLO");
	report_value(tell(REGISTER_SAME), 0, "two vCPUs, one page: taken");
	report_value(cr3_register(0), 0, "two vCPUs, one page: both");
	hits_of(0);
	report(cr3_cpus[0].wrong == 0, "two vCPUs, one page: right while one of them waits");
	report_value(hello(), 1, "HELLO");
	check_init();
}

void program_main(void)
{
	cr3_init();
	require_cr3();
	check_before_hello();
	report_value(hello(), 1, "HELLO");
	check_bad_windows();
	check_bad_pages();
	check_good_windows();
	check_contents();
	check_survives();
	check_replace();
	check_unregister();
	check_read_back();
	check_set_sregs();
	check_smi();
	check_paging();
	check_release();
	check_ring3();
	check_odd_values();
	check_counters();
	check_bye();
	if (INFO->vcpus > 1)
		check_two();
	report_value(cr3_cpus[0].wrong, 0, "no switch ended in another address space");
}
