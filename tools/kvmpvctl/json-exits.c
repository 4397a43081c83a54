// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exits as JSON.
 */
#include "exits.h"
#include "json.h"

static void add_number(json_object *object, const char *key, uint64_t value)
{
	json_add(object, key, json_object_new_uint64(value));
}

static void add_fraction(json_object *object, const char *key, double value)
{
	char text[32];

	snprintf(text, sizeof(text), "%.1f", value);
	json_add(object, key, json_object_new_double_s(value, text));
}

static json_object *line(const struct exit_report *report, const struct exit_vm_report *vm,
			 const struct exit_line *of)
{
	json_object *object = json_object_new_object();

	json_add_string(object, "name", of->name);
	add_number(object, "reason", of->reason);
	if (of->kind != EXIT_KIND_NONE) {
		json_add_string(object, "kind", exit_kinds[of->kind]);
		add_number(object, "address", of->address);
	}
	add_number(object, "count", of->total.count);
	add_number(object, "heavy", of->total.heavy);
	add_number(object, "ns", of->total.ns);
	add_number(object, "heavy_ns", of->total.heavy_ns);
	add_fraction(object, "per_second", exit_rate(of->new.count, report->seconds));
	add_fraction(object, "heavy_per_second", exit_rate(of->new.heavy, report->seconds));
	add_fraction(object, "time_percent", exit_percent(of->new.ns, vm->vcpu_ns));
	return object;
}

static json_object *lines(const struct exit_report *report, const struct exit_vm_report *vm,
			  const struct exit_line *of, size_t n)
{
	json_object *list = json_object_new_array();

	for (size_t i = 0; i < n; i++)
		json_object_array_add(list, line(report, vm, &of[i]));
	return list;
}

static json_object *counters(const struct exit_report *report, const struct exit_vm_report *vm)
{
	const struct kvm_stats *stats = &vm->vm->stats;
	json_object *object = json_object_new_object();

	for (int i = 0; i < KVM_STATS_COUNT; i++) {
		json_object *counter;
		uint64_t count = exit_stat_growth(stats, vm->first_stats, i);
		uint64_t new = exit_stat_growth(stats, vm->old_stats, i);

		if (!(stats->have & 1U << i))
			continue;
		counter = json_object_new_object();
		add_number(counter, "total", stats->value[i]);
		add_number(counter, "count", count);
		add_fraction(counter, "per_second", exit_rate(new, report->seconds));
		json_add(object, kvm_stats_names[i], counter);
	}
	return object;
}

static json_object *vm_object(const struct exit_report *report, const struct exit_vm_report *vm)
{
	json_object *object = json_object_new_object();
	bool traced = report->traced;
	enum kvm_stats_source source = vm->vm->stats.source;

	add_number(object, "pid", vm->vm->process);
	json_add_string(object, "comm", vm->vm->comm);
	json_add(object, "vcpus", traced ? json_object_new_int64(vm->vm->vcpus) : NULL);
	json_add(object, "exits", traced ? json_object_new_uint64(vm->total.count) : NULL);
	json_add(object, "heavy", traced ? json_object_new_uint64(vm->total.heavy) : NULL);
	if (traced) {
		add_fraction(object, "per_second", exit_rate(vm->new.count, report->seconds));
		add_fraction(object, "guest_percent", exit_percent(vm->guest_ns, vm->vcpu_ns));
		add_fraction(object, "halt_percent", exit_percent(vm->halt_ns, vm->vcpu_ns));
		add_fraction(object, "wait_percent", exit_percent(vm->wait_ns, vm->vcpu_ns));
		json_add(object, "reasons", lines(report, vm, vm->line, vm->n));
		json_add(object, "details", lines(report, vm, vm->detail, vm->n_details));
	}
	json_add_string(object, "counters_source",
			source == KVM_STATS_NONE ? NULL : kvm_stats_sources[source]);
	json_add(object, "counters", source == KVM_STATS_NONE ? NULL : counters(report, vm));
	return object;
}

/**
 * json_exits() - print exits
 * @ctl: the run
 * @report: they
 */
void json_exits(struct ctl *ctl, const struct exit_report *report)
{
	json_object *object = json_start(ctl);
	json_object *list = json_object_new_array();

	json_add_string(object, "reasons_source", report->traced ? "tracepoints" : NULL);
	json_add_string(object, "why_no_reasons", report->why);
	json_add_string(object, "next", report->next);
	add_fraction(object, "seconds", report->seconds);
	add_fraction(object, "seconds_total", report->seconds_total);
	add_number(object, "lost", report->lost);
	for (size_t i = 0; i < report->n; i++)
		json_object_array_add(list, vm_object(report, &report->vm[i]));
	json_add(object, "vms", list);
	json_add_problems(ctl, object);
	json_print(ctl, object);
}
