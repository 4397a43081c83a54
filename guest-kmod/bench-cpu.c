// SPDX-License-Identifier: GPL-2.0-only
/*
 * What one vCPU does by itself. Each operation leaves everything as it was: it reads, writes back
 * what it has just read, or is one that the machine defines to have no effect then. Interrupts are
 * off, so nobody else of this CPU can come in between; see each case for other CPUs.
 */
#include <linux/io.h>
#include <linux/irqflags.h>
#include <linux/kvm_para.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/uaccess.h>

#include <asm/apic.h>
#include <asm/msr.h>
#include <asm/processor.h>
#include <asm/smp.h>
#include <asm/special_insns.h>
#include <asm/tlbflush.h>
#include <asm/tsc.h>

#include <kvmpv/abi.h>

#include "bench.h"

#define HC_UNKNOWN 0x62656e63 /* "benc": nobody's; KVM answers -KVM_ENOSYS */
#define PORT_PIT_CONTROL 0x43
#define PIT_READ_BACK_NOTHING \
	0xf0 /* 8254, read-back: latch neither count nor status of no counter */
#define PORT_POST 0x80 /* codes of a BIOS; Linux itself writes there to wait */
#define MSR_EOI (APIC_BASE_MSR + (APIC_EOI >> 4))

/* What the case has prepared: a value or an address */
static unsigned long arg;

static __always_inline void write_msr(u32 msr, u64 value)
{
	asm volatile("wrmsr" : : "c"(msr), "a"((u32)value), "d"((u32)(value >> 32)) : "memory");
}

static __always_inline void flush_page(unsigned long address)
{
	asm volatile("invlpg (%0)" : : "r"(address) : "memory");
}

/* Ticks of @n operations with interrupts off; @operation is constant, and so becomes part of it. */
static __always_inline s64 timed(unsigned int n, void (*operation)(void))
{
	unsigned long flags;
	u64 start, end;

	local_irq_save(flags);
	start = rdtsc_ordered();
	while (n--) {
		barrier();
		operation();
	}
	end = rdtsc_ordered();
	local_irq_restore(flags);
	return end > start ? end - start : 0;
}

