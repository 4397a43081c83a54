// SPDX-License-Identifier: GPL-2.0-only
/*
 * The inventory as JSON, with the evidence for each answer.
 */
#include "json.h"

static json_object *json_cell(const struct cell *cell)
{
	static const char *const answers[] = {[ANSWER_UNKNOWN] = "unknown",
					      [ANSWER_NO] = "no",
					      [ANSWER_YES] = "yes",
					      [ANSWER_NONE] = "none"};
	json_object *object = json_object_new_object();

	json_add_string(object, "is", answers[cell->is]);
	json_add_text(object, "evidence", *cell->evidence ? cell->evidence : NULL);
	return object;
}

static void add_vms(json_object *object, unsigned int known, unsigned int yes)
{
	json_add(object, "vms_known", json_object_new_int64(known));
	json_add(object, "vms", json_object_new_int64(yes));
}

static json_object *json_row(const struct inventory *inventory, const struct feature *row)
{
	json_object *object = json_object_new_object();
	json_object *exposed = json_cell(&row->exposed), *used = json_cell(&row->used);

	if (inventory->side == SIDE_HOST && !inventory->vm) {
		add_vms(exposed, row->vms_known, row->vms_exposed);
		add_vms(used, row->vms_seen, row->vms_used);
	}
	json_add_string(object, "name", row->name);
	json_add_string(object, "group", row->group);
	json_add(object, "bit", row->bit < 0 ? NULL : json_object_new_int(row->bit));
	json_add_string(object, "text", row->text);
	json_add(object, "offered", json_cell(&row->offered));
	json_add(object, "exposed", exposed);
	json_add(object, "used", used);
	json_add_text(object, "why", row->why);
	json_add(object, "switch", json_object_new_boolean(row->change));
	return object;
}

/**
 * json_inventories() - print inventories
 * @ctl: the run
 * @inventories: one a side
 * @n: how many
 */
void json_inventories(struct ctl *ctl, const struct inventory *inventories, size_t n)
{
	json_object *object = json_start(ctl);

	for (size_t i = 0; i < n; i++) {
		const struct inventory *inventory = &inventories[i];
		json_object *side = json_object_new_object();
		json_object *list = json_object_new_array();

		for (size_t r = 0; r < inventory->n; r++)
			json_object_array_add(list, json_row(inventory, &inventory->row[r]));
		if (inventory->side == SIDE_HOST) {
			json_add_string(side, "vm", inventory->vm);
			json_add(side, "vms", json_object_new_int64((int64_t)inventory->n_vms));
		}
		json_add(side, "features", list);
		json_add(object, side_defs[inventory->side].name, side);
	}
	json_add_problems(ctl, object);
	json_print(ctl, object);
}
