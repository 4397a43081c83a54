/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVMPV_SYMBOL_H
#define KVMPV_SYMBOL_H

#include <linux/types.h>

/**
 * struct kvmpv_symbol - where a function of a running kernel is
 * @addr: its address; behind the ENDBR where the function has one
 * @traceable: @addr is a place where ftrace may redirect the function
 * @probed: somebody else has a kprobe at @addr
 */
struct kvmpv_symbol {
	unsigned long addr;
	bool traceable;
	bool probed;
};

int kvmpv_symbol_find(const char *module, const char *name, struct kvmpv_symbol *ret_symbol);
unsigned long kvmpv_symbol_address(const char *name);
unsigned long kvmpv_symbol_size(unsigned long addr);

#endif /* KVMPV_SYMBOL_H */
