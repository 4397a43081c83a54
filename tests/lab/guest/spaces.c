// SPDX-License-Identifier: GPL-2.0-only
/*
 * spaces [--seconds N] [--calm N] GROUP...: processes that take turns on a CPU, in a Linux guest.
 * All have memory of their own at the same addresses and check at each turn that they find it.
 * GROUPs:
 *
 *   ring:CPU:N   N processes pass a token round through pipes
 *   yield:CPU:N  N processes yield to each other
 *   pair:CPU:CPU two threads: one changes page tables, the other looks (spaces-pair.c)
 *
 * At every Nth turn (--calm, 48) a process changes its page tables (spaces-change.c), or leaves its
 * place to a new one; three times as often it looks at its memory for long. Where the lab's module
 * mm_storm is loaded, its threads borrow the address spaces. It ends by itself or on SIGTERM, and
 * prints what it has done; exit status 1 when anything was wrong.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "spaces.h"

#define MAX_RING 32
#define SPIN 2000 /* looks in a row, so that an interrupt may come between two */
#define PIN_EVERY 64 /* a CPU that goes offline drives its processes away */
#define STUCK_S 30
#define COMPLAINTS 10

struct shared *shared;

static unsigned int calm = 48;

/**
 * struct member - one process of a group
 * @cpu: where it runs
 * @id: its identity
 * @turn: how many it had
 * @last: whose turn it was, of the group; shared
 */
static struct member {
	int cpu;
	uint32_t id;
	uint32_t turn;
	volatile uint32_t *last;
} self;

static uint64_t here __attribute__((aligned(PAGE)));
static volatile uint64_t *const own = (uint64_t *)OWN_AT;
static volatile uint64_t *const far = (uint64_t *)OWN_FAR_AT;

/**
 * wrong() - a check has failed
 * @format: what was seen
 */
void wrong(const char *format, ...)
{
	char text[120];
	va_list args;

	if (count(wrong) >= COMPLAINTS)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	fprintf(stderr, "wrong: process %u, turn %u: %s\n", self.id, self.turn, text);
}

/**
 * map_at() - memory at an address, in place of what is there
 * @address: where
 * @size: bytes
 * @flags: of mmap(), without MAP_FIXED
 * @file: or -1
 * @offset: in @file
 *
 * Return: the memory; does not return on failure.
 */
void *map_at(uint64_t address, uint64_t size, int flags, int file, uint64_t offset)
{
	void *p = mmap((void *)address, size, PROT_READ | PROT_WRITE, flags | MAP_FIXED, file,
		       offset);

	if (p == MAP_FAILED)
		err(1, "mmap");
	return p;
}

/**
 * make_file() - a file of FILE_PAGES pages that begin with FILE_CONTENT + number
 *
 * Return: its descriptor; does not return on failure.
 */
int make_file(void)
{
	int file = memfd_create("spaces", MFD_CLOEXEC);
	uint64_t i, content;

	if (file < 0 || ftruncate(file, FILE_PAGES * PAGE))
		err(1, "memfd");
	for (i = 0; i < FILE_PAGES; i++) {
		content = FILE_CONTENT + i;
		if (pwrite(file, &content, sizeof(content), i * PAGE) != sizeof(content))
			err(1, "memfd");
	}
	return file;
}

/**
 * start_process() - fork(), which does not fail
 *
 * Return: as fork().
 */
int start_process(void)
{
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid < 0)
		err(1, "fork");
	return pid;
}

/**
 * pin() - run on a CPU; where the kernel likes while that is offline
 * @cpu: its number
 */
void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static uint64_t own_value(void)
{
	return (uint64_t)self.id << 32 | self.turn;
}

static void own_write(void)
{
	*own = *far = here = own_value();
}

/* To the threads of the lab's module mm_storm, if it is loaded */
static void lend_space(void)
{
	int file = open("/sys/module/mm_storm/parameters/join", O_WRONLY | O_CLOEXEC);

	if (file < 0)
		return;
	own[1] = self.id;
	dprintf(file, "%lx %x", (unsigned long)&own[1], self.id);
	close(file);
}

