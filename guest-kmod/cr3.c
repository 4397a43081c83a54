// SPDX-License-Identifier: GPL-2.0-only
/*
 * The cr3 cache: each CPU shares a page with the host, in which the host says what to load into CR3
 * so that switching to an address space it knows needs no exit. A CPU that comes online registers
 * its page and the look-up window, one that goes offline takes them back.
 *
 * Nothing here depends on the host being there: pages nobody fills have a closed gate, and every
 * look-up in them misses.
 */
#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/gfp.h>
#include <linux/irqflags.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <linux/topology.h>

#include <asm/cpufeature.h>
#include <asm/processor-flags.h>
#include <asm/special_insns.h>

#include "calls.h"
#include "cr3-hooks.h"
#include "cr3-patch.h"
#include "cr3-window.h"
#include "cr3.h"
#include "stats.h"
#include "watch.h"

/* The page of each CPU, registered or not. Written with CPU hotplug excluded or on the CPU. */
static DEFINE_PER_CPU(struct kvmpv_cr3_page *, memory);

/* Orders readers of the counters against pages that are emptied or freed. */
static DEFINE_MUTEX(counts_lock);
static u64 past_hits, past_misses;

static int hotplug_state;
static int first_error;
static char why[CR3_WHY_MAX];

/* ---- pages ---- */

/* The host will empty the page, and with it the counters. */
static void keep_counts(struct kvmpv_cr3_page *page)
{
	mutex_lock(&counts_lock);
	past_hits += page->hits;
	past_misses += page->misses;
	memset(page, 0, sizeof(*page));
	mutex_unlock(&counts_lock);
}

static struct kvmpv_cr3_page *get_page_of(int cpu)
{
	struct kvmpv_cr3_page *page = per_cpu(memory, cpu);
	struct page *fresh;

	if (page) {
		keep_counts(page);
		return page;
	}
	fresh = alloc_pages_node(cpu_to_node(cpu), GFP_KERNEL | __GFP_ZERO, 0);
	if (!fresh)
		return NULL;
	page = page_address(fresh);
	mutex_lock(&counts_lock);
	per_cpu(memory, cpu) = page;
	mutex_unlock(&counts_lock);
	return page;
}

static int page_up(int cpu)
{
	struct kvmpv_cr3_page *page = get_page_of(cpu);
	int ret;

	if (!page)
		return -ENOMEM;
	ret = call_cr3_register(page, (unsigned long)cr3_window_start,
				(unsigned long)cr3_window_end, (unsigned long)cr3_window_abort);
	if (ret)
		return ret;
	if (READ_ONCE(page->magic) != KVMPV_CR3_MAGIC) {
		call_cr3_unregister();
		return -EIO;
	}
	this_cpu_write(cr3_page, page);
	stats_count(GUEST_CR3_REGISTRATIONS);
	return 0;
}

/* Runs on @cpu. As in page.c, a CPU comes online whatever becomes of its page. */
static int page_cpu_up(unsigned int cpu)
{
	int ret = page_up(cpu);

	if (ret) {
		cmpxchg(&first_error, 0, ret);
		watch_poke();
	}
	return 0;
}

/*
 * Runs on @cpu. A look-up has interrupts off, so none is under way here, and none that comes uses
 * the page: from here on the host may forget it, and it may be freed.
 */
static int page_cpu_down(unsigned int cpu)
{
	if (this_cpu_read(cr3_page)) {
		this_cpu_write(cr3_page, NULL);
		call_cr3_unregister();
	}
	return 0;
}

/*
 * Not offered any more, no handshake, or registered and dropped before we looked: migrated between
 * two calls, or somebody changes his mind.
 */
static bool host_changed(int error)
{
	return error == -ENODEV || error == -EPROTO || error == -EIO;
}

static int pages_start(void)
{
	int ret;

	first_error = 0;
	ret = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "kvmpv/guest-cr3:online", page_cpu_up,
				page_cpu_down);
	if (ret < 0)
		return ret;
	hotplug_state = ret;
	ret = READ_ONCE(first_error);
	return host_changed(ret) ? -ESTALE : ret;
}

static void free_page_of(int cpu)
{
	struct kvmpv_cr3_page *page = per_cpu(memory, cpu);

	if (!page)
		return;
	keep_counts(page);
	mutex_lock(&counts_lock);
	per_cpu(memory, cpu) = NULL;
	mutex_unlock(&counts_lock);
	free_page((unsigned long)page);
}

/* ---- the whole ---- */

/*
 * Linear address masking puts flags into bits 61 and 62 of CR3, and the protocol needs the latter.
 */
static bool masks_addresses(void)
{
#ifdef CONFIG_ADDRESS_MASKING
	return boot_cpu_has(X86_FEATURE_LAM);
#else
	return false;
#endif
}

/**
 * cr3_find() - can this kernel use the cr3 cache?
 *
 * Looks for the places to take over, and changes nothing.
 *
 * Context: process, may sleep; calls that start and stop are serialised by the caller.
 *
 * Return: 0 or a negative error; cr3_why() says more.
 */
int cr3_find(void)
{
	char detail[CR3_WHY_MAX];
	int ret;

	if (masks_addresses()) {
		strscpy(why, "this kernel uses linear address masking", sizeof(why));
		return -EOPNOTSUPP;
	}
	ret = cr3_patch_find(detail, sizeof(detail));
	if (ret)
		snprintf(why, sizeof(why),
			 "this kernel's address-space switch is not recognised: %s", detail);
	return ret;
}

/**
 * cr3_start() - use the cache on all online CPUs and on those that come
 *
 * Context: process, may sleep; cr3_find() was successful; after a handshake, and after cr3_pause()
 * if it was in use before.
 *
 * Return: 0, -ESTALE when the host has changed since the handshake, or another negative error;
 * everything is undone then, and cr3_why() says more.
 */
