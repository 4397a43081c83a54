// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two samples make a report: what was counted between them, by reason and by address.
 */
#include <stdlib.h>
#include <string.h>

#include "exits.h"
#include "sysfs.h"

/**
 * exit_percent() - a share
 * @part: of what
 * @whole: of how much
 *
 * Return: percent, 0 of nothing.
 */
double exit_percent(uint64_t part, uint64_t whole)
{
	return whole ? (double)part * 100 / (double)whole : 0;
}

/**
 * exit_rate() - how often
 * @count: how many
 * @seconds: in what time
 *
 * Return: how many a second, 0 in no time.
 */
double exit_rate(uint64_t count, double seconds)
{
	return seconds > 0 ? (double)count / seconds : 0;
}

/* What was seen of an exit that is not over yet can move to another row: never below zero. */
static uint64_t growth(uint64_t now, uint64_t before)
{
	return now > before ? now - before : 0;
}

/**
 * exit_stat_growth() - how much one of KVM's counters has grown
 * @now: the counters
 * @before: earlier
 * @i: number of the counter
 *
 * Return: the growth, 0 when it was not known before.
 */
uint64_t exit_stat_growth(const struct kvm_stats *now, const struct kvm_stats *before, int i)
{
	uint32_t bit = 1U << i;

	return now->have & before->have & bit ? growth(now->value[i], before->value[i]) : 0;
}

static void sum_since(const struct exit_row *now, const struct exit_sample *before,
		      struct exit_sum *ret)
{
	const struct exit_row *row = exit_sample_find(before, now);
	struct exit_sum none = {.count = 0};
	const struct exit_sum *old = row ? &row->sum : &none;

	ret->count = growth(now->sum.count, old->count);
	ret->ns = growth(now->sum.ns, old->ns);
	ret->heavy = growth(now->sum.heavy, old->heavy);
	ret->heavy_ns = growth(now->sum.heavy_ns, old->heavy_ns);
}

static int line_compare(const void *left, const void *right)
{
	const struct exit_line *a = left;
	const struct exit_line *b = right;

	if (a->new.count != b->new.count)
		return a->new.count > b->new.count ? -1 : 1;
	if (a->total.count != b->total.count)
		return a->total.count > b->total.count ? -1 : 1;
	if (a->reason != b->reason)
		return a->reason < b->reason ? -1 : 1;
	return (a->address > b->address) - (a->address < b->address);
}

static struct exit_line *line_add(struct exit_line **lines, size_t *n, const struct exit_row *row)
{
	struct exit_line *line;

	*lines = xrealloc(*lines, *n + 1, sizeof(**lines));
	line = &(*lines)[(*n)++];
	memset(line, 0, sizeof(*line));
	line->reason = row->reason;
	snprintf(line->name, sizeof(line->name), "0x%x", row->reason);
	return line;
}

static const struct exit_vm *vm_find(const struct exit_sample *sample, uint32_t process)
{
	for (size_t i = 0; sample && i < sample->n_vms; i++)
		if (sample->vm[i].process == process)
			return &sample->vm[i];
	return NULL;
}

static void row_add(struct exit_vm_report *report, const struct exit_row *row,
		    const struct exit_sample *before, bool svm)
{
	struct exit_line *line = report->n ? &report->line[report->n - 1] : NULL;
	struct exit_sum new;

	sum_since(row, before, &new);
	if (!line || line->reason != row->reason)
		line = line_add(&report->line, &report->n, row);
	exit_sum_add(&line->total, &row->sum);
	exit_sum_add(&line->new, &new);
	exit_sum_add(&report->total, &row->sum);
	exit_sum_add(&report->new, &new);
	report->vcpu_ns += new.ns;
	if (row->reason == (svm ? SVM_REASON_HLT : VMX_REASON_HLT))
		report->halt_ns += new.ns;
	if (row->kind == EXIT_KIND_NONE)
		return;
	line = line_add(&report->detail, &report->n_details, row);
	line->kind = row->kind;
	line->address = row->address;
	line->total = row->sum;
	line->new = new;
}

static void vm_report(const struct exit_sample *now, const struct exit_sample *before,
		      const struct exit_sample *first, bool svm, struct exit_vm_report *report)
{
	static const struct kvm_stats none = {.have = UINT32_MAX};
	uint32_t process = report->vm->process;
	const struct exit_vm *old = vm_find(before, process);
	const struct exit_vm *oldest = vm_find(first, process);

	/* One that was not there began at zero. */
	report->old_stats = old ? &old->stats : &none;
	report->first_stats = oldest ? &oldest->stats : &none;
	report->wait_ns = growth(report->vm->wait_ns, old ? old->wait_ns : 0);
	report->guest_ns = growth(report->vm->guest_ns, old ? old->guest_ns : 0);
	report->vcpu_ns = report->guest_ns;
	for (size_t i = 0; i < now->n; i++)
		if (now->row[i].process == process)
			row_add(report, &now->row[i], before, svm);
	if (report->n)
		qsort(report->line, report->n, sizeof(*report->line), line_compare);
	if (report->n_details)
		qsort(report->detail, report->n_details, sizeof(*report->detail), line_compare);
}

static void lines_name(const char *format, bool svm, struct exit_line *lines, size_t n)
{
	for (size_t i = 0; i < n; i++)
		parse_format_name(format, svm, lines[i].reason, lines[i].name);
}

/**
 * exit_report_make() - what happened between two samples
 * @ctl: the run
 * @svm: reasons are AMD's
 * @now: the later sample; must live as long as the report
 * @before: the earlier one, or NULL
 * @first: the first one, or NULL
 * @ret_report: to be given to exit_report_free()
 */
void exit_report_make(struct ctl *ctl, bool svm, const struct exit_sample *now,
		      const struct exit_sample *before, const struct exit_sample *first,
		      struct exit_report *ret_report)
{
	struct exit_report *report = ret_report;
	const char *format = NULL;

	memset(report, 0, sizeof(*report));
	report->seconds = before ? now->time - before->time : 0;
	report->seconds_total = first ? now->time - first->time : 0;
	report->traced = now->traced;
	report->lost = now->lost;
	report->n = now->n_vms;
	report->vm = xrealloc(NULL, report->n + 1, sizeof(*report->vm));
	memset(report->vm, 0, (report->n + 1) * sizeof(*report->vm));
	if (now->n)
		exit_format(ctl, EXIT_EVENT_EXIT, &format);
	for (size_t i = 0; i < report->n; i++) {
		struct exit_vm_report *vm = &report->vm[i];

		vm->vm = &now->vm[i];
		vm_report(now, before, first, svm, vm);
		if (!format)
			continue;
		lines_name(format, svm, vm->line, vm->n);
		lines_name(format, svm, vm->detail, vm->n_details);
	}
}

/**
 * exit_report_free() - end the use of a report
 * @report: the report
 */
void exit_report_free(struct exit_report *report)
{
	for (size_t i = 0; i < report->n; i++) {
		free(report->vm[i].line);
		free(report->vm[i].detail);
	}
	free(report->vm);
}
