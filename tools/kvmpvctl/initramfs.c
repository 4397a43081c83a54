// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a kernel's initramfs has of kvmpv: the modules, and the settings they get there.
 *
 * An initramfs is a row of cpio archives ("newc"), the last of which is mostly compressed. The
 * archives' headers are followed here; the compressed part comes through a pipe from gzip, xz,
 * zstd, lz4, bzip2 or lzop, whichever made it. A module that is found is copied to memory and read
 * by libkmod. That takes a few tenths of a second; initramfs-cache.c keeps what was found.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "filter.h"
#include "initramfs.h"
#include "sysfs.h"

#define CPIO_HEADER 110
#define CPIO_NAME_MAX 4096
#define MODULE_SIZE_MAX (64U << 20)

/**
 * struct compressor - how an initramfs can be compressed
 * @magic: its first bytes
 * @len: how many
 * @missing: what to say when the program is not there
 * @argv: the program that undoes it, from stdin to stdout
 */
struct compressor {
	const char *magic;
	size_t len;
	const char *missing;
	char *const argv[4];
};

static const struct compressor compressors[] = {
	{"\x1f\x8b", 2, "gzip is missing", {"gzip", "-dcq"}},
	{"\x28\xb5\x2f\xfd", 4, "zstd is missing", {"zstd", "-dcq"}},
	{"\xfd"
	 "7zXZ",
	 5,
	 "xz is missing",
	 {"xz", "-dcq"}},
	{"\x02\x21\x4c\x18", 4, "lz4 is missing", {"lz4", "-dcq"}},
	{"BZh", 3, "bzip2 is missing", {"bzip2", "-dcq"}},
	{"\x5d\x00\x00", 3, "xz is missing", {"xz", "-dcq", "--format=lzma"}},
	{"\x89LZO", 4, "lzop is missing", {"lzop", "-dcq"}},
};

static bool hex8(const char *s, uint32_t *ret_value)
{
	uint32_t value = 0;

	for (int i = 0; i < 8; i++) {
		const char *digits = "0123456789abcdef0123456789ABCDEF";
		const char *digit = s[i] ? strchr(digits, s[i]) : NULL;

		if (!digit)
			return false;
		value = value << 4 | ((uint32_t)(digit - digits) & 15);
	}
	*ret_value = value;
	return true;
}

static bool skip(FILE *in, uint64_t n)
{
	char buf[65536];

	while (n) {
		size_t want = n < sizeof(buf) ? (size_t)n : sizeof(buf);

		if (fread(buf, 1, want, in) != want)
			return false;
		n -= want;
	}
	return true;
}

static bool side_of(const char *name, enum side *ret_side)
{
	const char *base = strrchr(name, '/');

	base = base ? base + 1 : name;
	for (enum side side = 0; side < SIDE_COUNT; side++) {
		size_t len = strlen(side_defs[side].module);

		if (!strncmp(base, side_defs[side].module, len) && !strncmp(base + len, ".ko", 3) &&
		    strchr(".", base[len + 3])) {
			*ret_side = side;
			return true;
		}
	}
	return false;
}

/* Copies a module out of the archive and lets libkmod look at it. */
static bool module_take(FILE *in, const char *name, uint32_t size, struct module_version *v)
{
	char path[32];
	void *data;
	int fd;

	snprintf(v->path, sizeof(v->path), "%.4000s", name);
	data = size && size <= MODULE_SIZE_MAX ? malloc(size) : NULL;
	if (!data)
		return skip(in, size);
	if (fread(data, 1, size, in) != size) {
		free(data);
		return false;
	}
	v->found = true;
	fd = memfd_create("kvmpv.ko", MFD_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size || module_file(path, v)) {
		v->found = false;
		strcpy(v->why, "unknown (not understood)");
	}
	if (fd >= 0)
		close(fd);
	free(data);
	return true;
}

static bool settings_take(FILE *in, uint32_t size, struct initramfs *image)
{
	if (size >= sizeof(image->settings))
		return skip(in, size);
	if (fread(image->settings, 1, size, in) != size)
		return false;
	image->settings[size] = '\0';
	image->settings_found = true;
	return true;
}

static bool is_settings(const char *name)
{
	size_t len = strlen(name), want = strlen(INITRAMFS_SETTINGS);

	return len >= want && !strcmp(name + len - want, INITRAMFS_SETTINGS);
}

