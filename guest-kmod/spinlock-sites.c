// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who waits for locks. Every so many waits a CPU looks up its stack for the code that wants the
 * lock and counts it in a table of a fixed size. The table is there only while somebody samples; a
 * reset takes a new one, so that nobody counts in one that is being emptied.
 */
#include <linux/atomic.h>
#include <linux/hash.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/spinlock.h>
#include <linux/stacktrace.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "hook.h"
#include "spinlock-sites.h"

#define SITES_BITS 8
#define SITES (1 << SITES_BITS)
#define PROBES 16 /* places a site may have in the table */
#define DEPTH 12 /* of the stack that is looked at */
#define SHOWN 32

DEFINE_STATIC_KEY_FALSE(spin_sampling);

struct site {
	atomic_long_t ip;
	atomic_long_t count;
};

struct sites {
	atomic_long_t lost;
	struct site site[SITES];
};

static struct sites __rcu *sites;
static u32 every;
static DEFINE_PER_CPU(u32, until_next);
static DEFINE_MUTEX(lock); /* for changes of the table and readers of it */

static notrace void count_site(struct sites *table, unsigned long ip)
{
	unsigned int i, at = hash_long(ip, SITES_BITS);
	struct site *site;
	long old;

	for (i = 0; i < PROBES; i++) {
		site = &table->site[(at + i) % SITES];
		old = atomic_long_read(&site->ip);
		if (!old)
			old = atomic_long_cmpxchg(&site->ip, 0, ip) ?: ip;
		if (old == ip) {
			atomic_long_inc(&site->count);
			return;
		}
	}
	atomic_long_inc(&table->lost);
}

/* The first on the stack that is neither this module nor a spinlock function. */
static notrace unsigned long caller(void)
{
	unsigned long stack[DEPTH];
	unsigned int i, n = stack_trace_save(stack, DEPTH, 1);

	for (i = 0; i < n; i++)
		if (!in_lock_functions(stack[i]) && !within_module(stack[i], THIS_MODULE))
			return stack[i];
	return 0;
}

/**
 * spin_sites_sample() - one of so many waits is looked at
 *
 * Context: any, NMI included, preemption off: that is what keeps the table.
 */
void notrace spin_sites_sample(void)
{
	struct sites *table;
	unsigned long ip;

	if (this_cpu_dec_return(until_next) < READ_ONCE(every))
		return;
	this_cpu_write(until_next, READ_ONCE(every) - 1);
	table = rcu_dereference_raw(sites);
	ip = table ? caller() : 0;
	if (ip)
		count_site(table, ip);
}

/* Context: lock held. */
static struct sites *table_of(void)
{
	return rcu_dereference_protected(sites, lockdep_is_held(&lock));
}

/* Context: lock held. */
static void table_replace(struct sites *fresh)
{
	struct sites *old = table_of();

	rcu_assign_pointer(sites, fresh);
	if (!old)
		return;
	kvmpv_hooks_drain_atomic();
	kfree(old);
}

/**
 * spin_sites_get() - how often is sampled?
 *
 * Context: any. Return: every so many waits of a CPU; 0: not at all.
 */
u32 spin_sites_get(void)
{
	return READ_ONCE(every);
}

/**
 * spin_sites_set() - sample more or less often
 * @waits: every so many waits of a CPU; 0: not at all, and what was sampled is forgotten
 *
 * Context: process, may sleep.
 *
 * Return: 0, -ERANGE or -ENOMEM.
 */
int spin_sites_set(u32 waits)
{
	struct sites *fresh;
	int ret = 0;

	if (waits > SPIN_SAMPLE_MAX)
		return -ERANGE;
	mutex_lock(&lock);
	if (waits && !table_of()) {
		fresh = kzalloc(sizeof(*fresh), GFP_KERNEL);
		if (!fresh) {
			ret = -ENOMEM;
			goto unlock;
		}
		table_replace(fresh);
	}
	WRITE_ONCE(every, waits);
	if (waits) {
		static_branch_enable(&spin_sampling);
	} else {
		static_branch_disable(&spin_sampling);
		table_replace(NULL);
	}
unlock:
	mutex_unlock(&lock);
	return ret;
}

/**
 * spin_sites_lost() - samples that the table had no place for
 *
 * Context: process, may sleep. Return: how many, since the last reset.
 */
u64 spin_sites_lost(void)
{
	u64 lost;

	mutex_lock(&lock);
	lost = table_of() ? atomic_long_read(&table_of()->lost) : 0;
	mutex_unlock(&lock);
	return lost;
}

/**
 * spin_sites_reset() - forget what was sampled
 *
 * Context: process, may sleep. Without memory for a new table the old one goes on.
 */
void spin_sites_reset(void)
{
	struct sites *fresh;

	mutex_lock(&lock);
	fresh = table_of() ? kzalloc(sizeof(*fresh), GFP_KERNEL) : NULL;
	if (fresh)
		table_replace(fresh);
	mutex_unlock(&lock);
}

struct shown {
	unsigned long ip;
	unsigned long count;
};

static int by_count(const void *a, const void *b)
{
	const struct shown *x = a, *y = b;

	return x->count < y->count ? 1 : x->count > y->count ? -1 : 0;
}

static unsigned int snapshot(const struct sites *table, struct shown *shown)
{
	unsigned int i, n = 0;

	for (i = 0; i < SITES; i++) {
		shown[n].ip = atomic_long_read(&table->site[i].ip);
		shown[n].count = atomic_long_read(&table->site[i].count);
		n += !!shown[n].ip;
	}
	sort(shown, n, sizeof(*shown), by_count, NULL);
	return n;
}

/**
 * spin_sites_print() - print the most frequent sites, most frequent first
 * @page: a page to print into
 *
 * Context: process, may sleep.
 *
 * Return: bytes printed, or -ENOMEM.
 */
ssize_t spin_sites_print(char *page)
{
	struct shown *shown = kcalloc(SITES, sizeof(*shown), GFP_KERNEL);
	unsigned int i, n;
	ssize_t len = 0;

	if (!shown)
		return -ENOMEM;
	mutex_lock(&lock);
	n = table_of() ? snapshot(table_of(), shown) : 0;
	mutex_unlock(&lock);
	for (i = 0; i < min(n, SHOWN); i++)
		len += sysfs_emit_at(page, len, "%lu %pS\n", shown[i].count, (void *)shown[i].ip);
	kfree(shown);
	return len;
}

/**
 * spin_sites_exit() - free the table
 *
 * Context: process, may sleep; nobody samples any more.
 */
void spin_sites_exit(void)
{
	spin_sites_set(0);
}
