// SPDX-License-Identifier: GPL-2.0-only
/*
 * mkdisk BOOTSECTOR VMLINUX BZIMAGE INITRD MEMORY_MB CMDLINE IMAGE
 *
 * A disk that boots a Linux host in Bochs in the least number of instructions: the boot sector of
 * boot.S, then the loadable part of VMLINUX, the initrd, boot_params and the command line, each to
 * be copied to its place. BZIMAGE gives the setup header. Prints the number of cylinders.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECTOR 512u
#define CYLINDER (16 * 63 * SECTOR)
#define TABLE_OFFSET 0x180 /* known to boot.S */
#define BOOT_PARAMS 0x90000u /* known to boot.S */
#define CMDLINE (BOOT_PARAMS + 0x1000)
#define CMDLINE_MAX 2048u
#define INITRD 0x8000000u
#define ACPI_SIZE 0x10000u /* Bochs' BIOS has its tables at the end of memory */
#define E820_ENTRY 20u

struct blob {
	uint8_t *data;
	size_t len;
};

struct part {
	const uint8_t *data;
	size_t len;
	uint32_t to;
};

static void die(const char *what)
{
	fprintf(stderr, "mkdisk: %s: %s\n", what, errno ? strerror(errno) : "not understood");
	exit(1);
}

static struct blob map(const char *path)
{
	struct blob b;
	struct stat st;
	int fd = open(path, O_RDONLY);

	if (fd < 0 || fstat(fd, &st))
		die(path);
	b.len = st.st_size;
	b.data = mmap(NULL, b.len, PROT_READ, MAP_PRIVATE, fd, 0);
	if (b.data == MAP_FAILED)
		die(path);
	return b;
}

static void put(uint8_t *p, uint64_t v, size_t size)
{
	memcpy(p, &v, size); /* both ends are little endian */
}

/* Physical layout of the kernel, as one flat piece; zeros at its end are bss and stay away. */
static struct part flatten(const struct blob *elf, uint64_t *ret_entry)
{
	const Elf64_Ehdr *eh = (const void *)elf->data;
	const Elf64_Phdr *ph;
	uint64_t start = UINT64_MAX, end = 0;
	struct part p;
	uint8_t *flat;

	if (elf->len < sizeof(*eh) || memcmp(eh->e_ident, ELFMAG, SELFMAG))
		die("vmlinux");
	ph = (const void *)(elf->data + eh->e_phoff);
	for (int i = 0; i < eh->e_phnum; i++) {
		if (ph[i].p_type != PT_LOAD)
			continue;
		start = ph[i].p_paddr < start ? ph[i].p_paddr : start;
		end = ph[i].p_paddr + ph[i].p_filesz > end ? ph[i].p_paddr + ph[i].p_filesz : end;
	}
	if (start >= end || end > INITRD)
		die("vmlinux");
	flat = calloc(1, end - start);
	if (!flat)
		die("memory");
	for (int i = 0; i < eh->e_phnum; i++)
		if (ph[i].p_type == PT_LOAD)
			memcpy(flat + (ph[i].p_paddr - start), elf->data + ph[i].p_offset,
			       ph[i].p_filesz);
	while (end > start && !flat[end - start - 1])
		end--;
	*ret_entry = eh->e_entry;
	p.data = flat;
	p.len = end - start;
	p.to = start;
	return p;
}

static void add_e820(uint8_t *params, uint64_t start, uint64_t size, uint32_t type)
{
	uint8_t *count = params + 0x1e8;
	uint8_t *entry = params + 0x2d0 + E820_ENTRY * (*count)++;

	put(entry, start, 8);
	put(entry + 8, size, 8);
	put(entry + 16, type, 4);
}

/* boot_params and command line, Documentation/x86/boot.rst and zero-page.rst. */
static struct part make_params(const struct blob *bzimage, size_t initrd_len, uint64_t memory,
			       const char *cmdline)
{
	static uint8_t params[0x1000 + CMDLINE_MAX];
	struct part p = {.data = params, .len = sizeof(params), .to = BOOT_PARAMS};
	size_t end;

	if (bzimage->len < 0x1000 || memcmp(bzimage->data + 0x202, "HdrS", 4))
		die("bzImage");
	if (strlen(cmdline) >= CMDLINE_MAX)
		die("command line too long");
	end = 0x202 + bzimage->data[0x201];
	memcpy(params + 0x1f1, bzimage->data + 0x1f1, end - 0x1f1);
	params[0x210] = 0xff; /* type_of_loader: none of the known ones */
	put(params + 0x218, INITRD, 4);
	put(params + 0x21c, initrd_len, 4);
	put(params + 0x228, CMDLINE, 4);
	strcpy((char *)params + 0x1000, cmdline);
	add_e820(params, 0, 0x9f000, 1);
	add_e820(params, 0x9f000, 0x1000, 2);
	add_e820(params, 0xf0000, 0x10000, 2);
	add_e820(params, 0x100000, memory - ACPI_SIZE - 0x100000, 1);
	add_e820(params, memory - ACPI_SIZE, ACPI_SIZE, 3);
	return p;
}

static void write_all(int fd, const uint8_t *p, size_t len, off_t at)
{
	while (len) {
		ssize_t n = pwrite(fd, p, len, at);

		if (n <= 0)
			die("write");
		p += n;
		len -= n;
		at += n;
	}
}

static size_t write_disk(const char *path, const struct blob *boot, const struct part *parts,
			 int count, uint64_t entry)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	uint8_t sector[SECTOR], *row = sector + TABLE_OFFSET;
	uint32_t lba = 1;
	size_t size;

	if (fd < 0)
		die(path);
	if (boot->len != SECTOR)
		die("boot sector");
	memcpy(sector, boot->data, SECTOR);
	for (int i = 0; i < count; i++, row += 12) {
		uint32_t sectors = (parts[i].len + SECTOR - 1) / SECTOR;

		put(row, lba, 4);
		put(row + 4, sectors, 4);
		put(row + 8, parts[i].to, 4);
		write_all(fd, parts[i].data, parts[i].len, (off_t)lba * SECTOR);
		lba += sectors;
	}
	put(row + 8, entry, 4);
	write_all(fd, sector, SECTOR, 0);
	size = ((size_t)lba * SECTOR + CYLINDER - 1) / CYLINDER * CYLINDER;
	if (ftruncate(fd, size) || close(fd))
		die(path);
	return size;
}

int main(int argc, char **argv)
{
	struct blob boot, elf, bzimage, initrd;
	struct part parts[3];
	uint64_t entry, memory;

	if (argc != 8) {
		fprintf(stderr, "usage: mkdisk BOOTSECTOR VMLINUX BZIMAGE INITRD MEMORY_MB "
				"CMDLINE IMAGE\n");
		return 2;
	}
	boot = map(argv[1]);
	elf = map(argv[2]);
	bzimage = map(argv[3]);
	initrd = map(argv[4]);
	memory = strtoull(argv[5], NULL, 10) << 20;
	if (memory < INITRD + initrd.len + (64u << 20) || memory > (2048u << 20))
		die("memory: too little for the initrd, or more than 2048 MB");
	parts[0] = flatten(&elf, &entry);
	parts[1] = (struct part){initrd.data, initrd.len, INITRD};
	parts[2] = make_params(&bzimage, initrd.len, memory, argv[6]);
	printf("%zu\n", write_disk(argv[7], &boot, parts, 3, entry) / CYLINDER);
	return 0;
}
