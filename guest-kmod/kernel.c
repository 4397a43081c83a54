// SPDX-License-Identifier: GPL-2.0-only
/*
 * What this guest's kernel uses of KVM's own paravirtual interface, kvmpv aside: looked up, never
 * changed. A kernel decides at boot which functions it calls, and patches its call sites by tables
 * (pv_ops, apic, smp_ops) and static keys that stay as they are from then on; and it enables what
 * the host writes to by MSRs, on each CPU. Documentation/virt/kvm/x86/{cpuid,msr}.rst.
 */
#include <linux/atomic.h>
#include <linux/clocksource.h>
#include <linux/cpu.h>
#include <linux/cpumask.h>
#include <linux/jump_label.h>
#include <linux/kernel.h>
#include <linux/kvm_para.h>
#include <linux/smp.h>
#include <linux/sysfs.h>

#include <asm/apic.h>
#include <asm/msr.h>
#include <asm/paravirt.h>
#include <asm/smp.h>

#include "host.h"
#include "kernel.h"
#include "spinlock.h"
#include "symbol.h"

/* Which of two functions a table has. Neither: that of another hypervisor, or of another kernel. */
static const char *which(const void *function, const char *kvm, const char *native)
{
	unsigned long addr = (unsigned long)function;

	if (addr && addr == kvmpv_symbol_address(kvm))
		return "kvm";
	if (!native || (addr && addr == kvmpv_symbol_address(native)))
		return "native";
	return "unknown";
}

static const char *key_state(const char *name)
{
	struct static_key *key = (struct static_key *)kvmpv_symbol_address(name);

	return !key ? "unknown" : static_key_enabled(key) ? "1" : "0";
}

static const char *io_delay(void)
{
#ifdef KVMPV_HAVE_PV_OPS_IO_DELAY
	return which(pv_ops.cpu.io_delay, "kvm_io_delay", "native_io_delay");
#else
	return "unknown";
#endif
}

static const char *tlb_flush(void)
{
#ifdef CONFIG_PARAVIRT
	return which(pv_ops.mmu.flush_tlb_multi, "kvm_flush_tlb_multi", "native_flush_tlb_multi");
#else
	return "native";
#endif
}

/* The local APIC driver has a function of its own for each mode: what is not KVM's is native. */
static const char *eoi(void)
{
#ifdef KVMPV_HAVE_APIC_EOI_MEMBER
	return which(apic->eoi, "kvm_guest_apic_eoi_write", NULL);
#else
	return which(apic->eoi_write, "kvm_guest_apic_eoi_write", NULL);
#endif
}

/* How a process reads kvm-clock without entering the kernel, if it can. */
static const char *clock_vdso(void)
{
	const struct clocksource *clock = (void *)kvmpv_symbol_address("kvm_clock");

	if (!clock)
		return "unknown";
	return clock->vdso_clock_mode == VDSO_CLOCKMODE_PVCLOCK ? "1" : "0";
}

static const char *ext_dest_id(void)
{
	const bool *on = (const bool *)kvmpv_symbol_address("virt_ext_dest_id");

	return !on ? "unknown" : READ_ONCE(*on) ? "1" : "0";
}

/**
 * kernel_print() - the functions and static keys in use
 * @page: a page to print into
 *
 * Context: process, may sleep; one exit to the hypervisor, for the APIC's base.
 *
 * Return: bytes printed.
 */
ssize_t kernel_print(char *page)
{
	const void *send_ipi = apic->send_IPI_mask;
	ssize_t len = 0;

#define LINE_(name, value) len += sysfs_emit_at(page, len, "%s %s\n", name, value)
	LINE_("x2apic", x2apic_enabled() ? "1" : "0");
	LINE_("io_delay", io_delay());
	LINE_("eoi", eoi());
	LINE_("send_ipi", which(send_ipi, "kvm_send_ipi_mask", NULL));
	LINE_("tlb_flush", tlb_flush());
	LINE_("sched_yield", which(smp_ops.send_call_func_ipi, "kvm_smp_send_call_func_ipi",
				   "native_send_call_func_ipi"));
	LINE_("spinlock", spinlock_kernel());
	LINE_("steal_clock", key_state("paravirt_steal_enabled"));
	LINE_("async_pf", key_state("kvm_async_pf_enabled"));
	LINE_("clock_vdso", clock_vdso());
	LINE_("ext_dest_id", ext_dest_id());
#undef LINE_
	return len;
}

