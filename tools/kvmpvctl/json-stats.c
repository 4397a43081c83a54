// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters and histograms as JSON.
 */
#include "json.h"

static json_object *json_counters(const struct stats *now, const struct stats *before,
				  enum side side, const struct counters *new, bool rates,
				  const struct counters *old)
{
	json_object *object = json_object_new_object();
	const struct names *names = &now->names[side];
	char rate[32];

	for (unsigned int i = 0; i < names->n; i++) {
		json_object *value;

		if (!(new->have &NAME_BIT(i)))
			continue;
		if (rates) {
			double growth = stats_rate(now, before, new, old, i);

			snprintf(rate, sizeof(rate), "%.1f", growth);
			value = json_object_new_double_s(growth, rate);
		} else {
			value = json_object_new_uint64(new->value[i]);
		}
		json_add(object, names->name[i], value);
	}
	return object;
}

/* Null when there is nothing it could be told from. */
static json_object *json_hits(const struct names *names, const struct counters *new,
			      const struct counters *old)
{
	double percent;
	char text[16];

	if (!stats_hits(names, new, old, &percent) || percent < 0)
		return NULL;
	snprintf(text, sizeof(text), "%.1f", percent);
	return json_object_new_double_s(percent, text);
}

static void json_both(json_object *object, const struct stats *now, const struct stats *before,
		      enum side side, const struct counters *new, const struct vm_id *vm)
{
	const struct counters *old = stats_before(before, side, vm);

	json_add(object, "counters",
		 new->have ? json_counters(now, before, side, new, false, NULL) : NULL);
	json_add(object, "cr3_hit_percent", json_hits(&now->names[side], new, NULL));
	if (!before)
		return;
	json_add(object, "per_second",
		 new->have ? json_counters(now, before, side, new, true, old) : NULL);
	json_add(object, "cr3_hit_percent_since", json_hits(&now->names[side], new, old));
}

static json_object *json_histogram(const struct side_stats *side)
{
	json_object *object = json_object_new_object();

	for (size_t i = 0; i < side->n_histograms; i++) {
		json_object *list = json_object_new_array();

		for (int bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++)
			json_object_array_add(
				list, json_object_new_uint64(side->histogram[i].bucket[bucket]));
		json_object_object_add(object, side->histogram[i].name, list);
	}
	return object;
}

static json_object *json_vms(const struct stats *now, const struct stats *before)
{
	const struct side_stats *side = &now->side[SIDE_HOST];
	json_object *list = json_object_new_array();
	char id[24];

	for (size_t i = 0; i < side->n_vms; i++) {
		const struct vm_stats *vm = &side->vms[i];
		json_object *object = json_object_new_object();

		snprintf(id, sizeof(id), "%u-%u", vm->id.pid, vm->id.n);
		json_add_string(object, "id", id);
		json_both(object, now, before, SIDE_HOST, &vm->counters, &vm->id);
		json_object_array_add(list, object);
	}
	return list;
}

/**
 * json_stats() - print counters
 * @ctl: the run
 * @now: the counters
 * @before: NULL, or what they were at the last refresh
 */
void json_stats(struct ctl *ctl, const struct stats *now, const struct stats *before)
{
	json_object *object = json_start(ctl);

	json_add_string(object, "vm", now->vm);
	for (enum side i = 0; i < SIDE_COUNT; i++) {
		const struct side_stats *side = &now->side[i];
		json_object *member;

		if (!side->shown)
			continue;
		member = json_object_new_object();
		json_both(member, now, before, i, &side->total, NULL);
		if (ctl->histogram)
			json_add(member, "histograms", json_histogram(side));
		if (i == SIDE_HOST && !now->vm)
			json_add(member, "vms", json_vms(now, before));
		json_add(object, side_defs[i].name, member);
	}
	json_add_problems(ctl, object);
	json_print(ctl, object);
}
