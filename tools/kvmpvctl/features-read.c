// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a guest's rows are told from: CPUID, the guest module's files, MSRs, the boot log, and what
 * the kernel shows of clocks, interrupts and idling. With --root, CPUID is that of
 * ROOT/cpuid.leaves: number, EAX, EBX, ECX and EDX in hexadecimal, a leaf a line.
 */
#include <cpuid.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "inventory.h"

#define LEAF_FEATURES 1
#define CPUID_1_ECX_MWAIT (1U << 3)
#define CPUID_1_ECX_X2APIC (1U << 21)

#define LOG_SIZE (1U << 20)
#define INTERRUPTS_SIZE (1U << 18)

static bool leaf_from_root(const struct ctl *ctl, uint32_t number, struct leaf *ret_leaf)
{
	const char *text, *line;
	struct dir dir;
	bool found = false;

	if (dir_open_root(ctl, "", &dir))
		return false;
	if (!file_read(dir.fd, "cpuid.leaves", &text)) {
		for (line = text; *line && !found; line += strcspn(line, "\n")) {
			struct leaf leaf;
			unsigned int n;

			line += *line == '\n';
			found = sscanf(line, "%x %x %x %x %x", &n, &leaf.eax, &leaf.ebx, &leaf.ecx,
				       &leaf.edx) == 5 &&
				n == number;
			if (found)
				*ret_leaf = leaf;
		}
	}
	dir_close(&dir);
	return found;
}

/**
 * cpuid_leaf() - what CPUID answers
 * @ctl: the run
 * @number: of the leaf; subleaf 0
 * @ret_leaf: the answer
 *
 * Return: false when it is not known.
 */
bool cpuid_leaf(const struct ctl *ctl, uint32_t number, struct leaf *ret_leaf)
{
	if (*ctl->root)
		return leaf_from_root(ctl, number, ret_leaf);
	__cpuid(number, ret_leaf->eax, ret_leaf->ebx, ret_leaf->ecx, ret_leaf->edx);
	return true;
}

/**
 * kvm_bits_read() - KVM's CPUID block of this guest
 * @ctl: the run
 * @platform: the machine
 * @ret_bits: what it says
 */
void kvm_bits_read(const struct ctl *ctl, const struct platform *platform,
		   struct kvm_bits *ret_bits)
{
	struct kvm_bits bits = {.base = platform->kvm_base};
	struct leaf leaf;

	if (cpuid_leaf(ctl, 1, &leaf)) {
		bits.known = true;
		bits.x2apic = leaf.ecx & CPUID_1_ECX_X2APIC;
		bits.mwait = leaf.ecx & CPUID_1_ECX_MWAIT;
	}
	if (bits.base && cpuid_leaf(ctl, bits.base + LEAF_FEATURES, &leaf)) {
		bits.features = leaf.eax;
		bits.hints = leaf.edx;
	} else if (bits.base) {
		bits.known = false;
	}
	*ret_bits = bits;
}

/**
 * msr_read() - an MSR of the first CPU
 * @ctl: the run
 * @msr: its number
 * @ret_value: its value
 *
 * Return: 0 or -errno.
 */
int msr_read(const struct ctl *ctl, uint32_t msr, uint64_t *ret_value)
{
	char path[PATH_MAX];
	ssize_t len;
	int err = 0;
	int fd;

	snprintf(path, sizeof(path), "%s/dev/cpu/0/msr", ctl->root);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	len = pread(fd, ret_value, sizeof(*ret_value), msr);
	if (len != sizeof(*ret_value))
		err = len < 0 ? -errno : -EIO;
	close(fd);
	return err;
}

