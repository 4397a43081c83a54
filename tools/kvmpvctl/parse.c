// SPDX-License-Identifier: GPL-2.0-only
/*
 * The forms of docs/abi/sysfs.rst. Every file ends in a newline, so a text that does not was cut
 * short, and a number at its end cannot be trusted: all parsers here refuse it. They take any
 * bytes, give 0 or -EBADMSG, and touch their output only on success.
 */
#include <errno.h>
#include <string.h>

#include "parse.h"

/**
 * parse_bool() - a bool as sysfs takes it
 * @word: ``0``, ``1``, ``y``, ``n``, ``on`` or ``off``
 * @ret_value: what it means
 *
 * Return: 0 or -EBADMSG.
 */
int parse_bool(const char *word, bool *ret_value)
{
	static const char *const words[] = {"0", "1", "n", "y", "off", "on"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!strcmp(word, words[i])) {
			*ret_value = i & 1;
			return 0;
		}
	}
	return -EBADMSG;
}

/**
 * parse_u64() - a decimal number: digits and nothing else
 * @s: the digits, need not end in NUL
 * @len: how many
 * @ret_value: the number
 *
 * Return: 0, or -EBADMSG also when it does not fit 64 bits.
 */
int parse_u64(const char *s, size_t len, uint64_t *ret_value)
{
	uint64_t value = 0;

	if (!len || len > 20)
		return -EBADMSG;
	for (size_t i = 0; i < len; i++) {
		if (s[i] < '0' || s[i] > '9')
			return -EBADMSG;
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(s[i] - '0'), &value))
			return -EBADMSG;
	}
	*ret_value = value;
	return 0;
}

static int parse_u32(const char *s, size_t len, uint32_t *ret_value)
{
	uint64_t value;

	if (parse_u64(s, len, &value) || value > UINT32_MAX)
		return -EBADMSG;
	*ret_value = (uint32_t)value;
	return 0;
}

/**
 * parse_vm_id() - the name of a VM's directory
 * @name: ``PID-N``
 * @ret_id: its two numbers
 *
 * Return: 0 or -EBADMSG.
 */
int parse_vm_id(const char *name, struct vm_id *ret_id)
{
	size_t len = strcspn(name, "-");
	struct vm_id id;

	if (!name[len] || parse_u32(name, len, &id.pid) ||
	    parse_u32(name + len + 1, strlen(name + len + 1), &id.n))
		return -EBADMSG;
	*ret_id = id;
	return 0;
}

/**
 * parse_line() - one line of printable ASCII
 * @text: the file
 * @ret_line: the line without its newline
 * @size: bytes at @ret_line
 *
 * Return: 0 or -EBADMSG.
 */
int parse_line(const char *text, char *ret_line, size_t size)
{
	size_t len = strcspn(text, "\n");

	if (text[len] != '\n' || text[len + 1] || len >= size)
		return -EBADMSG;
	for (size_t i = 0; i < len; i++)
		if (text[i] < ' ' || text[i] > '~')
			return -EBADMSG;
	memcpy(ret_line, text, len);
	ret_line[len] = '\0';
	return 0;
}

/**
 * parse_range() - lowest and highest ABI version
 * @text: the file: ``1 1``
 * @ret_range: the two
 *
 * Return: 0 or -EBADMSG.
 */
int parse_range(const char *text, struct range *ret_range)
{
	size_t len = strcspn(text, " ");
	struct range range;
	size_t rest;

	if (!text[len])
		return -EBADMSG;
	rest = strcspn(text + len + 1, "\n");
	if (text[len + 1 + rest] != '\n' || text[len + 1 + rest + 1] ||
	    parse_u32(text, len, &range.min) || parse_u32(text + len + 1, rest, &range.max) ||
	    range.min > range.max)
		return -EBADMSG;
	*ret_range = range;
	return 0;
}

