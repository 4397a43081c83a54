/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What verbs find out, and how it is printed: as text or as JSON. A verb fills a struct and calls
 * one operation; it does not know which form was asked for.
 */
#ifndef KVMPVCTL_RENDER_H
#define KVMPVCTL_RENDER_H

#include "change.h"
#include "commands.h"
#include "facts.h"
#include "modules.h"
#include "platform.h"

/**
 * struct status - what ``kvmpvctl status`` finds
 * @shown: SIDE_MASK() of the sides to print
 * @platform: the machine
 * @features: names of the features
 * @host: the host side
 * @guest: the guest side
 */
struct status {
	unsigned int shown;
	struct platform platform;
	struct names features;
	struct host host;
	struct guest guest;
};

/**
 * struct vm_stats - counters of one VM
 * @id: the VM
 * @counters: its counters
 */
struct vm_stats {
	struct vm_id id;
	struct counters counters;
};

/**
 * struct side_stats - counters of a side, or of the VM that was asked for
 * @shown: print it
 * @total: the sum
 * @histogram: how long things took
 * @n_histograms: how many, 0 when not asked for
 * @vms: sorted by PID and number
 * @n_vms: how many
 */
struct side_stats {
	bool shown;
	struct counters total;
	struct histogram histogram[HISTOGRAMS_MAX];
	size_t n_histograms;
	struct vm_stats *vms;
	size_t n_vms;
};

/**
 * struct spinlock_stats - what ``kvmpvctl stats spinlock`` finds beside counters and histograms
 * @mode: as in docs/abi/sysfs.rst, empty when not read
 * @top_known: @site was asked for and could be read
 * @site: who waited, most frequent first
 * @n_sites: how many
 */
struct spinlock_stats {
	char mode[16];
	bool top_known;
	struct site site[SITES_MAX];
	size_t n_sites;
};

/**
 * struct stats - what ``kvmpvctl stats`` finds
 * @names: of the counters, by side
 * @vm: the only VM that was asked for, or NULL
 * @time: when, seconds of the monotonic clock
 * @side: by side; with ``spinlock`` the guest's has the counters of its spinlocks
 * @spinlock: the rest of those
 */
struct stats {
	struct names *names;
	const char *vm;
	double time;
	struct side_stats side[SIDE_COUNT];
	struct spinlock_stats spinlock;
};

/**
 * struct versions - what ``kvmpvctl version`` finds
 * @module: by side and place
 * @note: by side: what is wrong with the set and what to do, else empty
 */
struct versions {
	struct module_version module[SIDE_COUNT][WHERE_COUNT];
	char note[SIDE_COUNT][256];
};

enum verdict { VERDICT_PASS, VERDICT_WARN, VERDICT_FAIL };

/**
 * struct finding - what a check of ``kvmpvctl doctor`` found
 * @name: of the check
 * @verdict: how bad it is
 * @text: what was found
 * @next: what to do about it, empty when nothing is to be done
 */
struct finding {
	const char *name;
	enum verdict verdict;
	char text[768];
	char next[512];
};

/**
 * struct render_ops - a form of output
 * @status: print a status
 * @changes: print what was set, or would be
 * @stats: print counters; @before is NULL or what they were at the last refresh
 * @reset: say that the counters of the sides in the mask were reset
 * @versions: print versions
 * @configs: by side: print configuration files of these keys, and what is wrong with them
 * @doctor: print what checks found
 * @help: explain a verb, or all for NULL
 * @failure: print why there is no result
 */
struct render_ops {
	void (*status)(struct ctl *ctl, const struct status *status);
	void (*changes)(struct ctl *ctl, const struct changes *changes, size_t n);
	void (*stats)(struct ctl *ctl, const struct stats *now, const struct stats *before);
	void (*reset)(struct ctl *ctl, unsigned int sides);
	void (*versions)(struct ctl *ctl, const struct versions *versions);
	void (*configs)(struct ctl *ctl, const struct names *keys, const struct configs *configs);
	void (*doctor)(struct ctl *ctl, const struct finding *findings, size_t n);
	void (*help)(struct ctl *ctl, const struct command *command);
	void (*failure)(struct ctl *ctl, const struct failure *failure);
};

extern const struct render_ops text_ops;
extern const struct render_ops json_ops;

/* Lookups that both forms use. */
const struct counters *stats_before(const struct stats *before, enum side side,
				    const struct vm_id *vm);
bool stats_adds_up(const char *counter);
bool stats_hits(const struct names *names, const struct counters *new, const struct counters *old,
		double *ret_percent);
bool stats_needless(const struct names *names, const struct counters *new,
		    const struct counters *old, double *ret_percent);

/* How a wait for a spinlock ended: a counter ``taken_WORD`` of the module each. */
#define TAKEN_COUNT 6
extern const char *const taken_words[TAKEN_COUNT];

unsigned int stats_taken(const struct names *names, const struct counters *new,
			 const struct counters *old, double ret_percent[TAKEN_COUNT]);
double stats_rate(const struct stats *now, const struct stats *before, const struct counters *new,
		  const struct counters *old, unsigned int counter);

#endif /* KVMPVCTL_RENDER_H */