/* A file that may be long, up to a limit; NULL when it cannot be read. */
static char *long_read(const struct ctl *ctl, const char *where, const char *name, size_t size)
{
	struct dir dir;
	size_t used = 0;
	ssize_t len = 0;
	char *text;
	int fd;

	if (dir_open_root(ctl, where, &dir))
		return NULL;
	fd = openat(dir.fd, name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	dir_close(&dir);
	if (fd < 0)
		return NULL;
	text = xrealloc(NULL, size, 1);
	while (used < size - 1) {
		len = read(fd, text + used, size - 1 - used);
		/* Records of /dev/kmsg that were lost to newer ones */
		if (len < 0 && errno == EPIPE)
			continue;
		if (len <= 0)
			break;
		used += (size_t)len;
	}
	close(fd);
	text[used] = '\0';
	for (size_t i = 0; i < used; i++)
		if (!text[i])
			text[i] = '?';
	return text;
}

static void log_read(const struct ctl *ctl, struct guest_facts *facts)
{
	errno = 0;
	facts->log = long_read(ctl, "dev", "kmsg", LOG_SIZE);
	facts->log_error = facts->log ? 0 : errno ?: ENOENT;
}

static void module_files_read(struct ctl *ctl, struct guest_facts *facts)
{
	const struct {
		const char *name;
		const char *line; /* one that is always there */
		char *text;
	} files[] = {{"kernel", "x2apic", facts->kernel},
		     {"msrs", "cpus", facts->msrs},
		     {"cr3_cache", "mechanism", facts->cr3_cache}};
	struct dir dir;

	if (dir_open_root(ctl, side_defs[SIDE_GUEST].sysfs, &dir))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		const char *text;
		char word[32];
		int err = file_read(dir.fd, files[i].name, &text);

		/* An older module has no such file. */
		if (err == -ENOENT)
			continue;
		if (!err && strlen(text) >= FACTS_SIZE)
			err = -EBADMSG;
		err = err ?: parse_pair(text, files[i].line, word, sizeof(word));
		if (err)
			problem_add(ctl, -err, "%s/%s", dir.path, files[i].name);
		else
			strcpy(files[i].text, text);
	}
	dir_close(&dir);
}

static void line_read(const struct ctl *ctl, const char *where, const char *name, char *ret,
		      size_t size)
{
	const char *text;
	struct dir dir;

	if (dir_open_root(ctl, where, &dir))
		return;
	if (!file_read(dir.fd, name, &text) && parse_line(text, ret, size))
		*ret = '\0';
	dir_close(&dir);
}

/**
 * guest_facts_start() - look at a guest: what costs nothing, CPUID and the module's files
 * @ctl: the run
 * @platform: the machine
 * @ret_facts: what was seen, the rest is not known
 */
void guest_facts_start(struct ctl *ctl, const struct platform *platform,
		       struct guest_facts *ret_facts)
{
	memset(ret_facts, 0, sizeof(*ret_facts));
	ret_facts->io_delay_type = -1;
	kvm_bits_read(ctl, platform, &ret_facts->bits);
	module_files_read(ctl, ret_facts);
}

/**
 * guest_facts_read() - look at a guest
 * @ctl: the run
 * @platform: the machine
 * @ret_facts: what was seen, to be given to guest_facts_free()
 */
void guest_facts_read(struct ctl *ctl, const struct platform *platform,
		      struct guest_facts *ret_facts)
{
	struct guest_facts *f = ret_facts;
	char word[64] = "";
	uint64_t type;

	guest_facts_start(ctl, platform, f);
	log_read(ctl, f);
	f->interrupts = long_read(ctl, "proc", "interrupts", INTERRUPTS_SIZE);
	line_read(ctl, "sys/devices/system/clocksource/clocksource0", "current_clocksource",
		  f->clocksource, sizeof(f->clocksource));
	line_read(ctl, "sys/devices/system/clocksource/clocksource0", "available_clocksource",
		  f->clocksources, sizeof(f->clocksources));
	line_read(ctl, "sys/devices/system/cpu/cpuidle", "current_driver", f->idle_driver,
		  sizeof(f->idle_driver));
	line_read(ctl, "proc/sys/kernel", "io_delay_type", word, sizeof(word));
	if (!parse_u64(word, strlen(word), &type) && type <= 3)
		f->io_delay_type = (int)type;
	strcpy(word, "0");
	line_read(ctl, "sys/devices/system/cpu", "possible", word, sizeof(word));
	f->smp = strcmp(word, "0");
}

/**
 * guest_facts_free() - end the use of what guest_facts_read() gave
 * @facts: the facts
 */
void guest_facts_free(struct guest_facts *facts)
{
	free(facts->log);
	free(facts->interrupts);
}
