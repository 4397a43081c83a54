// SPDX-License-Identifier: GPL-2.0-only
/*
 * Boot a stock Linux kernel: an uncompressed vmlinux, which starts at once even in a slow emulator,
 * or the bzImage as installed. Documentation/x86/boot.rst, "64-bit boot protocol", is followed.
 */
#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/ioctl.h>
#include <asm/bootparam.h>

#include "ports.h"
#include "vmm.h"

#define ZERO_PAGE 0x90000
#define CMDLINE 0x91000
#define CMDLINE_MAX 0x1000
#define LOW_END 0x9fc00
#define HIGH_START 0x100000
#define BZIMAGE_ADDRESS 0x1000000
#define BZIMAGE_ENTRY64 0x200
#define MAX_MEMORY (3UL << 30) /* above is where devices are */
#define MAX_KERNEL (256 << 20)
#define IDLE_US 100000

struct linux_options {
	struct machine_options machine;
	const char *kernel;
	const char *initrd;
	const char *cmdline;
	unsigned int timeout_ms;
	const char *do_from;
};

static void copy_in(struct machine *m, uint64_t address, const uint8_t *from, uint64_t size)
{
	errno = 0;
	if (address > m->options.memory || size > m->options.memory - address)
		die("the kernel needs more memory than %llu MB",
		    (unsigned long long)m->options.memory >> 20);
	memcpy(m->ram + address, from, size);
}

/* Return: entry point */
static uint64_t load_elf(struct machine *m, const uint8_t *file, size_t size)
{
	const Elf64_Ehdr *elf = (const Elf64_Ehdr *)file;
	const Elf64_Phdr *p = (const Elf64_Phdr *)(file + elf->e_phoff);
	unsigned int i;

	errno = 0;
	for (i = 0; i < elf->e_phnum; i++, p++) {
		if (p->p_type != PT_LOAD)
			continue;
		if (p->p_offset > size || p->p_filesz > size - p->p_offset)
			die("the kernel file is cut short");
		copy_in(m, p->p_paddr, file + p->p_offset, p->p_filesz);
	}
	return elf->e_entry;
}

/* Return: entry point */
static uint64_t load_bzimage(struct machine *m, const uint8_t *file, size_t size,
			     struct boot_params *params)
{
	size_t setup = (file[0x1f1] ? file[0x1f1] + 1 : 5) * 512;

	errno = 0;
	if (memcmp(file + 0x202, "HdrS", 4) || setup > size)
		die("the kernel is neither an ELF file nor a bzImage");
	memcpy(&params->hdr, file + 0x1f1, sizeof(params->hdr));
	copy_in(m, BZIMAGE_ADDRESS, file + setup, size - setup);
	return BZIMAGE_ADDRESS + BZIMAGE_ENTRY64;
}

static uint64_t load_kernel(struct machine *m, const char *path, struct boot_params *params)
{
	uint8_t *file = calloc(1, MAX_KERNEL);
	uint64_t entry;
	size_t size;

	if (!file)
		die("memory for the kernel file");
	size = load_file(path, file, MAX_KERNEL);
	if (size > sizeof(Elf64_Ehdr) && !memcmp(file, ELFMAG, SELFMAG))
		entry = load_elf(m, file, size);
	else
		entry = load_bzimage(m, file, size, params);
	free(file);
	return entry;
}

/* As high as it goes: the kernel decompresses and grows from below */
static void load_initrd(struct machine *m, const char *path, struct boot_params *params)
{
	uint64_t memory = m->options.memory, room = memory / 2, start;
	uint8_t *file = malloc(room);
	size_t size;

	if (!file)
		die("memory for the initrd");
	size = load_file(path, file, room);
	start = (memory - size) & ~0xfffULL;
	memcpy(m->ram + start, file, size);
	free(file);
	params->hdr.ramdisk_image = start;
	params->hdr.ramdisk_size = size;
}

static void add_e820(struct boot_params *params, uint64_t start, uint64_t end, uint32_t type)
{
	struct boot_e820_entry *e = &params->e820_table[params->e820_entries++];

	e->addr = start;
	e->size = end - start;
	e->type = type;
}

static void fill_zero_page(struct machine *m, struct boot_params *params)
{
	params->hdr.boot_flag = 0xaa55;
	params->hdr.header = 0x53726448; /* HdrS */
	params->hdr.version = 0x20f;
	params->hdr.type_of_loader = 0xff;
	params->hdr.loadflags |= 1;
	params->hdr.cmd_line_ptr = CMDLINE;
	params->hdr.cmdline_size = CMDLINE_MAX - 1;
	params->acpi_rsdp_addr = ACPI_RSDP;
	add_e820(params, 0, LOW_END, 1);
	add_e820(params, LOW_END, HIGH_START, 2);
	add_e820(params, HIGH_START, m->options.memory, 1);
}

/*
 * Entry state of the protocol. The kernel loads a descriptor table of its own before it loads any
 * selector, so there is none in memory.
 */
static void set_start_state(struct machine *m, uint64_t entry)
{
	struct kvm_regs regs = {.rip = entry, .rsi = ZERO_PAGE, .rsp = ZERO_PAGE, .rflags = 2};

	bare_tables(m);
	vcpu_set_mode(&m->vcpus[0], 64, entry);
	if (ioctl(m->vcpus[0].fd, KVM_SET_REGS, &regs))
		die("KVM_SET_REGS");
}

