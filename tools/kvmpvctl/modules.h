/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVMPVCTL_MODULES_H
#define KVMPVCTL_MODULES_H

#include "kvmpvctl.h"

enum where { WHERE_LOADED, WHERE_DISK, WHERE_INITRAMFS, WHERE_COUNT };

/**
 * struct module_version - a module in one place
 * @found: it is there
 * @why: what is to be said instead of a version: ``not loaded``, ``unknown (needs root)``
 * @version: its MODULE_VERSION
 * @srcversion: checksum of its source, empty when it has none
 * @path: its file
 * @is_signed: somebody signed it
 * @signer: who, empty when that is not known
 */
struct module_version {
	bool found;
	char why[160];
	char version[64];
	char srcversion[40];
	char path[PATH_MAX];
	bool is_signed;
	char signer[80];
};

void module_loaded(struct ctl *ctl, enum side side, struct module_version *ret_version);
bool module_source(const struct ctl *ctl, enum side side);
void module_on_disk(const struct ctl *ctl, enum side side, const char *release,
		    struct module_version *ret_version);
int module_file(const char *path, struct module_version *ret_version);

const char *release_running(const struct ctl *ctl);

#endif /* KVMPVCTL_MODULES_H */
