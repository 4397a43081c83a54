// SPDX-License-Identifier: GPL-2.0-only
/*
 * kallsyms_lookup_name() is not exported, but kprobes resolve names. The probe is registered
 * disabled, so no instruction is ever changed: an armed one crashed a 6.12 host whose guest was
 * running through the function at that moment.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/list.h>
#include <linux/module.h>

#include "symbol.h"

/**
 * kvmpv_symbol_find() - find a function of the running kernel
 * @module: module that has it; NULL when it is built in
 * @name: its name
 * @ret_symbol: where it is; untouched on error
 *
 * The address is only good while the module stays. With IBT it lies behind the function's ENDBR,
 * and an unexported function has lost its ENDBR: reach it by a direct (static) call only.
 *
 * Context: process, may sleep.
 *
 * Return: 0, -ENOENT when there is no such function, another error when it may not be probed.
 */
int kvmpv_symbol_find(const char *module, const char *name, struct kvmpv_symbol *ret_symbol)
{
	char qualified[MODULE_NAME_LEN + KSYM_NAME_LEN];
	struct kprobe probe = {
		.symbol_name = module ? qualified : name,
		.flags = KPROBE_FLAG_DISABLED,
	};
	int ret;

	if (module)
		snprintf(qualified, sizeof(qualified), "%s:%s", module, name);
	ret = register_kprobe(&probe);
	if (ret)
		return ret;
	ret_symbol->addr = (unsigned long)probe.addr;
	ret_symbol->traceable = probe.flags & KPROBE_FLAG_FTRACE;
	/* A second probe at one place is put on a list with the first. */
	ret_symbol->probed = !list_empty(&probe.list);
	unregister_kprobe(&probe);
	return 0;
}
