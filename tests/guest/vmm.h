/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kvmpv-vmm: a small virtual machine monitor for tests. vmm-machine.c makes VMs and runs vCPUs,
 * vmm-bare.c and vmm-linux.c put something into them, the rest are subcommands.
 */
#ifndef KVMPV_TEST_VMM_H
#define KVMPV_TEST_VMM_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/kvm.h>

#include "ports.h"

#define VMM_MAX_VCPUS 16
#define VMM_MAX_CPUID 256
#define VMM_MAX_MSRS 256

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Exit status of kvmpv-vmm when the guest did not choose one */
#define STATUS_USAGE 2
#define STATUS_CRASH 98 /* triple fault, internal error: the vCPU's state is printed */
#define STATUS_TIMEOUT 124

struct machine;

/**
 * struct vcpu - one vCPU and the thread that runs it
 * @machine: where it belongs
 * @id: its number, and its APIC id
 * @fd: KVM's file
 * @run: KVM's shared area
 * @thread: runs the vCPU while @started
 * @started: @thread exists and was not joined yet
 * @stop: @thread shall leave its loop
 */
struct vcpu {
	struct machine *machine;
	unsigned int id;
	int fd;
	struct kvm_run *run;
	pthread_t thread;
	bool started;
	volatile bool stop;
};

/**
 * struct machine_options - what a machine is made of
 * @vcpus: number of vCPUs
 * @memory: bytes of RAM from address 0
 * @rom: add a read-only slot at BARE_ROM
 * @pit: add a timer (a Linux guest wants one)
 * @mask_kvm: take KVM's CPUID leaves out, so that the guest is not told it runs on KVM
 * @kvm_hide: bits to take out of KVM's features
 * @kvm_hints: bits to put into KVM's hints
 * @no_x2apic: take x2APIC out of CPUID
 * @foreign: add another hypervisor's CPUID block right behind KVM's
 * @hyperv: Hyper-V's CPUID block first and KVM's behind it, as VMMs do for Windows guests
 * @vmx: leave VMX in CPUID, for programs with guests of their own
 * @tsc: the guest has the TSC of the host
 * @split: the pages at BARE_CR3_PAGES are a slot of their own; see enum machine_slot
 */
struct machine_options {
	unsigned int vcpus;
	uint64_t memory;
	bool rom;
	bool pit;
	bool mask_kvm;
	uint32_t kvm_hide;
	uint32_t kvm_hints;
	bool no_x2apic;
	bool foreign;
	bool hyperv;
	bool vmx;
	bool tsc;
	bool split;
};

/* Slots of RAM with @split, and of what else there may be */
enum machine_slot { SLOT_LOW, SLOT_ROM, SLOT_OTHER, SLOT_CR3_PAGES, SLOT_HIGH };

enum machine_end { MACHINE_RUNS, MACHINE_EXITED, MACHINE_PAUSED, MACHINE_TIMED_OUT };

/**
 * struct machine - one VM
 * @options: what it was made from
 * @vm: KVM's file
 * @ram: guest memory
 * @vcpus: its vCPUs
 * @io: called for every port access, one element at a time; true ends the vCPU's loop
 * @after_run: called by a vCPU's thread each time it comes back from KVM_RUN, if set
 * @private: for @io
 * @lock: protects @end and @status
 * @changed: @end is no longer MACHINE_RUNS
 * @end: how the run ended
 * @status: with MACHINE_EXITED, the exit status
 * @watchdog: thread that sends NMIs, once one was asked for
 * @watchdog_runs: @watchdog exists
 * @watchdog_ms: per vCPU, period; 0: none
 * @watchdog_next: per vCPU, when the next NMI is due, as vmm_time_ms()
 */
struct machine {
	struct machine_options options;
	int vm;
	uint8_t *ram;
	uint8_t *rom;
	struct vcpu vcpus[VMM_MAX_VCPUS];
	bool (*io)(struct vcpu *vcpu, uint16_t port, bool out, unsigned int size, uint8_t *data);
	void (*after_run)(struct vcpu *vcpu, bool interrupted);
	void *private;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	enum machine_end end;
	int status;
	pthread_t watchdog;
	volatile bool watchdog_runs;
	volatile uint32_t watchdog_ms[VMM_MAX_VCPUS];
	volatile uint64_t watchdog_next[VMM_MAX_VCPUS];
};

/**
 * struct vcpu_state - what migration takes along of a vCPU
 */
struct vcpu_state {
	struct kvm_sregs sregs;
	struct kvm_regs regs;
	struct kvm_xsave xsave;
	struct kvm_xcrs xcrs;
	struct kvm_lapic_state lapic;
	struct kvm_vcpu_events events;
	struct kvm_mp_state mp;
	unsigned int nmsrs;
	struct kvm_msr_entry msrs[VMM_MAX_MSRS];
};

/* vmm.c */
void __attribute__((noreturn, format(printf, 1, 2))) die(const char *format, ...);
uint64_t vmm_time_ms(void);
unsigned long parse_number(const char *name, const char *text, unsigned long max);
size_t load_file(const char *path, uint8_t *to, size_t room);

