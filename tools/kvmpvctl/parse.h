/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVMPVCTL_PARSE_H
#define KVMPVCTL_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "names.h"

/**
 * struct range - lowest and highest ABI version of a side
 * @min: lowest
 * @max: highest
 */
struct range {
	uint32_t min;
	uint32_t max;
};

/**
 * struct vm_id - name of a VM's directory
 * @pid: process that created the VM
 * @n: number of the VM since load
 */
struct vm_id {
	uint32_t pid;
	uint32_t n;
};

/**
 * struct counters - a ``stats`` file
 * @have: NAME_BIT() of each counter that was there
 * @value: by number of its name
 */
struct counters {
	uint64_t have;
	uint64_t value[NAMES_MAX];
};

#define HISTOGRAM_BUCKETS 32
#define HISTOGRAMS_MAX 4

/**
 * struct histogram - a line of a ``histogram`` file
 * @name: what is counted
 * @bucket: number i counts values from 2^i to 2^(i+1) - 1
 */
struct histogram {
	char name[NAME_SIZE];
	uint64_t bucket[HISTOGRAM_BUCKETS];
};

/**
 * struct cpu_times - the first lines of /proc/stat
 * @total: ticks of all CPUs since boot
 * @steal: of these, those in which a vCPU had something to do and the host did something else
 * @several: there is more than one CPU
 */
struct cpu_times {
	double total;
	double steal;
	bool several;
};

#define SITES_MAX 32
#define CALLER_SIZE 201

/**
 * struct site - a line of a ``sites`` file
 * @count: how often
 * @caller: who waited: a symbol as printk() writes it, which can have a module's name behind it
 */
struct site {
	uint64_t count;
	char caller[CALLER_SIZE];
};

int parse_bool(const char *word, bool *ret_value);
int parse_u64(const char *s, size_t len, uint64_t *ret_value);
int parse_vm_id(const char *name, struct vm_id *ret_id);
int parse_line(const char *text, char *ret_line, size_t size);
int parse_range(const char *text, struct range *ret_range);
int parse_pair(const char *text, const char *key, char *ret_value, size_t size);
int parse_names(const char *text, char between, struct names *names, uint64_t *ret_set);
int parse_counters(const char *text, struct names *names, struct counters *ret_counters);
int parse_histograms(const char *text, struct histogram ret_histogram[HISTOGRAMS_MAX],
		     size_t *ret_n);
int parse_cpu_times(const char *text, struct cpu_times *ret_times);
int parse_sites(const char *text, struct site ret_site[SITES_MAX], size_t *ret_n);

#endif /* KVMPVCTL_PARSE_H */
