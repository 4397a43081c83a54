/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVMPVCTL_TABLE_H
#define KVMPVCTL_TABLE_H

#include <stdio.h>

#define TABLE_COLUMNS 16

/**
 * struct table - rows of text in columns as wide as they need to be
 * @columns: how many
 * @right: bit of each column that is aligned to the right
 * @width: of each column so far
 * @cells: all cells, each ends in NUL
 * @used: bytes in @cells
 * @room: bytes there is room for
 * @n: cells
 */
struct table {
	unsigned int columns;
	unsigned int right;
	size_t width[TABLE_COLUMNS];
	char *cells;
	size_t used;
	size_t room;
	size_t n;
};

void table_init(struct table *table, unsigned int columns, unsigned int right);
void table_cell(struct table *table, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void table_print(struct table *table, FILE *out, const char *indent);

#endif /* KVMPVCTL_TABLE_H */
