// SPDX-License-Identifier: GPL-2.0-only
/* /sys/kernel/kvmpv/guest and debugfs kvmpv/guest: docs/abi/sysfs.rst */
#include <linux/kernel.h>
#include <linux/kobject.h>
#include <linux/sysfs.h>

#include <kvmpv/local.h>

#include "cmdline.h"

#include "cr3.h"
#include "host.h"
#include "kernel.h"
#include "names.h"
#include "root.h"
#include "selftest.h"
#include "spinlock-stats.h"
#include "spinlock-sysfs.h"
#include "state.h"
#include "stats.h"
#include "sysfs.h"

static struct kvmpv_root root;

static ssize_t version_show(struct kobject *kobj, struct kobj_attribute *attr, char *page)
{
	return sysfs_emit(page, "%s\n", KVMPV_VERSION);
}

static ssize_t abi_show(struct kobject *kobj, struct kobj_attribute *attr, char *page)
{
	return sysfs_emit(page, "%u %u\n", KVMPV_ABI_MIN, KVMPV_ABI_MAX);
}

static ssize_t enable_show(struct kobject *kobj, struct kobj_attribute *attr, char *page)
{
	struct state_view view;

	state_get(&view);
	return sysfs_emit(page, "%d\n", view.enable);
}

static ssize_t enable_store(struct kobject *kobj, struct kobj_attribute *attr, const char *page,
			    size_t len)
{
	bool enable;

	if (kvmpv_parse_bool(page, &enable))
		return -EINVAL;
	return state_set_enable(enable) ?: len;
}

static ssize_t state_show(struct kobject *kobj, struct kobj_attribute *attr, char *page)
{
	struct state_view view;

	state_get(&view);
	return sysfs_emit(page, "%s\n", name_of_state(view.state));
}

static ssize_t reason_show(struct kobject *kobj, struct kobj_attribute *attr, char *page)
{
	struct state_view view;

	state_get(&view);
	return sysfs_emit(page, "%s\n", view.reason);
}

static ssize_t hypervisor_show(struct kobject *kobj, struct kobj_attribute *attr, char *page)
{
	char name[HOST_HYPERVISOR_MAX];

	host_hypervisor(name);
	return sysfs_emit(page, "%s\n", name);
}

static ssize_t cpuid_base_show(struct kobject *kobj, struct kobj_attribute *attr, char *page)
{
	struct state_view view;

	state_get(&view);
	if (!view.host.base)
		return sysfs_emit(page, "none\n");
	return sysfs_emit(page, "0x%08x\n", view.host.base);
}

static ssize_t abi_host_show(struct kobject *kobj, struct kobj_attribute *attr, char *page)
{
	struct state_view view;

	state_get(&view);
	return sysfs_emit(page, "%u %u\n", view.host.abi_min, view.host.abi_max);
}

static ssize_t abi_used_show(struct kobject *kobj, struct kobj_attribute *attr, char *page)
{
	struct state_view view;

	state_get(&view);
	return sysfs_emit(page, "%u\n", view.abi);
}

static ssize_t instance_show(struct kobject *kobj, struct kobj_attribute *attr, char *page)
{
	struct state_view view;

	state_get(&view);
	return sysfs_emit(page, "0x%08x\n", view.host.instance);
}

static ssize_t show_names(char *page, u32 features)
{
	char names[NAMES_MAX];

	names_of_features(names, sizeof(names), features);
	return sysfs_emit(page, "%s\n", names);
}

static ssize_t offered_show(struct kobject *kobj, struct kobj_attribute *attr, char *page)
{
	struct state_view view;

	state_get(&view);
	return show_names(page, view.host.features);
}

static ssize_t used_show(struct kobject *kobj, struct kobj_attribute *attr, char *page)
{
	struct state_view view;

	state_get(&view);
	return show_names(page, view.used);
}

static ssize_t stats_show(struct kobject *kobj, struct kobj_attribute *attr, char *page)
{
	return stats_print(page);
}

static ssize_t histogram_show(struct kobject *kobj, struct kobj_attribute *attr, char *page)
{
	return stats_print_histogram(page);
}

static ssize_t reset_store(struct kobject *kobj, struct kobj_attribute *attr, const char *page,
			   size_t len)
{
	return stats_reset(page) ?: len;
}

static ssize_t selftest_show(struct kobject *kobj, struct kobj_attribute *attr, char *page)
{
	return selftest_print(page);
}

static ssize_t selftest_store(struct kobject *kobj, struct kobj_attribute *attr, const char *page,
			      size_t len)
{
	bool run;

	if (kvmpv_parse_bool(page, &run) || !run)
		return -EINVAL;
	return selftest_run() ?: len;
}

static ssize_t cr3_cache_show(struct kobject *kobj, struct kobj_attribute *attr, char *page)
{
	ssize_t len;

	state_hold();
	len = cr3_print(page);
	state_release();
	return len;
}

static ssize_t kernel_show(struct kobject *kobj, struct kobj_attribute *attr, char *page)
{
	return kernel_print(page);
}

static ssize_t msrs_show(struct kobject *kobj, struct kobj_attribute *attr, char *page)
{
	return kernel_print_msrs(page);
}

