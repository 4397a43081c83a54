/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The inventory: which paravirtual features, and which of KVM's other remedies for exits, are
 * offered by a host, exposed to a VM, and used by its kernel. Each cell stands on something that
 * was seen on this machine, or says that it was not.
 */
#ifndef KVMPVCTL_INVENTORY_H
#define KVMPVCTL_INVENTORY_H

#include "facts.h"
#include "platform.h"

#define FEATURES_MAX 80
#define EVIDENCE_SIZE 192
#define FACTS_SIZE 4096

/**
 * enum answer - what is known of a feature in one respect
 * @ANSWER_UNKNOWN: it cannot be seen from here
 * @ANSWER_NO: it is not so
 * @ANSWER_YES: it is so
 * @ANSWER_NONE: the question does not arise
 */
enum answer { ANSWER_UNKNOWN, ANSWER_NO, ANSWER_YES, ANSWER_NONE };

/**
 * struct cell - an answer and what it stands on
 * @is: the answer
 * @evidence: where that was seen, or what it would take to see it
 */
struct cell {
	enum answer is;
	char evidence[EVIDENCE_SIZE];
};

/**
 * struct feature - a row
 * @name: as users type it
 * @group: ``kvm``, ``hint``, ``kvmpv`` or ``exits``
 * @text: what it is
 * @bit: of leaf 1 of KVM's CPUID block, EAX or for hints EDX; -1 for none
 * @key: names of lines in the files of the modules that tell of it
 * @offered: by the host
 * @exposed: to this guest; on a host to the VM that was asked for
 * @used: by the kernel of that guest
 * @vms_known: of how many VMs @exposed is known, on a host when none was asked for
 * @vms_exposed: to how many of them it is exposed
 * @vms_seen: of how many VMs @used is known
 * @vms_used: how many of them use it
 * @why: a line: why that is so, and what it means
 * @change: kvmpvctl enable and disable can change it on this machine
 */
struct feature {
	const char *name;
	const char *group;
	const char *text;
	int bit;
	struct cell offered;
	struct cell exposed;
	struct cell used;
	unsigned int vms_known;
	unsigned int vms_exposed;
	unsigned int vms_seen;
	unsigned int vms_used;
	char why[256];
	bool change;
};

/**
 * struct inventory - the rows of a side
 * @side: which
 * @vm: the only VM that was asked for, or NULL
 * @n_vms: VMs kvmpv knows
 * @n: rows
 * @row: the rows
 */
struct inventory {
	enum side side;
	const char *vm;
	size_t n_vms;
	size_t n;
	struct feature row[FEATURES_MAX];
};

/**
 * struct kvm_feature - a bit of KVM's that is known
 * @bit: its number
 * @name: of its row
 * @vmm: it is the VMM that offers it, not KVM
 * @qemu: the property of QEMU's -cpu that exposes it, NULL for none
 * @text: what it does for a guest
 * @idle: why a guest does not use it though it is exposed; NULL: that depends
 * @code: line in the guest module's ``kernel`` that tells whether it is used, or NULL
 * @function: what that line stands for
 * @msr_key: line in the guest module's ``msrs``, and in a VM's ``kvm``, or NULL
 * @msr: the MSR it stands for
 * @mask: bits of the MSR that are set when it is used
 * @log: what the kernel logs at boot when it uses it, or NULL
 */
struct kvm_feature {
	int bit;
	const char *name;
	bool vmm;
	const char *qemu;
	const char *text;
	const char *idle;
	const char *code;
	const char *function;
	const char *msr_key;
	uint32_t msr;
	uint32_t mask;
	const char *log;
};

#define BIT_CLOCKSOURCE 0
#define BIT_NOP_IO_DELAY 1
#define BIT_CLOCKSOURCE2 3
#define BIT_STEAL_TIME 5
#define BIT_PV_UNHALT 7

extern const struct kvm_feature kvm_features[];
extern const size_t kvm_features_n;

/**
 * struct leaf - what CPUID answers
 */
struct leaf {
	uint32_t eax, ebx, ecx, edx;
};

/**
 * struct kvm_bits - KVM's CPUID block
 * @known: it could be looked for
 * @base: where it is, 0 for nowhere
 * @features: EAX of its leaf 1
 * @hints: EDX of its leaf 1
 * @x2apic: CPUID offers x2APIC
 * @mwait: CPUID offers MWAIT
 */
