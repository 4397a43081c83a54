// SPDX-License-Identifier: GPL-2.0-only
/*
 * The MSRs as a guest sees them. What VMMs see is in vmm-msrs.c.
 */
#include "lib.h"

#define PAGE_AT 0x800000ULL

static void check_unhalt(const char *when)
{
	u64 value = ~0ULL;
	unsigned int bit;
	bool refused = true;

	report_value(rdmsr_safe(KVMPV_MSR_UNHALT, &value), 0, "%s: unhalt can be read", when);
	report_value(value, 0, "%s: no kick is pending", when);
	report_value(wrmsr_safe(KVMPV_MSR_UNHALT, 1), 0, "%s: write 1", when);
	rdmsr_safe(KVMPV_MSR_UNHALT, &value);
	report_value(value, 1, "%s: reads 1", when);
	report_value(wrmsr_safe(KVMPV_MSR_UNHALT, 2), GP_VECTOR, "%s: write 2: #GP", when);
	report_value(wrmsr_safe(KVMPV_MSR_UNHALT, 3), GP_VECTOR, "%s: write 3: #GP", when);
	report_value(wrmsr_safe(KVMPV_MSR_UNHALT, ~0ULL), GP_VECTOR, "%s: write all ones: #GP",
		     when);
	for (bit = 1; bit < 64; bit++)
		refused &= wrmsr_safe(KVMPV_MSR_UNHALT, 1ULL << bit) == GP_VECTOR;
	report(refused, "%s: each of the bits 1 to 63: #GP", when);
	rdmsr_safe(KVMPV_MSR_UNHALT, &value);
	report_value(value, 1, "%s: refused writes change nothing", when);
	report_value(wrmsr_safe(KVMPV_MSR_UNHALT, 0), 0, "%s: write 0", when);
	rdmsr_safe(KVMPV_MSR_UNHALT, &value);
	report_value(value, 0, "%s: reads 0", when);
}

static u64 page_msr(void)
{
	u64 value = ~0ULL;

	rdmsr_safe(KVMPV_MSR_PAGE, &value);
	return value;
}

static void check_page_before_hello(void)
{
	u64 value = ~0ULL;

	report_value(rdmsr_safe(KVMPV_MSR_PAGE, &value), 0, "before HELLO: page can be read");
	report_value(value, 0, "before HELLO: there is none");
	report_value(wrmsr_safe(KVMPV_MSR_PAGE, PAGE_AT | KVMPV_PAGE_ENABLE), GP_VECTOR,
		     "before HELLO: enable: #GP");
	report_value(wrmsr_safe(KVMPV_MSR_PAGE, 0), 0, "before HELLO: write 0");
	report_value(page_msr(), 0, "before HELLO: there is still none");
}

static void check_header(const char *when)
{
	const struct kvmpv_page *page = (struct kvmpv_page *)(unsigned long)PAGE_AT;
	const u8 *bytes = (const u8 *)page;
	u32 i, reserved = 0, beyond = 0;

	report_value(page->magic, KVMPV_PAGE_MAGIC, "%s: magic", when);
	report_value(page->guest_version, 1, "%s: version in use", when);
	report_value(page->host_version, cpuid(kvmpv_base + KVMPV_CPUID_VERSION, 0).eax,
		     "%s: host's version", when);
	report_value(page->size, sizeof(*page), "%s: size", when);
	report_value(page->features, offered(), "%s: features", when);
	report_value(page->instance, cpuid(kvmpv_base + KVMPV_CPUID_VERSION, 0).edx, "%s: instance",
		     when);
	report_value(page->vcpu_id, 0, "%s: vCPU", when);
	for (i = 0; i < ARRAY_SIZE(page->reserved); i++)
		reserved |= page->reserved[i];
	report_value(reserved, 0, "%s: reserved words are zero", when);
	for (i = sizeof(*page); i < KVMPV_PAGE_SIZE; i++)
		beyond += bytes[i] != 0x5a;
	report_value(beyond, 0, "%s: the rest of the page is untouched", when);
	report(bytes[-1] == 0x5a && bytes[KVMPV_PAGE_SIZE] == 0x5a, "%s: so are its neighbours",
	       when);
}

static void enable_page(const char *when)
{
	memset((void *)(unsigned long)(PAGE_AT - 0x1000), 0x5a, 3 * KVMPV_PAGE_SIZE);
	report_value(wrmsr_safe(KVMPV_MSR_PAGE, PAGE_AT | KVMPV_PAGE_ENABLE), 0, "%s: enable",
		     when);
	report_value(page_msr(), PAGE_AT | KVMPV_PAGE_ENABLE, "%s: reads what was written", when);
}

