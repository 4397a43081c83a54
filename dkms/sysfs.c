// SPDX-License-Identifier: GPL-2.0-only
/* /sys/kernel/kvmpv/host and debugfs kvmpv/host: docs/abi/sysfs.rst */
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/mutex.h>

#include "cr3.h"
#include "features.h"
#include "main.h"
#include "problem.h"
#include "root.h"
#include "stats.h"
#include "vm-sysfs.h"
#include "vm.h"

static struct kvmpv_root root;
static struct stats_source stats;

static const char *const state_names[] = {
	[HOST_DISABLED] = "disabled", [HOST_WAITING] = "waiting", [HOST_REFUSED] = "refused",
	[HOST_IDLE] = "idle",	      [HOST_ACTIVE] = "active",
};

static ssize_t version_show(struct kobject *kobj, struct kobj_attribute *attr, char *page)
{
	return sysfs_emit(page, "%s\n", KVMPV_VERSION);
}

static ssize_t abi_show(struct kobject *kobj, struct kobj_attribute *attr, char *page)
{
	return sysfs_emit(page, "%u %u\n", KVMPV_ABI_MIN, KVMPV_ABI_MAX);
}

static ssize_t state_show(struct kobject *kobj, struct kobj_attribute *attr, char *page)
{
	return sysfs_emit(page, "%s\n", state_names[host_state()]);
}

static ssize_t reason_show(struct kobject *kobj, struct kobj_attribute *attr, char *page)
{
	char problem[KVMPV_PROBLEM_MAX];

	switch (host_state()) {
	case HOST_DISABLED:
		return sysfs_emit(page, "kvmpv.enable=0 on the kernel command line\n");
	case HOST_WAITING:
		return sysfs_emit(page, "KVM is not loaded\n");
	case HOST_IDLE:
		return sysfs_emit(page, "no feature is offered to any VM\n");
	case HOST_REFUSED:
		kvmpv_problem_get(problem);
		return sysfs_emit(page, "%s\n", problem);
	default:
		return sysfs_emit(page, "\n");
	}
}

static ssize_t instance_show(struct kobject *kobj, struct kobj_attribute *attr, char *page)
{
	return sysfs_emit(page, "0x%08x\n", host_instance);
}

static ssize_t hooks_show(struct kobject *kobj, struct kobj_attribute *attr, char *page)
{
	return host_show_hooks(page);
}

static ssize_t stats_show(struct kobject *kobj, struct kobj_attribute *attr, char *page)
{
	return stats_print(&stats, page);
}

static ssize_t histogram_show(struct kobject *kobj, struct kobj_attribute *attr, char *page)
{
	return stats_print_histogram(&stats, page);
}

static ssize_t reset_store(struct kobject *kobj, struct kobj_attribute *attr, const char *page,
			   size_t len)
{
	return stats_reset(&stats, page) ?: len;
}

static struct kobj_attribute version_attr = __ATTR_RO(version);
static struct kobj_attribute abi_attr = __ATTR_RO(abi);
static struct kobj_attribute state_attr = __ATTR_RO(state);
static struct kobj_attribute reason_attr = __ATTR_RO(reason);
static struct kobj_attribute instance_attr = __ATTR_RO(instance);
static struct kobj_attribute hooks_attr = __ATTR_RO(hooks);
static struct kobj_attribute stats_attr = __ATTR_RO(stats);
static struct kobj_attribute histogram_attr = __ATTR_RO(histogram);
static struct kobj_attribute reset_attr = __ATTR_WO(reset);

static struct attribute *host_attrs[] = {
	&version_attr.attr,  &abi_attr.attr,
	&state_attr.attr,    &reason_attr.attr,
	&instance_attr.attr, &hooks_attr.attr,
	&stats_attr.attr,    &histogram_attr.attr,
	&reset_attr.attr,    NULL,
};

static const struct attribute_group host_group = {.attrs = host_attrs};

KVMPV_FEATURES_GROUP();

static ssize_t feature_show(struct kobject *kobj, struct kobj_attribute *attr, char *page)
{
	return sysfs_emit(page, "%d\n", !!(vms_policy() & BIT(attr - feature_attrs)));
}

static ssize_t feature_store(struct kobject *kobj, struct kobj_attribute *attr, const char *page,
			     size_t len)
{
	static DEFINE_MUTEX(policy_lock);
	u32 feature = BIT(attr - feature_attrs), features;
	int ret;

	mutex_lock(&policy_lock);
	features = vms_policy();
	ret = feature_parse(page, feature, &features);
	if (!ret && (features & feature))
		ret = feature_possible(feature);
	if (!ret)
		vms_set_policy(features);
	mutex_unlock(&policy_lock);
	if (ret)
		return ret;
	return host_reconsider_now() ?: len;
}

/* reasons/FEATURE: why this host cannot offer it */
static ssize_t reason_show_feature(struct kobject *kobj, struct kobj_attribute *attr, char *page);

#define REASON_ATTR_(id, bit, string, text) \
	[bit] = {.attr = {.name = string, .mode = 0444}, .show = reason_show_feature},
#define REASON_POINTER_(id, bit, string, text) [bit] = &reason_attrs[bit].attr,
static struct kobj_attribute reason_attrs[] = {KVMPV_FEATURES(REASON_ATTR_)};
static struct attribute *reason_pointers[] = {KVMPV_FEATURES(REASON_POINTER_) NULL};
static const struct attribute_group reasons_group = {.name = "reasons", .attrs = reason_pointers};

static ssize_t reason_show_feature(struct kobject *kobj, struct kobj_attribute *attr, char *page)
{
	char reason[CR3_REASON_MAX] = "";

	if (attr - reason_attrs == KVMPV_FEATURE_CR3_CACHE)
		cr3_supported(reason);
	return sysfs_emit(page, "%s\n", reason);
}

static const struct attribute_group *groups[] = {&host_group, &features_group, &reasons_group,
						 NULL};

/**
 * host_sysfs_init() - make the host's files
 *
 * Context: process, may sleep. Return: 0 or a negative error.
 */
int host_sysfs_init(void)
{
	int ret;

	stats_init(&stats, NULL);
	ret = kvmpv_root_add(&root, "host", groups);
	if (ret)
		return ret;
	ret = vm_sysfs_init(root.dir, root.debugfs);
	if (ret) {
		kvmpv_root_remove(&root);
		return ret;
	}
	stats_debugfs_add(&stats, root.debugfs);
	return 0;
}

/**
 * host_sysfs_exit() - remove them; waits for readers and writers
 *
 * Context: process, may sleep; no VM has a directory any more.
 */
void host_sysfs_exit(void)
{
	vm_sysfs_exit();
	kvmpv_root_remove(&root);
}
