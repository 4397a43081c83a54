// SPDX-License-Identifier: GPL-2.0-only
/*
 * The inventory as text: a row a feature.
 */
#include <string.h>

#include "table.h"
#include "text.h"

static const char *const answers[] = {
	[ANSWER_UNKNOWN] = "?", [ANSWER_NO] = "no", [ANSWER_YES] = "yes", [ANSWER_NONE] = "-"};

/* Of a host: how many VMs, of those that are known. */
static void vms_cell(struct table *table, const struct cell *cell, unsigned int known,
		     unsigned int yes)
{
	if (cell->is == ANSWER_UNKNOWN && known)
		table_cell(table, "%u of %u", yes, known);
	else
		table_cell(table, "%s", answers[cell->is]);
}

static void print_row(struct table *table, const struct inventory *inventory,
		      const struct feature *row)
{
	bool all = inventory->side == SIDE_HOST && !inventory->vm;

	table_cell(table, "%s", row->name);
	table_cell(table, "%s", answers[row->offered.is]);
	vms_cell(table, &row->exposed, all ? row->vms_known : 0, row->vms_exposed);
	vms_cell(table, &row->used, all ? row->vms_seen : 0, row->vms_used);
	table_cell(table, "%s", row->why);
}

/**
 * text_inventories() - print inventories
 * @ctl: the run
 * @inventories: one a side
 * @n: how many
 */
void text_inventories(struct ctl *ctl, const struct inventory *inventories, size_t n)
{
	static const char *const head[] = {"FEATURE", "OFFERED", "EXPOSED", "USED", "WHY"};

	for (size_t i = 0; i < n; i++) {
		const struct inventory *inventory = &inventories[i];
		struct table table;

		if (ctl->legend)
			printf("%s%s%s%s:\n", i ? "\n" : "", side_defs[inventory->side].name,
			       inventory->vm ? ", VM " : "", inventory->vm ?: "");
		table_init(&table, ARRAY_SIZE(head), 0);
		for (size_t c = 0; ctl->legend && c < ARRAY_SIZE(head); c++)
			table_cell(&table, "%s", head[c]);
		for (size_t r = 0; r < inventory->n; r++)
			print_row(&table, inventory, &inventory->row[r]);
		table_print(&table, stdout, "  ");
	}
	if (ctl->problems.total)
		putchar('\n');
	text_problems(ctl, stdout, "not seen: ");
}
