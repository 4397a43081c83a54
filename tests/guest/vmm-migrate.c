// SPDX-License-Identifier: GPL-2.0-only
/*
 * Dirty logging, and migration that relies on it: what the log does not name is not copied again,
 * so memory that anybody writes without telling is found as a difference.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/ioctl.h>

#include "vmm.h"

#define PAGE 4096UL
#define ROUNDS 3
#define ROUND_US 5000

static const enum machine_slot ram_slots[] = {SLOT_LOW, SLOT_CR3_PAGES, SLOT_HIGH};

static uint64_t slot_start(enum machine_slot slot)
{
	return slot == SLOT_LOW		? 0
	       : slot == SLOT_CR3_PAGES ? BARE_CR3_PAGES
					: BARE_CR3_PAGES + BARE_CR3_PAGES_SIZE;
}

/* Without @split all RAM is the first slot */
static unsigned int count_ram_slots(const struct machine *m)
{
	return m->options.split ? ARRAY_SIZE(ram_slots) : 1;
}

static uint64_t slot_size(const struct machine *m, enum machine_slot slot)
{
	return !m->options.split	? m->options.memory
	       : slot == SLOT_LOW	? BARE_CR3_PAGES
	       : slot == SLOT_CR3_PAGES ? BARE_CR3_PAGES_SIZE
					: m->options.memory - slot_start(SLOT_HIGH);
}

/**
 * machine_log_dirty() - switch dirty logging of RAM on or off
 * @m: the machine
 * @on: which
 */
void machine_log_dirty(const struct machine *m, bool on)
{
	unsigned int i;

	for (i = 0; i < count_ram_slots(m); i++) {
		uint64_t start = slot_start(ram_slots[i]);

		machine_set_slot(m, ram_slots[i], on ? KVM_MEM_LOG_DIRTY_PAGES : 0, start,
				 slot_size(m, ram_slots[i]), m->ram + start);
	}
}

/* Bits of all RAM pages, those written since the last time; KVM forgets them */
static void fetch_dirty(const struct machine *m, uint8_t *bitmap)
{
	unsigned int i;

	for (i = 0; i < count_ram_slots(m); i++) {
		struct kvm_dirty_log log = {
			.slot = ram_slots[i],
			.dirty_bitmap = bitmap + slot_start(ram_slots[i]) / PAGE / 8,
		};

		if (ioctl(m->vm, KVM_GET_DIRTY_LOG, &log))
			die("KVM_GET_DIRTY_LOG, slot %u", ram_slots[i]);
	}
}

static bool is_dirty(const uint8_t *bitmap, uint64_t address)
{
	return bitmap[address / PAGE / 8] >> (address / PAGE % 8) & 1;
}

/* KVM writes whole words of 64 pages, and the end of a slot need not be one */
static uint8_t *make_bitmap(const struct machine *m)
{
	uint8_t *bitmap = calloc(1, m->options.memory / PAGE / 8 + 8);

	if (!bitmap)
		die("a dirty bitmap");
	return bitmap;
}

/**
 * machine_forget_dirty() - read the dirty log, and do nothing with it
 * @m: a machine with dirty logging on
 */
void machine_forget_dirty(const struct machine *m)
{
	uint8_t *bitmap = make_bitmap(m);

	fetch_dirty(m, bitmap);
	free(bitmap);
}

static void copy_dirty(const struct machine *m, uint8_t *to, const uint8_t *bitmap)
{
	uint64_t at;

	for (at = 0; at < m->options.memory; at += PAGE)
		if (is_dirty(bitmap, at))
			memcpy(to + at, m->ram + at, PAGE);
}

static uint64_t first_difference(const struct machine *m, const uint8_t *copy)
{
	uint64_t at;

	for (at = 0; at < m->options.memory; at += PAGE)
		if (memcmp(m->ram + at, copy + at, PAGE))
			break;
	return at;
}

static uint64_t hits_of(const struct machine *m, const struct bare_cr3 *watch)
{
	return watch->hits ? *(volatile uint64_t *)(m->ram + watch->hits) : 0;
}