static bool linux_io(struct vcpu *vcpu, uint16_t port, bool out, unsigned int size, uint8_t *data)
{
	struct machine *m = vcpu->machine;

	if (port >= 0x3f8 && port <= 0x3ff) {
		uart_io(m->private, port - 0x3f8, out, data);
		return false;
	}
	if (port == PORT_EXITS && !out && size == sizeof(uint32_t)) {
		*(uint32_t *)data = vcpu_exits(vcpu);
		return false;
	}
	if (!out)
		return false;
	/* Power-off, reset by ACPI, reset by the keyboard controller, or a test's own exit */
	if ((port == ACPI_SLEEP_PORT && *data == ACPI_SLEEP_S5) ||
	    (port == ACPI_RESET_PORT && *data == 1) || (port == 0x64 && *data == 0xfe)) {
		machine_end(m, MACHINE_EXITED, 0);
		return true;
	}
	if (port == PORT_EXIT) {
		machine_end(m, MACHINE_EXITED, *data);
		return true;
	}
	return false;
}

/* For Linux guests only: bare programs have --do migrate */
static const struct act move = {"move", machine_move, 1000000, true};

static void do_names(struct machine *m, const char *names)
{
	const struct act *act;
	size_t length;

	for (; *names && m->end == MACHINE_RUNS; names += length + (names[length] == ',')) {
		length = strcspn(names, ",\n");
		act = length == strlen(move.name) && !memcmp(names, move.name, length)
			      ? &move
			      : act_find(names, length);
		errno = 0;
		if (!act)
			die("--do-from: nobody knows '%s'", names);
		act->run(m);
		usleep(act->every_us);
	}
}

/* Do what @file names, in turn, until the machine's end; what it names may change at any time. */
static void do_from(struct machine *m, const char *file, unsigned int timeout_ms)
{
	uint64_t end = vmm_time_ms() + timeout_ms;

	while (m->end == MACHINE_RUNS && (!timeout_ms || vmm_time_ms() < end)) {
		char names[200] = "";

		load_file(file, (uint8_t *)names, sizeof(names) - 1);
		names[strcspn(names, "\n")] = '\0';
		do_names(m, names);
		if (names[0])
			continue;
		acts_end(m);
		usleep(IDLE_US);
	}
}

static int run_linux(const struct linux_options *options)
{
	struct boot_params *params;
	struct machine m;
	enum machine_end end;
	uint64_t entry;

	machine_create(&m, &options->machine);
	params = (struct boot_params *)(m.ram + ZERO_PAGE);
	entry = load_kernel(&m, options->kernel, params);
	if (options->initrd)
		load_initrd(&m, options->initrd, params);
	snprintf((char *)m.ram + CMDLINE, CMDLINE_MAX, "%s", options->cmdline);
	fill_zero_page(&m, params);
	acpi_build(m.ram, options->machine.vcpus);
	set_start_state(&m, entry);
	m.io = linux_io;
	m.private = uart_create(&m);
	machine_start(&m);
	if (options->do_from)
		do_from(&m, options->do_from, options->timeout_ms);
	end = machine_wait(&m, options->timeout_ms);
	if (end == MACHINE_EXITED)
		return m.status;
	fprintf(stderr, "kvmpv-vmm: the Linux guest timed out\n");
	return STATUS_TIMEOUT;
}

/**
 * cmd_linux() - kvmpv-vmm linux
 * @argc: number of words
 * @argv: words, the subcommand first
 *
 * Return: exit status.
 */
int cmd_linux(int argc, char **argv)
{
	struct linux_options o = {
		.machine = {.vcpus = 1, .memory = 256 << 20, .pit = true},
		.cmdline = "console=ttyS0 reboot=t panic=-1",
	};
	int i;

	for (i = 1; i < argc; i += 2) {
		const char *name = argv[i], *value = argv[i + 1];

		errno = 0;
		if (!value)
			die("%s: no value", name);
		if (!strcmp(name, "--kernel"))
			o.kernel = value;
		else if (!strcmp(name, "--initrd"))
			o.initrd = value;
		else if (!strcmp(name, "--cmdline"))
			o.cmdline = value;
		else if (!strcmp(name, "--smp"))
			o.machine.vcpus = parse_number(name, value, VMM_MAX_VCPUS);
		else if (!strcmp(name, "--memory"))
			o.machine.memory = parse_number(name, value, MAX_MEMORY >> 20) << 20;
		else if (!strcmp(name, "--timeout"))
			o.timeout_ms = parse_number(name, value, 1000000) * 1000;
		else if (!strcmp(name, "--kvm-hide"))
			o.machine.kvm_hide = parse_number(name, value, UINT32_MAX);
		else if (!strcmp(name, "--kvm-hints"))
			o.machine.kvm_hints = parse_number(name, value, UINT32_MAX);
		else if (!strcmp(name, "--x2apic"))
			o.machine.no_x2apic = !parse_number(name, value, 1);
		else if (!strcmp(name, "--do-from"))
			o.do_from = value;
		else
			die("%s: no such option", name);
	}
	if (!o.kernel || !o.machine.vcpus || o.machine.memory < 64 << 20)
		die("linux: needs --kernel, at least one vCPU and 64 MB");
	return run_linux(&o);
}
