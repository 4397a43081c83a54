/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Checks that the hypercall programs of all code widths share.
 */
#ifndef KVMPV_TEST_CALLS_H
#define KVMPV_TEST_CALLS_H

#include "lib.h"

#ifdef COMPAT
#define CALLER_BITS 32 /* the code segment decides, not the program */
#else
#define CALLER_BITS (8 * sizeof(long))
#endif

#define NO_SUCH_ID 0x77 /* no vCPU has it */
#define STATS_FULL sizeof(struct kvmpv_stats)
#define STATS_HEADER offsetof(struct kvmpv_stats, counter)

/* Where calls may write: memory of our own far behind the program, two pages */
#define BUFFER 0x800000UL

static inline long kick(unsigned long id)
{
	return hypercall(KVMPV_HC_KICK, id, 0, 0, 0);
}

static inline long yield(unsigned long id)
{
	return hypercall(KVMPV_HC_YIELD, id, 0, 0, 0);
}

static inline long stats(unsigned long gpa, unsigned long size)
{
	return hypercall(KVMPV_HC_STATS, gpa, size, 0, 0);
}

static inline long bye(void)
{
	return hypercall(KVMPV_HC_BYE, 0, 0, 0, 0);
}

/* calls.c */
void check_before_hello(void);
void check_hello(void);
void check_targets(const char *name, unsigned long nr);
void check_stats_sizes(void);
void check_stats_addresses(void);
void check_counters(void);
void check_bye(void);
void check_unknown_numbers(void);
void check_ring3(void);

#endif /* KVMPV_TEST_CALLS_H */
