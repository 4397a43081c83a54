// SPDX-License-Identifier: GPL-2.0-only
/*
 * kvmpv-vmm msrs: the MSRs as a VMM sees them, through KVM_GET_MSR_INDEX_LIST, KVM_GET_MSRS and
 * KVM_SET_MSRS. A VMM that migrates its guests knows nothing about kvmpv: all must work as for an
 * MSR of KVM's own.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "kvmpv/abi.h"
#include "vmm.h"

#define CANARY 0xa5a5a5a5
#define EXTRA 16

/* Return: 0 or errno */
static int index_list(struct kvm_msr_list *list)
{
	return ioctl(kvm_device(), KVM_GET_MSR_INDEX_LIST, list) ? errno : 0;
}

static struct kvm_msr_list *canary_list(unsigned int nmsrs, unsigned int room)
{
	struct kvm_msr_list *list = malloc(sizeof(*list) + room * sizeof(list->indices[0]));

	if (!list)
		die("MSR list");
	memset(list->indices, CANARY & 0xff, room * sizeof(list->indices[0]));
	list->nmsrs = nmsrs;
	return list;
}

static bool untouched(const struct kvm_msr_list *list, unsigned int from, unsigned int room)
{
	while (from < room)
		if (list->indices[from++] != CANARY)
			return false;
	return true;
}

static unsigned int count_of(const struct kvm_msr_list *list, uint32_t first, uint32_t last)
{
	unsigned int i, n = 0;

	for (i = 0; i < list->nmsrs; i++)
		n += list->indices[i] >= first && list->indices[i] <= last;
	return n;
}

static void check_size(unsigned int nmsrs, unsigned int total, const char *name)
{
	unsigned int room = total + EXTRA;
	struct kvm_msr_list *list = canary_list(nmsrs, room);
	int error = index_list(list);

	tap_ok(error == (nmsrs < total ? E2BIG : 0), "index list, room for %s: %s", name,
	       nmsrs < total ? "E2BIG" : "works");
	tap_ok(list->nmsrs == total, "index list, room for %s: says %u (want %u)", name,
	       list->nmsrs, total);
	tap_ok(untouched(list, nmsrs < total ? nmsrs : total, room),
	       "index list, room for %s: nothing is written beyond", name);
	free(list);
}