/**
 * parse_names() - a set of names
 * @text: the file
 * @between: what separates two: a space (one line) or a newline (a line each)
 * @names: words known so far; new ones are added
 * @ret_set: NAME_BIT() of each
 *
 * An empty line is an empty set, and so is an empty file of a line each.
 *
 * Return: 0 or -EBADMSG.
 */
int parse_names(const char *text, char between, struct names *names, uint64_t *ret_set)
{
	const char ends[] = {between, '\n', '\0'};
	uint64_t set = 0;

	if (!*text && between != '\n')
		return -EBADMSG;
	if (!strcmp(text, "\n"))
		text = "";
	while (*text) {
		size_t len = strcspn(text, ends);
		int name = names_add(names, text, len);

		if (name < 0 || !text[len])
			return -EBADMSG;
		set |= NAME_BIT(name);
		if (text[len] == '\n' && between != '\n' && text[len + 1])
			return -EBADMSG;
		text += len + 1;
		if (text[-1] == ' ' && !*text)
			return -EBADMSG;
	}
	*ret_set = set;
	return 0;
}

/**
 * parse_pair() - the value of a name in a file of a name and a value a line
 * @text: the file
 * @key: the name
 * @ret_value: its value: printable ASCII without a space
 * @size: bytes at @ret_value
 *
 * Return: 0 or -EBADMSG, also when the name is not there.
 */
int parse_pair(const char *text, const char *key, char *ret_value, size_t size)
{
	size_t wanted = strlen(key);
	const char *value = NULL;
	size_t value_len = 0;

	while (*text) {
		size_t len = strcspn(text, " \n");
		size_t rest = text[len] == ' ' ? strcspn(text + len + 1, " \n") : 0;

		if (!len || !rest || text[len + 1 + rest] != '\n')
			return -EBADMSG;
		for (size_t i = 0; i < len + 1 + rest; i++)
			if (text[i] < ' ' || text[i] > '~')
				return -EBADMSG;
		if (len == wanted && !strncmp(text, key, len)) {
			value = text + len + 1;
			value_len = rest;
		}
		text += len + 1 + rest + 1;
	}
	if (!value || value_len >= size)
		return -EBADMSG;
	memcpy(ret_value, value, value_len);
	ret_value[value_len] = '\0';
	return 0;
}

/**
 * parse_counters() - a ``stats`` file
 * @text: the file
 * @names: counters known so far; new ones are added
 * @ret_counters: their values
 *
 * Return: 0 or -EBADMSG.
 */
int parse_counters(const char *text, struct names *names, struct counters *ret_counters)
{
	struct counters counters;

	counters.have = 0;
	if (!*text)
		return -EBADMSG;
	while (*text) {
		size_t len = strcspn(text, " \n");
		size_t digits;
		int name;

		if (text[len] != ' ')
			return -EBADMSG;
		digits = strcspn(text + len + 1, "\n");
		name = names_add(names, text, len);
		if (name < 0 || text[len + 1 + digits] != '\n' || counters.have & NAME_BIT(name) ||
		    parse_u64(text + len + 1, digits, &counters.value[name]))
			return -EBADMSG;
		counters.have |= NAME_BIT(name);
		text += len + 1 + digits + 1;
	}
	ret_counters->have = counters.have;
	for (unsigned int i = 0; i < names->n; i++)
		if (counters.have & NAME_BIT(i))
			ret_counters->value[i] = counters.value[i];
	return 0;
}

static int parse_histogram(const char *text, struct histogram *ret, const char **ret_rest)
{
	struct names name = {.n = 0};
	size_t len = strcspn(text, " \n");

	if (names_add(&name, text, len) < 0)
		return -EBADMSG;
	strcpy(ret->name, name.name[0]);
	for (unsigned int i = 0; i < HISTOGRAM_BUCKETS; i++) {
		if (text[len] != ' ')
			return -EBADMSG;
		text += len + 1;
		len = strcspn(text, " \n");
		if (parse_u64(text, len, &ret->bucket[i]))
			return -EBADMSG;
	}
	if (text[len] != '\n')
		return -EBADMSG;
	*ret_rest = text + len + 1;
	return 0;
}

