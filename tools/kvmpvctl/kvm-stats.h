/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The counters that KVM keeps by itself, of a VM and its vCPUs.
 */
#ifndef KVMPVCTL_KVM_STATS_H
#define KVMPVCTL_KVM_STATS_H

#include "kvmpvctl.h"

/**
 * enum kvm_stats_source - where KVM's counters of a VM were read
 * @KVM_STATS_NONE: nowhere
 * @KVM_STATS_BINARY: files of its VMM, made by KVM_GET_STATS_FD
 * @KVM_STATS_DEBUGFS: /sys/kernel/debug/kvm
 */
enum kvm_stats_source { KVM_STATS_NONE, KVM_STATS_BINARY, KVM_STATS_DEBUGFS };

#define KVM_STATS_COUNT 22
extern const char *const kvm_stats_names[KVM_STATS_COUNT];
extern const char *const kvm_stats_sources[];

/**
 * struct kvm_stats - counters of a VM, the sum over its vCPUs
 * @source: where they come from
 * @error: positive errno: why there are none
 * @have: bit of each that was there
 * @value: by number of its name
 */
struct kvm_stats {
	enum kvm_stats_source source;
	int error;
	uint32_t have;
	uint64_t value[KVM_STATS_COUNT];
};

int kvm_stats_parse(const void *data, size_t size, struct kvm_stats *stats);

/* kvm-stats-find.c */
void kvm_vms_list(const struct ctl *ctl, uint32_t **ret_processes, size_t *ret_n);
void kvm_stats_read(const struct ctl *ctl, uint32_t process, struct kvm_stats *ret_stats);
int process_vms(const struct ctl *ctl, uint32_t process, unsigned int *ret_vms);
uint64_t process_wait_ns(const struct ctl *ctl, uint32_t process);
void process_comm(const struct ctl *ctl, uint32_t process, char *ret_comm, size_t size);

#endif /* KVMPVCTL_KVM_STATS_H */
