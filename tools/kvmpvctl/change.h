/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVMPVCTL_CHANGE_H
#define KVMPVCTL_CHANGE_H

#include "configs.h"
#include "facts.h"
#include "kvmpvctl.h"
#include "names.h"
#include "settings.h"
#include "sysfs.h"

/**
 * struct change - a setting to be made
 * @key: number of its key
 * @value: to what, 0 or 1 for a switch
 * @saved: in the configuration file; else in the running module
 * @already: it has that value
 * @refused: the module says that it is not supported here
 */
struct change {
	unsigned int key;
	uint32_t value;
	bool saved;
	bool already;
	bool refused;
};

/**
 * struct changes - all that a verb sets on one side
 * @side: which
 * @vm: the VM it is for, or NULL
 * @keys: names of the keys
 * @features: NAME_BIT() of each key that is a feature
 * @kernel: NAME_BIT() of each key that is a switch of the kernel itself
 * @enable: number of CONFIG_ENABLE in @keys, -1 where there is none
 * @tolerant: a switch that the module refuses does not keep the others from being set
 * @loaded: the module is loaded: @dir is open and @present is set
 * @dir: the directory of the side or the VM
 * @root: the root's path, without a slash at its end
 * @present: NAME_BIT() of each key the module, or the kernel, has
 * @config_path: the configuration file that is changed, or the directory that was read
 * @n: entries in @change
 * @change: in the order they are made
 * @state: of the side afterwards, empty when not read
 * @reason: of the side afterwards
 * @note: what else the administrator should know, with what to do about it
 */
struct changes {
	enum side side;
	const char *vm;
	struct names keys;
	uint64_t features;
	uint64_t kernel;
	int enable;
	bool tolerant;
	bool loaded;
	struct dir dir;
	const char *root;
	uint64_t present;
	char config_path[PATH_MAX];
	size_t n;
	struct change change[2 * NAMES_MAX];
	char state[24];
	char reason[512];
	char note[1024];
};

int changes_open(struct ctl *ctl, enum side side, struct changes *ret_changes);
void changes_close(struct changes *changes);
void changes_add(struct changes *changes, unsigned int key, uint32_t value,
		 const struct configs *configs);
void changes_note(struct changes *changes, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void changes_reasons(struct ctl *ctl, const struct changes *changes, struct reasons *ret_reasons);
bool change_kernel(const struct changes *changes, unsigned int key);
void change_path(const struct changes *changes, unsigned int key, char *ret, size_t size);
uint32_t change_written(const struct changes *changes, const struct change *change);
int changes_make(struct ctl *ctl, struct changes *changes, struct config *config);

int toggle(struct ctl *ctl, int argc, char **argv, bool on);

#endif /* KVMPVCTL_CHANGE_H */
