/* SPDX-License-Identifier: GPL-2.0-only */
/* The look-up of the cr3 cache: what stands in for a MOV to CR3. docs/abi/cr3-cache.rst */
#ifndef KVMPV_GUEST_CR3_WINDOW_H
#define KVMPV_GUEST_CR3_WINDOW_H

#include <linux/compiler.h>
#include <linux/percpu.h>

#include <kvmpv/abi.h>

/*
 * The page of this CPU while it is registered, or NULL. Written on its own CPU only, so with
 * interrupts off it stays what it is, and whoever has set it to NULL knows that no look-up uses
 * the page any more.
 */
DECLARE_PER_CPU(struct kvmpv_cr3_page *, cr3_page);

/* Addresses for the host: abi.h says what they are. Never called. */
extern const char cr3_window_start[];
extern const char cr3_window_end[];
extern const char cr3_window_abort[];

asmlinkage void cr3_load(unsigned long value);

#endif /* KVMPV_GUEST_CR3_WINDOW_H */
