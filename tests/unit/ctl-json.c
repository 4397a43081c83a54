// SPDX-License-Identifier: GPL-2.0-only
/*
 * ctl-json [PATH]: reads JSON texts from stdin, strictly, and prints what is at PATH in the first
 * one: members and array indices with dots between them (``host.vms.0.id``); ``length`` of an array
 * is its length. Fails when a text is not JSON or there is nothing at PATH.
 */
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static json_object *walk(json_object *at, char *path, int *ret_length)
{
	for (char *word = strtok(path, "."); word; word = strtok(NULL, ".")) {
		if (json_object_is_type(at, json_type_array) && !strcmp(word, "length")) {
			*ret_length = (int)json_object_array_length(at);
			return NULL;
		}
		if (json_object_is_type(at, json_type_array))
			at = json_object_array_get_idx(at, strtoul(word, NULL, 10));
		else if (!json_object_object_get_ex(at, word, &at))
			exit(1);
	}
	return at;
}

int main(int argc, char **argv)
{
	static char text[16 << 20];
	size_t len = fread(text, 1, sizeof(text), stdin), at = 0;
	struct json_tokener *tokener = json_tokener_new();
	json_object *first = NULL, *next;
	int texts = 0, length = -1;

	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_ALLOW_TRAILING_CHARS);
	while (at + strspn(text + at, " \n") < len) {
		at += strspn(text + at, " \n");
		next = json_tokener_parse_ex(tokener, text + at, (int)(len - at));
		if (json_tokener_get_error(tokener) != json_tokener_success) {
			fprintf(stderr, "not JSON: %s at %zu\n",
				json_tokener_error_desc(json_tokener_get_error(tokener)), at);
			return 1;
		}
		at += json_tokener_get_parse_end(tokener);
		if (texts++)
			json_object_put(next);
		else
			first = next;
	}
	if (!texts)
		return 1;
	if (argc > 1) {
		next = walk(first, argv[1], &length);
		if (length >= 0)
			printf("%d\n", length);
		else
			puts(json_object_is_type(next, json_type_string)
				     ? json_object_get_string(next)
				     : json_object_to_json_string_ext(next, 0));
	} else {
		printf("%d\n", texts);
	}
	json_object_put(first);
	json_tokener_free(tokener);
	return 0;
}
