// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a switch between address spaces costs a bare guest, and what the cr3 cache costs an exit
 * that has nothing to do with it. Prints "bench CASE TICKS EXITS", in hundredths a switch or an
 * exit; under an emulator that counts one tick an instruction, ticks are instructions.
 *
 * --arg cache: through the cache's window; else by plain loads
 * --arg exit-off, --arg exit-idle: also the cost of an exit, under that name
 * --arg pcid: with PCIDs; cases get -pcid behind their name
 */
#include "../guest/cr3.h"

#define SWITCHES 40000
#define ORDER 4096
#define BATCHES 60
#define BATCH 50
#define PIC_MASK 0x21

static u64 order[ORDER];
static bool cache;

static u64 rdtsc(void)
{
	u32 low, high;

	asm volatile("lfence; rdtsc; lfence" : "=a"(low), "=d"(high) : : "memory");
	return low | (u64)high << 32;
}

static void make_order(unsigned int spaces, bool in_order)
{
	u64 random = 88172645463325252ULL;
	unsigned int i, space = 0;

	for (i = 0; i < ORDER; i++) {
		order[i] = space_cr3(space);
		space += in_order ? 1 : 1 + next_random(&random) % (spaces - 1);
		space %= spaces;
	}
}

static void switches(unsigned int n)
{
	struct kvmpv_cr3_page *page = cr3_cpus[0].page;
	unsigned int i;

	for (i = 0; i < n; i++) {
		if (cache)
			cr3_load(order[i % ORDER], page);
		else
			write_cr3(order[i % ORDER]);
	}
}

static void measure(unsigned int spaces, bool in_order)
{
	u32 before;
	u64 ticks;

	make_order(spaces, in_order);
	switches(SWITCHES / 4);
	before = exits();
	ticks = rdtsc();
	switches(SWITCHES);
	ticks = rdtsc() - ticks;
	/* The question itself is one */
	before = exits() - before - 1;
	print("bench bare-%u%s%s %u %u\n", spaces, in_order ? "" : "-random",
	      cr3_pcid ? "-pcid" : "", (u32)(ticks * 100 / SWITCHES),
	      (u32)(before * 100ULL / SWITCHES));
}

static void measure_exit(const char *name)
{
	u64 least = ~0ULL, start, ticks;
	unsigned int batch, i;
	u8 value;

	for (batch = 0; batch < BATCHES; batch++) {
		start = rdtsc();
		for (i = 0; i < BATCH; i++)
			asm volatile("inb %1, %0" : "=a"(value) : "Nd"((u16)PIC_MASK));
		ticks = rdtsc() - start;
		if (ticks < least)
			least = ticks;
	}
	print("bench %s %u 100\n", name, (u32)(least * 100 / BATCH));
}

static void check_spaces(void)
{
	unsigned int i;

	for (i = 0; i < 1000; i++)
		switch_to(0, i % 8, 0);
	if (cr3_cpus[0].wrong || (cache && !cr3_cpus[0].hits)) {
		print("# %u switches to a wrong space, %u hits\n", (u32)cr3_cpus[0].wrong,
		      (u32)cr3_cpus[0].hits);
		exit_program(EXIT_FAIL);
	}
}

void program_main(void)
{
	static const u8 spaces[] = {2, 3, 4, 5, 6, 8};
	unsigned int i;

	cr3_init();
	cache = have_arg("cache");
	if (cache && !cr3_attach(0)) {
		print("# the host does not offer the cr3 cache\n");
		exit_program(EXIT_FAIL);
	}
	if (have_arg("exit-off"))
		measure_exit("exit-off");
	if (have_arg("exit-idle"))
		measure_exit("exit-idle");
	if (have_arg("exits"))
		exit_program(EXIT_PASS);
	for (i = 0; i < ARRAY_SIZE(spaces); i++)
		measure(spaces[i], true);
	for (i = 3; i < ARRAY_SIZE(spaces); i++)
		measure(spaces[i], false);
	check_spaces();
	exit_program(EXIT_PASS);
}
