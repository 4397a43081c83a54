// SPDX-License-Identifier: GPL-2.0-only
/*
 * Talking to the host. A host may go away between any two instructions (module unloaded, VM
 * migrated): a hypercall then answers -KVMPV_ENOSYS and an MSR gives #GP, and both are an error
 * code here. Such an answer also wakes the watch, which finds out and cleans up.
 */
#include <linux/io.h>
#include <linux/kvm_para.h>
#include <linux/preempt.h>
#include <linux/smp.h>

#include <asm/msr.h>
#include <asm/smp.h>
#include <asm/tsc.h>

#include <kvmpv/abi.h>

#include "calls.h"
#include "state.h"
#include "stats.h"
#include "watch.h"

static u32 apic_id(int cpu)
{
	return per_cpu(x86_cpu_to_apicid, cpu);
}

/* KVM's numbers are Linux's, but for this one. It means that nobody is there to answer. */
static long to_errno(long ret)
{
	return ret == -KVMPV_ENOSYS ? -ENODEV : ret;
}

/* Without preemption, or the round trip would include somebody else's time slice. */
static long timed_call(u32 nr, unsigned long a0, unsigned long a1, unsigned long a2,
		       unsigned long a3)
{
	u64 start, end;
	long ret;

	preempt_disable_notrace();
	start = rdtsc_ordered();
	ret = kvm_hypercall4(nr, a0, a1, a2, a3);
	end = rdtsc_ordered();
	preempt_enable_notrace();
	stats_call_ticks(end > start ? end - start : 0);
	return to_errno(ret);
}

static long feature_call(u32 feature, u32 nr, unsigned long a0, unsigned long a1)
{
	long ret;

	if (!state_uses(feature))
		return -EOPNOTSUPP;
	ret = timed_call(nr, a0, a1, 0, 0);
	if (ret == -ENODEV || ret == -EPROTO)
		watch_poke();
	return ret;
}

/**
 * call_hello() - handshake with the host
 * @features: feature bits that are going to be used
 *
 * A success drops the registered pages of all vCPUs on the host's side; a failure changes nothing.
 *
 * Context: a kvmpv block was seen in CPUID, or the instruction itself may not be there.
 *
 * Return: the ABI version in use, or a negative error: -EOPNOTSUPP no common version or a feature
 * not offered, -ENODEV no kvmpv host, -EPROTO a version that was not asked for.
 */
int call_hello(u32 features)
{
	long ret = timed_call(KVMPV_HC_HELLO, KVMPV_ABI_MIN, KVMPV_ABI_MAX, features, 0);

	if (ret >= 0 && (ret < KVMPV_ABI_MIN || ret > KVMPV_ABI_MAX))
		ret = -EPROTO;
	stats_count(ret < 0 ? GUEST_HELLOS_REFUSED : GUEST_HELLOS);
	return ret;
}

/**
 * call_bye() - take the handshake back
 *
 * There is nothing to do about a failure: a host that does not know the call has no handshake.
 *
 * Context: any, NMI included; after a successful call_hello().
 */
void call_bye(void)
{
	timed_call(KVMPV_HC_BYE, 0, 0, 0, 0);
}

/**
 * call_kick() - wake a vCPU from HLT, or make its next HLT return at once
 * @cpu: Linux's number of the vCPU
 *
 * Context: any, NMI included.
 *
 * Return: 0, -EOPNOTSUPP when the feature is not in use, another error from the host.
 */
int call_kick(int cpu)
{
	int ret = feature_call(KVMPV_FEATURE_MASK(KICK), KVMPV_HC_KICK, apic_id(cpu), 0);

	stats_count(ret ? GUEST_KICKS_FAILED : GUEST_KICKS_SENT);
	return ret;
}

/**
 * call_yield() - give the rest of the time slice to a vCPU
 * @cpu: Linux's number of the vCPU
 *
 * Context: any, NMI included.
 *
 * Return: 1 given, 0 not needed, -EOPNOTSUPP when the feature is not in use, another error from the
 * host.
 */
int call_yield(int cpu)
{
	int ret = feature_call(KVMPV_FEATURE_MASK(YIELD), KVMPV_HC_YIELD, apic_id(cpu), 0);

	if (ret < 0)
		stats_count(GUEST_YIELDS_FAILED);
	else
		stats_count(ret ? GUEST_YIELDS_GIVEN : GUEST_YIELDS_REFUSED);
	return ret;
}

/**
 * call_stats() - snapshot of the counters the host keeps for this VM
 * @stats: written by the host; memory from the kernel's direct map, contiguous
 * @size: bytes of @stats
 *
 * Context: any but NMI.
 *
 * Return: bytes written, -EOPNOTSUPP when the feature is not in use, another error from the host.
 */