/* SAMPLE(NAME, OPERATION): s64 sample_NAME(unsigned int n) */
#define SAMPLE(name, operation)                     \
	static __always_inline void do_##name(void) \
	{                                           \
		operation;                          \
	}                                           \
	static s64 sample_##name(unsigned int n)    \
	{                                           \
		return timed(n, do_##name);         \
	}

SAMPLE(nothing, barrier())
SAMPLE(cpuid, cpuid_eax(0))
SAMPLE(hypercall, kvm_hypercall0(HC_UNKNOWN))
SAMPLE(kvmpv, kvm_hypercall1(KVMPV_HC_YIELD, arg))
SAMPLE(msr, write_msr(MSR_IA32_MISC_ENABLE, arg))
SAMPLE(port_kernel, outb(PIT_READ_BACK_NOTHING, PORT_PIT_CONTROL))
SAMPLE(port_vmm, outb(0, PORT_POST))
SAMPLE(eoi_x2apic, write_msr(MSR_EOI, 0))
SAMPLE(eoi_xapic, writel(0, (void __iomem *)(APIC_BASE + APIC_EOI)))
SAMPLE(cr3, native_write_cr3(__native_read_cr3()))
SAMPLE(invlpg, flush_page(arg))

/* A yield to oneself is not needed, says the host, and does nothing. */
static bool kvmpv_possible(char reason[BENCH_REASON_MAX])
{
	return bench_kvmpv_offers(KVMPV_FEATURE_MASK(YIELD), KVMPV_HC_YIELD, reason);
}

static int kvmpv_begin(void)
{
	arg = per_cpu(x86_cpu_to_apicid, smp_processor_id());
	return 0;
}

static bool msr_possible(char reason[BENCH_REASON_MAX])
{
	u64 value;

	if (!rdmsrq_safe(MSR_IA32_MISC_ENABLE, &value) && !wrmsrq_safe(MSR_IA32_MISC_ENABLE, value))
		return true;
	snprintf(reason, BENCH_REASON_MAX, "IA32_MISC_ENABLE cannot be read and written here");
	return false;
}

static int msr_begin(void)
{
	u64 value;
	int ret = rdmsrq_safe(MSR_IA32_MISC_ENABLE, &value);

	arg = value;
	return ret;
}

/*
 * An EOI with no interrupt in service is ignored. None is in service of a CPU that runs a process
 * with interrupts off: handlers end theirs before they return.
 */
static bool eoi_x2apic_possible(char reason[BENCH_REASON_MAX])
{
	if (x2apic_enabled())
		return true;
	snprintf(reason, BENCH_REASON_MAX, "this guest's APICs are in xAPIC mode");
	return false;
}

static bool eoi_xapic_possible(char reason[BENCH_REASON_MAX])
{
	if (boot_cpu_has(X86_FEATURE_APIC) && !x2apic_enabled())
		return true;
	snprintf(reason, BENCH_REASON_MAX, "this guest's APICs are in x2APIC mode");
	return false;
}

/* A page of this module's data, which is mapped again at the next access. */
static int invlpg_begin(void)
{
	arg = (unsigned long)&arg & PAGE_MASK;
	return 0;
}

/*
 * First touches of anonymous memory, in the address space of whoever asked for the measurement. It
 * is what a page fault costs a process: the exception, the kernel's work, a zeroed page.
 */
static s64 sample_fault(unsigned int n)
{
	unsigned long address = vm_mmap(NULL, 0, (unsigned long)n * PAGE_SIZE,
					PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, 0);
	unsigned int i;
	s64 ticks = 0;
	u64 start;

	if (IS_ERR_VALUE(address))
		return (long)address;
	for (i = 0; i < n && ticks >= 0; i++) {
		start = rdtsc_ordered();
		if (put_user(1, (u8 __user *)(address + i * PAGE_SIZE)))
			ticks = -EFAULT;
		else
			ticks += rdtsc_ordered() - start;
	}
	vm_munmap(address, (unsigned long)n * PAGE_SIZE);
	return ticks;
}

const struct bench_case bench_cpu_cases[] = {
	{
		.name = "empty",
		.text = "no operation: what measuring costs",
		.kind = BENCH_OVERHEAD,
		.sample = sample_nothing,
	},
	{
		.name = "cpuid",
		.text = "CPUID, leaf 0",
		.kind = BENCH_ALWAYS,
		.sample = sample_cpuid,
	},
	{
		.name = "hypercall-unknown",
		.text = "hypercall that no host knows",
		.kind = BENCH_ALWAYS,
		.possible = bench_is_kvm,
		.sample = sample_hypercall,
	},
	{
		.name = "hypercall-kvmpv",
		.text = "hypercall of kvmpv: yield to oneself",
		.kind = BENCH_ALWAYS,
		.possible = kvmpv_possible,
		.begin = kvmpv_begin,
		.sample = sample_kvmpv,
	},
	{
		.name = "msr-write",
		.text = "write of IA32_MISC_ENABLE, with the value it has",
		.kind = BENCH_ALWAYS,
		.possible = msr_possible,
		.begin = msr_begin,
		.sample = sample_msr,
	},
	{
		.name = "port-kernel",
		.text = "write to port 0x43, the PIT, which KVM emulates unless the VMM does",
		.kind = BENCH_ALWAYS,
		.sample = sample_port_kernel,
	},
	{
		.name = "port-vmm",
		.text = "write to port 0x80, which goes to the VMM",
		.kind = BENCH_ALWAYS,
		.sample = sample_port_vmm,
	},
	{
		.name = "eoi-xapic",
		.text = "end of interrupt, xAPIC: a memory-mapped write",
		.kind = BENCH_MAYBE,
		.possible = eoi_xapic_possible,
		.sample = sample_eoi_xapic,
	},
	{
		.name = "eoi-x2apic",
		.text = "end of interrupt, x2APIC: an MSR write",
		.kind = BENCH_MAYBE,
		.possible = eoi_x2apic_possible,
		.sample = sample_eoi_x2apic,
	},
	{
		.name = "cr3-write",
		.text = "load of CR3 with the value it has",
		.kind = BENCH_MAYBE,
		.sample = sample_cr3,
	},
	{
		.name = "invlpg",
		.text = "INVLPG of a page of the kernel",
		.kind = BENCH_MAYBE,
		.begin = invlpg_begin,
		.sample = sample_invlpg,
	},
	{
		.name = "page-fault",
		.text = "first touch of a page of anonymous memory",
		.kind = BENCH_KERNEL,
		.sample = sample_fault,
	},
};

const unsigned int bench_cpu_cases_n = ARRAY_SIZE(bench_cpu_cases);