struct kvm_bits {
	bool known;
	uint32_t base;
	uint32_t features;
	uint32_t hints;
	bool x2apic;
	bool mwait;
};

/**
 * struct guest_facts - what a guest's rows are told from
 * @bits: KVM's CPUID block
 * @kernel: the guest module's file of that name, empty when it could not be read
 * @msrs: the same
 * @cr3_cache: the same
 * @log: the kernel's boot log as far as it is still there, NULL when it cannot be read
 * @log_error: positive errno of that
 * @interrupts: /proc/interrupts, NULL when it cannot be read
 * @clocksource: in use
 * @clocksources: all there are
 * @idle_driver: cpuidle's driver
 * @io_delay_type: kernel.io_delay_type, -1 when it cannot be read
 * @smp: the guest can have more than one CPU
 */
struct guest_facts {
	struct kvm_bits bits;
	char kernel[FACTS_SIZE];
	char msrs[FACTS_SIZE];
	char cr3_cache[FACTS_SIZE];
	char *log;
	int log_error;
	char *interrupts;
	char clocksource[64];
	char clocksources[256];
	char idle_driver[64];
	int io_delay_type;
	bool smp;
};

/**
 * struct host_facts - what a host's rows are told from
 * @kvm_error: positive errno of asking /dev/kvm, 0 when it answered
 * @offered: what KVM_GET_SUPPORTED_CPUID says
 * @irqchip: KVM_CAP_IRQCHIP
 * @pit: KVM_CAP_PIT2
 * @types: 1 when this kernel's type information could be read, then:
 * @srcu: struct kvm has srcu
 * @uret: kvm.ko has kvm_set_user_return_msr()
 * @lazy_fpu: struct kvm_vcpu has what switched the FPU lazily
 */
struct host_facts {
	int kvm_error;
	struct kvm_bits offered;
	bool irqchip;
	bool pit;
	bool types;
	bool srcu;
	bool uret;
	bool lazy_fpu;
};

/* features-read.c */
bool cpuid_leaf(const struct ctl *ctl, uint32_t number, struct leaf *ret_leaf);
void kvm_bits_read(const struct ctl *ctl, const struct platform *platform,
		   struct kvm_bits *ret_bits);
void guest_facts_start(struct ctl *ctl, const struct platform *platform,
		       struct guest_facts *ret_facts);
void guest_facts_read(struct ctl *ctl, const struct platform *platform,
		      struct guest_facts *ret_facts);
void guest_facts_free(struct guest_facts *facts);
int msr_read(const struct ctl *ctl, uint32_t msr, uint64_t *ret_value);

/* features-kvm.c */
void host_facts_read(struct ctl *ctl, struct host_facts *ret_facts);

/* features-types.c */
int types_read(const struct ctl *ctl, struct host_facts *facts);
int types_function(const struct ctl *ctl, const char *function, bool *ret_there);

/* features-row.c */
void cell_set(struct cell *cell, enum answer is, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void why_set(struct feature *row, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
struct feature *row_add(struct inventory *inventory, const char *name, const char *group,
			const char *text);
struct feature *row_find(struct inventory *inventory, const char *name);
void kvm_rows_add(struct inventory *inventory, uint32_t features, uint32_t hints);

/* features-guest.c, features-guest-exits.c */
void guest_inventory(struct ctl *ctl, const struct platform *platform, const struct names *names,
		     const struct guest *guest, struct inventory *ret_inventory);
void x2apic_cells(const struct ctl *ctl, const struct guest_facts *facts, struct cell *ret_exposed,
		  struct cell *ret_used);
void guest_exits(struct ctl *ctl, const struct guest_facts *facts, const struct guest *guest,
		 struct inventory *inventory);

/* features-host.c, features-host-exits.c */
void host_inventory(struct ctl *ctl, const struct platform *platform, const struct names *names,
		    const struct host *host, struct inventory *ret_inventory);
void host_exits(struct ctl *ctl, const struct platform *platform, const struct host_facts *facts,
		struct inventory *inventory);

#endif /* KVMPVCTL_INVENTORY_H */
