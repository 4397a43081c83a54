// SPDX-License-Identifier: GPL-2.0-only
/*
 * What leaving the guest costs, as JSON. bench-compare.c reads it.
 */
#include "bench.h"
#include "json.h"

static json_object *json_decimal(double value, const char *format)
{
	char text[64];

	snprintf(text, sizeof(text), format, value);
	return json_object_new_double_s(value, text);
}

static json_object *json_spread(const struct bench_spread *spread)
{
	const struct {
		const char *name;
		double value;
	} members[] = {
		{"min", spread->min},	    {"quartile_1", spread->q1}, {"median", spread->median},
		{"quartile_3", spread->q3}, {"max", spread->max},
	};
	json_object *object;

	if (!spread->n)
		return NULL;
	object = json_object_new_object();
	for (size_t i = 0; i < ARRAY_SIZE(members); i++)
		json_add(object, members[i].name, json_decimal(members[i].value, "%.3f"));
	return object;
}

static json_object *json_left(enum bench_exits left)
{
	return left == EXITS_UNKNOWN ? NULL : json_object_new_boolean(left == EXITS_YES);
}

static json_object *json_case(const struct bench_case *one, bool compared)
{
	json_object *object = json_object_new_object();
	bool both = one->ticks.n && one->before.n && one->before.median > 0;

	json_add_string(object, "case", one->name);
	json_add_string(object, "text", one->text);
	json_add_string(object, "kind", bench_kinds[one->kind]);
	json_add(object, "possible", json_object_new_boolean(!*one->reason));
	json_add_text(object, "reason", *one->reason ? one->reason : NULL);
	json_add(object, "error",
		 one->error ? json_object_new_string(problem_text(one->error)) : NULL);
	json_add(object, "samples", json_object_new_int64((int64_t)one->ticks.n));
	json_add(object, "ticks", json_spread(&one->ticks));
	json_add(object, "instructions", json_spread(&one->instructions));
	json_add(object, "exits", json_left(one->exits));
	if (!compared)
		return object;
	json_add(object, "before", json_spread(&one->before));
	json_add(object, "change_percent",
		 both ? json_decimal((one->ticks.median / one->before.median - 1) * 100, "%.1f")
		      : NULL);
	json_add(object, "changed", both ? json_object_new_boolean(one->changed) : NULL);
	return object;
}

static json_object *json_load(const struct bench *bench)
{
	json_object *object = json_object_new_object();

	json_add(object, "steal_percent", json_decimal(bench->load.steal, "%.1f"));
	json_add(object, "others_percent", json_decimal(bench->load.others, "%.1f"));
	json_add(object, "stops_percent", json_decimal(bench->load.stops, "%.1f"));
	json_add(object, "busy", json_object_new_boolean(bench->busy));
	return object;
}

/**
 * json_bench() - print what was measured
 * @ctl: the run
 * @bench: what was measured
 */
void json_bench(struct ctl *ctl, const struct bench *bench)
{
	json_object *object = json_start(ctl);
	json_object *cases = json_object_new_array();
	json_object *ratios = json_object_new_object();

	json_add_string(object, "bench", BENCH_WHAT);
	json_add_string(object, "module_version", bench->version);
	json_add_string(object, "kernel", bench->release);
	json_add_string(object, "cpu", bench->cpu);
	json_add_string(object, "hypervisor", bench->platform.hypervisor);
	json_add(object, "vcpus", json_object_new_int64(bench->vcpus));
	json_add(object, "vcpu", json_object_new_int(bench->vcpu));
	json_add(object, "tsc_khz", json_object_new_int64(bench->tsc_khz));
	json_add(object, "rounds", json_object_new_int64(bench->rounds));
	json_add(object, "complete", json_object_new_boolean(bench->complete));
	json_add(object, "module_unloaded", json_object_new_boolean(!bench->unload_error));
	json_add(object, "load", json_load(bench));
	json_add_text(object, "compared_with", bench->compared);
	for (size_t i = 0; i < bench->n; i++)
		json_object_array_add(cases, json_case(&bench->one[i], bench->compared));
	json_add(object, "cases", cases);
	for (enum bench_ratio i = 0; i < RATIO_COUNT; i++) {
		double ratio = bench_ratio(bench, i);

		json_add(ratios, bench_ratio_names[i],
			 ratio > 0 ? json_decimal(ratio, "%.3f") : NULL);
	}
	json_add(object, "ratios", ratios);
	json_add(object, "port_kernel_like_vmm", json_object_new_boolean(bench_port_note(bench)));
	json_add_problems(ctl, object);
	json_print(ctl, object);
}