int cr3_start(void)
{
	int ret;

	why[0] = '\0';
	ret = cr3_hooks_install(why, sizeof(why));
	if (ret)
		goto err_stop;
	ret = pages_start();
	if (ret) {
		snprintf(why, sizeof(why), "registration failed (error %d)", ret);
		goto err_stop;
	}
	ret = cr3_patch_apply(why, sizeof(why));
	if (ret)
		goto err_stop;
	return 0;

err_stop:
	cr3_stop();
	return ret;
}

/**
 * cr3_pause() - take the pages back from the host and free them
 *
 * What was taken over of the kernel stays so, and loads CR3 as the kernel does. For the moment of a
 * handshake, in which the host forgets the pages anyway.
 *
 * Context: process, may sleep; harmless when there are none.
 */
void cr3_pause(void)
{
	int cpu;

	if (!hotplug_state)
		return;
	cpuhp_remove_state(hotplug_state);
	hotplug_state = 0;
	for_each_possible_cpu(cpu)
		free_page_of(cpu);
}

/**
 * cr3_stop() - leave the kernel as it was found, and the host without our pages
 *
 * When somebody has put a kprobe onto our code that alone stays, until the next cr3_stop().
 *
 * Context: process, may sleep; harmless when it is not in use.
 */
void cr3_stop(void)
{
	cr3_patch_remove();
	cr3_pause();
	cr3_hooks_remove();
}

/**
 * cr3_exit() - wait until nobody needs the module's code any more
 *
 * Context: process, may sleep; after cr3_stop().
 */
void cr3_exit(void)
{
	while (cr3_patch_remove())
		msleep(1000);
}

/**
 * cr3_intact() - is every online CPU's page still what the host made of it?
 *
 * A VMM that discards guest memory (balloon, restore) leaves pages of zeros, which is harmless but
 * useless.
 *
 * Context: process, may sleep; in use; calls that start and stop are excluded.
 *
 * Return: false when pages should be registered again.
 */
bool cr3_intact(void)
{
	const struct kvmpv_cr3_page *page;
	bool intact = true;
	int cpu;

	cpus_read_lock();
	for_each_online_cpu(cpu) {
		page = READ_ONCE(per_cpu(cr3_page, cpu));
		if (!page || READ_ONCE(page->magic) != KVMPV_CR3_MAGIC)
			intact = false;
	}
	cpus_read_unlock();
	return intact;
}

/* On the CPU under test, interrupts off: two loads of what is loaded, one of them without flush. */
static void test_loads(void *data)
{
	struct kvmpv_cr3_page *page = this_cpu_read(cr3_page);
	unsigned long value = __native_read_cr3();
	int *ret_error = data;
	u64 before, loads = 1;

	if (!page) {
		*ret_error = -ENOENT;
		return;
	}
	if (READ_ONCE(page->magic) != KVMPV_CR3_MAGIC) {
		*ret_error = -ENODEV;
		return;
	}
	before = page->hits + page->misses;
	cr3_load(value);
	if (native_read_cr4() & X86_CR4_PCIDE) {
		cr3_load(value | KVMPV_CR3_NOFLUSH);
		loads++;
	}
	*ret_error = page->hits + page->misses == before + loads ? 0 : -EIO;
}

/**
 * cr3_test() - does the cache work on a CPU?
 * @cpu: Linux's number of an online CPU
 *
 * Context: process, may sleep; in use; CPU hotplug locked, calls that start and stop are excluded.
 *
 * Return: 0, -ENOENT for a CPU without a page, -ENODEV when the host has not filled it in, -EIO if
 * a load of CR3 was neither a hit nor a miss, -EBUSY when somebody has changed the code that was
 * taken over.
 */
int cr3_test(int cpu)
{
	int error = 0, ret;

	if (!cr3_patch_intact())
		return -EBUSY;
	ret = smp_call_function_single(cpu, test_loads, &error, 1);
	return ret ?: error;
}

/**
 * cr3_why() - why cr3_find() or cr3_start() failed
 *
 * Return: a text; calls that start and stop are excluded while it is read.
 */
const char *cr3_why(void)
{
	return why;
}

/**
 * cr3_counts() - hits and misses of all CPUs since the module was loaded
 * @ret_hits: loads of CR3 without an exit
 * @ret_misses: loads that the cache could not help with
 *
 * Context: process, may sleep.
 */
void cr3_counts(u64 *ret_hits, u64 *ret_misses)
{
	const struct kvmpv_cr3_page *page;
	int cpu;

	mutex_lock(&counts_lock);
	*ret_hits = past_hits;
	*ret_misses = past_misses;
	for_each_possible_cpu(cpu) {
		page = per_cpu(memory, cpu);
		if (!page)
			continue;
		*ret_hits += READ_ONCE(page->hits);
		*ret_misses += READ_ONCE(page->misses);
	}
	mutex_unlock(&counts_lock);
}

/**
 * cr3_print() - what was found and done, a "key value" a line
 * @page: a page to print into
 *
 * Context: process, may sleep; calls that start and stop are excluded.
 *
 * Return: bytes printed.
 */
ssize_t cr3_print(char *page)
{
	unsigned int registered = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		registered += !!READ_ONCE(per_cpu(cr3_page, cpu));
	return sysfs_emit(
		page, "mechanism %s\nsites %u\npti %d\nflush_hook %d\ncrash_hook %d\npages %u\n",
		cr3_patch_mechanism(), cr3_patch_sites(), boot_cpu_has(X86_FEATURE_PTI),
		cr3_hooks_flush(), cr3_hooks_crash(), registered);
}
