// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters of both sides and of each VM, and what became of them between two looks.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "stats.h"
#include "watch.h"

/**
 * stats_open() - open the directory whose counters are asked for
 * @ctl: the run; its @vm picks a VM of the host, its @spinlock the spinlocks of the guest
 * @side: which side
 * @ret_dir: to be given to dir_close()
 *
 * Return: EXIT_DONE, or another exit code and the failure is reported.
 */
int stats_open(struct ctl *ctl, enum side side, struct dir *ret_dir)
{
	char path[PATH_MAX];
	int err;

	if (ctl->spinlock)
		snprintf(path, sizeof(path), "%s/" SPINLOCK_DIR, side_defs[side].sysfs);
	else
		snprintf(path, sizeof(path), "%s%s%s", side_defs[side].sysfs, ctl->vm ? "/vm/" : "",
			 ctl->vm ?: "");
	err = dir_open_root(ctl, path, ret_dir);
	if (!err)
		return EXIT_DONE;
	if (ctl->spinlock && err == -ENOENT && path_exists(ctl, side_defs[side].sysfs))
		return fail(ctl, EXIT_UNSUPPORTED, "load a newer module: kvmpvctl version",
			    "%s that is loaded has no counters of spinlocks",
			    side_defs[side].module);
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

static void spinlock_read(struct ctl *ctl, const struct dir *dir, struct spinlock_stats *spinlock)
{
	read_line(ctl, dir, "mode", spinlock->mode, sizeof(spinlock->mode));
	if (ctl->top)
		spinlock->top_known =
			!read_sites(ctl, dir, "sites", spinlock->site, &spinlock->n_sites);
}

/**
 * stats_read() - read all counters
 * @ctl: the run; its @vm picks a VM of the host, its @spinlock the spinlocks of the guest, its
 *       @histogram and @top ask for those too
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
	stats->time = watch_time();
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
		if (ctl->spinlock)
			spinlock_read(ctl, &dir, &stats->spinlock);
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

/* What @part is of all @whole together, in percent; negative when all of these are zero. */
static bool share(const struct names *names, const struct counters *new, const struct counters *old,
		  const char *part, const char *const *whole, size_t n, double *ret_percent)
{
	int counter = names_find(names, part, strlen(part));
	double percent, sum = 0;

	if (counter < 0 || !(new->have &NAME_BIT(counter)))
		return false;
	percent = (double)growth(new, old, (unsigned int)counter) * 100;
	for (size_t i = 0; i < n; i++) {
		counter = names_find(names, whole[i], strlen(whole[i]));
		if (counter < 0 || !(new->have &NAME_BIT(counter)))
			return false;
		sum += (double)growth(new, old, (unsigned int)counter);
	}
	percent = sum > 0 ? percent / sum : -1;
	/* Counters are not read all at once. */
	*ret_percent = percent > 100 ? 100 : percent;
	return true;
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
	static const char *const loads[] = {"cr3_hits", "cr3_misses"};

	return share(names, new, old, loads[0], loads, ARRAY_SIZE(loads), ret_percent);
}

const char *const taken_words[TAKEN_COUNT] = {"spin", "long", "yield", "nap", "queue", "sleep"};

/**
 * stats_taken() - how waits for spinlocks ended
 * @names: of the counters
 * @new: the counters now
 * @old: the counters at the last look, or NULL for all since they began
 * @ret_percent: percent of the waits, as in taken_words[]; negative when there was none
 *
 * A module may lack some of the counters: the waits are then those that the others tell of.
 *
 * Return: which of the counters are there: 1 << i for taken_words[i].
 */
unsigned int stats_taken(const struct names *names, const struct counters *new,
			 const struct counters *old, double ret_percent[TAKEN_COUNT])
{
	char name[TAKEN_COUNT][NAME_SIZE];
	const char *there[TAKEN_COUNT];
	unsigned int set = 0;
	size_t n = 0;

	for (unsigned int i = 0; i < TAKEN_COUNT; i++) {
		int counter;

		snprintf(name[i], sizeof(name[i]), "taken_%s", taken_words[i]);
		counter = names_find(names, name[i], strlen(name[i]));
		if (counter < 0 || !(new->have &NAME_BIT(counter)))
			continue;
		there[n++] = name[i];
		set |= 1U << i;
	}
	for (unsigned int i = 0; i < TAKEN_COUNT; i++)
		if (set & 1U << i)
			share(names, new, old, name[i], there, n, &ret_percent[i]);
	return set;
}

/**
 * stats_needless() - how many kicks went to a vCPU that was not asleep
 * @names: of the counters
 * @new: the counters now
 * @old: the counters at the last look, or NULL for all since they began
 * @ret_percent: percent of the kicks sent; negative when there was none
 *
 * Return: whether the counters are there.
 */
bool stats_needless(const struct names *names, const struct counters *new,
		    const struct counters *old, double *ret_percent)
{
	static const char *const kicks[] = {"kicks_sent"};

	return share(names, new, old, "kicks_needless", kicks, ARRAY_SIZE(kicks), ret_percent);
}

/**
 * stats_adds_up() - does a counter count
 * @counter: its name
 *
 * Return: false for one that holds the highest value seen: it has no rate.
 */
bool stats_adds_up(const char *counter)
{
	return strncmp(counter, "longest_", strlen("longest_")) != 0;
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
