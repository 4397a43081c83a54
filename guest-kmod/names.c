// SPDX-License-Identifier: GPL-2.0-only
#include <linux/kernel.h>

#include <kvmpv/local.h>

#include "names.h"

#define NAME_(name, bit, string, text) [bit] = string,
static const char *const features_by_bit[32] = {KVMPV_GUEST_FEATURES(NAME_)};
#undef NAME_

static const char *const states[] = {
	[GUEST_DISABLED] = "disabled",
	[GUEST_OFF] = "off",
	[GUEST_IDLE] = "idle",
	[GUEST_ACTIVE] = "active",
};

/**
 * name_of_state() - the word for a state
 * @state: the state
 *
 * Context: any.
 *
 * Return: a constant string.
 */
const char *name_of_state(enum guest_state state)
{
	return states[state];
}

/**
 * names_of_features() - the names of features, one space between two
 * @text: where to
 * @size: of @text; NAMES_MAX is enough for all
 * @features: feature bits; unknown ones have no name
 *
 * Context: any.
 *
 * Return: length of @text.
 */
size_t names_of_features(char *text, size_t size, u32 features)
{
	size_t len = 0;
	int i;

	text[0] = '\0';
	for (i = 0; i < ARRAY_SIZE(features_by_bit); i++)
		if (features & (1U << i) && features_by_bit[i])
			len += scnprintf(text + len, size - len, "%s%s", len ? " " : "",
					 features_by_bit[i]);
	return len;
}