static void check_pointers(unsigned int total)
{
	const size_t page = 4096, size = 16 * page;
	uint8_t *area =
		mmap(NULL, 2 * size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct kvm_msr_list *list = (struct kvm_msr_list *)(area + size - 8);

	if (area == MAP_FAILED || mprotect(area + size, size, PROT_NONE))
		die("memory for a bad pointer");
	tap_ok(index_list(NULL) == EFAULT, "index list, null pointer: EFAULT");
	tap_ok(index_list((void *)(area + size)) == EFAULT, "index list, unmapped: EFAULT");
	list->nmsrs = total;
	tap_ok(index_list(list) == EFAULT, "index list, ends in unmapped memory: EFAULT");
	/* All but the last entry can be written */
	list = (void *)(area + size - sizeof(*list) - (total - 1) * sizeof(list->indices[0]));
	list->nmsrs = total;
	tap_ok(index_list(list) == EFAULT, "index list, last entry in unmapped memory: EFAULT");
	list = (void *)(area + size - sizeof(*list) - total * sizeof(list->indices[0]));
	list->nmsrs = total;
	tap_ok(index_list(list) == 0, "index list, ends where memory ends: works");
	list = (void *)area;
	list->nmsrs = total;
	if (mprotect(area, page, PROT_READ))
		die("read-only memory");
	tap_ok(index_list(list) == EFAULT, "index list, read-only memory: EFAULT");
	munmap(area, 2 * size);
}

static void check_index_list(bool stock)
{
	struct kvm_msr_list *list = canary_list(0, 0);
	unsigned int total, want = stock ? 0 : 1;

	index_list(list);
	total = list->nmsrs;
	free(list);
	tap_ok(total > 10, "index list: %u MSRs", total);
	list = canary_list(total, total);
	tap_ok(index_list(list) == 0, "index list: read");
	tap_ok(count_of(list, KVMPV_MSR_PAGE, KVMPV_MSR_PAGE) == want, "index list: page, %u times",
	       want);
	tap_ok(count_of(list, KVMPV_MSR_UNHALT, KVMPV_MSR_UNHALT) == want,
	       "index list: unhalt, %u times", want);
	tap_ok(count_of(list, KVMPV_MSR_FIRST, KVMPV_MSR_LAST) == 2 * want,
	       "index list: nothing else of the range");
	free(list);
	check_size(0, total, "none");
	check_size(total - 2, total, "two too few");
	check_size(total - 1, total, "one too few");
	check_size(total, total, "all");
	check_size(total + 1, total, "one more");
	check_size(total + EXTRA, total, "more");
	check_pointers(total);
}

static bool reads(const struct vcpu *vcpu, uint32_t index, uint64_t want)
{
	uint64_t value = ~want;

	return msr_get(vcpu, index, &value) && value == want;
}

static void check_unhalt(const struct vcpu *vcpu)
{
	const uint32_t unhalt = KVMPV_MSR_UNHALT;
	unsigned int bit, taken = 0;

	tap_ok(reads(vcpu, unhalt, 0), "unhalt: a new vCPU has no kick pending");
	tap_ok(msr_set(vcpu, unhalt, 1), "unhalt: 1 is taken");
	tap_ok(reads(vcpu, unhalt, 1), "unhalt: reads 1");
	tap_ok(reads(vcpu, unhalt, 1), "unhalt: still reads 1");
	tap_ok(!msr_set(vcpu, unhalt, 2), "unhalt: 2 is refused");
	tap_ok(!msr_set(vcpu, unhalt, ~0ULL), "unhalt: all ones are refused");
	tap_ok(reads(vcpu, unhalt, 1), "unhalt: a refused write changes nothing");
	tap_ok(msr_set(vcpu, unhalt, 0), "unhalt: 0 is taken");
	tap_ok(reads(vcpu, unhalt, 0), "unhalt: reads 0");
	for (bit = 1; bit < 64; bit++)
		taken += msr_set(vcpu, unhalt, 1ULL << bit);
	tap_ok(!taken, "unhalt: each of the bits 1 to 63 is refused");
	tap_ok(reads(vcpu, unhalt, 0), "unhalt: and none of them sticks");
}

/* A VMM may restore MSRs before there is memory: addresses are not checked then */
static void check_page(const struct machine *m)
{
	const struct vcpu *vcpu = &m->vcpus[0];
	const uint32_t page = KVMPV_MSR_PAGE;
	unsigned int bit, taken = 0;

	tap_ok(reads(vcpu, page, 0), "page: a new vCPU has none");
	tap_ok(msr_set(vcpu, page, 0), "page: 0 is taken");
	tap_ok(msr_set(vcpu, page, 0x5000 | KVMPV_PAGE_ENABLE), "page: an address is taken");
	tap_ok(reads(vcpu, page, 0x5000 | KVMPV_PAGE_ENABLE), "page: and can be read");
	tap_ok(!m->ram[0x5000], "page: memory, which the VMM restores, is left alone");
	for (bit = 1; bit < 12; bit++)
		taken += msr_set(vcpu, page, 0x6000 | 1ULL << bit | KVMPV_PAGE_ENABLE);
	tap_ok(!taken, "page: each of the reserved bits is refused");
	tap_ok(!msr_set(vcpu, page, 0x6000), "page: an address without enable is refused");
	tap_ok(!msr_set(vcpu, page, 2), "page: a reserved bit alone is refused");
	tap_ok(reads(vcpu, page, 0x5000 | KVMPV_PAGE_ENABLE),
	       "page: refused writes change nothing");
	tap_ok(msr_set(vcpu, page, 0) && reads(vcpu, page, 0), "page: 0 takes it away");
}

static void check_others(const struct vcpu *vcpu)
{
	static const uint32_t neighbours[] = {KVMPV_MSR_FIRST - 1, KVMPV_MSR_LAST + 1};
	unsigned int i, readable = 0, writable = 0;
	uint32_t index;
	uint64_t value;

	for (index = KVMPV_MSR_UNHALT + 1; index <= KVMPV_MSR_LAST; index++) {
		readable += msr_get(vcpu, index, &value);
		writable += msr_set(vcpu, index, 0);
	}
	tap_ok(!readable, "no other MSR of the range can be read");
	tap_ok(!writable, "no other MSR of the range can be written");
	for (i = 0; i < ARRAY_SIZE(neighbours); i++)
		tap_ok(!msr_get(vcpu, neighbours[i], &value) && !msr_set(vcpu, neighbours[i], 0),
		       "neighbour 0x%x is not there", neighbours[i]);
	tap_ok(msr_get(vcpu, 0x10, &value), "the TSC, an MSR of somebody else's, can be read");
}

/**
 * cmd_msrs() - kvmpv-vmm msrs [stock]
 * @argc: number of words
 * @argv: words; "stock": there is no kvmpv on this host
 *
 * Return: exit status.
 */
int cmd_msrs(int argc, char **argv)
{
	const struct machine_options options = {.vcpus = 2, .memory = 16 << 20};
	bool stock = argc > 1 && !strcmp(argv[1], "stock");
	struct machine m;
	uint64_t value;

	check_index_list(stock);
	machine_create(&m, &options);
	if (stock) {
		tap_ok(!msr_get(&m.vcpus[0], KVMPV_MSR_UNHALT, &value), "stock: no unhalt MSR");
		tap_ok(!msr_get(&m.vcpus[0], KVMPV_MSR_PAGE, &value), "stock: no page MSR");
	} else {
		check_unhalt(&m.vcpus[0]);
		tap_ok(msr_set(&m.vcpus[0], KVMPV_MSR_UNHALT, 1) &&
			       reads(&m.vcpus[1], KVMPV_MSR_UNHALT, 0),
		       "unhalt: each vCPU has a flag of its own");
		check_page(&m);
	}
	check_others(&m.vcpus[0]);
	machine_destroy(&m);
	return tap_done();
}
