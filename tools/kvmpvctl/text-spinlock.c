// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a guest's spinlocks have beside counters and histograms, as text.
 */
#include <inttypes.h>
#include <string.h>

#include "stats.h"
#include "table.h"
#include "text.h"

/**
 * text_spinlock_title() - say whose counters follow
 * @now: the counters
 */
void text_spinlock_title(const struct stats *now)
{
	const char *mode = now->spinlock.mode;

	printf("guest spinlocks: %s%s\n", *mode ? mode : "?",
	       strcmp(mode, "none") ? "" : ", pv-spinlock is not in use");
}

static void print_taken(const char *title, const struct names *names, const struct counters *new,
			const struct counters *old)
{
	double percent[TAKEN_COUNT];
	unsigned int set = stats_taken(names, new, old, percent);
	const char *between = "";
	char text[16];

	if (!set)
		return;
	printf("  %s: ", title);
	for (unsigned int i = 0; i < TAKEN_COUNT; i++) {
		if (!(set & 1U << i))
			continue;
		if (percent[i] < 0) { /* then all are */
			putchar('-');
			break;
		}
		printf("%s%s %s", between, taken_words[i], text_percent(percent[i], text));
		between = ", ";
	}
	putchar('\n');
}

/**
 * text_spinlock() - print what the counters mean
 * @now: the counters
 * @before: NULL, or what they were at the last refresh
 */
void text_spinlock(const struct stats *now, const struct stats *before)
{
	const struct counters *new = &now->side[SIDE_GUEST].total;
	const struct counters *old = stats_before(before, SIDE_GUEST, NULL);
	const struct names *names = &now->names[SIDE_GUEST];
	double percent;
	char text[16];

	print_taken("locks taken", names, new, NULL);
	if (before)
		print_taken("since the last refresh", names, new, old);
	if (!stats_needless(names, new, NULL, &percent))
		return;
	printf("  kicks needless: %s", text_percent(percent, text));
	if (before) {
		stats_needless(names, new, old, &percent);
		printf(", since the last refresh: %s", text_percent(percent, text));
	}
	putchar('\n');
}

/**
 * text_spinlock_top() - print who waited
 * @ctl: the run
 * @now: what was sampled
 */
void text_spinlock_top(const struct ctl *ctl, const struct stats *now)
{
	const struct spinlock_stats *spinlock = &now->spinlock;
	struct table table;
	double sum = 0;
	char text[16];

	if (!spinlock->top_known)
		return;
	putchar('\n');
	if (!spinlock->n_sites) {
		printf("  nothing was sampled; to start: echo 100 > /%s/" SPINLOCK_DIR "/sample\n",
		       side_defs[SIDE_GUEST].sysfs);
		return;
	}
	for (size_t i = 0; i < spinlock->n_sites; i++)
		sum += (double)spinlock->site[i].count;
	table_init(&table, 3, 1U << 0 | 1U << 1);
	if (ctl->legend) {
		table_cell(&table, "COUNT");
		table_cell(&table, "SHARE");
		table_cell(&table, "CALLER");
	}
	for (size_t i = 0; i < spinlock->n_sites; i++) {
		double count = (double)spinlock->site[i].count;

		table_cell(&table, "%" PRIu64, spinlock->site[i].count);
		table_cell(&table, "%s", text_percent(sum > 0 ? count * 100 / sum : -1, text));
		table_cell(&table, "%s", spinlock->site[i].caller);
	}
	table_print(&table, stdout, "  ");
}
