// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tables of text.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "kvmpvctl.h"
#include "table.h"

#define CELL_SIZE 512

/**
 * table_init() - start a table
 * @table: the table
 * @columns: how many, at most TABLE_COLUMNS
 * @right: bit of each column that is aligned to the right
 */
void table_init(struct table *table, unsigned int columns, unsigned int right)
{
	memset(table, 0, sizeof(*table));
	table->columns = columns;
	table->right = right;
}

/**
 * table_cell() - add the next cell
 * @table: the table
 * @fmt: its text, as for printf(); an empty one is shown as ``-``
 */
void table_cell(struct table *table, const char *fmt, ...)
{
	unsigned int column = (unsigned int)(table->n++ % table->columns);
	char *cell;
	va_list args;
	size_t len;

	if (table->room - table->used < CELL_SIZE) {
		table->room = 2 * table->room + 8 * CELL_SIZE;
		table->cells = xrealloc(table->cells, table->room, 1);
	}
	cell = table->cells + table->used;
	va_start(args, fmt);
	vsnprintf(cell, CELL_SIZE, fmt, args);
	va_end(args);
	if (!*cell)
		strcpy(cell, "-");
	len = strlen(cell);
	table->used += len + 1;
	if (len > table->width[column])
		table->width[column] = len;
}

/**
 * table_print() - print a table and end its use
 * @table: the table
 * @out: where to
 * @indent: what each row starts with
 */
void table_print(struct table *table, FILE *out, const char *indent)
{
	const char *cell = table->cells;

	for (size_t i = 0; i < table->n; i++, cell += strlen(cell) + 1) {
		unsigned int column = (unsigned int)(i % table->columns);
		bool last = column + 1 == table->columns;
		int width = (int)table->width[column];

		fprintf(out, "%s%*s%s", column ? "  " : indent,
			table->right & (1U << column) ? width
			: last			      ? 0
						      : -width,
			cell, last ? "\n" : "");
	}
	free(table->cells);
	table->cells = NULL;
}
