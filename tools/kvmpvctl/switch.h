/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Switches that are the kernel's own and not a module's of kvmpv: what a running kernel lets one
 * change about exits. They are named, saved and switched as features are.
 */
#ifndef KVMPVCTL_SWITCH_H
#define KVMPVCTL_SWITCH_H

#include "kvmpvctl.h"
#include "names.h"

#define KERNEL_IO_DELAY "no-io-delay"
#define KERNEL_HALT_POLL "halt-poll"

/**
 * struct kernel_switch - such a switch
 * @key: its name
 * @side: where it is
 * @dir: directory of its file, below the root
 * @file: the file
 * @on: what is written to switch it on
 * @off: what is written to switch it off
 * @text: what it does
 */
struct kernel_switch {
	const char *key;
	enum side side;
	const char *dir;
	const char *file;
	uint32_t on;
	uint32_t off;
	const char *text;
};

extern const struct kernel_switch kernel_switches[];
extern const size_t kernel_switches_n;

const struct kernel_switch *kernel_switch_find(enum side side, const char *key);
void kernel_switches_add(enum side side, struct names *keys);
bool kernel_switch_is_on(const struct kernel_switch *kernel, uint64_t value);

#endif /* KVMPVCTL_SWITCH_H */
