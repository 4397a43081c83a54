/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVMPV_GUEST_BENCH_H
#define KVMPV_GUEST_BENCH_H

#include <linux/types.h>

#define BENCH_SAMPLES_MAX 64
#define BENCH_BATCH_MAX 64
#define BENCH_REASON_MAX 120

/* Who takes part in an operation besides its vCPU; see "kind" in docs/abi/sysfs.rst */
enum bench_kind { BENCH_OVERHEAD, BENCH_ALWAYS, BENCH_MAYBE, BENCH_KERNEL, BENCH_PAIR };

/**
 * struct bench_case - an operation that is measured
 * @name: as it is called in sysfs
 * @text: what it is, one line
 * @kind: does it leave the guest?
 * @possible: is it possible here? Writes why not into @reason; NULL: always. May sleep
 * @begin: before a set of samples; NULL: nothing to do. May sleep, 0 or a negative error
 * @sample: does the operation @n times; TSC ticks of all, or a negative error. Must leave the CPU
 *	as it found it. May sleep, on its CPU
 * @end: undo @begin; NULL: nothing to do. May sleep
 */
struct bench_case {
	const char *name;
	const char *text;
	enum bench_kind kind;
	bool (*possible)(char reason[BENCH_REASON_MAX]);
	int (*begin)(void);
	s64 (*sample)(unsigned int n);
	void (*end)(void);
};

/**
 * struct bench_result - what a set of samples found
 * @n: samples, 0 before the first set
 * @batch: operations a sample
 * @counted: instructions were counted, too
 * @ticks: of the TSC, each sample
 * @instructions: of the guest, each sample
 */
struct bench_result {
	unsigned int n;
	unsigned int batch;
	bool counted;
	u64 ticks[BENCH_SAMPLES_MAX];
	u64 instructions[BENCH_SAMPLES_MAX];
};

/* bench-cpu.c: one vCPU */
extern const struct bench_case bench_cpu_cases[];
extern const unsigned int bench_cpu_cases_n;

/* bench-pair.c: two vCPUs */
extern const struct bench_case bench_pair_cases[];
extern const unsigned int bench_pair_cases_n;

bool bench_is_kvm(char reason[BENCH_REASON_MAX]);
bool bench_kvmpv_offers(u32 feature, u32 hypercall, char reason[BENCH_REASON_MAX]);

int bench_run(const struct bench_case *one, unsigned int samples, unsigned int batch,
	      struct bench_result *result);

#endif /* KVMPV_GUEST_BENCH_H */