static struct kobj_attribute version_attr = __ATTR_RO(version);
static struct kobj_attribute abi_attr = __ATTR_RO(abi);
static struct kobj_attribute enable_attr = __ATTR_RW(enable);
static struct kobj_attribute state_attr = __ATTR_RO(state);
static struct kobj_attribute reason_attr = __ATTR_RO(reason);
static struct kobj_attribute hypervisor_attr = __ATTR_RO(hypervisor);
static struct kobj_attribute cpuid_base_attr = __ATTR_RO(cpuid_base);
static struct kobj_attribute abi_host_attr = __ATTR_RO(abi_host);
static struct kobj_attribute abi_used_attr = __ATTR_RO(abi_used);
static struct kobj_attribute instance_attr = __ATTR_RO(instance);
static struct kobj_attribute offered_attr = __ATTR_RO(offered);
static struct kobj_attribute used_attr = __ATTR_RO(used);
static struct kobj_attribute stats_attr = __ATTR_RO(stats);
static struct kobj_attribute histogram_attr = __ATTR_RO(histogram);
static struct kobj_attribute reset_attr = __ATTR_WO(reset);
static struct kobj_attribute selftest_attr = __ATTR_RW(selftest);
static struct kobj_attribute cr3_cache_attr = __ATTR_RO(cr3_cache);
static struct kobj_attribute kernel_attr = __ATTR_RO(kernel);
/* Not for everybody: each reading interrupts every CPU. */
static struct kobj_attribute msrs_attr = __ATTR_RO_MODE(msrs, 0400);

static struct attribute *guest_attrs[] = {
	&version_attr.attr,   &abi_attr.attr,	     &enable_attr.attr,	    &state_attr.attr,
	&reason_attr.attr,    &hypervisor_attr.attr, &cpuid_base_attr.attr, &abi_host_attr.attr,
	&abi_used_attr.attr,  &instance_attr.attr,   &offered_attr.attr,    &used_attr.attr,
	&stats_attr.attr,     &histogram_attr.attr,  &reset_attr.attr,	    &selftest_attr.attr,
	&cr3_cache_attr.attr, &kernel_attr.attr,     &msrs_attr.attr,	    NULL,
};

/* A file a feature, from the list in the ABI header; its index is the feature's bit number. */
static ssize_t feature_show(struct kobject *kobj, struct kobj_attribute *attr, char *page);
static ssize_t feature_store(struct kobject *kobj, struct kobj_attribute *attr, const char *page,
			     size_t len);

#define FEATURE_FILE_(id, bit, string, text)            \
	[bit] = {                                       \
		.attr = {.name = string, .mode = 0644}, \
		.show = feature_show,                   \
		.store = feature_store,                 \
	},
static struct kobj_attribute feature_files[] = {KVMPV_GUEST_FEATURES(FEATURE_FILE_)};
#undef FEATURE_FILE_

#define FEATURE_ATTR_(id, bit, string, text) &feature_files[bit].attr,
static struct attribute *feature_attrs[] = {KVMPV_GUEST_FEATURES(FEATURE_ATTR_) NULL};
#undef FEATURE_ATTR_

static u32 feature_mask(const struct kobj_attribute *attr)
{
	return 1U << (attr - feature_files);
}

static ssize_t feature_show(struct kobject *kobj, struct kobj_attribute *attr, char *page)
{
	struct state_view view;

	state_get(&view);
	return sysfs_emit(page, "%d\n", !!(view.wanted & feature_mask(attr)));
}

static ssize_t feature_store(struct kobject *kobj, struct kobj_attribute *attr, const char *page,
			     size_t len)
{
	bool on;

	if (kvmpv_parse_bool(page, &on))
		return -EINVAL;
	return state_set_feature(feature_mask(attr), on) ?: len;
}

/* The same files once more, which say why a feature is not in use. */
static ssize_t why_not_show(struct kobject *kobj, struct kobj_attribute *attr, char *page);

#define REASON_FILE_(id, bit, string, text) \
	[bit] = {.attr = {.name = string, .mode = 0444}, .show = why_not_show},
static struct kobj_attribute reason_files[] = {KVMPV_GUEST_FEATURES(REASON_FILE_)};
#undef REASON_FILE_

#define REASON_ATTR_(id, bit, string, text) &reason_files[bit].attr,
static struct attribute *reason_attrs[] = {KVMPV_GUEST_FEATURES(REASON_ATTR_) NULL};
#undef REASON_ATTR_

static ssize_t why_not_show(struct kobject *kobj, struct kobj_attribute *attr, char *page)
{
	char reason[STATE_REASON_MAX];

	state_reason(1U << (attr - reason_files), reason);
	return sysfs_emit(page, "%s\n", reason);
}

static const struct attribute_group guest_group = {.attrs = guest_attrs};
static const struct attribute_group feature_group = {.name = "features", .attrs = feature_attrs};
static const struct attribute_group reason_group = {.name = "reasons", .attrs = reason_attrs};
static const struct attribute_group *groups[] = {&guest_group, &feature_group, &reason_group,
						 &spinlock_group, NULL};

/**
 * guest_sysfs_init() - make the files
 *
 * Context: process, may sleep; everything they show is there already.
 *
 * Return: 0 or a negative error, with nothing left behind.
 */
int guest_sysfs_init(void)
{
	int ret = kvmpv_root_add(&root, "guest", groups);

	if (ret)
		return ret;
	stats_debugfs_add(root.debugfs);
	spin_stats_debugfs_add(root.debugfs);
	return 0;
}

/**
 * guest_sysfs_exit() - remove the files
 *
 * Waits for their readers and writers.
 *
 * Context: process, may sleep.
 */
void guest_sysfs_exit(void)
{
	kvmpv_root_remove(&root);
}
