// SPDX-License-Identifier: GPL-2.0-only
/*
 * Address-space switches and their opposite in a Linux guest: bench-cr3-linux CASE... prints
 * "ticks CASE TICKS OPERATIONS". Under Bochs a tick of the TSC is an instruction. Everything runs
 * on one CPU.
 */
#define _GNU_SOURCE
#include <err.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <x86intrin.h>

#define PAGE 4096

static uint64_t now(void)
{
	unsigned int cpu;

	return __rdtscp(&cpu);
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
static uint64_t ring(int n, int rounds)
{
	int pipes[16][2], i, round;
	uint64_t ticks;
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
	ticks = now();
	for (round = 1; round < rounds; round++)
		pass(pipes[0][0], pipes[1][1]);
	ticks = now() - ticks;
	if (read(pipes[0][0], &token, 1) != 1)
		err(1, "token");
	while (wait(NULL) > 0)
		;
	return ticks;
}

/* Two processes that only give the CPU to each other; an operation is a switch. */
static uint64_t yields(int n)
{
	volatile int *go =
		mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	uint64_t ticks;
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
	ticks = now();
	for (i = 0; i < n; i += 2)
		sched_yield();
	ticks = now() - ticks;
	*go = 2;
	wait(NULL);
	return ticks;
}

/* Children that touch a little and die */
static uint64_t forks(int n)
{
	static char data[16 * PAGE];
	uint64_t ticks = now();
	int i;

	for (i = 0; i < n; i++) {
		if (!start()) {
			memset(data, i, sizeof(data));
			_exit(0);
		}
		wait(NULL);
	}
	return now() - ticks;
}

/* Map, touch and unmap; an operation is a mapping of 16 pages */
static uint64_t mmaps(int n)
{
	uint64_t ticks = now();
	char *p;
	int i, j;

	for (i = 0; i < n; i++) {
		p = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			 0);
		if (p == MAP_FAILED)
			err(1, "mmap");
		for (j = 0; j < 16; j++)
			p[j * PAGE] = j;
		munmap(p, 16 * PAGE);
	}
	return now() - ticks;
}

/* Page faults: an operation is one of them */
static uint64_t faults(int n)
{
	char *p = mmap(NULL, (size_t)n * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		       -1, 0);
	uint64_t ticks = now();
	int i;

	if (p == MAP_FAILED)
		err(1, "mmap");
	madvise(p, (size_t)n * PAGE, MADV_NOHUGEPAGE);
	for (i = 0; i < n; i++)
		p[(size_t)i * PAGE] = i;
	ticks = now() - ticks;
	munmap(p, (size_t)n * PAGE);
	return ticks;
}

/* The real tool; an operation is a message. @groups of 40 tasks */
static uint64_t hackbench(const char *groups, int messages)
{
	uint64_t ticks = now();
	char loops[16];
	int status;

	snprintf(loops, sizeof(loops), "%d", messages);
	if (!start()) {
		if (!freopen("/dev/null", "w", stdout))
			err(1, "/dev/null");
		execl("/usr/bin/hackbench", "hackbench", "-g", groups, "-l", loops, NULL);
		err(1, "hackbench");
	}
	if (wait(&status) < 0 || status)
		errx(1, "hackbench failed");
	return now() - ticks;
}

#define RING 1000
#define SWITCHES 4000
#define FORKS 60
#define MMAPS 150
#define FAULTS 3000
#define MESSAGES 8

static void run(const char *name)
{
	uint64_t ticks;
	long operations;

	if (!strncmp(name, "ring-", 5)) {
		int n = atoi(name + 5);

		ticks = ring(n, RING);
		operations = (long)n * (RING - 1);
	} else if (!strcmp(name, "switch-2")) {
		ticks = yields(SWITCHES);
		operations = SWITCHES;
	} else if (!strcmp(name, "fork")) {
		ticks = forks(FORKS);
		operations = FORKS;
	} else if (!strcmp(name, "mmap")) {
		ticks = mmaps(MMAPS);
		operations = MMAPS;
	} else if (!strcmp(name, "fault")) {
		ticks = faults(FAULTS);
		operations = FAULTS;
	} else if (!strncmp(name, "hackbench-", 10)) {
		ticks = hackbench(name + 10, MESSAGES);
		operations = 400L * atoi(name + 10) * MESSAGES;
	} else {
		errx(2, "%s: no such case", name);
	}
	printf("ticks %s %llu %ld\n", name, (unsigned long long)ticks, operations);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	int i;

	pin();
	for (i = 1; i < argc; i++)
		run(argv[i]);
	return 0;
}
