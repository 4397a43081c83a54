// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the doctor found, as JSON.
 */
#include "json.h"

/**
 * json_doctor() - print findings
 * @ctl: the run
 * @findings: what was found
 * @n: how many
 */
void json_doctor(struct ctl *ctl, const struct finding *findings, size_t n)
{
	static const char *const words[] = {
		[VERDICT_PASS] = "pass", [VERDICT_WARN] = "warn", [VERDICT_FAIL] = "fail"};
	json_object *object = json_start(ctl);
	json_object *list = json_object_new_array();
	int count[ARRAY_SIZE(words)] = {0};

	for (size_t i = 0; i < n; i++) {
		json_object *check = json_object_new_object();

		json_add_string(check, "name", findings[i].name);
		json_add_string(check, "verdict", words[findings[i].verdict]);
		json_add_text(check, "text", findings[i].text);
		json_add_text(check, "next", *findings[i].next ? findings[i].next : NULL);
		json_object_array_add(list, check);
		count[findings[i].verdict]++;
	}
	json_add(object, "checks", list);
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		json_add(object, words[i], json_object_new_int(count[i]));
	json_add_problems(ctl, object);
	json_print(ctl, object);
}
