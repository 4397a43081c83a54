/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A directory features/ with a file a feature, for the host's policy and for each VM. The files of
 * both come from the one list in the ABI header.
 */
#ifndef KVMPV_HOST_FEATURES_H
#define KVMPV_HOST_FEATURES_H

#include <linux/kobject.h>
#include <linux/sysfs.h>
#include <linux/types.h>

#include <kvmpv/abi.h>

#include "cmdline.h"

#define KVMPV_FEATURE_ATTR_(id, bit, string, text)       \
	[bit] = {.attr = {.name = string, .mode = 0644}, \
		 .show = feature_show,                   \
		 .store = feature_store},

#define KVMPV_FEATURE_POINTER_(id, bit, string, text) [bit] = &feature_attrs[bit].attr,

/*
 * The directory's attributes, as features_group; the file that uses it defines feature_show() and
 * feature_store() behind it. An attribute's index in feature_attrs is its feature's bit number.
 */
#define KVMPV_FEATURES_GROUP()                                                                \
	static ssize_t feature_show(struct kobject *kobj, struct kobj_attribute *attr,        \
				    char *page);                                              \
	static ssize_t feature_store(struct kobject *kobj, struct kobj_attribute *attr,       \
				     const char *page, size_t len);                           \
	static struct kobj_attribute feature_attrs[] = {KVMPV_FEATURES(KVMPV_FEATURE_ATTR_)}; \
	static struct attribute *feature_pointers[] = {KVMPV_FEATURES(KVMPV_FEATURE_POINTER_) \
							       NULL};                         \
	static const struct attribute_group features_group = {.name = "features",             \
							      .attrs = feature_pointers}

/**
 * feature_parse() - read a boolean written to a feature's file
 * @page: what was written
 * @mask: the feature's bit
 * @features: feature bits, in which the bit is set or cleared
 *
 * Return: 0 or -EINVAL with @features as it was.
 */
static inline int feature_parse(const char *page, u32 mask, u32 *features)
{
	bool on;
	int ret = kvmpv_parse_bool(page, &on);

	if (ret)
		return ret;
	*features = on ? *features | mask : *features & ~mask;
	return 0;
}

int feature_possible(u32 feature);
ssize_t features_show_names(char *page, u32 features);

#endif /* KVMPV_HOST_FEATURES_H */