/**
 * struct msr_use - an MSR that a guest enables something by
 * @name: of the line
 * @feature: the bit of KVM's features that offers it
 * @msr: its number
 * @mask: set bits mean that it is in use
 */
static const struct msr_use {
	const char *name;
	unsigned int feature;
	u32 msr;
	u64 mask;
} msr_uses[] = {
	{"clock", KVM_FEATURE_CLOCKSOURCE2, MSR_KVM_SYSTEM_TIME_NEW, KVM_MSR_ENABLED},
	{"clock_old", KVM_FEATURE_CLOCKSOURCE, MSR_KVM_SYSTEM_TIME, KVM_MSR_ENABLED},
	{"async_pf", KVM_FEATURE_ASYNC_PF, MSR_KVM_ASYNC_PF_EN, KVM_ASYNC_PF_ENABLED},
	{"async_pf_vmexit", KVM_FEATURE_ASYNC_PF_VMEXIT, MSR_KVM_ASYNC_PF_EN,
	 KVM_ASYNC_PF_DELIVERY_AS_PF_VMEXIT},
	{"async_pf_int", KVM_FEATURE_ASYNC_PF_INT, MSR_KVM_ASYNC_PF_EN,
	 KVM_ASYNC_PF_DELIVERY_AS_INT},
	{"steal_time", KVM_FEATURE_STEAL_TIME, MSR_KVM_STEAL_TIME, KVM_MSR_ENABLED},
	{"pv_eoi", KVM_FEATURE_PV_EOI, MSR_KVM_PV_EOI_EN, KVM_MSR_ENABLED},
	/* Set: the host polls when this CPU halts. So it is unless a guest says otherwise. */
	{"host_polls", KVM_FEATURE_POLL_CONTROL, MSR_KVM_POLL_CONTROL, 1},
	{"migration", KVM_FEATURE_MIGRATION_CONTROL, MSR_KVM_MIGRATION_CONTROL,
	 KVM_MIGRATION_READY},
};

/**
 * struct msr_counts - what is in use on how many CPUs
 * @features: bits KVM offers
 * @cpus: CPUs asked
 * @used: by index in msr_uses
 * @failed: MSRs that could not be read
 */
struct msr_counts {
	u32 features;
	atomic_t cpus;
	atomic_t used[ARRAY_SIZE(msr_uses)];
	atomic_t failed[ARRAY_SIZE(msr_uses)];
};

/* Context: interrupts off, on the CPU that is asked. */
static void count_msrs(void *data)
{
	struct msr_counts *counts = data;
	u64 value;
	int i;

	atomic_inc(&counts->cpus);
	for (i = 0; i < ARRAY_SIZE(msr_uses); i++) {
		if (!(counts->features & BIT(msr_uses[i].feature)))
			continue;
		if (rdmsrq_safe(msr_uses[i].msr, &value))
			atomic_inc(&counts->failed[i]);
		else if (value & msr_uses[i].mask)
			atomic_inc(&counts->used[i]);
	}
}

/**
 * kernel_print_msrs() - on how many CPUs the kernel uses what the host writes to
 * @page: a page to print into
 *
 * Only what KVM offers is asked for; the addresses that are in these MSRs stay inside.
 *
 * Context: process, may sleep; an exit to the hypervisor for each MSR on each online CPU, with
 * interrupts off there.
 *
 * Return: bytes printed.
 */
ssize_t kernel_print_msrs(char *page)
{
	struct msr_counts counts = {.features = 0};
	ssize_t len;
	int i;

	counts.features = host_kvm_features();
	cpus_read_lock();
	on_each_cpu(count_msrs, &counts, true);
	cpus_read_unlock();
	len = sysfs_emit(page, "cpus %d\n", atomic_read(&counts.cpus));
	for (i = 0; i < ARRAY_SIZE(msr_uses); i++) {
		bool known = counts.features & BIT(msr_uses[i].feature) &&
			     !atomic_read(&counts.failed[i]);

		if (known)
			len += sysfs_emit_at(page, len, "%s %d\n", msr_uses[i].name,
					     atomic_read(&counts.used[i]));
		else
			len += sysfs_emit_at(page, len, "%s -\n", msr_uses[i].name);
	}
	return len;
}
