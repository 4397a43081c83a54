// SPDX-License-Identifier: GPL-2.0-only
/*
 * The page each vCPU shares with the host (KVMPV_MSR_PAGE in docs/abi/msr.rst). A CPU that comes
 * online registers its page, one that goes offline takes it back; starting and stopping are the
 * same two steps on all online CPUs.
 */
#include <linux/cpuhotplug.h>
#include <linux/cpumask.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/topology.h>

#include <asm/msr.h>

#include <kvmpv/abi.h>

#include "page.h"
#include "stats.h"
#include "watch.h"

static DEFINE_PER_CPU(struct kvmpv_page *, shared_page);

/* Written while no callback is registered, so CPU hotplug orders it against the readers. */
static struct page_terms agreed;
static int hotplug_state;
static int first_error;

static struct kvmpv_page *page_alloc(int cpu)
{
	struct page *page = alloc_pages_node(cpu_to_node(cpu), GFP_KERNEL | __GFP_ZERO, 0);

	return page ? page_address(page) : NULL;
}

static u64 msr_value(const struct kvmpv_page *page)
{
	return virt_to_phys((void *)page) | KVMPV_PAGE_ENABLE;
}

/* Does the header hold what the handshake said? */
static int check_header(const struct kvmpv_page *page)
{
	if (READ_ONCE(page->magic) != KVMPV_PAGE_MAGIC || page->size < sizeof(*page) ||
	    page->size > KVMPV_PAGE_SIZE)
		return -EIO;
	if (page->guest_version != agreed.abi || page->host_version < agreed.abi ||
	    page->features != agreed.features || page->instance != agreed.instance)
		return -EPROTO;
	return 0;
}

static int page_register(int cpu)
{
	struct kvmpv_page *page = per_cpu(shared_page, cpu);

	if (!page)
		page = page_alloc(cpu);
	if (!page)
		return -ENOMEM;
	per_cpu(shared_page, cpu) = page;
	memset(page, 0, sizeof(*page));
	if (wrmsrq_safe(KVMPV_MSR_PAGE, msr_value(page)))
		return -EIO;
	stats_count(GUEST_PAGES_REGISTERED);
	return check_header(page);
}

/*
 * Runs on @cpu. A page is never worth keeping a CPU offline for, so this always succeeds;
 * page_start() looks at first_error, and later the watch finds out what is wrong with the host.
 */
static int page_cpu_up(unsigned int cpu)
{
	int ret = page_register(cpu);

	if (ret) {
		cmpxchg(&first_error, 0, ret);
		watch_poke();
	}
	return 0;
}

/* Runs on @cpu. A host that is gone gives #GP, and has no page registered either. */
static int page_cpu_down(unsigned int cpu)
{
	wrmsrq_safe(KVMPV_MSR_PAGE, 0);
	return 0;
}

/**
 * page_start() - register the pages of all online CPUs and of those that come
 * @terms: what was agreed in the handshake
 *
 * Context: process, may sleep; after a handshake; calls are serialised by the caller.
 *
 * Return: 0 or a negative error with nothing registered: -ENOMEM, -EIO when the host did not take a
 * page or fill it in, -EPROTO when it filled in something else.
 */
int page_start(const struct page_terms *terms)
{
	int ret;

	agreed = *terms;
	first_error = 0;
	ret = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "kvmpv/guest:online", page_cpu_up,
				page_cpu_down);
	if (ret < 0)
		return ret;
	hotplug_state = ret;
	ret = READ_ONCE(first_error);
	if (ret)
		page_stop();
	return ret;
}

/**
 * page_stop() - take all pages back and free them; harmless when there are none
 *
 * Context: process, may sleep; calls are serialised by the caller.
 */
void page_stop(void)
{
	int cpu;

	if (!hotplug_state)
		return;
	cpuhp_remove_state(hotplug_state);
	hotplug_state = 0;
	for_each_possible_cpu(cpu) {
		free_page((unsigned long)per_cpu(shared_page, cpu));
		per_cpu(shared_page, cpu) = NULL;
	}
}

/* On the CPU under test. */
static void read_back(void *data)
{
	u64 *ret_value = data;

	if (rdmsrq_safe(KVMPV_MSR_PAGE, ret_value))
		*ret_value = 0;
}

/**
 * page_test() - is the page of a CPU registered, and does it hold what the handshake said?
 * @cpu: Linux's number of an online CPU
 *
 * Context: process, may sleep; CPU hotplug locked, and page_start() and page_stop() excluded.
 *
 * Return: 0, -ENOENT for a CPU without a page, -ENODEV when the host does not know it, -EIO when
 * the host has not filled it in, -EPROTO when it was filled in for another handshake.
 */
int page_test(int cpu)
{
	const struct kvmpv_page *page = per_cpu(shared_page, cpu);
	u64 value;
	int ret;

	if (!page)
		return -ENOENT;
	ret = smp_call_function_single(cpu, read_back, &value, 1);
	if (ret)
		return ret;
	return value == msr_value(page) ? check_header(page) : -ENODEV;
}
