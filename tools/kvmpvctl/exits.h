/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Exits of VMs: what is counted, by whom, and how it is summed up.
 *
 * Programs at KVM's tracepoints count by thread and reason (exits-program.c, exits-trace.c). That
 * is a sample (exits-sample.c); two samples are a report (exits-report.c), which is printed. Beside
 * it stand the counters that KVM itself keeps (kvm-stats.c), and in its place where tracepoints
 * cannot be had.
 */
#ifndef KVMPVCTL_EXITS_H
#define KVMPVCTL_EXITS_H

#include "kvm-stats.h"
#include "kvmpvctl.h"

/* What an exit was about, as far as that is known */
enum exit_kind {
	EXIT_KIND_NONE,
	EXIT_KIND_PORT_IN,
	EXIT_KIND_PORT_OUT,
	EXIT_KIND_MSR_READ,
	EXIT_KIND_MSR_WRITE,
	EXIT_KIND_MMIO_READ,
	EXIT_KIND_MMIO_WRITE,
	EXIT_KINDS,
};

extern const char *const exit_kinds[EXIT_KINDS];

/* Where a vCPU is */
enum exit_state { EXIT_STATE_NEW, EXIT_STATE_GUEST, EXIT_STATE_OUT };

/**
 * struct exit_thread - a thread that runs a vCPU; a BPF program writes it
 * @since: time of its last exit or entry, nanoseconds of the monotonic clock
 * @guest_ns: time in the guest so far
 * @address: port, MSR or guest-physical address of the last exit
 * @reason: of the last exit
 * @kind: enum exit_kind of @address
 * @state: enum exit_state
 * @user: since the last exit it was back in user space
 * @process: its process
 * @pad: zero
 */
struct exit_thread {
	uint64_t since;
	uint64_t guest_ns;
	uint64_t address;
	uint32_t reason;
	uint32_t kind;
	uint32_t state;
	uint32_t user;
	uint32_t process;
	uint32_t pad;
};

/**
 * struct exit_key - what is counted apart
 * @thread: whose exits
 * @reason: as the CPU says
 * @address: port, MSR or guest-physical address
 * @kind: enum exit_kind of @address
 * @pad: zero
 */
struct exit_key {
	uint32_t thread;
	uint32_t reason;
	uint64_t address;
	uint32_t kind;
	uint32_t pad;
};

/**
 * struct exit_sum - exits
 * @count: how many
 * @ns: time from exit to entry
 * @heavy: those that were handled in user space
 * @heavy_ns: time of those
 */
struct exit_sum {
	uint64_t count;
	uint64_t ns;
	uint64_t heavy;
	uint64_t heavy_ns;
};

/**
 * struct exit_layout - what programs read of tracepoints: offsets, and what differs between vendors
 * @reason: kvm_exit
 * @info1: kvm_exit
 * @msr: kvm_msr, the MSR
 * @msr_write: kvm_msr
 * @mmio: kvm_mmio, the address
 * @mmio_type: kvm_mmio
 * @svm: AMD's exit codes, else Intel's
 */
struct exit_layout {
	size_t reason;
	size_t info1;
	size_t msr;
	size_t msr_write;
	size_t mmio;
	size_t mmio_type;
	bool svm;
};

enum exit_event {
	EXIT_EVENT_ENTRY,
	EXIT_EVENT_USER,
	EXIT_EVENT_MSR,
	EXIT_EVENT_MMIO,
	EXIT_EVENT_EXIT,
	EXIT_EVENTS,
};

enum exit_map { EXIT_MAP_THREADS, EXIT_MAP_SUMS, EXIT_MAP_LOST, EXIT_MAPS };

/* Reasons that mean something to us, by vendor: SDM vol. 3 appendix C, APM vol. 2 appendix C */
#define VMX_REASON_HLT 12
#define VMX_REASON_IO 30
#define VMX_REASON_PAUSE 40
#define SVM_REASON_PAUSE 0x77
#define SVM_REASON_HLT 0x78
#define SVM_REASON_IO 0x7b

/**
 * struct exit_trace - exits being counted
 * @map: files of the maps, or -1
 * @event: files of the tracepoints with a program each, or -1
 * @layout: what the programs read
 *
 * All of it ends with the process: nothing is left in the kernel.
 */
struct exit_trace {
	int map[EXIT_MAPS];
	int event[EXIT_EVENTS];
	struct exit_layout layout;
};

/**
 * struct exit_row - exits of a process for one reason, and one address
 * @process: whose
 * @reason: as the CPU says
 * @kind: of @address
 * @address: port, MSR or guest-physical address
 * @sum: the exits
 */
struct exit_row {
	uint32_t process;
	uint32_t reason;
	enum exit_kind kind;
	uint64_t address;
	struct exit_sum sum;
};

#define COMM_SIZE 20
#define EXIT_NAME_SIZE 32

/**
 * struct exit_vm - a process that has VMs
 * @process: its PID
 * @comm: its command, empty when it cannot be seen
 * @vcpus: threads that were seen to run a vCPU
 * @guest_ns: time in the guest
 * @wait_ns: time its threads could have run and had no CPU
 * @stats: KVM's own counters
 */
struct exit_vm {
	uint32_t process;
	char comm[COMM_SIZE];
	unsigned int vcpus;
	uint64_t guest_ns;
	uint64_t wait_ns;
	struct kvm_stats stats;
};

