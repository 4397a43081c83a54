// SPDX-License-Identifier: GPL-2.0-only
/*
 * extract-vmlinux BZIMAGE VMLINUX: the compressed ELF in a bzImage, found by the boot protocol's
 * header (payload_offset and payload_length, Documentation/x86/boot.rst), not by searching.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct format {
	const char *magic;
	size_t magic_len;
	size_t trailer; /* the kernel appends the size where the format does not have it */
	const char *program;
};

static const struct format formats[] = {
	{"\x1f\x8b", 2, 0, "gzip"},
	{"\xfd"
	 "7zXZ",
	 5, 4, "xz"},
	{"\x28\xb5\x2f\xfd", 4, 4, "zstd"},
	{"\x02\x21\x4c\x18", 4, 4, "lz4"},
};

static int fail(const char *what)
{
	fprintf(stderr, "extract-vmlinux: %s: %s\n", what, strerror(errno));
	return 1;
}

static uint32_t get32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static const struct format *find_format(const uint8_t *payload)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (!memcmp(payload, formats[i].magic, formats[i].magic_len))
			return &formats[i];
	return NULL;
}

/* Through a file and not a pipe: no need to feed and to wait at the same time. */
static int decompress(const struct format *f, const uint8_t *data, size_t len, const char *out)
{
	int in = memfd_create("payload", 0), to, status;
	pid_t pid;

	if (in < 0 || write(in, data, len) != (ssize_t)len || lseek(in, 0, SEEK_SET))
		return fail("payload");
	to = open(out, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (to < 0)
		return fail(out);
	pid = fork();
	if (!pid) {
		dup2(in, 0);
		dup2(to, 1);
		execlp(f->program, f->program, "-dc", NULL);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return fail(f->program);
	if (status) {
		fprintf(stderr, "extract-vmlinux: %s failed\n", f->program);
		return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	const struct format *f;
	const uint8_t *image;
	size_t offset, len;
	struct stat st;
	int fd;

	if (argc != 3) {
		fprintf(stderr, "usage: extract-vmlinux BZIMAGE VMLINUX\n");
		return 2;
	}
	fd = open(argv[1], O_RDONLY);
	if (fd < 0 || fstat(fd, &st))
		return fail(argv[1]);
	image = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (image == MAP_FAILED || st.st_size < 0x1000 || memcmp(image + 0x202, "HdrS", 4)) {
		fprintf(stderr, "extract-vmlinux: %s is no bzImage\n", argv[1]);
		return 1;
	}
	/* 0x1f1: setup_sects (0 stands for 4), 0x248: payload_offset, 0x24c: payload_length */
	offset = ((image[0x1f1] ? image[0x1f1] : 4) + 1) * 512 + get32(image + 0x248);
	len = get32(image + 0x24c);
	if (offset + len > (size_t)st.st_size || len < 16 || !(f = find_format(image + offset))) {
		fprintf(stderr, "extract-vmlinux: %s: payload not understood\n", argv[1]);
		return 1;
	}
	return decompress(f, image + offset, len - f->trailer, argv[2]);
}
