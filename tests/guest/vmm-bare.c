// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bare programs: a flat file at BARE_ENTRY, every vCPU started there by us in its final mode, so
 * that a program needs neither real-mode code nor INIT and SIPI. ports.h is the contract.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <x86intrin.h>

#include "ports.h"
#include "vmm.h"

#define PAGE_USER 7 /* present, writable, ring 3 */
#define PAGE_LARGE 0x80

/**
 * bare_tables() - identity page tables at BARE_TABLES
 * @m: the machine
 */
void bare_tables(struct machine *m)
{
	uint64_t *level4 = (uint64_t *)(m->ram + BARE_TABLES);
	uint64_t *level3 = level4 + 512, *level2 = level3 + 512;
	uint64_t i;

	level4[0] = (BARE_TABLES + 0x1000) | PAGE_USER;
	for (i = 0; i < 4; i++)
		level3[i] = (BARE_TABLES + 0x2000 + i * 0x1000) | PAGE_USER;
	for (i = 0; i < 4 * 512; i++)
		level2[i] = i << 21 | PAGE_LARGE | PAGE_USER;
}

static struct bare_info *bare_info(struct machine *m)
{
	return (struct bare_info *)(m->ram + BARE_INFO);
}

static void print_string(struct machine *m, uint32_t address)
{
	const char *text = (const char *)m->ram + address;
	const struct bare_options *options = m->private;

	if (options->quiet || address >= m->options.memory)
		return;
	fwrite(text, 1, strnlen(text, m->options.memory - address), stdout);
	fflush(stdout);
}

static bool pause_machine(struct machine *m)
{
	machine_end(m, MACHINE_PAUSED, 0);
	return true;
}

static bool bare_io(struct vcpu *vcpu, uint16_t port, bool out, unsigned int size, uint8_t *data)
{
	struct machine *m = vcpu->machine;
	uint32_t value = 0;
	uint64_t ticks;

	if (out)
		memcpy(&value, data, size);
	switch (port) {
	case PORT_CHAR:
		if (out)
			putchar(value & 0xff);
		return false;
	case PORT_PRINT:
		print_string(m, value);
		return false;
	case PORT_SLEEP:
		usleep(value * 1000);
		return false;
	case PORT_TIME:
		value = vmm_time_ms();
		memcpy(data, &value, size);
		return false;
	case PORT_TSC:
		ticks = __rdtsc();
		if (value <= m->options.memory - sizeof(ticks))
			memcpy(m->ram + value, &ticks, sizeof(ticks));
		return false;
	case PORT_EXITS:
		value = vcpu_exits(vcpu);
		memcpy(data, &value, size);
		return false;
	case PORT_WATCHDOG:
		machine_watchdog(m, value & 0xff, value >> 8);
		return false;
	case PORT_STOP:
		if (value < m->options.vcpus && value != vcpu->id)
			vcpu_stop(&m->vcpus[value]);
		return false;
	case PORT_PAUSE:
		return pause_machine(m);
	case PORT_EXIT:
		machine_end(m, MACHINE_EXITED, value & 0xff);
		return true;
	}
	return false;
}

/**
 * bare_attach() - serve a machine's ports for a bare program
 * @m: the machine
 * @options: what is run; must live as long as @m
 */
void bare_attach(struct machine *m, const struct bare_options *options)
{
	m->io = bare_io;
	m->private = (void *)options;
}

/**
 * bare_create() - a machine with a bare program in it, ready to start
 * @m: where to
 * @options: what to run; must live as long as @m
 */
void bare_create(struct machine *m, const struct bare_options *options)
{
	struct machine_options machine = options->machine;
	struct bare_info *info;
	unsigned int i;

	machine.rom = true;
	machine_create(m, &machine);
	bare_attach(m, options);
	bare_tables(m);
	load_file(options->program, m->ram + BARE_ENTRY, machine.memory - BARE_ENTRY);
	info = bare_info(m);
	info->magic = BARE_INFO_MAGIC;
	info->vcpus = machine.vcpus;
	info->memory = machine.memory;
	snprintf(info->arg, sizeof(info->arg), " %s ", options->arg);
	for (i = 0; i < machine.vcpus; i++) {
		vcpu_set_mode(&m->vcpus[i], options->bits, BARE_ENTRY);
		set_mp_state(&m->vcpus[i], KVM_MP_STATE_RUNNABLE);
	}
}

/**
 * bare_stop_program() - tell a program that runs until told so to end
 * @m: the machine
 */
void bare_stop_program(struct machine *m)
{
	bare_info(m)->stop = 1;
}

static volatile sig_atomic_t stop_asked;

static void on_term(int signal)
{
	stop_asked = 1;
}

