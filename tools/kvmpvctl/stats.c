// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters of both sides and of each VM, and what became of them between two looks.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "stats.h"

/**
 * stats_open() - open the directory whose counters are asked for
 * @ctl: the run; its @vm picks a VM of the host
 * @side: which side
 * @ret_dir: to be given to dir_close()
 *
 * Return: EXIT_DONE, or another exit code and the failure is reported.
 */
int stats_open(struct ctl *ctl, enum side side, struct dir *ret_dir)
{
	char path[PATH_MAX];
	int err;

	snprintf(path, sizeof(path), "%s%s%s", side_defs[side].sysfs, ctl->vm ? "/vm/" : "",
		 ctl->vm ?: "");
	err = dir_open_root(ctl, path, ret_dir);
	if (!err)
		return EXIT_DONE;
	return fail(ctl, EXIT_FAILED, "kvmpvctl status shows what is there", "cannot open %s: %s",
		    ret_dir->path, strerror(-err));
}

/* False when the VM went away while it was read. */
static bool vm_read(struct ctl *ctl, const struct dir *vms, struct names *names,
		    struct vm_stats *vm)
{
	char path[40];
	int err;

	snprintf(path, sizeof(path), "%u-%u/stats", vm->id.pid, vm->id.n);
	vm->counters.have = 0;
	err = read_counters(ctl, vms, path, names, &vm->counters);
	return err != -ENOENT && err != -ENODEV;
}

static void vms_read(struct ctl *ctl, const struct dir *host, struct names *names,
		     struct side_stats *side)
{
	struct vm_id *ids;
	struct dir vms, vm;
	char name[24];
	size_t n;

	if (vms_list(ctl, host, &ids, &n, &vms))
		return;
	if (n)
		side->vms = xrealloc(NULL, n, sizeof(*side->vms));
	for (size_t i = 0; i < n; i++) {
		size_t mark = ctl->problems.total;

		side->vms[side->n_vms].id = ids[i];
		if (vm_read(ctl, &vms, names, &side->vms[side->n_vms])) {
			side->n_vms++;
			continue;
		}
		/* A VM without the file is a problem, a VM that is gone is none. */
		snprintf(name, sizeof(name), "%u-%u", ids[i].pid, ids[i].n);
		if (dir_open(&vms, name, &vm))
			problems_rewind(ctl, mark);
		else
			dir_close(&vm);
	}
	dir_close(&vms);
	free(ids);
}

static double clock_now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/**
 * stats_read() - read all counters
 * @ctl: the run; its @vm picks a VM of the host, its @histogram asks for histograms too
 * @sides: SIDE_MASK() of each side to read
 * @names: counters known so far, by side; new ones are added
 * @ret_stats: to be given to stats_free()
 *
 * Return: EXIT_DONE, or another exit code and the failure is reported.
 */
int stats_read(struct ctl *ctl, unsigned int sides, struct names names[SIDE_COUNT],
	       struct stats *ret_stats)
{
	struct stats *stats = ret_stats;
	struct dir dir;
	int code;

	memset(stats, 0, sizeof(*stats));
	stats->names = names;
	stats->vm = ctl->vm;
	stats->time = clock_now();
	for (enum side i = 0; i < SIDE_COUNT; i++) {
		struct side_stats *side = &stats->side[i];

		if (!(sides & SIDE_MASK(i)))
			continue;
		code = stats_open(ctl, i, &dir);
		if (code) {
			stats_free(stats);
			return code;
		}
		side->shown = true;
		read_counters(ctl, &dir, "stats", &names[i], &side->total);
		if (ctl->histogram)
			read_histograms(ctl, &dir, "histogram", side->histogram,
					&side->n_histograms);
		if (i == SIDE_HOST && !ctl->vm)
			vms_read(ctl, &dir, &names[i], side);
		dir_close(&dir);
	}
	return EXIT_DONE;
}

/**
 * stats_free() - end the use of counters
 * @stats: the counters
 */
void stats_free(struct stats *stats)
{
	for (enum side side = 0; side < SIDE_COUNT; side++)
		free(stats->side[side].vms);
}

static int vm_compare(const void *key, const void *element)
{
	const struct vm_id *a = key;
	const struct vm_id *b = &((const struct vm_stats *)element)->id;

	if (a->pid != b->pid)
		return a->pid < b->pid ? -1 : 1;
	return (a->n > b->n) - (a->n < b->n);
}

/**
 * stats_before() - what counters were at the last look
 * @before: the last look, or NULL
 * @side: whose
 * @vm: of which VM, or NULL for the side's sum
 *
 * Return: the counters, NULL when there was no look or no such VM.
 */
const struct counters *stats_before(const struct stats *before, enum side side,
				    const struct vm_id *vm)
{
	const struct side_stats *s;
	const struct vm_stats *found;

	if (!before)
		return NULL;
	s = &before->side[side];
	if (!vm)
		return &s->total;
	if (!s->n_vms)
		return NULL;
	found = bsearch(vm, s->vms, s->n_vms, sizeof(*s->vms), vm_compare);
	return found ? &found->counters : NULL;
}

/* A counter that is smaller than it was has been reset in between. */
static uint64_t growth(const struct counters *new, const struct counters *old, unsigned int counter)
{
	uint64_t start = old && old->have & NAME_BIT(counter) ? old->value[counter] : 0;

	return new->value[counter] - (start > new->value[counter] ? 0 : start);
}

/**
 * stats_hits() - how many CR3 loads the cr3 cache spared an exit
 * @names: of the counters
 * @new: the counters now
 * @old: the counters at the last look, or NULL for all since they began
 * @ret_percent: percent of the loads made while the cache was in use; negative when there was none
 *
 * Return: whether the counters are there.
 */
bool stats_hits(const struct names *names, const struct counters *new, const struct counters *old,
		double *ret_percent)
{
	int hits = names_find(names, "cr3_hits", strlen("cr3_hits"));
	int misses = names_find(names, "cr3_misses", strlen("cr3_misses"));
	double loads;

	if (hits < 0 || misses < 0 || !(new->have &NAME_BIT(hits)) ||
	    !(new->have &NAME_BIT(misses)))
		return false;
	loads = (double)growth(new, old, (unsigned int)hits);
	*ret_percent = loads * 100;
	loads += (double)growth(new, old, (unsigned int)misses);
	*ret_percent = loads > 0 ? *ret_percent / loads : -1;
	return true;
}

/**
 * stats_rate() - how fast a counter grew
 * @now: this look
 * @before: the last one
 * @new: the counters now
 * @old: the counters then, or NULL when they began since
 * @counter: number of its name
 *
 * Return: growth in a second.
 */
double stats_rate(const struct stats *now, const struct stats *before, const struct counters *new,
		  const struct counters *old, unsigned int counter)
{
	double seconds = now->time - before->time;

	return seconds > 0 ? (double)growth(new, old, counter) / seconds : 0;
}