/**
 * parse_histograms() - a ``histogram`` file
 * @text: the file
 * @ret_histogram: its first HISTOGRAMS_MAX lines
 * @ret_n: how many these are
 *
 * Return: 0 or -EBADMSG.
 */
int parse_histograms(const char *text, struct histogram ret_histogram[HISTOGRAMS_MAX],
		     size_t *ret_n)
{
	struct histogram histogram[HISTOGRAMS_MAX];
	size_t n = 0;

	if (!*text)
		return -EBADMSG;
	while (*text && n < HISTOGRAMS_MAX)
		if (parse_histogram(text, &histogram[n++], &text))
			return -EBADMSG;
	memcpy(ret_histogram, histogram, n * sizeof(histogram[0]));
	*ret_n = n;
	return 0;
}

/* Return: the rest of the text behind the line of a CPU, or NULL when it is not one. */
static const char *skip_cpu(const char *text)
{
	if (strncmp(text, "cpu", 3) || !strchr("0123456789", text[3]) || !text[3])
		return NULL;
	text = strchr(text, '\n');
	return text ? text + 1 : NULL;
}

/**
 * parse_cpu_times() - the first lines of /proc/stat
 * @text: the file, or as much of it as has the sum and two CPUs
 * @ret_times: what they say
 *
 * Return: 0 or -EBADMSG.
 */
int parse_cpu_times(const char *text, struct cpu_times *ret_times)
{
	/* user nice system idle iowait irq softirq steal; guests' time, behind these, is in user */
	enum { STEAL = 7 };
	struct cpu_times times = {.total = 0};

	if (strncmp(text, "cpu ", 4))
		return -EBADMSG;
	text += 4;
	for (int i = 0; i <= STEAL; i++) {
		uint64_t ticks;
		size_t len;

		text += strspn(text, " ");
		len = strcspn(text, " \n");
		if (parse_u64(text, len, &ticks))
			return -EBADMSG;
		text += len;
		times.total += (double)ticks;
		if (i == STEAL)
			times.steal = (double)ticks;
	}
	text = strchr(text, '\n');
	text = text ? skip_cpu(text + 1) : NULL;
	if (!text)
		return -EBADMSG;
	if (!strncmp(text, "cpu", 3)) {
		if (!skip_cpu(text))
			return -EBADMSG;
		times.several = true;
	}
	*ret_times = times;
	return 0;
}

static int parse_site(const char *text, struct site *ret, const char **ret_rest)
{
	size_t digits = strcspn(text, " \n"), len;

	if (text[digits] != ' ' || parse_u64(text, digits, &ret->count))
		return -EBADMSG;
	text += digits + 1;
	len = strcspn(text, "\n");
	if (!len || *text == ' ' || text[len] != '\n' || len >= sizeof(ret->caller))
		return -EBADMSG;
	for (size_t i = 0; i < len; i++)
		if (text[i] < ' ' || text[i] > '~')
			return -EBADMSG;
	memcpy(ret->caller, text, len);
	ret->caller[len] = '\0';
	*ret_rest = text + len + 1;
	return 0;
}

/**
 * parse_sites() - a ``sites`` file
 * @text: the file; empty, or an empty line, when nothing was found yet
 * @ret_site: its lines
 * @ret_n: how many these are
 *
 * Return: 0 or -EBADMSG, also when there are more than SITES_MAX.
 */
int parse_sites(const char *text, struct site ret_site[SITES_MAX], size_t *ret_n)
{
	struct site site[SITES_MAX];
	size_t n = 0;

	if (!strcmp(text, "\n"))
		text = "";
	while (*text)
		if (n == SITES_MAX || parse_site(text, &site[n++], &text))
			return -EBADMSG;
	memcpy(ret_site, site, n * sizeof(site[0]));
	*ret_n = n;
	return 0;
}
