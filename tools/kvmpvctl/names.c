// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names as numbers: features and counters come from the module as words, and a newer module may
 * have more than this tool knows. Numbering them keeps a thousand VMs small and lets words the tool
 * has never heard of be shown all the same.
 */
#include <stdio.h>
#include <string.h>

#include <kvmpv/local.h>

#include "kvmpvctl.h"
#include "names.h"

/**
 * names_find() - look a word up
 * @names: the words
 * @s: the word, need not end in NUL
 * @len: its length
 *
 * Return: its number, -1 if it is not there.
 */
int names_find(const struct names *names, const char *s, size_t len)
{
	for (unsigned int i = 0; i < names->n; i++)
		if (!strncmp(names->name[i], s, len) && !names->name[i][len])
			return (int)i;
	return -1;
}

static bool name_valid(const char *s, size_t len)
{
	if (!len || len >= NAME_SIZE)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-",
			    s[i]))
			return false;
	return true;
}

/**
 * names_add() - look a word up and add it if it is new
 * @names: the words
 * @s: the word, need not end in NUL
 * @len: its length
 *
 * Return: its number, -1 if it is not a name or there is no room for it.
 */
int names_add(struct names *names, const char *s, size_t len)
{
	int i;

	if (!name_valid(s, len))
		return -1;
	i = names_find(names, s, len);
	if (i >= 0)
		return i;
	if (names->n == NAMES_MAX)
		return -1;
	memcpy(names->name[names->n], s, len);
	names->name[names->n][len] = '\0';
	return (int)names->n++;
}

/**
 * names_join() - a set of names as text
 * @names: the words
 * @set: NAME_BIT() of each to print
 * @between: what goes between two
 * @ret: the text, cut to fit
 * @size: bytes at @ret
 */
void names_join(const struct names *names, uint64_t set, const char *between, char *ret,
		size_t size)
{
	size_t used = 0;

	*ret = '\0';
	for (unsigned int i = 0; i < names->n && used < size; i++) {
		if (!(set & NAME_BIT(i)))
			continue;
		used += (size_t)snprintf(ret + used, size - used, "%s%s", used ? between : "",
					 names->name[i]);
	}
}

#define FEATURE_NAME(name, bit, string, text) string,
#define FEATURE_TEXT(name, bit, string, text) text,
#define FEATURE_MASK(name, bit, string, text) 1U << (bit),

static const char *const feature_names[] = {KVMPV_GUEST_FEATURES(FEATURE_NAME)};
static const char *const feature_texts[] = {KVMPV_GUEST_FEATURES(FEATURE_TEXT)};
static const uint32_t feature_masks[] = {KVMPV_FEATURES(FEATURE_MASK)};

static void features_add(struct names *features, size_t n)
{
	features->n = 0;
	for (size_t i = 0; i < n; i++)
		names_add(features, feature_names[i], strlen(feature_names[i]));
}

/**
 * features_init() - the features this tool knows
 * @features: to be filled, in the order of their bits: those of a guest alone behind the others
 */
void features_init(struct names *features)
{
	features_add(features, ARRAY_SIZE(feature_names));
}

/**
 * features_init_host() - the features this tool knows that a host can have
 * @features: to be filled; the numbers are those of features_init()
 */
void features_init_host(struct names *features)
{
	features_add(features, KVMPV_FEATURE_COUNT);
}

/**
 * feature_text() - what a feature does
 * @feature: its number, as features_init() has it
 *
 * Return: a few words; the empty string for a feature only the module knows.
 */
const char *feature_text(unsigned int feature)
{
	return feature < ARRAY_SIZE(feature_texts) ? feature_texts[feature] : "";
}

/**
 * features_local() - the features of a guest alone
 *
 * They need no host, and no host has them.
 *
 * Return: NAME_BIT() of each, as features_init() numbers them.
 */
uint64_t features_local(void)
{
	return (NAME_BIT(ARRAY_SIZE(feature_names)) - 1) & ~(NAME_BIT(KVMPV_FEATURE_COUNT) - 1);
}

/**
 * feature_local() - does a feature belong to a guest alone?
 * @feature: its number, as features_init() has it
 *
 * Return: true for one of features_local().
 */
bool feature_local(unsigned int feature)
{
	return features_local() & NAME_BIT(feature);
}

/**
 * features_default() - the features that are meant when none is named to be switched on
 *
 * Those that somebody has to want, those of a guest alone, and those this tool does not know, are
 * not among them.
 *
 * Return: NAME_BIT() of each, as features_init() numbers them.
 */
uint64_t features_default(void)
{
	uint64_t set = 0;

	for (size_t i = 0; i < ARRAY_SIZE(feature_masks); i++)
		if (feature_masks[i] & KVMPV_FEATURES_DEFAULT)
			set |= NAME_BIT(i);
	return set;
}
