/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Taking over a function by a direct call: ftrace patches a call of our own code into its entry.
 * Costs a call and a jump where a hook (hook.h) costs a hundred instructions, for functions where
 * that counts. The kernel's own rule: one direct call a function, shared with BPF trampolines.
 */
#ifndef KVMPV_DIRECT_H
#define KVMPV_DIRECT_H

#include <linux/ftrace.h>
#include <linux/types.h>

#include "hook.h"

/**
 * struct kvmpv_direct - a function taken over by a direct call
 * @hook: the function; see kvmpv_hook_find()
 * @entry: code that is called from its entry, with the function's arguments in their registers, its
 *	caller's address on the stack and below that kvmpv_hook_body()
 * @ops: ftrace's part
 * @installed: it is in force
 */
struct kvmpv_direct {
	struct kvmpv_hook hook;
	void *entry;
	struct ftrace_ops ops;
	bool installed;
};

int kvmpv_direct_install(struct kvmpv_direct *direct);
void kvmpv_direct_remove(struct kvmpv_direct *direct);

#endif /* KVMPV_DIRECT_H */