static void check_bad_pages(void)
{
	const u64 bad[] = {INFO->memory, INFO->memory + 0x1000,
			   BARE_ROM,	 BARE_ROM - 0x1000,
			   0xfee00000,	 0xfffff000,
			   1ULL << 32,	 1ULL << 46,
			   1ULL << 52,	 1ULL << 63,
			   ~0xfffULL};
	unsigned int i;
	bool refused = true;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		report_value(wrmsr_safe(KVMPV_MSR_PAGE, bad[i] | KVMPV_PAGE_ENABLE), GP_VECTOR,
			     "page at 0x%llx: #GP", bad[i]);
	for (i = 1; i < 12; i++)
		refused &= wrmsr_safe(KVMPV_MSR_PAGE, PAGE_AT | 1ULL << i | KVMPV_PAGE_ENABLE) ==
			   GP_VECTOR;
	report(refused, "page, each of the reserved bits: #GP");
	report_value(wrmsr_safe(KVMPV_MSR_PAGE, 2), GP_VECTOR, "page, reserved bit, disabled: #GP");
	report_value(wrmsr_safe(KVMPV_MSR_PAGE, PAGE_AT), GP_VECTOR,
		     "page, address, disabled: #GP");
	report_value(page_msr(), PAGE_AT | KVMPV_PAGE_ENABLE,
		     "page: refused writes change nothing");
}

static void check_page(void)
{
	struct kvmpv_page *page = (struct kvmpv_page *)(unsigned long)PAGE_AT;

	enable_page("page");
	check_header("page");
	check_bad_pages();
	page->magic = 0;
	page->size = ~0U;
	report_value(wrmsr_safe(KVMPV_MSR_PAGE, PAGE_AT | KVMPV_PAGE_ENABLE), 0,
		     "page, scribbled over: enable again");
	report_value(page->magic, KVMPV_PAGE_MAGIC, "page, scribbled over: is good again");
	report_value(wrmsr_safe(KVMPV_MSR_PAGE, (INFO->memory - 0x1000) | KVMPV_PAGE_ENABLE), 0,
		     "page: the last one of memory");
	report_value(wrmsr_safe(KVMPV_MSR_PAGE, KVMPV_PAGE_ENABLE), 0,
		     "page: the one at address 0");
	report_value(*(volatile u32 *)0x1000, 0, "page: 0 does not reach into the next one");
	report_value(wrmsr_safe(KVMPV_MSR_PAGE, 0), 0, "page: write 0");
	report_value(page_msr(), 0, "page: is gone");
	enable_page("page, second time");
	report_value(hello(), 1, "HELLO");
	report_value(page_msr(), 0, "HELLO drops the page");
	enable_page("page, third time");
	report_value(hypercall(KVMPV_HC_BYE, 0, 0, 0, 0), 0, "BYE");
	report_value(page_msr(), 0, "BYE drops the page");
	report_value(wrmsr_safe(KVMPV_MSR_PAGE, PAGE_AT | KVMPV_PAGE_ENABLE), GP_VECTOR,
		     "after BYE: enable: #GP");
}

static void check_others(void)
{
	bool unknown = true;
	u64 value;
	u32 index;

	for (index = KVMPV_MSR_UNHALT + 1; index <= KVMPV_MSR_LAST; index++)
		unknown &=
			rdmsr_safe(index, &value) == GP_VECTOR && wrmsr_safe(index, 0) == GP_VECTOR;
	report(unknown, "all other MSRs of the range: #GP");
	report_value(rdmsr_safe(KVMPV_MSR_FIRST - 1, &value), GP_VECTOR, "read below: #GP");
	report_value(wrmsr_safe(KVMPV_MSR_FIRST - 1, 0), GP_VECTOR, "write below: #GP");
	report_value(rdmsr_safe(KVMPV_MSR_LAST + 1, &value), GP_VECTOR, "read above: #GP");
	report_value(wrmsr_safe(KVMPV_MSR_LAST + 1, 0), GP_VECTOR, "write above: #GP");
	report_value(rdmsr_safe(0x4b564d01, &value), 0, "KVM's own MSR can be read");
}

static long ring3_read(long index)
{
	u64 value;

	return rdmsr_safe(index, &value);
}

static long ring3_write(long index)
{
	return wrmsr_safe(index, 0);
}

static void check_ring3(void)
{
	static const u32 msrs[] = {KVMPV_MSR_UNHALT, KVMPV_MSR_PAGE};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(msrs); i++) {
		report_value(ring3(ring3_read, msrs[i]), GP_VECTOR, "ring 3, read 0x%x: #GP",
			     msrs[i]);
		report_value(ring3(ring3_write, msrs[i]), GP_VECTOR, "ring 3, write 0x%x: #GP",
			     msrs[i]);
	}
}

void program_main(void)
{
	require_kvmpv();
	check_unhalt("before HELLO");
	check_page_before_hello();
	report_value(hello(), 1, "HELLO");
	check_unhalt("after HELLO");
	check_page();
	check_others();
	check_ring3();
}
