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

		if (!(new->have &NAME_BIT(i)) || (rates && !stats_adds_up(names->name[i])))
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
static json_object *json_percent(bool known, double percent)
{
	char text[16];

	if (!known || percent < 0)
		return NULL;
	snprintf(text, sizeof(text), "%.1f", percent);
	return json_object_new_double_s(percent, text);
}

static json_object *json_hits(const struct names *names, const struct counters *new,
			      const struct counters *old)
{
	double percent;
	bool known = stats_hits(names, new, old, &percent);

	return json_percent(known, percent);
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

static json_object *json_taken(const struct names *names, const struct counters *new,
			       const struct counters *old)
{
	json_object *object = json_object_new_object();
	double percent[TAKEN_COUNT];
	unsigned int set = stats_taken(names, new, old, percent);

	for (unsigned int i = 0; i < TAKEN_COUNT; i++)
		json_add(object, taken_words[i], json_percent(set & 1U << i, percent[i]));
	return object;
}

static json_object *json_needless(const struct names *names, const struct counters *new,
				  const struct counters *old)
{
	double percent;
	bool known = stats_needless(names, new, old, &percent);

	return json_percent(known, percent);
}

static json_object *json_top(const struct spinlock_stats *spinlock)
{
	json_object *list;

	if (!spinlock->top_known)
		return NULL;
	list = json_object_new_array();
	for (size_t i = 0; i < spinlock->n_sites; i++) {
		json_object *site = json_object_new_object();

		json_add(site, "count", json_object_new_uint64(spinlock->site[i].count));
		json_add_string(site, "caller", spinlock->site[i].caller);
		json_object_array_add(list, site);
	}
	return list;
}

static json_object *json_spinlock(const struct ctl *ctl, const struct stats *now,
				  const struct stats *before)
{
	json_object *object = json_object_new_object();
	const struct side_stats *side = &now->side[SIDE_GUEST];
	const struct counters *new = &side->total;
	const struct counters *old = stats_before(before, SIDE_GUEST, NULL);
	const struct names *names = &now->names[SIDE_GUEST];

	json_add_string(object, "mode", now->spinlock.mode);
	json_add(object, "counters",
		 new->have ? json_counters(now, before, SIDE_GUEST, new, false, NULL) : NULL);
	json_add(object, "taken_percent", json_taken(names, new, NULL));
	json_add(object, "kicks_needless_percent", json_needless(names, new, NULL));
	if (before) {
		json_add(object, "per_second",
			 new->have ? json_counters(now, before, SIDE_GUEST, new, true, old) : NULL);
		json_add(object, "taken_percent_since", json_taken(names, new, old));
		json_add(object, "kicks_needless_percent_since", json_needless(names, new, old));
	}
	if (ctl->histogram)
		json_add(object, "histograms", json_histogram(side));
	if (ctl->top)
		json_add(object, "top", json_top(&now->spinlock));
	return object;
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
		if (ctl->spinlock) {
			json_add(object, "spinlock", json_spinlock(ctl, now, before));
			continue;
		}
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