/*
 * Let a program that runs until told so end by itself, and give it time for its report. SIGTERM
 * tells it too.
 */
static enum machine_end wait_and_stop(struct machine *m, const struct bare_options *options)
{
	const struct sigaction action = {.sa_handler = on_term};
	uint64_t until = vmm_time_ms() + options->stop_after_ms;

	sigaction(SIGTERM, &action, NULL);
	while (m->end == MACHINE_RUNS && vmm_time_ms() < until && !stop_asked)
		usleep(20000);
	bare_stop_program(m);
	return machine_wait(m, options->timeout_ms);
}

/**
 * bare_run() - run a bare program in a machine of its own
 * @options: what to run
 *
 * Return: the program's exit code, or STATUS_....
 */
int bare_run(const struct bare_options *options)
{
	struct machine m;
	enum machine_end end;
	int stats[STATS_FILES];
	unsigned int i;
	int status;

	bare_create(&m, options);
	if (options->stats)
		stats_open(&m, stats);
	machine_start(&m);
	end = options->stop_after_ms ? wait_and_stop(&m, options)
				     : machine_wait(&m, options->timeout_ms);
	for (i = 0; end != MACHINE_EXITED && i < options->machine.vcpus; i++)
		vcpu_print(&m.vcpus[i]);
	status = m.status;
	if (options->stats)
		stats_save(&m, stats, options->stats);
	machine_destroy(&m);
	fflush(stdout);
	if (end == MACHINE_EXITED)
		return status;
	fprintf(stderr, "kvmpv-vmm: %s %s\n", options->program,
		end == MACHINE_PAUSED ? "asked for a pause that nobody waits for" : "timed out");
	return STATUS_TIMEOUT;
}

static void add_arg(struct bare_options *options, const char *word)
{
	size_t used = strlen(options->arg);

	if (!word || used + strlen(word) + 2 > sizeof(options->arg))
		die("--arg: missing or too long");
	snprintf(options->arg + used, sizeof(options->arg) - used, "%s%s", used ? " " : "", word);
}

/* Flags without a value; true when @name was one of them */
static bool set_flag(struct bare_options *options, const char *name)
{
	if (!strcmp(name, "--mask-kvm"))
		options->machine.mask_kvm = true;
	else if (!strcmp(name, "--foreign"))
		options->machine.foreign = true;
	else if (!strcmp(name, "--hyperv"))
		options->machine.hyperv = true;
	else if (!strcmp(name, "--vmx"))
		options->machine.vmx = true;
	else if (!strcmp(name, "--tsc"))
		options->machine.tsc = true;
	else if (!strcmp(name, "--quiet"))
		options->quiet = true;
	else
		return false;
	return true;
}

static void set_option(struct bare_options *options, const char *name, const char *value)
{
	if (!strcmp(name, "--smp"))
		options->machine.vcpus = parse_number(name, value, VMM_MAX_VCPUS);
	else if (!strcmp(name, "--mode"))
		options->bits = parse_number(name, value, 64);
	else if (!strcmp(name, "--memory"))
		options->machine.memory = parse_number(name, value, BARE_ROM >> 20) << 20;
	else if (!strcmp(name, "--timeout"))
		options->timeout_ms = parse_number(name, value, 1000000) * 1000;
	else if (!strcmp(name, "--stop-after"))
		options->stop_after_ms = parse_number(name, value, 1000000) * 1000;
	else if (!strcmp(name, "--stats") && value)
		options->stats = value;
	else if (!strcmp(name, "--arg"))
		add_arg(options, value);
	else
		die("%s: no such option", name);
}

/**
 * bare_option() - read one word of the command line, or a name and its value
 * @options: what is read goes there
 * @words: the rest of the command line
 *
 * Return: number of words used.
 */
int bare_option(struct bare_options *options, char **words)
{
	if (words[0][0] != '-') {
		options->program = words[0];
		return 1;
	}
	if (set_flag(options, words[0]))
		return 1;
	set_option(options, words[0], words[1]);
	return 2;
}

/**
 * cmd_bare() - kvmpv-vmm bare
 * @argc: number of words
 * @argv: words, the subcommand first
 *
 * Return: exit status.
 */
int cmd_bare(int argc, char **argv)
{
	struct bare_options options = {
		.machine = {.vcpus = 1, .memory = 32 << 20},
		.bits = 64,
		.timeout_ms = 60000,
	};
	int i;

	for (i = 1; i < argc;)
		i += bare_option(&options, argv + i);
	if (!options.program || !options.machine.vcpus ||
	    options.machine.memory < BARE_MIN_MEMORY || (options.bits != 32 && options.bits != 64))
		die("bare: needs a program, at least one vCPU and 16 MB, mode 32 or 64");
	return bare_run(&options);
}
