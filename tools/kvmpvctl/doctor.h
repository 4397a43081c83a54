/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What ``kvmpvctl doctor`` looks at and finds. A check is a function and a line in the table of
 * builtin-doctor.c; it judges by what this machine shows, and says nothing where it has nothing to
 * judge by.
 */
#ifndef KVMPVCTL_DOCTOR_H
#define KVMPVCTL_DOCTOR_H

#include "render.h"
#include "security.h"

/**
 * struct cr3_code - the guest's file ``cr3_cache``
 * @known: it could be read
 * @mechanism: ``jump``, ``probe`` or ``none``
 * @sites: instructions taken over
 * @pti: page-table isolation is on
 * @flush: the flush of the local TLB was taken over
 */
struct cr3_code {
	bool known;
	char mechanism[16];
	uint64_t sites;
	bool pti;
	bool flush;
};

enum ftrace { FTRACE_UNKNOWN, FTRACE_OFF, FTRACE_ON };

/**
 * struct exit_evidence - what VMs did for a moment
 * @known: exits were counted; nothing else is valid when they were not
 * @before: at its begin
 * @now: at its end
 * @report: between
 */
struct exit_evidence {
	bool known;
	struct exit_sample before;
	struct exit_sample now;
	struct exit_report report;
};

/**
 * struct evidence - what the checks judge by
 * @sides: SIDE_MASK() of the sides to judge
 * @status: as ``kvmpvctl status`` has it
 * @code: how the cr3 cache is built into this guest
 * @ftrace: kernel.ftrace_enabled
 * @security: what this kernel asks of modules
 * @exits: what VMs did
 */
struct evidence {
	unsigned int sides;
	struct status status;
	struct cr3_code code;
	enum ftrace ftrace;
	struct security security;
	struct exit_evidence exits;
};

/**
 * check_fn() - a check
 * @ctl: the run
 * @evidence: what is known
 * @side: whose it is; SIDE_COUNT for the machine's
 * @ret_finding: the verdict
 *
 * Return: false when there is nothing to say.
 */
typedef bool check_fn(struct ctl *ctl, const struct evidence *evidence, enum side side,
		      struct finding *ret_finding);

/**
 * struct check - a line in the table of checks
 * @name: what it is about
 * @side: whose it is; SIDE_COUNT for the machine's
 * @run: the check
 */
struct check {
	const char *name;
	enum side side;
	check_fn *run;
};

bool report(struct finding *finding, enum verdict verdict, const char *next, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
uint64_t feature_bit(const struct evidence *evidence, const char *feature);
bool feature_missing(enum side side, uint64_t features, const char *feature,
		     struct finding *ret_finding);

/* doctor-module.c */
check_fn check_machine, check_module, check_versions;

/* doctor-kernel.c */
void ftrace_read(const struct ctl *ctl, enum ftrace *ret_ftrace);
check_fn check_kernel, check_headers, check_ftrace, check_livepatch;

/* doctor-signature.c */
check_fn check_secure_boot, check_mok, check_lockdown, check_signature;

/* doctor-cpu.c */
check_fn check_nested, check_pti, check_cr3_targets;

/* doctor-cr3.c */
#define CR3_FEATURE "cr3-cache"
uint64_t cr3_bit(const struct evidence *evidence);
check_fn check_cr3_hits;

/* doctor-cr3-host.c */
enum ept { EPT_UNKNOWN, EPT_OFF, EPT_ON };
enum ept ept_read(struct ctl *ctl);
check_fn check_ept, check_cr3_host, check_cr3_vms;

/* doctor-cr3-guest.c */
void cr3_code_read(struct ctl *ctl, struct cr3_code *ret_code);
check_fn check_cr3_guest, check_cr3_code, check_cr3_flush, check_cr3_pti;

/* doctor-x2apic.c */
check_fn check_x2apic;

/* doctor-spinlock.c */
check_fn check_spinlock;

/* doctor-exits.c */
void exits_count(struct ctl *ctl, struct evidence *evidence);
void exits_free(struct exit_evidence *moment);
check_fn check_exit_ports, check_halt_polling, check_pause_exits;

#endif /* KVMPVCTL_DOCTOR_H */
