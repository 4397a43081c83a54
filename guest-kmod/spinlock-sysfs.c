// SPDX-License-Identifier: GPL-2.0-only
/* /sys/kernel/kvmpv/guest/spinlock: docs/abi/sysfs.rst, "Spinlocks" */
#include <linux/kernel.h>
#include <linux/kobject.h>
#include <linux/sysfs.h>

#include <kvmpv/local.h>

#include "cmdline.h"
#include "spinlock-sites.h"
#include "spinlock-stats.h"
#include "spinlock-sysfs.h"
#include "spinlock-wait.h"
#include "spinlock.h"

static ssize_t mode_show(struct kobject *kobj, struct kobj_attribute *attr, char *page)
{
	return sysfs_emit(page, "%s\n", spinlock_mode());
}

/* Takes effect with the next wait; those under way go on with what they started with. */
static ssize_t set_looks(const char *page, size_t len, u32 lowest, u32 highest, u32 *looks)
{
	u32 value;
	int ret = kstrtou32(page, 10, &value);

	if (ret)
		return ret;
	if (value < lowest || value > highest)
		return -ERANGE;
	WRITE_ONCE(*looks, value);
	return len;
}

static ssize_t yield_after_show(struct kobject *kobj, struct kobj_attribute *attr, char *page)
{
	return sysfs_emit(page, "%u\n", READ_ONCE(spin_tuning.yield));
}

static ssize_t yield_after_store(struct kobject *kobj, struct kobj_attribute *attr,
				 const char *page, size_t len)
{
	return set_looks(page, len, 1, KVMPV_SPINLOCK_YIELD_MAX, &spin_tuning.yield);
}

static ssize_t queue_after_show(struct kobject *kobj, struct kobj_attribute *attr, char *page)
{
	return sysfs_emit(page, "%u\n", READ_ONCE(spin_tuning.queue));
}

static ssize_t queue_after_store(struct kobject *kobj, struct kobj_attribute *attr,
				 const char *page, size_t len)
{
	return set_looks(page, len, 0, KVMPV_SPINLOCK_QUEUE_MAX, &spin_tuning.queue);
}

static ssize_t count_show(struct kobject *kobj, struct kobj_attribute *attr, char *page)
{
	return sysfs_emit(page, "%d\n", spin_stats_counting());
}

static ssize_t count_store(struct kobject *kobj, struct kobj_attribute *attr, const char *page,
			   size_t len)
{
	bool on;

	if (kvmpv_parse_bool(page, &on))
		return -EINVAL;
	spin_stats_count(on);
	return len;
}

static ssize_t sample_show(struct kobject *kobj, struct kobj_attribute *attr, char *page)
{
	return sysfs_emit(page, "%u\n", spin_sites_get());
}

static ssize_t sample_store(struct kobject *kobj, struct kobj_attribute *attr, const char *page,
			    size_t len)
{
	u32 every;

	return kstrtou32(page, 10, &every) ?: spin_sites_set(every) ?: len;
}

static ssize_t stats_show(struct kobject *kobj, struct kobj_attribute *attr, char *page)
{
	return spin_stats_print(page);
}

static ssize_t histogram_show(struct kobject *kobj, struct kobj_attribute *attr, char *page)
{
	return spin_stats_print_histogram(page);
}

static ssize_t sites_show(struct kobject *kobj, struct kobj_attribute *attr, char *page)
{
	return spin_sites_print(page);
}

static ssize_t reset_store(struct kobject *kobj, struct kobj_attribute *attr, const char *page,
			   size_t len)
{
	return spin_stats_reset(page) ?: len;
}

static struct kobj_attribute mode_attr = __ATTR_RO(mode);
static struct kobj_attribute yield_after_attr = __ATTR_RW(yield_after);
static struct kobj_attribute queue_after_attr = __ATTR_RW(queue_after);
static struct kobj_attribute count_attr = __ATTR_RW(count);
static struct kobj_attribute sample_attr = __ATTR_RW(sample);
static struct kobj_attribute stats_attr = __ATTR_RO(stats);
static struct kobj_attribute histogram_attr = __ATTR_RO(histogram);
/* Symbols of a running kernel are for root. */
static struct kobj_attribute sites_attr = __ATTR(sites, 0400, sites_show, NULL);
static struct kobj_attribute reset_attr = __ATTR_WO(reset);

static struct attribute *spinlock_attrs[] = {
	&mode_attr.attr,	&yield_after_attr.attr,
	&queue_after_attr.attr, &count_attr.attr,
	&sample_attr.attr,	&stats_attr.attr,
	&histogram_attr.attr,	&sites_attr.attr,
	&reset_attr.attr,	NULL,
};

const struct attribute_group spinlock_group = {.name = "spinlock", .attrs = spinlock_attrs};
