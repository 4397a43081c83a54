// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whole workloads in a Linux guest, on all its CPUs: bench-spinlock-work CASE... prints "ticks CASE
 * TICKS OPERATIONS". Under Bochs a tick of the TSC is an instruction of a CPU. These are the
 * workloads of the pv spinlocks' patches of 2012 in small: a parallel compilation, hackbench, and
 * processes that come and go.
 */
#include <err.h>
#include <fcntl.h>
#include <glob.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/wait.h>
#include <x86intrin.h>

#define FORKS 80 /* in each of the processes of fork-pipe */
#define MESSAGES 20 /* of hackbench, from each sender to each receiver */
#define SOURCES "/sources/*.i"

static pid_t start(void)
{
	pid_t pid = fork();

	if (pid < 0)
		err(1, "fork");
	return pid;
}

static void end_of(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) < 0 || status)
		errx(1, "a child failed");
}

static void run(const char *program, const char *const argv[])
{
	int null = open("/dev/null", O_WRONLY);

	if (null < 0 || dup2(null, STDOUT_FILENO) < 0)
		err(1, "/dev/null");
	execv(program, (char *const *)argv);
	err(1, "%s", program);
}

/* Children that say one word through a pipe; an operation is a child */
static void fork_pipe_worker(void)
{
	int ends[2], i;
	char word;
	pid_t pid;

	for (i = 0; i < FORKS; i++) {
		if (pipe(ends))
			err(1, "pipe");
		pid = start();
		if (!pid)
			_exit(write(ends[1], "", 1) != 1);
		if (read(ends[0], &word, 1) != 1)
			err(1, "read");
		close(ends[0]);
		close(ends[1]);
		end_of(pid);
	}
}

static long fork_pipe(int workers)
{
	pid_t pid[workers];

	for (int i = 0; i < workers; i++) {
		pid[i] = start();
		if (!pid[i]) {
			fork_pipe_worker();
			_exit(0);
		}
	}
	for (int i = 0; i < workers; i++)
		end_of(pid[i]);
	return (long)workers * FORKS;
}

/* The real tool; an operation is a message */
static long hackbench(void)
{
	const int groups = 2;
	char number[2][12];
	pid_t pid;

	snprintf(number[0], sizeof(number[0]), "%d", groups);
	snprintf(number[1], sizeof(number[1]), "%d", MESSAGES);
	pid = start();
	if (!pid)
		run("/usr/bin/hackbench",
		    (const char *[]){"hackbench", "-g", number[0], "-l", number[1], NULL});
	end_of(pid);
	return 400L * groups * MESSAGES;
}

/* As make -j: so many compilers at a time; an operation is a file */
static long compile(int jobs)
{
	long started = 0;
	int running = 0;
	char object[40];
	glob_t files;

	if (glob(SOURCES, 0, NULL, &files))
		errx(1, "no %s", SOURCES);
	for (size_t i = 0; i < files.gl_pathc; i++) {
		if (running == jobs) {
			end_of(-1);
			running--;
		}
		snprintf(object, sizeof(object), "/tmp/%ld.o", started++);
		if (!start())
			run("/usr/bin/tcc", (const char *[]){"tcc", "-w", "-c", "-o", object,
							     files.gl_pathv[i], NULL});
		running++;
	}
	while (running--)
		end_of(-1);
	globfree(&files);
	return started;
}

int main(int argc, char **argv)
{
	int cpus = (int)sysconf(_SC_NPROCESSORS_ONLN);
	uint64_t ticks;
	long operations;

	for (int i = 1; i < argc; i++) {
		ticks = __rdtsc();
		if (!strcmp(argv[i], "fork-pipe"))
			operations = fork_pipe(2 * cpus);
		else if (!strcmp(argv[i], "hackbench"))
			operations = hackbench();
		else if (!strcmp(argv[i], "compile"))
			operations = compile(2 * cpus);
		else
			errx(2, "%s: no such case", argv[i]);
		ticks = __rdtsc() - ticks;
		printf("ticks %s %llu %ld\n", argv[i], (unsigned long long)ticks, operations);
		fflush(stdout);
	}
	return 0;
}
