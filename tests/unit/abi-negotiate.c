// SPDX-License-Identifier: GPL-2.0-only
/*
 * kvmpv_abi_negotiate() over all combinations of small ranges and of the values where 32 and 64
 * bits, signed and unsigned, part company; against a slow search that cannot be wrong.
 */
#include <stdio.h>
#include <string.h>
#include <kvmpv/abi.h>

/* clang-format off */
static const unsigned long long value[] = {
	0, 1, 2, 3, 4, 5, 0x7ffffffe, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff,
	0x100000000ULL, 0x100000001ULL, 0x7fffffffffffffffULL, 0x8000000000000000ULL, ~0ULL,
};
/* clang-format on */

#define VALUES (sizeof(value) / sizeof(value[0]))
#define HOST_VALUES 8 /* a host's versions are constants of its own: up to INT_MAX */

/* The best common version is the end of one of the ranges, so it is in value[]. */
static long long search(unsigned long long host_min, unsigned long long host_max,
			unsigned long long guest_min, unsigned long long guest_max)
{
	unsigned int i;

	if (!guest_min || guest_max < guest_min)
		return -KVMPV_EINVAL;
	for (i = VALUES; i--;)
		if (value[i] >= host_min && value[i] <= host_max && value[i] >= guest_min &&
		    value[i] <= guest_max)
			return value[i];
	return -KVMPV_EOPNOTSUPP;
}

static int check_signature(void)
{
	const __u32 word[3] = {KVMPV_SIGNATURE_EBX, KVMPV_SIGNATURE_ECX, KVMPV_SIGNATURE_EDX};

	return sizeof(KVMPV_SIGNATURE) != 12 || memcmp(word, KVMPV_SIGNATURE, 12);
}

static int check(unsigned long long host_min, unsigned long long host_max,
		 unsigned long long guest_min, unsigned long long guest_max)
{
	long long want = search(host_min, host_max, guest_min, guest_max);
	long long got = kvmpv_abi_negotiate(host_min, host_max, guest_min, guest_max);

	if (got == want)
		return 0;
	printf("# host %llx-%llx guest %llx-%llx: %lld, not %lld\n", host_min, host_max, guest_min,
	       guest_max, got, want);
	return 1;
}

int main(void)
{
	unsigned int i, j, tried = 0, failed = 0;

	for (i = 0; i < HOST_VALUES * HOST_VALUES; i++)
		for (j = 0; j < VALUES * VALUES && failed < 5; j++, tried++)
			failed += check(value[i / HOST_VALUES], value[i % HOST_VALUES],
					value[j / VALUES], value[j % VALUES]);
	if (check_signature() && ++failed)
		printf("# KVMPV_SIGNATURE and its three words differ\n");
	printf("# %u combinations, %u failures\n", tried, failed);
	return failed || tried != HOST_VALUES * HOST_VALUES * VALUES * VALUES;
}
