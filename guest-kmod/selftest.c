// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an administrator runs to see that it works: each feature in use is tried on every online
 * vCPU. Nothing here disturbs what runs meanwhile: a kick too many is a spurious wake-up at most.
 */
#include <linux/cpu.h>
#include <linux/cpumask.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/irqflags.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include <kvmpv/abi.h>

#include "calls.h"
#include "cr3.h"
#include "names.h"
#include "page.h"
#include "selftest.h"
#include "state.h"

/* Kicks of others and interrupts on the host's side may set the flag between our write and read. */
#define CLEAR_TRIES 3

/**
 * struct outcome - of one feature
 * @tries: how often it was tried, 0 when it was not in use
 * @failed: how many of them went wrong
 * @error: the last error
 */
struct outcome {
	unsigned int tries;
	unsigned int failed;
	int error;
};

static DEFINE_MUTEX(lock);
static struct outcome outcomes[KVMPV_FEATURE_COUNT];

static void enter(struct outcome *outcome, int ret)
{
	outcome->tries++;
	if (ret < 0) {
		outcome->failed++;
		outcome->error = ret;
	}
}

/*
 * Clearing the flag cannot lose somebody's wake-up: this vCPU is not halted, and whoever is going
 * to halt looks at its condition again first, with interrupts off. Nor is it restored for their
 * sake, but so that the test leaves things as it found them.
 */
static int clear_flag(void)
{
	bool pending = true;
	int i, ret = 0;

	for (i = 0; i < CLEAR_TRIES && pending && !ret; i++) {
		ret = unhalt_write(false);
		if (!ret)
			ret = unhalt_read(&pending);
	}
	return !ret && pending ? -EBUSY : ret;
}

static int set_flag(int (*set)(void))
{
	bool pending;
	int ret = set();

	if (!ret)
		ret = unhalt_read(&pending);
	return !ret && !pending ? -EIO : ret;
}

/* A kick of oneself must be pending, since with interrupts off there is no HLT that consumes it. */
static int kick_me(void)
{
	return call_kick(smp_processor_id());
}

static int kick_self(void)
{
	unsigned long flags;
	int ret;

	local_irq_save(flags);
	ret = set_flag(kick_me);
	if (!ret)
		ret = clear_flag();
	local_irq_restore(flags);
	return ret;
}

static void test_kick(struct outcome *outcome)
{
	int cpu;

	for_each_online_cpu(cpu)
		enter(outcome, call_kick(cpu));
	if (state_uses(KVMPV_FEATURE_MASK(UNHALT)))
		enter(outcome, kick_self());
}

static void test_yield(struct outcome *outcome)
{
	int cpu;

	for_each_online_cpu(cpu)
		enter(outcome, call_yield(cpu));
}

static int write_one(void)
{
	return unhalt_write(true);
}

/* On the CPU under test, interrupts off. */
static void unhalt_on_cpu(void *data)
{
	int *ret_error = data;
	bool before;
	int ret;

	ret = unhalt_read(&before);
	if (!ret)
		ret = set_flag(write_one);
	if (!ret)
		ret = clear_flag();
	if (!ret && before)
		ret = unhalt_write(true);
	*ret_error = ret;
}

static void test_unhalt(struct outcome *outcome)
{
	int cpu, ret, error = 0;

	for_each_online_cpu(cpu) {
		ret = smp_call_function_single(cpu, unhalt_on_cpu, &error, 1);
		enter(outcome, ret ?: error);
	}
}

/* Two snapshots: complete, of the right version, no counter runs backwards, both are counted. */
static int compare_snapshots(const struct kvmpv_stats *stats, int size)
{
	const u64 *first = stats[0].counter, *second = stats[1].counter;
	int i, nr;

	if (size < (int)offsetof(struct kvmpv_stats, counter[1]) || stats[0].size != size ||
	    stats[1].size != size || !stats[0].version || stats[0].version != stats[1].version)
		return -EPROTO;
	nr = (size - offsetof(struct kvmpv_stats, counter)) / sizeof(*first);
	for (i = 0; i < min_t(int, nr, KVMPV_COUNTER_COUNT); i++)
		if (second[i] < first[i])
			return -ERANGE;
	if (!first[KVMPV_COUNTER_HELLOS])
		return -ERANGE;
	if (nr > KVMPV_COUNTER_STATS_CALLS &&
	    second[KVMPV_COUNTER_STATS_CALLS] <= first[KVMPV_COUNTER_STATS_CALLS])
		return -ERANGE;
	return 0;
}

