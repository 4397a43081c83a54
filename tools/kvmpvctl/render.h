/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What verbs find out, and how it is printed: as text or as JSON. A verb fills a struct and calls
 * one operation; it does not know which form was asked for.
 */
#ifndef KVMPVCTL_RENDER_H
#define KVMPVCTL_RENDER_H

#include "bench.h"
#include "change.h"
#include "commands.h"
#include "exits.h"
#include "facts.h"
#include "inventory.h"
#include "modules.h"
#include "platform.h"

/**
 * struct versions - the modules, loaded, on disk and in the initramfs
 * @module: by side and place
 * @note: by side: what is wrong with the set, else empty
 * @next: what to do about it
 */
struct versions {
	struct module_version module[SIDE_COUNT][WHERE_COUNT];
	char note[SIDE_COUNT][160];
	char next[SIDE_COUNT][256];
};

/**
 * struct status - what ``kvmpvctl status`` finds
 * @shown: SIDE_MASK() of the sides to print
 * @platform: the machine
 * @features: names of the features
 * @host: the host side
 * @guest: the guest side
 * @versions: of the modules
 */
struct status {
	unsigned int shown;
	struct platform platform;
	struct names features;
	struct host host;
	struct guest guest;
	struct versions versions;
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
 * enum image_state - is an initramfs image as it should be?
 * @IMAGE_CURRENT: kvmpv_guest is in it, of the version on disk and with the present settings
 * @IMAGE_ABSENT: it is not in it, or nothing there loads it, and it was not asked for
 * @IMAGE_MISSING: the same, and it was asked for
 * @IMAGE_OLD_MODULE: it is another one than on disk
 * @IMAGE_OLD_SETTINGS: its settings are not those of /etc/kvmpv
 * @IMAGE_LEFT: it is in it, and is not asked for any more
 * @IMAGE_NO_MODULE: it is not in it, and this kernel has none
 * @IMAGE_UNKNOWN: the image cannot be read
 */
enum image_state {
	IMAGE_CURRENT,
	IMAGE_ABSENT,
	IMAGE_MISSING,
	IMAGE_OLD_MODULE,
	IMAGE_OLD_SETTINGS,
	IMAGE_LEFT,
	IMAGE_NO_MODULE,
	IMAGE_UNKNOWN,
};

/**
 * struct image_facts - a kernel's initramfs image
 * @release: of the kernel
 * @path: the image
 * @module: kvmpv_guest in it
 * @disk: kvmpv_guest on disk for this kernel
 * @state: is it as it should be
 */
struct image_facts {
	char release[96];
	char path[PATH_MAX];
	struct module_version module;
	struct module_version disk;
	enum image_state state;
};

/**
 * struct images - what ``kvmpvctl initramfs`` finds
 * @enabled: kvmpv_guest is to be in the images
 * @marker: the file that says so
 * @builder: who makes images here, or NULL
 * @command: how all are made anew
 * @switched: --dry-run: the marker would be changed
 * @planned: --dry-run: the command would be run
 * @image: by kernel
 * @n: how many
 * @next: what to do, else empty
 */
struct images {
	bool enabled;
	char marker[PATH_MAX];
	const char *builder;
	char command[64];
	bool switched;
	bool planned;
	struct image_facts *image;
	size_t n;
	char next[320];
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
 * @exits: print exits of VMs
 * @features: print inventories
 * @versions: print versions
 * @bench: print what was measured
 * @images: print what is in initramfs images
 * @settings: print what an image would get: "FILE VALUE" a line
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
	void (*exits)(struct ctl *ctl, const struct exit_report *report);
	void (*features)(struct ctl *ctl, const struct inventory *inventories, size_t n);
	void (*versions)(struct ctl *ctl, const struct versions *versions);
	void (*bench)(struct ctl *ctl, const struct bench *bench);
	void (*images)(struct ctl *ctl, const struct images *images);
	void (*settings)(struct ctl *ctl, const char *settings);
	void (*configs)(struct ctl *ctl, const struct names *keys, const struct configs *configs);
	void (*doctor)(struct ctl *ctl, const struct finding *findings, size_t n);
	void (*help)(struct ctl *ctl, const struct command *command);
	void (*failure)(struct ctl *ctl, const struct failure *failure);
};

extern const char *const image_states[];
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
