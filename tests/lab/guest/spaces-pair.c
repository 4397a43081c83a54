// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two threads on two CPUs: one changes what is mapped at an address, the other looks at it all the
 * time. When a change is complete, so must be the flush of the other CPU's TLB.
 */
#include <err.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <unistd.h>
#include <sys/mman.h>

#include "spaces.h"

#define YIELDS 300

/* Of @phase, in its low bits; above them a number, so that no two phases are the same */
enum { READY, CHANGES, READ_ONLY, GONE, STATES };

static struct {
	int cpus[2];
	int file;
	uint64_t phase;
	uint64_t generation; /* of the page that is mapped, or an older one */
	uint64_t looks;
} pair;

static volatile uint64_t *const at = (uint64_t *)PAIR_AT;

static uint64_t load(const uint64_t *from)
{
	return __atomic_load_n(from, __ATOMIC_SEQ_CST);
}

static void store(uint64_t *to, uint64_t value)
{
	__atomic_store_n(to, value, __ATOMIC_SEQ_CST);
}

/* What must not be, in a phase that lasted from before the access until after it */
static void judge_read(unsigned int state, bool done)
{
	if (done && state == GONE)
		wrong("another CPU reads what is unmapped");
	if (!done && (state == READY || state == READ_ONLY))
		wrong("another CPU faults on what is mapped");
}

static void judge_write(unsigned int state, bool done)
{
	if (done && (state == GONE || state == READ_ONLY))
		wrong("another CPU writes what is %s", state == GONE ? "unmapped" : "read-only");
	if (!done && state == READY)
		wrong("another CPU's write faults");
}

static void look(bool write)
{
	uint64_t generation = load(&pair.generation), phase = load(&pair.phase), seen = 0;
	bool done = write ? try_write(at + 1, phase) : try_read(at, &seen);

	if (done && !write && seen < generation)
		wrong("another CPU sees generation %llu after %llu was mapped",
		      (unsigned long long)seen, (unsigned long long)generation);
	if (load(&pair.phase) != phase)
		return;
	if (write)
		judge_write(phase % STATES, done);
	else
		judge_read(phase % STATES, done);
	store(&pair.looks, pair.looks + 1);
	count(looks);
}

static void *looker(void *arg)
{
	unsigned int n;

	for (n = 0; !shared->stop; n++) {
		if (n % 64 == 0)
			pin(pair.cpus[1]);
		look(n & 1);
		if (n % 4 == 3)
			sched_yield();
	}
	return NULL;
}

/* A phase ends when the other one has looked twice, or does not get to it */
static void phase(unsigned int state)
{
	static uint64_t number;
	uint64_t looks = load(&pair.looks);
	int i;

	store(&pair.phase, ++number * STATES + state);
	if (state == CHANGES)
		return;
	for (i = 0; i < YIELDS && load(&pair.looks) < looks + 2 && !shared->stop; i++)
		sched_yield();
}

static void next_page(volatile uint64_t *const *pages)
{
	static uint64_t generation;

	generation++;
	*pages[generation % FILE_PAGES] = generation;
	map_at(PAIR_AT, PAGE, MAP_SHARED, pair.file, generation % FILE_PAGES * PAGE);
	store(&pair.generation, generation);
}

static void protect(int protection)
{
	if (mprotect((void *)PAIR_AT, PAGE, protection))
		err(1, "mprotect");
}

static void change(unsigned int n, volatile uint64_t *const *pages)
{
	phase(CHANGES);
	switch (n % 4) {
	case 0:
	case 1:
		next_page(pages);
		break;
	case 2:
		protect(PROT_READ);
		phase(READ_ONLY);
		phase(CHANGES);
		protect(PROT_READ | PROT_WRITE);
		break;
	case 3:
		munmap((void *)PAIR_AT, PAGE);
		phase(GONE);
		phase(CHANGES);
		next_page(pages);
	}
	phase(READY);
	count(changes);
}

/**
 * pair_run() - change on one CPU, look on another one, until everybody shall stop
 * @cpu: the one that changes
 * @other_cpu: the one that looks
 */
void pair_run(int cpu, int other_cpu)
{
	volatile uint64_t *pages[FILE_PAGES];
	pthread_t thread;
	unsigned int i;

	pair.cpus[0] = cpu;
	pair.cpus[1] = other_cpu;
	pair.file = make_file();
	for (i = 0; i < FILE_PAGES; i++) {
		pages[i] =
			mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, pair.file, i * PAGE);
		if (pages[i] == MAP_FAILED)
			err(1, "mmap");
		*pages[i] = 0;
	}
	next_page(pages);
	errno = pthread_create(&thread, NULL, looker, NULL);
	if (errno)
		err(1, "thread");
	for (i = 0; !shared->stop; i++) {
		if (i % 16 == 0)
			pin(cpu);
		change(i, pages);
	}
	pthread_join(thread, NULL);
}
