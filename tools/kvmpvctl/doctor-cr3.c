// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks of the cr3 cache: what those of the host and of the guest share, and whether it pays.
 */
#include <string.h>

#include "doctor.h"
#include "sysfs.h"

/* Fewer loads of CR3 than this say nothing about the rest. */
#define LOADS_MIN 1000

/**
 * cr3_bit() - the cr3 cache among the features
 * @evidence: what is known
 *
 * Return: its NAME_BIT().
 */
uint64_t cr3_bit(const struct evidence *evidence)
{
	return feature_bit(evidence, CR3_FEATURE);
}

/**
 * check_cr3_hits() - does the cache pay
 * @ctl: the run
 * @evidence: what is known
 * @side: either
 * @ret_finding: the verdict
 *
 * Return: false when there are no counters, or nothing was counted yet.
 */
bool check_cr3_hits(struct ctl *ctl, const struct evidence *evidence, enum side side,
		    struct finding *ret_finding)
{
	struct counters counters = {.have = 0};
	struct names names = {.n = 0};
	double percent, loads = 0;
	struct dir dir;

	if (dir_open_root(ctl, side_defs[side].sysfs, &dir))
		return false;
	read_counters(ctl, &dir, "stats", &names, &counters);
	dir_close(&dir);
	if (!stats_hits(&names, &counters, NULL, &percent) || percent < 0)
		return false;
	for (unsigned int i = 0; i < names.n; i++)
		if (!strcmp(names.name[i], "cr3_hits") || !strcmp(names.name[i], "cr3_misses"))
			loads += (double)counters.value[i];
	if (loads < LOADS_MIN)
		return report(ret_finding, VERDICT_PASS, NULL,
			      "%.0f loads of CR3 so far: too few to judge by", loads);
	if (percent < 50)
		return report(ret_finding, VERDICT_WARN,
			      side == SIDE_HOST ? "kvmpvctl stats --host shows which VM"
						: "it serves four address spaces a CPU; where more "
						  "take turns it helps little",
			      "%.1f %% of the loads of CR3 went without an exit", percent);
	return report(ret_finding, VERDICT_PASS, NULL,
		      "%.1f %% of the loads of CR3 went without an exit", percent);
}