/* One archive, its header's magic already read. False: it ends too early. */
static bool archive_read(FILE *in, struct initramfs *image)
{
	char header[CPIO_HEADER], name[CPIO_NAME_MAX + 4];
	uint32_t size, len, rest;
	enum side side;
	bool more;

	memcpy(header, "070701", 6);
	while (fread(header + 6, 1, CPIO_HEADER - 6, in) == CPIO_HEADER - 6) {
		if (strncmp(header, "07070", 5) || !hex8(header + 54, &size) ||
		    !hex8(header + 94, &len) || !len || len > CPIO_NAME_MAX)
			return false;
		rest = len + (0U - (CPIO_HEADER + len)) % 4;
		if (fread(name, 1, rest, in) != rest || name[len - 1])
			return false;
		if (!strcmp(name, "TRAILER!!!"))
			return true;
		if (side_of(name, &side) && !image->module[side].found)
			more = module_take(in, name, size, &image->module[side]);
		else if (is_settings(name))
			more = settings_take(in, size, image);
		else
			more = skip(in, size);
		if (!more || !skip(in, (0U - size) % 4) || fread(header, 1, 6, in) != 6)
			return false;
	}
	return false;
}

static const char *archives_read(FILE *in, bool nested, struct initramfs *image);

static const char *compressed_read(FILE *in, const char *magic, struct initramfs *image)
{
	const struct compressor *c = NULL;
	const char *why = NULL;
	struct filter filter;

	for (size_t i = 0; i < ARRAY_SIZE(compressors) && !c; i++)
		if (!memcmp(magic, compressors[i].magic, compressors[i].len))
			c = &compressors[i];
	if (!c)
		return "not understood";
	/* The program reads on where this one stands. */
	if (lseek(fileno(in), ftello(in) - 6, SEEK_SET) < 0)
		return strerror(errno);
	if (filter_open(fileno(in), c->argv, &filter))
		return c->missing;
	why = archives_read(filter.out, true, image);
	return filter_close(&filter) == 127 ? c->missing : why;
}

/* All archives in a row. NULL, or why the row could not be followed to its end. */
static const char *archives_read(FILE *in, bool nested, struct initramfs *image)
{
	char magic[6];
	int c;

	for (;;) {
		while ((c = getc(in)) == 0)
			continue;
		if (c == EOF)
			return NULL;
		magic[0] = (char)c;
		if (fread(magic + 1, 1, 5, in) != 5)
			return "cut short";
		if (!strncmp(magic, "07070", 5)) {
			if (!archive_read(in, image))
				return "cut short or damaged";
		} else {
			return nested ? "not understood" : compressed_read(in, magic, image);
		}
	}
}

static FILE *image_open(const struct ctl *ctl, struct initramfs *image, char *ret_why, size_t size)
{
	int fd, err;

	err = initramfs_path(ctl, image->release, image->path);
	fd = err ? -1 : open(image->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd >= 0)
		return fdopen(fd, "r");
	err = err ? -err : errno;
	if (err == ENOENT)
		snprintf(ret_why, size, "unknown (no initramfs of %.40s in /boot)", image->release);
	else
		snprintf(ret_why, size, "unknown (%s)", problem_text(err));
	return NULL;
}

/**
 * initramfs_read() - what a kernel's initramfs has of kvmpv
 * @ctl: the run
 * @release: of the kernel
 * @ret_image: what is in it; a module that is not found says why
 */
void initramfs_read(const struct ctl *ctl, const char *release, struct initramfs *ret_image)
{
	const char *why = NULL;
	char opening[160];
	FILE *in;

	memset(ret_image, 0, sizeof(*ret_image));
	snprintf(ret_image->release, sizeof(ret_image->release), "%s", release);
	in = image_open(ctl, ret_image, opening, sizeof(opening));
	if (in) {
		why = archives_read(in, false, ret_image);
		fclose(in);
	}
	ret_image->known = in && !why;
	for (enum side side = 0; side < SIDE_COUNT; side++) {
		struct module_version *v = &ret_image->module[side];

		if (v->found || *v->why)
			continue;
		if (!in)
			strcpy(v->why, opening);
		else if (why)
			snprintf(v->why, sizeof(v->why), "unknown (%.100s: %.40s)", ret_image->path,
				 why);
		else
			strcpy(v->why, "not there");
	}
}