/**
 * struct exit_sample - what was counted up to a moment
 * @time: seconds of the monotonic clock
 * @traced: @row is what was counted, else there are KVM's own counters only
 * @lost: exits that found no room in a map
 * @row: sorted by process, reason, kind and address
 * @n: rows
 * @vm: sorted by process
 * @n_vms: VMs
 */
struct exit_sample {
	double time;
	bool traced;
	uint64_t lost;
	struct exit_row *row;
	size_t n;
	struct exit_vm *vm;
	size_t n_vms;
};

/**
 * struct exit_line - exits for one reason, and one address
 * @reason: as the CPU says
 * @kind: of @address; EXIT_KIND_NONE: all of the reason
 * @address: port, MSR or guest-physical address
 * @name: of the reason
 * @total: since counting started
 * @new: in the last interval
 */
struct exit_line {
	uint32_t reason;
	enum exit_kind kind;
	uint64_t address;
	char name[EXIT_NAME_SIZE];
	struct exit_sum total;
	struct exit_sum new;
};

/**
 * struct exit_vm_report - what a VM did
 * @vm: the VM
 * @old_stats: KVM's counters of it when the interval began
 * @first_stats: when counting started
 * @total: its exits since counting started
 * @new: in the last interval
 * @vcpu_ns: time of its vCPUs in the interval, in the guest or not
 * @guest_ns: of that in the guest
 * @halt_ns: of that halted
 * @wait_ns: time its threads could have run and had no CPU
 * @line: by reason, most frequent first
 * @n: lines
 * @detail: by reason and address, most frequent first
 * @n_details: lines
 */
struct exit_vm_report {
	const struct exit_vm *vm;
	const struct kvm_stats *old_stats;
	const struct kvm_stats *first_stats;
	struct exit_sum total;
	struct exit_sum new;
	uint64_t vcpu_ns;
	uint64_t guest_ns;
	uint64_t halt_ns;
	uint64_t wait_ns;
	struct exit_line *line;
	size_t n;
	struct exit_line *detail;
	size_t n_details;
};

/**
 * struct exit_report - what is printed
 * @seconds: the last interval
 * @seconds_total: since counting started
 * @traced: exits were counted by reason
 * @why: why not
 * @next: what to do about it
 * @lost: exits that found no room
 * @vm: by process
 * @n: how many
 */
struct exit_report {
	double seconds;
	double seconds_total;
	bool traced;
	const char *why;
	const char *next;
	uint64_t lost;
	struct exit_vm_report *vm;
	size_t n;
};

/* exits-program.c */
struct bpf;
void exit_program(struct bpf *bpf, enum exit_event event, const struct exit_layout *layout,
		  const int map[EXIT_MAPS], uint32_t process);
bool exit_event_raw(enum exit_event event);

/* exits-format.c */
extern const char *const exit_events[EXIT_EVENTS];
int exit_layout_read(const struct ctl *ctl, bool svm, struct exit_layout *ret_layout);
int exit_event_id(const struct ctl *ctl, enum exit_event event, unsigned int *ret_id);
int exit_format(const struct ctl *ctl, enum exit_event event, const char **ret_text);
int parse_format_field(const char *text, const char *field, size_t size, size_t *ret_offset);
bool parse_format_name(const char *text, bool svm, uint32_t reason, char ret[EXIT_NAME_SIZE]);

/* exits-trace.c */
int exit_trace_start(const struct ctl *ctl, bool svm, uint32_t process,
		     struct exit_trace *ret_trace, const char **ret_what);
void exit_trace_stop(struct exit_trace *trace);
void exit_trace_read(const struct exit_trace *trace, struct exit_sample *sample);

/* exits-sample.c */
void exit_sample_row(struct exit_sample *sample, const struct exit_row *row);
struct exit_vm *exit_sample_vm(struct exit_sample *sample, uint32_t process);
void exit_sum_add(struct exit_sum *sum, const struct exit_sum *more);
const struct exit_row *exit_sample_find(const struct exit_sample *sample,
					const struct exit_row *row);
void exit_sample_done(struct exit_sample *sample);
void exit_sample_free(struct exit_sample *sample);

/* exits-report.c */
void exit_report_make(struct ctl *ctl, bool svm, const struct exit_sample *now,
		      const struct exit_sample *before, const struct exit_sample *first,
		      struct exit_report *ret_report);
void exit_report_free(struct exit_report *report);
double exit_rate(uint64_t count, double seconds);
double exit_percent(uint64_t part, uint64_t whole);
uint64_t exit_stat_growth(const struct kvm_stats *now, const struct kvm_stats *before, int i);

/* exits-source.c */

/**
 * struct exit_source - where exits are counted
 * @process: the only one to look at, 0 for all
 * @svm: this is AMD's KVM
 * @traced: by @trace or, with --root, in a file
 * @error: positive errno: why not
 * @trace: the tracepoints
 * @why: @error in words
 * @next: what to do about it
 */
struct exit_source {
	uint32_t process;
	bool svm;
	bool traced;
	int error;
	struct exit_trace trace;
	char why[128];
	char next[128];
};

void exit_source_open(struct ctl *ctl, bool svm, uint32_t process, struct exit_source *ret_source);
int exit_source_read(struct ctl *ctl, const struct exit_source *source,
		     const struct exit_sample *before, struct exit_sample *ret_sample);
void exit_source_close(const struct ctl *ctl, struct exit_source *source);

#endif /* KVMPVCTL_EXITS_H */
