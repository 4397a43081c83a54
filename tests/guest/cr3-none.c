// SPDX-License-Identifier: GPL-2.0-only
/* A 32-bit guest, without paging and with: the cr3 cache is not offered, its calls do nothing. */
#include "calls.h"

#define PAGE_AT 0x700000UL
#define WINDOW 0x500000UL
#define LARGE_PAGE 0x83 /* present, writable, 4 MB */
#define CR4_PSE (1UL << 4)
#define CR0_PG (1UL << 31)
#define MARK 0x5a5a5a5aUL

static u32 directory[1024] __attribute__((aligned(4096)));

static void check_refused(const char *when)
{
	volatile u32 *page = (u32 *)PAGE_AT;

	*page = MARK;
	report(!(offered() & KVMPV_FEATURE_MASK(CR3_CACHE)), "%s: not offered", when);
	report_value(hypercall(KVMPV_HC_CR3_REGISTER, PAGE_AT, WINDOW, WINDOW + 64, WINDOW + 64),
		     -KVMPV_ENOSYS, when);
	report_value(hypercall(KVMPV_HC_CR3_RELEASE, PAGE_AT, 0, 0, 0), -KVMPV_ENOSYS, when);
	report_value(hypercall(KVMPV_HC_CR3_UNREGISTER, 0, 0, 0, 0), -KVMPV_ENOSYS, when);
	report(*page == MARK, "%s: the page is as it was", when);
}

static void start_paging(void)
{
	unsigned long value;
	u32 i;

	for (i = 0; i < 1024; i++)
		directory[i] = i << 22 | LARGE_PAGE;
	asm volatile("mov %%cr4, %0; or %1, %0; mov %0, %%cr4" : "=&r"(value) : "i"(CR4_PSE));
	asm volatile("mov %0, %%cr3" : : "r"(directory) : "memory");
	asm volatile("mov %%cr0, %0; or %1, %0; mov %0, %%cr0"
		     : "=&r"(value)
		     : "i"(CR0_PG)
		     : "memory");
}

void program_main(void)
{
	require_kvmpv();
	report_value(hello(), 1, "HELLO");
	check_refused("no paging");
	start_paging();
	check_refused("32-bit paging");
	asm volatile("mov %0, %%cr3" : : "r"(directory) : "memory");
	report(true, "and loads of CR3 work as before");
}
