/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kvmpvctl bench exits: what is measured, and what comes out.
 */
#ifndef KVMPVCTL_BENCH_H
#define KVMPVCTL_BENCH_H

#include "platform.h"
#include "sysfs.h"

#define BENCH_MODULE "kvmpv_bench"
#define BENCH_DIR "sys/kernel/kvmpv/bench"

/* The one thing ``bench`` measures */
#define BENCH_WHAT "exits"

#define BENCH_CASES_MAX 32
#define BENCH_SET 32 /* samples that are taken in one go, at most */
#define BENCH_ROUNDS 5

/**
 * enum bench_kind - does an operation leave the guest?
 * @BENCH_OVERHEAD: there is no operation
 * @BENCH_ALWAYS: yes
 * @BENCH_MAYBE: that depends on host and processor, and shows in what it costs
 * @BENCH_KERNEL: it is work of the guest's kernel, and may, on the way
 * @BENCH_PAIR: two vCPUs take part, and it may
 */
enum bench_kind {
	BENCH_OVERHEAD,
	BENCH_ALWAYS,
	BENCH_MAYBE,
	BENCH_KERNEL,
	BENCH_PAIR,
	BENCH_KINDS,
};

extern const char *const bench_kinds[BENCH_KINDS];

/**
 * struct bench_samples - what was measured, an operation
 * @value: samples
 * @n: how many
 */
struct bench_samples {
	double *value;
	size_t n;
};

/**
 * struct bench_spread - samples in a few numbers, without the overhead; @n 0: there is nothing
 * @n: samples
 * @min: the least
 * @q1: lower quartile
 * @median: half of them are below
 * @q3: upper quartile
 * @max: the most
 */
struct bench_spread {
	size_t n;
	double min;
	double q1;
	double median;
	double q3;
	double max;
};

enum bench_exits { EXITS_UNKNOWN, EXITS_YES, EXITS_NO };

/**
 * struct bench_case - one operation
 * @name: as the module calls it
 * @text: what it is
 * @kind: does it leave the guest
 * @reason: why it is not possible here, empty when it is
 * @wanted: it is to be measured
 * @error: errno of a set that failed, 0
 * @raw_ticks: of the TSC
 * @raw_instructions: where the guest has a counter
 * @ticks: @raw_ticks without the overhead
 * @instructions: the same
 * @exits: did it leave the guest
 * @before: ticks in the file that is compared with
 * @changed: the quartiles of both do not overlap
 */
struct bench_case {
	char name[32];
	char text[120];
	enum bench_kind kind;
	char reason[160];
	bool wanted;
	int error;
	struct bench_samples raw_ticks;
	struct bench_samples raw_instructions;
	struct bench_spread ticks;
	struct bench_spread instructions;
	enum bench_exits exits;
	struct bench_spread before;
	bool changed;
};

/**
 * struct bench_load - who else wanted the CPU while a loop ran on it, in percent of that time
 * @steal: what the host took from all vCPUs, as it says
 * @stops: stops of the loop
 * @others: what other tasks of this guest had
 */
struct bench_load {
	double steal;
	double stops;
	double others;
};

/**
 * struct bench - what ``kvmpvctl bench exits`` finds
 * @version: of the module
 * @release: of the kernel
 * @cpu: the processor's name
 * @platform: what this machine is
 * @vcpus: online; 0 below another root
 * @vcpu: on which it was measured
 * @tsc_khz: ticks a millisecond
 * @rounds: sets a case that were asked for
 * @complete: all of them were taken
 * @load: before it began
 * @busy: the load was too high
 * @unload_error: errno when the module could not be unloaded, 0
 * @one: cases
 * @n: how many
 * @compared: the file that is compared with, or NULL
 */
struct bench {
	char version[64];
	char release[96];
	char cpu[96];
	struct platform platform;
	long vcpus;
	int vcpu;
	uint32_t tsc_khz;
	unsigned int rounds;
	bool complete;
	struct bench_load load;
	bool busy;
	int unload_error;
	struct bench_case one[BENCH_CASES_MAX];
	size_t n;
	const char *compared;
};

int bench_parse_cases(const char *text, struct bench *bench);
int bench_parse_result(const char *text, struct bench_samples *ticks,
		       struct bench_samples *instructions);
void bench_spread(const struct bench_samples *samples, double overhead,
		  struct bench_spread *ret_spread);
struct bench_case *bench_find(struct bench *bench, const char *name);
void bench_judge(struct bench *bench);
void bench_free(struct bench *bench);

enum bench_ratio {
	RATIO_PORT, /* port-vmm / port-kernel */
	RATIO_HYPERCALL, /* hypercall-kvmpv / hypercall-unknown */
	RATIO_EOI, /* eoi-xapic / eoi-x2apic; one of them in the file that is compared with */
	RATIO_COUNT,
};

extern const char *const bench_ratio_names[RATIO_COUNT];
double bench_ratio(const struct bench *bench, enum bench_ratio which);
bool bench_port_note(const struct bench *bench);

/* bench-load.c */
int bench_load_read(struct ctl *ctl, struct bench_load *ret_load);
const char *bench_load_judge(const struct bench_load *load);

/* bench-module.c */
int bench_module_load(struct ctl *ctl, struct dir *ret_dir);
int bench_module_unload(const struct ctl *ctl, struct dir *dir);

/* bench-compare.c */
int bench_compare_read(struct ctl *ctl, const char *file, struct bench *bench);
void bench_compare(struct bench *bench, const struct bench *before);

#endif /* KVMPVCTL_BENCH_H */
