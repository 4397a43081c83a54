/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between kernels, in one place, force-included before every file, so that the rest
 * reads as if only the newest kernel existed. Which case applies is found by compiling the files in
 * probes/ against the kernel's own headers (compat/config.h is the result), never by its version:
 * distributions backport.
 */
#ifndef KVMPV_COMPAT_H
#define KVMPV_COMPAT_H

#include "config.h"

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#ifndef KVMPV_HAVE_FTRACE_REGS_ACCESSORS
#include <linux/ftrace.h>

#define ftrace_regs_set_instruction_pointer(fregs, ip) ftrace_instruction_pointer_set(fregs, ip)
#define ftrace_regs_get_argument(fregs, n) regs_get_kernel_argument(&(fregs)->regs, n)
#endif

#ifdef KVMPV_HAVE_FTRACE_DIRECT_OPS
#define kvmpv_register_direct(ops, addr) register_ftrace_direct(ops, addr)
#define kvmpv_unregister_direct(ops, addr) unregister_ftrace_direct(ops, addr, false)
#else
#define kvmpv_register_direct(ops, addr) register_ftrace_direct_multi(ops, addr)
#define kvmpv_unregister_direct(ops, addr) unregister_ftrace_direct_multi(ops, addr)
#endif

#ifndef KVMPV_HAVE_RDMSRQ_SAFE
#include <asm/msr.h>

#define rdmsrq_safe(msr, value) rdmsrl_safe(msr, value)
#define wrmsrq_safe(msr, value) wrmsrl_safe(msr, value)
#endif

#ifndef KVMPV_HAVE_SMP_TEXT_POKE_SINGLE
#define smp_text_poke_single text_poke_bp
#endif

#ifdef KVMPV_HAVE_PV_OPS_LOCK
#define kvmpv_pv_lock_ops pv_ops_lock
#else
#define kvmpv_pv_lock_ops pv_ops.lock
#endif

#ifdef KVMPV_HAVE_CPUID_API_HEADER
#include <asm/cpuid/api.h>
#endif

#endif /* KVMPV_COMPAT_H */
