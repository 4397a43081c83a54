// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changes of a process's page tables: after each it has to see what it has asked for. All of it in
 * a gigabyte of its own, so that whole page tables come and go.
 */
#include <err.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "spaces.h"

#define MANY 48
#define SECRET 0x5ec7e7UL

static volatile uint64_t *const scratch = (uint64_t *)SCRATCH_AT;

static void see(uint64_t want, const char *when)
{
	uint64_t seen;

	if (!try_read(scratch, &seen))
		wrong("%s: fault", when);
	else if (seen != want)
		wrong("%s: %llx instead of %llx", when, (unsigned long long)seen,
		      (unsigned long long)want);
}

static void fresh(uint64_t size)
{
	map_at(SCRATCH_AT, size, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void protect(int protection)
{
	if (mprotect((void *)SCRATCH_AT, PAGE, protection))
		err(1, "mprotect");
}

/* Other memory at an address that is in use: anonymous, and each page of a file */
static void change_memory(void)
{
	static int file = -1;
	unsigned int i;

	if (file < 0)
		file = make_file();
	for (i = 0; i < FILE_PAGES; i++) {
		fresh(PAGE);
		see(0, "fresh memory");
		*scratch = SECRET;
		see(SECRET, "fresh memory, written");
		map_at(SCRATCH_AT, PAGE, MAP_SHARED, file, i * PAGE);
		see(FILE_CONTENT + i, "a page of a file in its place");
	}
}

static void change_gone(void)
{
	uint64_t seen;

	fresh(PAGE);
	*scratch = SECRET;
	munmap((void *)SCRATCH_AT, PAGE);
	if (try_read(scratch, &seen))
		wrong("unmapped, but read %llx", (unsigned long long)seen);
	fresh(PAGE);
	see(0, "mapped again");
}

static void change_dropped(void)
{
	fresh(PAGE);
	*scratch = SECRET;
	if (madvise((void *)SCRATCH_AT, PAGE, MADV_DONTNEED))
		err(1, "MADV_DONTNEED");
	see(0, "memory given back");
}

static void change_protection(void)
{
	uint64_t seen;

	fresh(PAGE);
	*scratch = SECRET;
	protect(PROT_READ);
	see(SECRET, "read-only");
	if (try_write(scratch, 0))
		wrong("read-only, but written");
	protect(PROT_NONE);
	if (try_read(scratch, &seen))
		wrong("no access, but read");
	protect(PROT_READ | PROT_WRITE);
	see(SECRET, "access again");
	if (!try_write(scratch, SECRET + 1))
		wrong("writable, but a write faulted");
	see(SECRET + 1, "written again");
}

/* A copy of memory that two processes think they have alone */
static void change_copied(void)
{
	int child, status;

	fresh(PAGE);
	*scratch = SECRET;
	child = start_process();
	if (!child) {
		see(SECRET, "a child's copy");
		*scratch = SECRET + 2;
		see(SECRET + 2, "a child's copy, written");
		_exit(0);
	}
	see(SECRET, "a parent's copy");
	*scratch = SECRET + 1;
	see(SECRET + 1, "a parent's copy, written");
	if (waitpid(child, &status, 0) != child || status)
		wrong("a child ended with status %x", status);
	see(SECRET + 1, "a parent's copy, the child gone");
}

/* Enough pages that the kernel flushes everything rather than each */
static void change_many(void)
{
	uint64_t seen;
	unsigned int i;

	fresh(MANY * PAGE);
	for (i = 0; i < MANY; i++)
		scratch[i * PAGE / sizeof(*scratch)] = i;
	for (i = 0; i < MANY; i++)
		if (scratch[i * PAGE / sizeof(*scratch)] != i)
			wrong("page %u of many", i);
	munmap((void *)SCRATCH_AT, MANY * PAGE);
	for (i = 0; i < MANY; i++)
		if (try_read(scratch + i * PAGE / sizeof(*scratch), &seen))
			wrong("page %u of many is still there", i);
}

/**
 * change_something() - one change of this process's page tables
 * @what: number that says which
 */
void change_something(unsigned int what)
{
	static void (*const changes[])(void) = {
		change_memory, change_gone,	  change_dropped, change_protection,
		change_copied, change_protection, change_many,	  change_gone,
	};

	changes[what % (sizeof(changes) / sizeof(changes[0]))]();
	munmap((void *)SCRATCH_AT, PAGE);
	count(changes);
}