/**
 * machine_check_dirty() - is a page for the cr3 cache reported as written when it was
 * @m: a machine with split RAM, running
 * @watch: of its first vCPU
 *
 * A hit tells that the gate was open. The machine runs on afterwards.
 *
 * Return: false when a hit was seen and the page was not dirty.
 */
bool machine_check_dirty(struct machine *m, const struct bare_cr3 *watch)
{
	uint8_t *bitmap = make_bitmap(m);
	uint64_t before;
	bool good;

	machine_stop(m);
	machine_log_dirty(m, true);
	fetch_dirty(m, bitmap);
	fetch_dirty(m, bitmap);
	before = hits_of(m, watch);
	machine_start(m);
	usleep(4 * ROUND_US);
	machine_stop(m);
	fetch_dirty(m, bitmap);
	good = hits_of(m, watch) == before || is_dirty(bitmap, watch->page);
	machine_log_dirty(m, false);
	machine_start(m);
	free(bitmap);
	return good;
}

/* Memory as a live migration copies it: all of it, then what was written meanwhile, and again */
static bool copy_live(struct machine *m, uint8_t *copy)
{
	uint8_t *bitmap = make_bitmap(m);
	uint64_t difference;
	unsigned int i;

	machine_log_dirty(m, true);
	memcpy(copy, m->ram, m->options.memory);
	for (i = 0; i < ROUNDS; i++) {
		usleep(ROUND_US);
		fetch_dirty(m, bitmap);
		copy_dirty(m, copy, bitmap);
	}
	machine_stop(m);
	for (i = 0; i < m->options.vcpus; i++)
		vcpu_settle(&m->vcpus[i]);
	fetch_dirty(m, bitmap);
	copy_dirty(m, copy, bitmap);
	difference = first_difference(m, copy);
	if (difference < m->options.memory)
		printf("# migration: the page at 0x%llx was written and not reported\n",
		       (unsigned long long)difference);
	free(bitmap);
	return difference == m->options.memory;
}

/**
 * machine_migrate() - go on in a new VM, with what was copied while the old one ran
 * @from: a machine with split RAM, running; stopped afterwards
 * @to: the new one, not running yet
 * @options: what runs there
 *
 * Return: whether the copy was complete.
 */
bool machine_migrate(struct machine *from, struct machine *to, const struct bare_options *options)
{
	bool good;

	bare_create(to, options);
	good = copy_live(from, to->ram);
	machine_copy_vcpus(to, from, true);
	return good;
}

static void transfer(FILE *file, bool out, void *what, size_t size)
{
	size_t done = out ? fwrite(what, 1, size, file) : fread(what, 1, size, file);

	if (done != size)
		die("saved machine: %zu of %zu bytes", done, size);
}

/* Memory, vCPUs, and what the caller wants to know again: the same order both ways */
static void transfer_machine(struct machine *m, const char *path, bool out, void *extra,
			     size_t size)
{
	static struct vcpu_state state;
	FILE *file = fopen(path, out ? "we" : "re");
	unsigned int i;

	if (!file)
		die("open %s", path);
	transfer(file, out, extra, size);
	transfer(file, out, m->ram, m->options.memory);
	for (i = 0; i < m->options.vcpus; i++) {
		if (out)
			vcpu_save(&m->vcpus[i], &state);
		transfer(file, out, &state, sizeof(state));
		if (!out)
			vcpu_load(&m->vcpus[i], &state, true);
	}
	if (fclose(file))
		die("%s", path);
}

/**
 * machine_save() - stop a machine and write it to a file
 * @m: the machine
 * @path: the file
 * @extra: something of the caller's
 * @extra_size: bytes of it
 */
void machine_save(struct machine *m, const char *path, const void *extra, size_t extra_size)
{
	unsigned int i;

	machine_stop(m);
	for (i = 0; i < m->options.vcpus; i++)
		vcpu_settle(&m->vcpus[i]);
	transfer_machine(m, path, true, (void *)extra, extra_size);
}

/**
 * machine_load() - go on with a machine that was saved
 * @m: one of the same shape that has not run yet
 * @path: the file
 * @extra: what the caller gave to machine_save()
 * @extra_size: bytes of it
 */
void machine_load(struct machine *m, const char *path, void *extra, size_t extra_size)
{
	transfer_machine(m, path, false, extra, extra_size);
}
