/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the modules tell about themselves. A member that could not be read keeps its "unknown" value
 * (empty string, clear bit in a mask, *_known false) and the file is in the run's problems.
 */
#ifndef KVMPVCTL_FACTS_H
#define KVMPVCTL_FACTS_H

#include "kvmpvctl.h"
#include "parse.h"
#include "sysfs.h"

/**
 * struct module_facts - what both sides have
 * @loaded: the side's directory is there; nothing else is valid when it is not
 * @state_known: @state could be read
 * @reason_known: @reason could be read
 * @abi_known: @abi could be read
 * @state: as in docs/abi/sysfs.rst
 * @reason: why state is not ``active``
 * @version: of the loaded module
 * @instance: of the host module
 * @abi: versions the module speaks
 * @next: what the administrator can do when the side is not active, else empty
 */
struct module_facts {
	bool loaded;
	bool state_known;
	bool reason_known;
	bool abi_known;
	char state[24];
	char reason[512];
	char version[64];
	char instance[24];
	struct range abi;
	char next[256];
};

/**
 * struct switches - bools by feature
 * @known: NAME_BIT() of each that could be read
 * @on: NAME_BIT() of each that is on
 */
struct switches {
	uint64_t known;
	uint64_t on;
};

#define REASON_SIZE 256

/**
 * struct reasons - why features cannot be used, by feature
 * @known: NAME_BIT() of each whose file could be read
 * @text: the reason; empty when there is none
 */
struct reasons {
	uint64_t known;
	char text[NAMES_MAX][REASON_SIZE];
};

/**
 * struct vm - one VM of the host
 * @id: its directory
 * @vcpus_known: @vcpus could be read
 * @abi_known: @abi could be read
 * @used_known: @used could be read
 * @vcpus: vCPUs kvmpv knows
 * @abi: ABI version in use, 0 before a handshake
 * @comm: command of the process, empty when it cannot be seen
 * @offered: features it is offered
 * @used: NAME_BIT() of each feature its guest uses
 */
struct vm {
	struct vm_id id;
	bool vcpus_known;
	bool abi_known;
	bool used_known;
	uint32_t vcpus;
	uint32_t abi;
	char comm[20];
	struct switches offered;
	uint64_t used;
};

/**
 * struct host - the host side
 * @module: what both sides have
 * @hooks_known: @hooks could be read
 * @vms_known: the list of VMs could be read
 * @hooks: functions hooked at this moment
 * @offered: features new VMs are offered
 * @features: NAME_BIT() of each feature the module has
 * @reasons: why this host cannot offer a feature
 * @vms: sorted by PID and number
 * @n_vms: how many
 */
struct host {
	struct module_facts module;
	bool hooks_known;
	bool vms_known;
	struct names hooks;
	struct switches offered;
	uint64_t features;
	struct reasons reasons;
	struct vm *vms;
	size_t n_vms;
};

/**
 * struct guest - the guest side
 * @module: what both sides have
 * @enable_known: @enable could be read
 * @abi_host_known: @abi_host could be read
 * @abi_used_known: @abi_used could be read
 * @offered_known: @offered could be read
 * @used_known: @used could be read
 * @enable: use kvmpv
 * @abi_used: version in use
 * @abi_host: versions of the host
 * @hypervisor: signature
 * @cpuid_base: where the CPUID block is
 * @allowed: the feature switches
 * @features: NAME_BIT() of each feature the module has
 * @offered: NAME_BIT() of each feature the host offers
 * @used: NAME_BIT() of each feature in use
 * @reasons: why a feature is not in use
 */
struct guest {
	struct module_facts module;
	bool enable_known;
	bool abi_host_known;
	bool abi_used_known;
	bool offered_known;
	bool used_known;
	bool enable;
	uint32_t abi_used;
	struct range abi_host;
	char hypervisor[24];
	char cpuid_base[24];
	struct switches allowed;
	uint64_t features;
	uint64_t offered;
	uint64_t used;
	struct reasons reasons;
};

void module_read(struct ctl *ctl, const struct dir *dir, struct module_facts *ret_module);
void switches_read(struct ctl *ctl, const struct dir *dir, uint64_t features,
		   const struct names *names, struct switches *ret_switches);
int features_list(const struct dir *dir, struct names *names, uint64_t *ret_set);
void reasons_read(struct ctl *ctl, const struct dir *dir, uint64_t features,
		  const struct names *names, struct reasons *ret_reasons);
uint64_t reasons_group(const struct reasons *reasons, uint64_t *left);

void host_read(struct ctl *ctl, struct names *features, struct host *ret_host);
void host_free(struct host *host);
void guest_read(struct ctl *ctl, struct names *features, struct guest *ret_guest);

int vms_list(struct ctl *ctl, const struct dir *host, struct vm_id **ret_ids, size_t *ret_n,
	     struct dir *ret_dir);

#endif /* KVMPVCTL_FACTS_H */
