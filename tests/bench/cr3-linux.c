// SPDX-License-Identifier: GPL-2.0-only
/*
 * Address-space switches and their opposite in a Linux guest: bench-cr3-linux CASE... prints
 * "ticks CASE TICKS EXITS OPERATIONS". Under Bochs a tick of the TSC is an instruction; the exits
 * are KVM's own count, by way of a port of kvmpv-vmm. Everything runs on one CPU. Root.
 */
#include <err.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/io.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <x86intrin.h>

#include "../guest/ports.h"

#define PAGE 4096

/* A page table of its own, wherever program and libraries are: shadow paging counts those */
#define FIXED ((void *)(1UL << 40))

/* What a case has cost, from begin() to end() */
static struct {
	uint64_t ticks;
	uint32_t exits;
} cost;

static void begin(void)
{
	cost.exits = inl(PORT_EXITS);
	cost.ticks = __rdtsc();
}

static void end(void)
{
	cost.ticks = __rdtsc() - cost.ticks;
	cost.exits = inl(PORT_EXITS) - cost.exits;
}

static void pin(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		err(1, "sched_setaffinity");
}

static pid_t start(void)
{
	pid_t pid = fork();

	if (pid < 0)
		err(1, "fork");
	return pid;
}

static void pass(int from, int to)
{
	char token;

	if (read(from, &token, 1) != 1 || write(to, &token, 1) != 1)
		err(1, "token");
}

/* @n processes pass a token round through pipes; an operation is a hop. */
static void ring(int n, int rounds)
{
	int pipes[16][2], i, round;
	char token;

	for (i = 0; i < n; i++)
		if (pipe(pipes[i]))
			err(1, "pipe");
	for (i = 1; i < n; i++)
		if (!start()) {
			for (round = 0; round <= rounds; round++)
				pass(pipes[i][0], pipes[(i + 1) % n][1]);
			_exit(0);
		}
	/* Once round, so that everybody is there and has touched what it touches. */
	if (write(pipes[1][1], "", 1) != 1)
		err(1, "token");
	pass(pipes[0][0], pipes[1][1]);
	begin();
	for (round = 1; round < rounds; round++)
		pass(pipes[0][0], pipes[1][1]);
	end();
	if (read(pipes[0][0], &token, 1) != 1)
		err(1, "token");
	while (wait(NULL) > 0)
		;
}

/* Two processes that only give the CPU to each other; an operation is a switch. */
static void yields(int n)
{
	volatile int *go =
		mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int i;

	if (go == MAP_FAILED)
		err(1, "mmap");
	if (!start()) {
		*go = 1;
		while (*go != 2)
			sched_yield();
		_exit(0);
	}
	while (!*go)
		sched_yield();
	begin();
	for (i = 0; i < n; i += 2)
		sched_yield();
	end();
	*go = 2;
	wait(NULL);
}

/* Children that touch a little and die */
static void forks(int n)
{
	static char data[16 * PAGE];
	int i;

	begin();
	for (i = 0; i < n; i++) {
		if (!start()) {
			memset(data, i, sizeof(data));
			_exit(0);
		}
		wait(NULL);
	}
	end();
}

/* Map, touch and unmap; an operation is a mapping of 16 pages */
static void mmaps(int n)
{
	char *p;
	int i, j;

	begin();
	for (i = 0; i < n; i++) {
		p = mmap(FIXED, 16 * PAGE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
		if (p == MAP_FAILED)
			err(1, "mmap");
		for (j = 0; j < 16; j++)
			p[j * PAGE] = j;
		munmap(p, 16 * PAGE);
	}
	end();
}

/* Page faults: an operation is one of them */
static void faults(int n)
{
	char *p = mmap(FIXED, (size_t)n * PAGE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	int i;

	if (p == MAP_FAILED)
		err(1, "mmap");
	madvise(p, (size_t)n * PAGE, MADV_NOHUGEPAGE);
	begin();
	for (i = 0; i < n; i++)
		p[(size_t)i * PAGE] = i;
	end();
	munmap(p, (size_t)n * PAGE);
}

/* The real tool; an operation is a message. @groups of 40 tasks */
static void hackbench(const char *groups, int messages)
{
	char loops[16];
	int status;

	begin();
	snprintf(loops, sizeof(loops), "%d", messages);
	if (!start()) {
		if (!freopen("/dev/null", "w", stdout))
			err(1, "/dev/null");
		execl("/usr/bin/hackbench", "hackbench", "-g", groups, "-l", loops, NULL);
		err(1, "hackbench");
	}
	if (wait(&status) < 0 || status)
		errx(1, "hackbench failed");
	end();
}

#define RING 3000
#define SWITCHES 10000
#define FORKS 60
#define MMAPS 150
#define FAULTS 3000
#define MESSAGES 100 /* from each of 20 senders to each of 20 receivers, divided by the groups */

static void run(const char *name)
{
	long operations;

	if (!strncmp(name, "ring-", 5)) {
		int n = atoi(name + 5);

		ring(n, RING);
		operations = (long)n * (RING - 1);
	} else if (!strcmp(name, "switch-2")) {
		yields(SWITCHES);
		operations = SWITCHES;
	} else if (!strcmp(name, "fork")) {
		forks(FORKS);
		operations = FORKS;
	} else if (!strcmp(name, "mmap")) {
		mmaps(MMAPS);
		operations = MMAPS;
	} else if (!strcmp(name, "fault")) {
		faults(FAULTS);
		operations = FAULTS;
	} else if (!strncmp(name, "hackbench-", 10)) {
		int groups = atoi(name + 10);

		hackbench(name + 10, MESSAGES / groups);
		operations = 400L * groups * (MESSAGES / groups);
	} else {
		errx(2, "%s: no such case", name);
	}
	printf("ticks %s %llu %u %ld\n", name, (unsigned long long)cost.ticks, cost.exits,
	       operations);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	int i;

	pin();
	if (ioperm(PORT_EXITS, 4, 1))
		err(1, "port of kvmpv-vmm");
	for (i = 1; i < argc; i++)
		run(argv[i]);
	return 0;
}