static void own_create(void)
{
	self.id = 1 + count(ids);
	map_at(OWN_AT, PAGE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	map_at(OWN_FAR_AT, PAGE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	own_write();
	lend_space();
}

/*
 * A system call, and right behind it looks at our memory. In another's address space all memory is
 * the other's, what we remember of ourselves too; but registers are not, so the value we want never
 * leaves its register here.
 */
static long call_and_look(long number, long a, long b, long c, unsigned long looks)
{
	uint64_t want = own_value();
	register uint64_t bad asm("r12") = 0;
	long ret = number;

	asm volatile("syscall\n"
		     "1:	cmp	%[want], (%[own])\n"
		     "	jne	2f\n"
		     "	cmp	%[want], (%[far])\n"
		     "	jne	2f\n"
		     "	dec	%[looks]\n"
		     "	jnz	1b\n"
		     "	jmp	3f\n"
		     "2:	inc	%[bad]\n"
		     "3:"
		     : "+a"(ret), [want] "+r"(want), [bad] "+r"(bad), [looks] "+r"(looks)
		     : "D"(a), "S"(b), "d"(c), [own] "r"(own), [far] "r"(far)
		     : "rcx", "r11", "memory", "cc");
	if (bad)
		wrong("not my memory");
	return ret;
}

static void yield(void)
{
	call_and_look(SYS_sched_yield, 0, 0, 0, self.turn % (calm / 3) ? 1 : SPIN);
}

/* A new process in this one's place */
static void renew(void)
{
	if (start_process())
		_exit(0);
	own_create();
	self.turn = 0;
	own_write();
}

static void take_turn(void)
{
	uint64_t want = own_value();

	if (*own != want || *far != want || here != want)
		wrong("%llx, %llx and %llx instead of %llx", (unsigned long long)*own,
		      (unsigned long long)*far, (unsigned long long)here, (unsigned long long)want);
	if (*self.last != self.id)
		count(switches);
	*self.last = self.id;
	self.turn++;
	own_write();
	if (self.turn % PIN_EVERY == 0)
		pin(self.cpu);
	if ((self.turn + self.id) % calm)
		return;
	if (self.turn > 8 * calm)
		renew();
	else
		change_something(self.turn / calm + self.id);
}

static void pass_on(int from, int to)
{
	char token;

	if (call_and_look(SYS_read, from, (long)&token, 1, 1) != 1)
		errx(1, "no token");
	take_turn();
	if (self.turn & 1)
		yield();
	if (call_and_look(SYS_write, to, (long)&token, 1, 1) != 1)
		errx(1, "token lost");
}

static void ring_member(int from, int to)
{
	while (!shared->stop)
		pass_on(from, to);
	/* Whoever waits for it shall see the end too */
	if (write(to, "", 1) != 1)
		errx(1, "token lost");
}

static void ring(int n)
{
	int pipes[MAX_RING][2], i;

	if (n < 1 || n > MAX_RING)
		errx(2, "a ring of %d", n);
	for (i = 0; i < n; i++)
		if (pipe(pipes[i]))
			err(1, "pipe");
	if (write(pipes[0][1], "", 1) != 1)
		err(1, "token");
	for (i = 0; i < n; i++)
		if (!start_process()) {
			own_create();
			ring_member(pipes[i][0], pipes[(i + 1) % n][1]);
			exit(0);
		}
}

static void yields(int n)
{
	while (n--)
		if (!start_process()) {
			own_create();
			while (!shared->stop) {
				take_turn();
				yield();
			}
			exit(0);
		}
}

static void *shared_memory(void)
{
	void *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		err(1, "mmap");
	return p;
}

static void start_group(const char *group)
{
	const char *rest = strchr(group, ':');
	int cpu, n;

	if (!rest || sscanf(rest, ":%d:%d", &cpu, &n) != 2)
		errx(2, "%s: NAME:CPU:NUMBER is needed", group);
	self.last = shared_memory();
	self.cpu = cpu;
	if (start_process())
		return;
	pin(cpu);
	if (!strncmp(group, "ring:", 5))
		ring(n);
	else if (!strncmp(group, "yield:", 6))
		yields(n);
	else if (!strncmp(group, "pair:", 5))
		pair_run(cpu, n);
	else
		errx(2, "%s: no such group", group);
	exit(0);
}

static void on_term(int signal)
{
	shared->stop = true;
}

/* Nobody has got on for so long that nobody will */
static bool is_stuck(time_t now)
{
	static uint64_t switches;
	static time_t since;

	if (!since || shared->switches != switches) {
		switches = shared->switches;
		since = now;
	}
	return now - since > STUCK_S;
}

/*
 * All that are left are ours: we inherit the orphans.
 *
 * Return: false when some do not end.
 */
static bool watch(unsigned int seconds)
{
	time_t end = seconds ? time(NULL) + seconds : 0, now;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) >= 0 || errno == EINTR) {
		now = time(NULL);
		if (pid > 0 && status)
			wrong("a process ended with status %x", status);
		if ((end && now >= end) || (pid > 0 && status))
			shared->stop = true;
		if (is_stuck(now)) {
			wrong("stuck");
			return false;
		}
		if (pid == 0)
			usleep(50000);
	}
	return true;
}

static unsigned int number(const char *text, unsigned int least)
{
	unsigned int n = text ? strtoul(text, NULL, 0) : 0;

	if (n < least)
		errx(2, "a number of at least %u is missing", least);
	return n;
}

int main(int argc, char **argv)
{
	struct sigaction action = {.sa_handler = on_term, .sa_flags = SA_RESTART};
	unsigned int seconds = 0;
	bool all_ended;
	int i;

	shared = shared_memory();
	setpgid(0, 0);
	sigaction(SIGTERM, &action, NULL);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	faults_expected();
	for (i = 1; i < argc; i++)
		if (!strcmp(argv[i], "--seconds"))
			seconds = number(argv[++i], 1);
		else if (!strcmp(argv[i], "--calm"))
			calm = number(argv[++i], 3);
		else
			start_group(argv[i]);
	all_ended = watch(seconds);
	printf("switches %llu changes %llu looks %llu processes %u wrong %llu\n",
	       (unsigned long long)shared->switches, (unsigned long long)shared->changes,
	       (unsigned long long)shared->looks, shared->ids, (unsigned long long)shared->wrong);
	fflush(stdout);
	if (!all_ended)
		kill(0, SIGKILL);
	return !!shared->wrong;
}
