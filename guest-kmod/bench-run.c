// SPDX-License-Identifier: GPL-2.0-only
/*
 * A set of samples of one case, and what cases ask about the host.
 */
#include <linux/cpu.h>
#include <linux/err.h>
#include <linux/kvm_para.h>
#include <linux/perf_event.h>
#include <linux/preempt.h>
#include <linux/sched/signal.h>

#include <asm/processor.h>

#include <kvmpv/abi.h>

#include "bench.h"
#include "host.h"

/**
 * bench_is_kvm() - is it KVM that answers hypercalls?
 * @reason: written when not
 *
 * Context: process.
 *
 * Return: true when it is.
 */
bool bench_is_kvm(char reason[BENCH_REASON_MAX])
{
	if (host_kvm_base())
		return true;
	snprintf(reason, BENCH_REASON_MAX, "the VMM does not show KVM to this guest");
	return false;
}

/**
 * bench_kvmpv_offers() - does the host take a hypercall of kvmpv?
 * @feature: the feature it belongs to
 * @hypercall: one that refuses an APIC id of all ones, so that asking has no effect
 * @reason: written when not
 *
 * Context: process.
 *
 * Return: true when it does, which takes a handshake of kvmpv_guest.
 */
bool bench_kvmpv_offers(u32 feature, u32 hypercall, char reason[BENCH_REASON_MAX])
{
	struct host_block block;
	long ret;

	if (!host_find(&block) || !(block.features & feature)) {
		snprintf(reason, BENCH_REASON_MAX,
			 block.base ? "the host does not offer it to this guest"
				    : "this guest's host has no kvmpv");
		return false;
	}
	ret = kvm_hypercall1(hypercall, ~0UL);
	if (ret == -KVMPV_EINVAL)
		return true;
	snprintf(reason, BENCH_REASON_MAX,
		 ret == -KVMPV_EPROTO ? "kvmpv is not active in this guest (kvmpvctl status)"
				      : "the host refuses it");
	return false;
}

/* Of this task, in the kernel. There is none in most virtual machines: then NULL. */
static struct perf_event *counter_create(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_HARDWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_HW_INSTRUCTIONS,
		.pinned = 1,
		.exclude_user = 1,
	};
	struct perf_event *event = perf_event_create_kernel_counter(&attr, -1, current, NULL, NULL);

	return IS_ERR(event) ? NULL : event;
}

static u64 counter_read(struct perf_event *event, bool *counted)
{
	u64 value, enabled, running;

	if (!event)
		return 0;
	value = perf_event_read_value(event, &enabled, &running);
	/* It was not on a counter all the time: somebody else has them. */
	if (enabled != running || !running)
		*counted = false;
	return value;
}

static int take(const struct bench_case *one, unsigned int samples, struct perf_event *event,
		struct bench_result *result)
{
	unsigned int i;
	u64 before;
	s64 ticks;

	/* The first one finds nothing in any cache. */
	ticks = one->sample(result->batch);
	for (i = 0; i < samples && ticks >= 0; i++) {
		if (signal_pending(current))
			return -EINTR;
		before = counter_read(event, &result->counted);
		ticks = one->sample(result->batch);
		result->instructions[i] = counter_read(event, &result->counted) - before;
		result->ticks[i] = ticks;
		cond_resched();
	}
	if (ticks >= 0)
		result->n = samples;
	return ticks < 0 ? ticks : 0;
}

static int prepare_and_take(const struct bench_case *one, unsigned int samples,
			    struct perf_event *event, struct bench_result *result)
{
	char reason[BENCH_REASON_MAX];
	int ret;

	if (one->possible && !one->possible(reason))
		return -EOPNOTSUPP;
	ret = one->begin ? one->begin() : 0;
	if (ret)
		return ret;
	ret = take(one, samples, event, result);
	if (one->end)
		one->end();
	/* A host that has changed its mind meanwhile has only refused. */
	if (!ret && one->possible && !one->possible(reason))
		ret = -EAGAIN;
	return ret;
}

/**
 * bench_run() - take a set of samples
 * @one: the case
 * @samples: how many, at most BENCH_SAMPLES_MAX
 * @batch: operations a sample, at most BENCH_BATCH_MAX
 * @result: filled in; of no meaning after an error
 *
 * All samples are of the CPU on which it is called.
 *
 * Context: process, may sleep; the caller sees to it that there is one run at a time. A signal ends
 * it.
 *
 * Return: 0, -EOPNOTSUPP when the case is not possible here, -EINTR for a signal, -ETIMEDOUT when
 * another vCPU did not answer, -EAGAIN when it is not possible any more, another error of the case.
 */
int bench_run(const struct bench_case *one, unsigned int samples, unsigned int batch,
	      struct bench_result *result)
{
	/* Before CPU hotplug is held off: perf does that by itself. */
	struct perf_event *event = counter_create();
	int ret;

	result->n = 0;
	result->batch = batch;
	result->counted = event;
	cpus_read_lock();
	migrate_disable();
	ret = prepare_and_take(one, samples, event, result);
	migrate_enable();
	cpus_read_unlock();
	if (event)
		perf_event_release_kernel(event);
	return ret;
}
