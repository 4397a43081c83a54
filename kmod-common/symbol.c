// SPDX-License-Identifier: GPL-2.0-only
/*
 * kallsyms_lookup_name() is not exported, but kprobes resolve names. The probe is registered
 * disabled, so no instruction is ever changed: an armed one crashed a 6.12 host whose guest was
 * running through the function at that moment.
 */
#include <linux/errno.h>
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/static_call.h>

#include "symbol.h"

DEFINE_STATIC_CALL_NULL(kvmpv_lookup_name, kallsyms_lookup_name);
DEFINE_STATIC_CALL_NULL(kvmpv_lookup_size, kallsyms_lookup_size_offset);

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

/* Aim the two static calls, once. Addresses of functions only: what a kprobe can give. */
static int find_kallsyms(void)
{
	static DEFINE_MUTEX(lock);
	struct kvmpv_symbol name, size;
	int ret = 0;

	mutex_lock(&lock);
	if (static_call_query(kvmpv_lookup_size))
		goto unlock;
	ret = kvmpv_symbol_find(NULL, "kallsyms_lookup_name", &name);
	if (ret)
		goto unlock;
	ret = kvmpv_symbol_find(NULL, "kallsyms_lookup_size_offset", &size);
	if (ret)
		goto unlock;
	static_call_update(kvmpv_lookup_name, (void *)name.addr);
	static_call_update(kvmpv_lookup_size, (void *)size.addr);
unlock:
	mutex_unlock(&lock);
	return ret;
}

/**
 * kvmpv_symbol_address() - address of anything built into the kernel that has a name
 * @name: of a function, also one that may not be probed, or of data
 *
 * Data has names in kernels with CONFIG_KALLSYMS_ALL only.
 *
 * Context: process, may sleep.
 *
 * Return: the address, of a function its very first byte; 0 when there is none.
 */
unsigned long kvmpv_symbol_address(const char *name)
{
	return find_kallsyms() ? 0 : static_call(kvmpv_lookup_name)(name);
}

/**
 * kvmpv_symbol_size() - how long a function is
 * @addr: its address
 *
 * Context: process, may sleep.
 *
 * Return: bytes to the next symbol; 0 when it is not known.
 */
unsigned long kvmpv_symbol_size(unsigned long addr)
{
	unsigned long size, offset;

	if (find_kallsyms() || !static_call(kvmpv_lookup_size)(addr, &size, &offset) || offset)
		return 0;
	return size;
}
