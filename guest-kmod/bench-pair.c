// SPDX-License-Identifier: GPL-2.0-only
/*
 * What takes two vCPUs: one asks, a thread on another one answers, running or halted.
 *
 * A halted partner always has interrupts on, so anything wakes it and nothing can leave it behind.
 * It looks at "asked" with interrupts off and halts by STI; HLT: an interrupt or a kick that comes
 * in between makes that HLT end at once, so none is lost.
 *
 * Context: the asking side may sleep, on its CPU, with CPU hotplug held off (bench_run()).
 */
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/irqflags.h>
#include <linux/kthread.h>
#include <linux/kvm_para.h>
#include <linux/ktime.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/smp.h>

#include <asm/irqflags.h>
#include <asm/smp.h>
#include <asm/tsc.h>

#include <kvmpv/abi.h>

#include "bench.h"
#include "host.h"

/* Longer than KVM polls for a wake-up by default (200 us), so a halted partner really sleeps. */
#define SETTLE_US 500
#define ANSWER_MS 1000

/**
 * struct pair - the partner and what is said between the two
 * @task: the partner's thread
 * @cpu: where it runs
 * @halts: it halts until it is asked
 * @stop: it is to end
 * @asked: number of questions; written by the asking side
 * @ready: the question it waits for, it is about to halt or spins; written by the partner
 * @answered: questions answered; written by the partner
 */
static struct {
	struct task_struct *task;
	int cpu;
	bool halts;
	bool stop;
	unsigned int asked;
	unsigned int ready;
	unsigned int answered;
} pair;

static void nothing(void *data)
{
}

static void partner_wait(void)
{
	if (!pair.halts) {
		cpu_relax();
		return;
	}
	local_irq_disable();
	if (READ_ONCE(pair.asked) == pair.answered && !READ_ONCE(pair.stop) && !need_resched())
		safe_halt();
	else
		local_irq_enable();
}

static int partner(void *data)
{
	while (!READ_ONCE(pair.stop)) {
		WRITE_ONCE(pair.ready, pair.answered + 1);
		partner_wait();
		if (READ_ONCE(pair.asked) != pair.answered)
			WRITE_ONCE(pair.answered, pair.answered + 1);
		cond_resched();
	}
	return 0;
}

static bool two_cpus(char reason[BENCH_REASON_MAX])
{
	if (num_online_cpus() > 1)
		return true;
	snprintf(reason, BENCH_REASON_MAX, "this guest has one vCPU");
	return false;
}

static int pair_begin(bool halts)
{
	pair.cpu = cpumask_any_but(cpu_online_mask, smp_processor_id());
	if (pair.cpu >= nr_cpu_ids)
		return -ENODEV;
	pair.halts = halts;
	pair.stop = false;
	pair.asked = 0;
	pair.answered = 0;
	pair.ready = 0;
	pair.task = kthread_create(partner, NULL, "kvmpv_bench/%d", pair.cpu);
	if (IS_ERR(pair.task))
		return PTR_ERR(pair.task);
	kthread_bind(pair.task, pair.cpu);
	wake_up_process(pair.task);
	return 0;
}

static int begin_running(void)
{
	return pair_begin(false);
}

static int begin_halted(void)
{
	return pair_begin(true);
}

/* kthread_stop() would not wake a CPU that its thread has halted: the interrupt does. */
static void pair_end(void)
{
	get_task_struct(pair.task);
	WRITE_ONCE(pair.stop, true);
	smp_call_function_single(pair.cpu, nothing, NULL, 1);
	kthread_stop(pair.task);
	put_task_struct(pair.task);
}

/* Sleeps while the partner gets to where it waits: on a host with one CPU it needs ours. */
static int partner_settle(void)
{
	u64 limit = ktime_get_ns() + ANSWER_MS * NSEC_PER_MSEC;

	do {
		usleep_range(SETTLE_US, SETTLE_US + 1);
		if (READ_ONCE(pair.ready) == pair.asked + 1)
			return 0;
	} while (ktime_get_ns() < limit);
	return -ETIMEDOUT;
}

/* Preemption is off. The partner need not be running, so there is a limit. */
static int await_answer(void)
{
	u64 limit = ktime_get_ns() + ANSWER_MS * NSEC_PER_MSEC;
	unsigned int spins = 0;

	while (READ_ONCE(pair.answered) != pair.asked) {
		if (!(++spins & 1023) && ktime_get_ns() > limit)
			return -ETIMEDOUT;
		cpu_relax();
	}
	return 0;
}

