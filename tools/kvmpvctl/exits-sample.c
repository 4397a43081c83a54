// SPDX-License-Identifier: GPL-2.0-only
/*
 * A sample: exits by process, reason and address, and what is known of the processes.
 */
#include <stdlib.h>
#include <string.h>

#include "exits.h"

static int row_compare(const void *left, const void *right)
{
	const struct exit_row *a = left;
	const struct exit_row *b = right;

	if (a->process != b->process)
		return a->process < b->process ? -1 : 1;
	if (a->reason != b->reason)
		return a->reason < b->reason ? -1 : 1;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	return (a->address > b->address) - (a->address < b->address);
}

static int vm_compare(const void *left, const void *right)
{
	const struct exit_vm *a = left;
	const struct exit_vm *b = right;

	return (a->process > b->process) - (a->process < b->process);
}

/**
 * exit_sum_add() - add exits to others
 * @sum: what they are added to
 * @more: they
 */
void exit_sum_add(struct exit_sum *sum, const struct exit_sum *more)
{
	sum->count += more->count;
	sum->ns += more->ns;
	sum->heavy += more->heavy;
	sum->heavy_ns += more->heavy_ns;
}

/**
 * exit_sample_row() - add a row
 * @sample: to what
 * @row: the row; there may be one like it
 */
void exit_sample_row(struct exit_sample *sample, const struct exit_row *row)
{
	/* Doubled when a power of two is full */
	if (!(sample->n & (sample->n - 1)))
		sample->row =
			xrealloc(sample->row, sample->n ? 2 * sample->n : 1, sizeof(*sample->row));
	sample->row[sample->n++] = *row;
}

/**
 * exit_sample_vm() - the entry of a process
 * @sample: of what
 * @process: its PID
 *
 * Return: the entry, made when there is none; valid until the next call.
 */
struct exit_vm *exit_sample_vm(struct exit_sample *sample, uint32_t process)
{
	struct exit_vm *vm;

	for (size_t i = 0; i < sample->n_vms; i++)
		if (sample->vm[i].process == process)
			return &sample->vm[i];
	if (!(sample->n_vms & (sample->n_vms - 1)))
		sample->vm = xrealloc(sample->vm, sample->n_vms ? 2 * sample->n_vms : 1,
				      sizeof(*sample->vm));
	vm = &sample->vm[sample->n_vms++];
	memset(vm, 0, sizeof(*vm));
	vm->process = process;
	return vm;
}

/**
 * exit_sample_done() - bring a sample in order
 * @sample: the sample; rows that are alike become one
 */
void exit_sample_done(struct exit_sample *sample)
{
	size_t n = 0;

	if (sample->n_vms)
		qsort(sample->vm, sample->n_vms, sizeof(*sample->vm), vm_compare);
	if (!sample->n)
		return;
	qsort(sample->row, sample->n, sizeof(*sample->row), row_compare);
	for (size_t i = 1; i < sample->n; i++) {
		if (row_compare(&sample->row[n], &sample->row[i]))
			sample->row[++n] = sample->row[i];
		else
			exit_sum_add(&sample->row[n].sum, &sample->row[i].sum);
	}
	sample->n = n + 1;
}

/**
 * exit_sample_find() - a row like another
 * @sample: where
 * @row: like which
 *
 * Return: the row, NULL when there is none.
 */
const struct exit_row *exit_sample_find(const struct exit_sample *sample,
					const struct exit_row *row)
{
	if (!sample || !sample->n)
		return NULL;
	return bsearch(row, sample->row, sample->n, sizeof(*row), row_compare);
}

/**
 * exit_sample_free() - end the use of a sample
 * @sample: the sample
 */
void exit_sample_free(struct exit_sample *sample)
{
	free(sample->row);
	free(sample->vm);
	memset(sample, 0, sizeof(*sample));
}