static void test_stats(struct outcome *outcome)
{
	struct kvmpv_stats *stats = kcalloc(2, sizeof(*stats), GFP_KERNEL);
	int i, size = 0;

	if (!stats) {
		enter(outcome, -ENOMEM);
		return;
	}
	for (i = 0; i < 2 && size >= 0; i++) {
		size = call_stats(&stats[i], sizeof(*stats));
		enter(outcome, size);
	}
	if (size >= 0)
		enter(outcome, compare_snapshots(stats, size));
	kfree(stats);
}

static void test_page(struct outcome *outcome)
{
	int cpu;

	for_each_online_cpu(cpu)
		enter(outcome, page_test(cpu));
}

/* A page of our own is nobody's page directory, so there is nothing to drop. */
static int release_nothing(void)
{
	void *page = (void *)get_zeroed_page(GFP_KERNEL);
	int ret;

	if (!page)
		return -ENOMEM;
	ret = call_cr3_release(virt_to_phys(page));
	if (ret > 0)
		ret = -EPROTO;
	if (!ret && call_cr3_release(virt_to_phys(page) + 1) != -EINVAL)
		ret = -ERANGE;
	free_page((unsigned long)page);
	return ret;
}

static void test_cr3_cache(struct outcome *outcome)
{
	int cpu;

	for_each_online_cpu(cpu)
		enter(outcome, cr3_test(cpu));
	enter(outcome, release_nothing());
}

static void (*const tests[])(struct outcome *outcome) = {
	[KVMPV_FEATURE_KICK] = test_kick,     [KVMPV_FEATURE_YIELD] = test_yield,
	[KVMPV_FEATURE_UNHALT] = test_unhalt, [KVMPV_FEATURE_STATS] = test_stats,
	[KVMPV_FEATURE_PAGE] = test_page,     [KVMPV_FEATURE_CR3_CACHE] = test_cr3_cache,
};

static_assert(ARRAY_SIZE(tests) == KVMPV_FEATURE_COUNT);

/**
 * selftest_run() - try each feature in use
 *
 * The outcome is for selftest_print(). No feature is switched on or off meanwhile.
 *
 * Context: process, may sleep.
 *
 * Return: 0 when it was run, whatever the outcome; -ENODEV when no feature is in use.
 */
int selftest_run(void)
{
	u32 used;
	int i;

	mutex_lock(&lock);
	memset(outcomes, 0, sizeof(outcomes));
	used = state_hold();
	cpus_read_lock();
	for (i = 0; i < KVMPV_FEATURE_COUNT; i++)
		if (used & (1U << i))
			tests[i](&outcomes[i]);
	cpus_read_unlock();
	state_release();
	mutex_unlock(&lock);
	return used ? 0 : -ENODEV;
}

/**
 * selftest_print() - the outcome of the last run
 * @page: a page to print into
 *
 * Context: process, may sleep.
 *
 * Return: bytes printed.
 */
ssize_t selftest_print(char *page)
{
	ssize_t len = 0;
	char name[NAMES_MAX];
	int i;

	mutex_lock(&lock);
	for (i = 0; i < KVMPV_FEATURE_COUNT; i++) {
		const struct outcome *outcome = &outcomes[i];

		if (!outcome->tries)
			continue;
		names_of_features(name, sizeof(name), 1U << i);
		if (outcome->failed)
			len += sysfs_emit_at(page, len, "%s fail %u %d\n", name, outcome->tries,
					     outcome->error);
		else
			len += sysfs_emit_at(page, len, "%s pass %u\n", name, outcome->tries);
	}
	mutex_unlock(&lock);
	return len ?: sysfs_emit(page, "\n");
}