/* From the question to the halted thread's next instruction, by way of wake() */
static s64 wake_once(long (*wake)(void))
{
	u64 start, end;
	long ret = partner_settle();

	if (ret)
		return ret;
	preempt_disable();
	start = rdtsc_ordered();
	WRITE_ONCE(pair.asked, pair.asked + 1);
	ret = wake();
	if (ret >= 0)
		ret = await_answer();
	end = rdtsc_ordered();
	preempt_enable();
	if (ret < 0)
		return ret == -KVM_ENOSYS ? -ENODEV : ret;
	return end > start ? end - start : 0;
}

static s64 wake_often(long (*wake)(void), unsigned int n)
{
	s64 ticks = 0, one;

	while (n--) {
		one = wake_once(wake);
		if (one < 0)
			return one;
		ticks += one;
	}
	return ticks;
}

static long by_interrupt(void)
{
	return smp_call_function_single(pair.cpu, nothing, NULL, 0);
}

static long by_kvm(void)
{
	return kvm_hypercall2(KVM_HC_KICK_CPU, 0, per_cpu(x86_cpu_to_apicid, pair.cpu));
}

static long by_kvmpv(void)
{
	return kvm_hypercall1(KVMPV_HC_KICK, per_cpu(x86_cpu_to_apicid, pair.cpu));
}

static s64 sample_hlt(unsigned int n)
{
	return wake_often(by_interrupt, n);
}

static s64 sample_kick_kvm(unsigned int n)
{
	return wake_often(by_kvm, n);
}

static s64 sample_kick_kvmpv(unsigned int n)
{
	return wake_often(by_kvmpv, n);
}

/* Until the other one has handled it. It spins, so it is running, unless the host lacks a CPU. */
static s64 sample_ipi(unsigned int n)
{
	u64 start, ticks = 0;
	int ret = partner_settle();

	preempt_disable();
	while (n-- && !ret) {
		start = rdtsc_ordered();
		ret = smp_call_function_single(pair.cpu, nothing, NULL, 1);
		ticks += rdtsc_ordered() - start;
	}
	preempt_enable();
	return ret ?: ticks;
}

static bool kick_kvm_possible(char reason[BENCH_REASON_MAX])
{
	if (!bench_is_kvm(reason) || !two_cpus(reason))
		return false;
	if (host_kvm_features() & BIT(KVM_FEATURE_PV_UNHALT))
		return true;
	snprintf(reason, BENCH_REASON_MAX, "the VMM does not offer KVM's kick (kvm-pv-unhalt)");
	return false;
}

static bool kick_kvmpv_possible(char reason[BENCH_REASON_MAX])
{
	return two_cpus(reason) &&
	       bench_kvmpv_offers(KVMPV_FEATURE_MASK(KICK), KVMPV_HC_KICK, reason);
}

const struct bench_case bench_pair_cases[] = {
	{
		.name = "ipi",
		.text = "IPI to a running vCPU and back (smp_call_function_single)",
		.kind = BENCH_PAIR,
		.possible = two_cpus,
		.begin = begin_running,
		.sample = sample_ipi,
		.end = pair_end,
	},
	{
		.name = "hlt-wake",
		.text = "IPI to a halted vCPU until its thread runs",
		.kind = BENCH_PAIR,
		.possible = two_cpus,
		.begin = begin_halted,
		.sample = sample_hlt,
		.end = pair_end,
	},
	{
		.name = "kick-kvm",
		.text = "KVM's kick of a halted vCPU until its thread runs",
		.kind = BENCH_PAIR,
		.possible = kick_kvm_possible,
		.begin = begin_halted,
		.sample = sample_kick_kvm,
		.end = pair_end,
	},
	{
		.name = "kick-kvmpv",
		.text = "kvmpv's kick of a halted vCPU until its thread runs",
		.kind = BENCH_PAIR,
		.possible = kick_kvmpv_possible,
		.begin = begin_halted,
		.sample = sample_kick_kvmpv,
		.end = pair_end,
	},
};

const unsigned int bench_pair_cases_n = ARRAY_SIZE(bench_pair_cases);
