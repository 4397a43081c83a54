// SPDX-License-Identifier: GPL-2.0-only
#include <linux/string.h>

#include "cr3.h"
#include "features.h"

#define NAME_(name, bit, string, text) [bit] = string,
static const char *const names[] = {KVMPV_FEATURES(NAME_)};
#undef NAME_

/**
 * features_show_names() - print the names of features
 * @page: a page to print into
 * @features: feature bits
 *
 * Return: bytes printed.
 */
ssize_t features_show_names(char *page, u32 features)
{
	ssize_t len = 0;
	int i;

	for (i = 0; i < KVMPV_FEATURE_COUNT; i++)
		if (features & (1U << i))
			len += sysfs_emit_at(page, len, "%s%s", len ? " " : "", names[i]);
	return len + sysfs_emit_at(page, len, "\n");
}

/**
 * feature_possible() - can this host offer a feature
 * @feature: its bit
 *
 * Context: process, may sleep. Return: 0 or -EOPNOTSUPP; reasons/ says why.
 */
int feature_possible(u32 feature)
{
	char reason[CR3_REASON_MAX];

	return feature == KVMPV_FEATURE_MASK(CR3_CACHE) ? cr3_supported(reason) : 0;
}