/* vmm-tap.c */
bool tap_ok(bool ok, const char *format, ...) __attribute__((format(printf, 2, 3)));
int tap_done(void);

/* vmm-machine.c */
int kvm_device(void);
void machine_create(struct machine *m, const struct machine_options *options);
void machine_destroy(struct machine *m);
void machine_start(struct machine *m);
enum machine_end machine_wait(struct machine *m, unsigned int timeout_ms);
void machine_stop(struct machine *m);
void machine_end(struct machine *m, enum machine_end end, int status);
void machine_set_slot(const struct machine *m, uint32_t slot, uint32_t flags, uint64_t address,
		      uint64_t size, void *host);

void vcpu_kick(const struct vcpu *vcpu);
void vcpu_stop(struct vcpu *vcpu);
void vcpu_settle(struct vcpu *vcpu);
void vcpu_print(const struct vcpu *vcpu);

/* vmm-watchdog.c */
void machine_watchdog(struct machine *m, unsigned int vcpu, uint32_t ms);

/* vmm-stats.c */
#define STATS_FILES (1 + VMM_MAX_VCPUS)
void stats_open(const struct machine *m, int ret_files[STATS_FILES]);
void stats_save(const struct machine *m, const int files[STATS_FILES], const char *path);
uint64_t vcpu_exits(const struct vcpu *vcpu);

/* vmm-cpuid.c */
void vcpu_set_cpuid(struct vcpu *vcpu);

/* vmm-state.c */
void vcpu_set_mode(struct vcpu *vcpu, unsigned int bits, uint64_t rip);
bool msr_get(const struct vcpu *vcpu, uint32_t index, uint64_t *ret_value);
bool msr_set(const struct vcpu *vcpu, uint32_t index, uint64_t value);
uint32_t mp_state(const struct vcpu *vcpu);
void set_mp_state(const struct vcpu *vcpu, uint32_t state);
void vcpu_save(const struct vcpu *vcpu, struct vcpu_state *state);
void vcpu_load(const struct vcpu *vcpu, const struct vcpu_state *state, bool with_kvmpv_msrs);
void machine_copy_vcpus(struct machine *to, const struct machine *from, bool with_kvmpv_msrs);
void machine_copy_state(struct machine *to, const struct machine *from, bool with_kvmpv_msrs);

/* vmm-bare.c */
struct bare_options {
	struct machine_options machine;
	const char *program;
	unsigned int bits;
	unsigned int timeout_ms;
	unsigned int stop_after_ms;
	const char *stats;
	bool quiet;
	char arg[200];
};

void bare_tables(struct machine *m);
int bare_option(struct bare_options *options, char **words);
void bare_stop_program(struct machine *m);
void bare_create(struct machine *m, const struct bare_options *options);
void bare_attach(struct machine *m, const struct bare_options *options);
int bare_run(const struct bare_options *options);

/* vmm-migrate.c */
void machine_log_dirty(const struct machine *m, bool on);
void machine_forget_dirty(const struct machine *m);
bool machine_check_dirty(struct machine *m, const struct bare_cr3 *watch);
bool machine_migrate(struct machine *from, struct machine *to, const struct bare_options *options);
void machine_save(struct machine *m, const char *path, const void *extra, size_t extra_size);
void machine_load(struct machine *m, const char *path, void *extra, size_t extra_size);

/**
 * struct act - something a VMM does
 * @name: for --do
 * @run: does it once
 * @every_us: pause behind it, unless --every says otherwise
 * @stops: it stops the machine, so a vCPU cannot ask for it
 */
struct act {
	const char *name;
	void (*run)(struct machine *m);
	unsigned int every_us;
	bool stops;
};

/* vmm-acts.c */
const struct act *act_find(const char *name, size_t length);
void acts_end(struct machine *m);

/* vmm-acpi.c */
#define ACPI_RSDP 0xe0000
#define ACPI_SLEEP_PORT 0x600
#define ACPI_RESET_PORT 0x602
#define ACPI_SLEEP_S5 0x34 /* SLP_TYP 5, SLP_EN */
void acpi_build(uint8_t *ram, unsigned int vcpus);

/* vmm-uart.c */
struct uart;
struct uart *uart_create(struct machine *m);
void uart_io(struct uart *uart, unsigned int reg, bool out, uint8_t *data);
void uart_hold(struct uart *uart, bool on);

/* vmm-move.c */
void machine_move(struct machine *m);

/* subcommands: argv[0] is the subcommand's name */
int cmd_bare(int argc, char **argv);
int cmd_linux(int argc, char **argv);
int cmd_msrs(int argc, char **argv);
int cmd_saverestore(int argc, char **argv);
int cmd_churn(int argc, char **argv);
int cmd_hammer(int argc, char **argv);
int cmd_sleeper(int argc, char **argv);
int cmd_storm(int argc, char **argv);

#endif /* KVMPV_TEST_VMM_H */
