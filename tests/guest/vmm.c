// SPDX-License-Identifier: GPL-2.0-only
/*
 * kvmpv-vmm: command table and what all subcommands share. Statically linked, so that it runs in
 * an initramfs that has nothing but busybox.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "vmm.h"

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *usage;
} commands[] = {
	{"bare", cmd_bare,
	 "PROGRAM.bin [--smp N] [--mode 64|32] [--memory MB] [--timeout S] [--stop-after S]\n"
	 "\t\t[--arg WORD]... [--mask-kvm] [--foreign] [--hyperv] [--vmx] [--tsc] [--stats FILE]\n"
	 "\t\t[--quiet]"},
	{"linux", cmd_linux,
	 "--kernel VMLINUX|BZIMAGE [--initrd FILE] [--cmdline STRING] [--smp N]\n"
	 "\t\t[--memory MB] [--timeout S] [--kvm-hide BITS] [--kvm-hints BITS]\n"
	 "\t\t[--x2apic 0|1] [--do-from FILE]; FILE: names of\n"
	 "\t\tvmm-acts.c, separated by commas, or none"},
	{"msrs", cmd_msrs, "[stock]"},
	{"saverestore", cmd_saverestore, "[PROGRAM.bin]"},
	{"churn", cmd_churn, "N [PROGRAM.bin]"},
	{"hammer", cmd_hammer, "SECONDS [PROGRAM.bin]"},
	{"sleeper", cmd_sleeper, "SECONDS [PROGRAM.bin]"},
	{"storm", cmd_storm,
	 "PROGRAM.bin [--do NAME,...] [--every MICROSECONDS] [--times N] [--trust]\n"
	 "\t\t[--smm] [--load FILE] [--save FILE --ms N] [options of bare]...; NAMEs: see "
	 "vmm-storm.c"},
};

/**
 * die() - say what failed and end; a test's host is broken when this happens
 * @format: what was tried; the text of errno is added when that is not 0
 */
void die(const char *format, ...)
{
	int error = errno;
	va_list args;

	fflush(stdout);
	fprintf(stderr, "kvmpv-vmm: ");
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	if (error)
		fprintf(stderr, ": %s", strerror(error));
	fprintf(stderr, "\n");
	exit(STATUS_USAGE);
}

/**
 * vmm_time_ms() - a clock that nobody sets
 *
 * Return: milliseconds since some moment.
 */
uint64_t vmm_time_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ULL + now.tv_nsec / 1000000;
}

/**
 * parse_number() - a decimal or hexadecimal number from the command line
 * @name: what it is, for the error
 * @text: as given; NULL: missing
 * @max: largest good value
 *
 * Return: the number; does not return when it is bad.
 */
unsigned long parse_number(const char *name, const char *text, unsigned long max)
{
	unsigned long value;
	char *end;

	errno = 0;
	if (!text)
		die("%s: a number is missing", name);
	value = strtoul(text, &end, 0);
	if (errno || end == text || *end || *text == '-' || value > max) {
		errno = 0;
		die("%s: '%s' is not a number from 0 to %lu", name, text, max);
	}
	return value;
}

/**
 * load_file() - read a whole file
 * @path: which
 * @to: where to
 * @room: how much fits
 *
 * Return: its size; does not return when it cannot be read or does not fit.
 */
size_t load_file(const char *path, uint8_t *to, size_t room)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t size = 0;
	ssize_t n;

	if (fd < 0)
		die("open %s", path);
	while ((n = read(fd, to + size, room - size)) > 0)
		size += n;
	if (n < 0)
		die("read %s", path);
	if (size == room)
		die("%s does not fit into %zu bytes", path, room);
	close(fd);
	return size;
}

static int usage(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(stderr, "%s kvmpv-vmm %s %s\n", i ? "      " : "usage:", commands[i].name,
			commands[i].usage);
	return STATUS_USAGE;
}

int main(int argc, char **argv)
{
	unsigned int i;

	/* A reader that goes away shall end a run as an error does, not leave it half printed */
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (i = 0; argc > 1 && i < ARRAY_SIZE(commands); i++)
		if (!strcmp(argv[1], commands[i].name))
			return commands[i].run(argc - 1, argv + 1);
	return usage();
}