int call_stats(struct kvmpv_stats *stats, size_t size)
{
	int ret;

	ret = feature_call(KVMPV_FEATURE_MASK(STATS), KVMPV_HC_STATS, virt_to_phys(stats), size);
	if (ret >= 0)
		stats_count(GUEST_STATS_CALLS);
	return ret;
}

/**
 * call_cr3_register() - share a page for the cr3 cache, for this vCPU
 * @page: the page; emptied and then written by the host
 * @start: of the look-up window, as in abi.h
 * @end: of the window
 * @abort: where the host continues what it interrupted inside the window
 *
 * Context: preemptible or not, but bound to the CPU; after a handshake with the feature.
 *
 * Return: 0 or the host's error.
 */
int call_cr3_register(struct kvmpv_cr3_page *page, unsigned long start, unsigned long end,
		      unsigned long abort)
{
	return timed_call(KVMPV_HC_CR3_REGISTER, virt_to_phys(page), start, end, abort);
}

/**
 * call_cr3_unregister() - take this vCPU's page back
 *
 * A failure means that the host is gone, and then it has no page either.
 *
 * Context: preemptible or not, but bound to the CPU.
 */
void call_cr3_unregister(void)
{
	timed_call(KVMPV_HC_CR3_UNREGISTER, 0, 0, 0, 0);
}

/**
 * call_cr3_release() - a page directory is no longer one: drop what is cached of it
 * @pgd: its guest-physical address
 *
 * For this vCPU only, and never the one it runs on. Not to do it costs the host an entry of its
 * cache, which another one takes over soon enough.
 *
 * Context: any but NMI.
 *
 * Return: how many roots were dropped, -EOPNOTSUPP when the feature is not in use, another error
 * from the host.
 */
int call_cr3_release(phys_addr_t pgd)
{
	return feature_call(KVMPV_FEATURE_MASK(CR3_CACHE), KVMPV_HC_CR3_RELEASE, pgd, 0);
}

/**
 * call_probe() - does the host still know our handshake?
 * @used: feature bits in use
 *
 * CPUID cannot tell: a VM that was saved and restored on the same host finds the same instance, but
 * no handshake. The cheapest call without an effect is made; it is neither counted nor timed.
 *
 * Context: any but NMI, after a handshake.
 *
 * Return: 0 when it does or nothing in use would tell, otherwise the host's error.
 */
int call_probe(u32 used)
{
	long ret = 0;

	if (used & KVMPV_FEATURE_MASK(YIELD))
		ret = kvm_hypercall1(KVMPV_HC_YIELD, apic_id(raw_smp_processor_id()));
	else if (used & KVMPV_FEATURE_MASK(STATS))
		ret = kvm_hypercall2(KVMPV_HC_STATS, 0, 0);
	else if (used & KVMPV_FEATURE_MASK(CR3_CACHE))
		ret = kvm_hypercall1(KVMPV_HC_CR3_RELEASE, 1);
	/* An argument that is out of its range was looked at, so there is a handshake. */
	if (ret > 0 || ret == -KVMPV_EINVAL)
		ret = 0;
	return to_errno(ret);
}

/**
 * unhalt_read() - is a kick pending for this vCPU?
 * @ret_pending: the answer, untouched by an error
 *
 * Context: any but NMI. An answer is worth something only with interrupts off.
 *
 * Return: 0, -EOPNOTSUPP when the feature is not in use, -EIO when the host does not know the MSR.
 */
int unhalt_read(bool *ret_pending)
{
	u64 value;

	if (!state_uses(KVMPV_FEATURE_MASK(UNHALT)))
		return -EOPNOTSUPP;
	if (rdmsrq_safe(KVMPV_MSR_UNHALT, &value)) {
		watch_poke();
		return -EIO;
	}
	stats_count(GUEST_UNHALT_READS);
	*ret_pending = value & KVMPV_UNHALT_PENDING;
	return 0;
}

/**
 * unhalt_write() - set or clear this vCPU's pending kick
 * @pending: true kicks oneself, false takes a pending kick back
 *
 * Context: any but NMI.
 *
 * Return: 0, -EOPNOTSUPP when the feature is not in use, -EIO when the host does not know the MSR.
 */
int unhalt_write(bool pending)
{
	if (!state_uses(KVMPV_FEATURE_MASK(UNHALT)))
		return -EOPNOTSUPP;
	if (wrmsrq_safe(KVMPV_MSR_UNHALT, pending ? KVMPV_UNHALT_PENDING : 0)) {
		watch_poke();
		return -EIO;
	}
	stats_count(GUEST_UNHALT_WRITES);
	return 0;
}
