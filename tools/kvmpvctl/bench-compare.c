// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an earlier run has printed with --json.
 */
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench.h"

/* Far more than a run prints */
#define COMPARE_SIZE_MAX (1 << 20)

static json_object *member(json_object *object, const char *name, json_type type)
{
	json_object *value = NULL;

	if (!json_object_is_type(object, json_type_object) ||
	    !json_object_object_get_ex(object, name, &value) || !json_object_is_type(value, type))
		return NULL;
	return value;
}

/* A number that can be one of ticks */
static bool number(json_object *object, const char *name, double *ret_value)
{
	json_object *value = NULL;

	if (!json_object_object_get_ex(object, name, &value) ||
	    !(json_object_is_type(value, json_type_double) ||
	      json_object_is_type(value, json_type_int)))
		return false;
	*ret_value = json_object_get_double(value);
	return isfinite(*ret_value) && *ret_value >= 0;
}

static bool take_spread(json_object *ticks, struct bench_spread *spread)
{
	spread->n = 1;
	return number(ticks, "min", &spread->min) && number(ticks, "quartile_1", &spread->q1) &&
	       number(ticks, "median", &spread->median) &&
	       number(ticks, "quartile_3", &spread->q3) && number(ticks, "max", &spread->max) &&
	       spread->min <= spread->q1 && spread->q1 <= spread->median &&
	       spread->median <= spread->q3 && spread->q3 <= spread->max;
}

/* Cases without ticks were not possible there. */
static bool take_case(json_object *object, struct bench *bench)
{
	json_object *name = member(object, "case", json_type_string);
	struct bench_case *one = &bench->one[bench->n];
	json_object *ticks;

	if (!name || bench->n == BENCH_CASES_MAX ||
	    (size_t)json_object_get_string_len(name) >= sizeof(one->name))
		return false;
	memset(one, 0, sizeof(*one));
	strcpy(one->name, json_object_get_string(name));
	bench->n++;
	ticks = member(object, "ticks", json_type_object);
	return !ticks || take_spread(ticks, &one->ticks);
}

static bool take(json_object *object, struct bench *bench)
{
	json_object *version = member(object, "output_version", json_type_object);
	json_object *command = version ? member(version, "command", json_type_string) : NULL;
	json_object *cases = member(object, "cases", json_type_array);

	bench->n = 0;
	if (!command || strcmp(json_object_get_string(command), "bench") || !cases)
		return false;
	for (size_t i = 0; i < json_object_array_length(cases); i++)
		if (!take_case(json_object_array_get_idx(cases, i), bench))
			return false;
	return bench->n;
}

static int read_all(int fd, char **ret_text, size_t *ret_len)
{
	char *text = xrealloc(NULL, COMPARE_SIZE_MAX + 1, 1);
	size_t used = 0;
	ssize_t len;

	do {
		len = read(fd, text + used, COMPARE_SIZE_MAX + 1 - used);
		if (len > 0)
			used += (size_t)len;
	} while (len > 0 && used <= COMPARE_SIZE_MAX);
	if (len < 0 || used > COMPARE_SIZE_MAX) {
		int err = len < 0 ? -errno : -EFBIG;

		free(text);
		return err;
	}
	*ret_text = text;
	*ret_len = used;
	return 0;
}

static json_object *parse(const char *text, size_t len)
{
	struct json_tokener *tokener = json_tokener_new();
	json_object *object = json_tokener_parse_ex(tokener, text, (int)len);

	/* A number may go on, so it takes the end to know; an object does not. */
	if (json_tokener_get_error(tokener) != json_tokener_success ||
	    strspn(text + json_tokener_get_parse_end(tokener), " \t\r\n") !=
		    len - json_tokener_get_parse_end(tokener)) {
		json_object_put(object);
		object = NULL;
	}
	json_tokener_free(tokener);
	return object;
}

/**
 * bench_compare_read() - read what an earlier run has printed
 * @ctl: the run
 * @file: what ``bench exits --json`` has printed
 * @bench: gets the cases it has, with their ticks
 *
 * Return: exit code; when it is not EXIT_DONE the failure is reported.
 */
int bench_compare_read(struct ctl *ctl, const char *file, struct bench *bench)
{
	json_object *object;
	bool good = false;
	char *text = NULL;
	size_t len = 0;
	int fd, err;

	fd = open(file, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	err = fd < 0 ? -errno : read_all(fd, &text, &len);
	if (fd >= 0)
		close(fd);
	if (err)
		return fail(ctl, EXIT_FAILED, NULL, "cannot read %.200s: %s", file, strerror(-err));
	text[len] = '\0';
	object = parse(text, len);
	if (object)
		good = take(object, bench);
	json_object_put(object);
	free(text);
	if (good)
		return EXIT_DONE;
	return fail(ctl, EXIT_FAILED, "make one: kvmpvctl bench " BENCH_WHAT " --json > FILE",
		    "%.200s is not what kvmpvctl bench " BENCH_WHAT " --json prints", file);
}

/**
 * bench_compare() - set what was measured against what was measured before
 * @bench: now
 * @before: then
 */
void bench_compare(struct bench *bench, const struct bench *before)
{
	for (size_t i = 0; i < before->n; i++) {
		struct bench_case *one = bench_find(bench, before->one[i].name);

		if (!one)
			continue;
		one->before = before->one[i].ticks;
		one->changed = one->ticks.n && one->before.n &&
			       (one->ticks.q1 > one->before.q3 || one->ticks.q3 < one->before.q1);
	}
}
