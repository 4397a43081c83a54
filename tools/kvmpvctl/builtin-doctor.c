// SPDX-License-Identifier: GPL-2.0-only
/*
 * kvmpvctl doctor: one check after the other, each with a verdict and what to do about it.
 *
 * PASS: nothing to do. WARN: as somebody may want it, or not; worth a look. FAIL: something that
 * was asked for does not work.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "advice.h"
#include "commands.h"
#include "doctor.h"
#include "versions.h"

static const struct check checks[] = {
	{"machine", SIDE_COUNT, check_machine},
	{"headers", SIDE_COUNT, check_headers},
	{"secure-boot", SIDE_COUNT, check_secure_boot},
	{"mok", SIDE_COUNT, check_mok},
	{"lockdown", SIDE_COUNT, check_lockdown},
	{"ftrace", SIDE_COUNT, check_ftrace},
	{"livepatch", SIDE_COUNT, check_livepatch},
	{"pti", SIDE_COUNT, check_pti},
	{"host.kernel", SIDE_HOST, check_kernel},
	{"host.signature", SIDE_HOST, check_signature},
	{"host.module", SIDE_HOST, check_module},
	{"host.versions", SIDE_HOST, check_versions},
	{"host.nested", SIDE_HOST, check_nested},
	{"host.ept", SIDE_HOST, check_ept},
	{"host.cr3-targets", SIDE_HOST, check_cr3_targets},
	{"host.cr3-cache", SIDE_HOST, check_cr3_host},
	{"host.cr3-vms", SIDE_HOST, check_cr3_vms},
	{"host.cr3-hits", SIDE_HOST, check_cr3_hits},
	{"host.exit-ports", SIDE_HOST, check_exit_ports},
	{"host.halt-polling", SIDE_HOST, check_halt_polling},
	{"host.pause-exits", SIDE_HOST, check_pause_exits},
	{"guest.kernel", SIDE_GUEST, check_kernel},
	{"guest.signature", SIDE_GUEST, check_signature},
	{"guest.module", SIDE_GUEST, check_module},
	{"guest.versions", SIDE_GUEST, check_versions},
	{"guest.cr3-cache", SIDE_GUEST, check_cr3_guest},
	{"guest.cr3-code", SIDE_GUEST, check_cr3_code},
	{"guest.cr3-flush", SIDE_GUEST, check_cr3_flush},
	{"guest.cr3-pti", SIDE_GUEST, check_cr3_pti},
	{"guest.cr3-hits", SIDE_GUEST, check_cr3_hits},
	{"guest.pv-spinlock", SIDE_GUEST, check_spinlock},
	{"guest.x2apic", SIDE_GUEST, check_x2apic},
};

/**
 * report() - say what a check found
 * @finding: to be filled
 * @verdict: how bad it is
 * @next: what to do about it; NULL only for VERDICT_PASS
 * @fmt: what was found, as for printf()
 *
 * Return: true, for the check to return.
 */
bool report(struct finding *finding, enum verdict verdict, const char *next, const char *fmt, ...)
{
	va_list args;

	finding->verdict = verdict;
	snprintf(finding->next, sizeof(finding->next), "%s", next ?: "");
	va_start(args, fmt);
	vsnprintf(finding->text, sizeof(finding->text), fmt, args);
	va_end(args);
	return true;
}

/**
 * feature_bit() - one of the features
 * @evidence: what is known
 * @feature: its name
 *
 * Return: its NAME_BIT().
 */
uint64_t feature_bit(const struct evidence *evidence, const char *feature)
{
	int i = names_find(&evidence->status.features, feature, strlen(feature));

	return i < 0 ? 0 : NAME_BIT(i);
}

/**
 * feature_missing() - say that the module does not have a feature
 * @side: whose module
 * @features: NAME_BIT() of each it has
 * @feature: the one it has not
 * @ret_finding: the verdict
 *
 * Return: true, for the check to return.
 */
bool feature_missing(enum side side, uint64_t features, const char *feature,
		     struct finding *ret_finding)
{
	const char *module = side_defs[side].module;

	if (!features)
		return report(ret_finding, VERDICT_WARN, "what could not be read is named below",
			      "which features %s has cannot be seen", module);
	return report(ret_finding, VERDICT_WARN, "load a newer module: kvmpvctl version",
		      "%s that is loaded has no feature %s", module, feature);
}

static void gather(struct ctl *ctl, struct evidence *evidence)
{
	unsigned int asked = ctl->sides ?: SIDE_MASK(SIDE_HOST) | SIDE_MASK(SIDE_GUEST);
	struct status *status = &evidence->status;

	memset(evidence, 0, sizeof(*evidence));
	platform_read(ctl, &status->platform);
	features_init(&status->features);
	if (asked & SIDE_MASK(SIDE_HOST))
		host_read(ctl, &status->features, &status->host);
	if (asked & SIDE_MASK(SIDE_GUEST))
		guest_read(ctl, &status->features, &status->guest);
	if (status->guest.module.loaded)
		cr3_code_read(ctl, &evidence->code);
	versions_read(ctl, false, &status->versions);
	ftrace_read(ctl, &evidence->ftrace);
	security_read(ctl, &evidence->security);
	advise(ctl, status);
	if (asked & SIDE_MASK(SIDE_HOST))
		exits_count(ctl, evidence);
	evidence->sides = ctl->sides | (asked & (status->platform.possible | sides_loaded(ctl)));
}

/**
 * cmd_doctor() - ``kvmpvctl doctor``
 * @ctl: the run
 * @argc: 0
 * @argv: unused
 *
 * Return: exit code.
 */
int cmd_doctor(struct ctl *ctl, int argc, char **argv)
{
	struct evidence *evidence = xrealloc(NULL, 1, sizeof(*evidence));
	struct finding *findings = xrealloc(NULL, ARRAY_SIZE(checks), sizeof(*findings));
	int code = EXIT_DONE;
	size_t n = 0;

	gather(ctl, evidence);
	for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
		const struct check *check = &checks[i];

		if (check->side != SIDE_COUNT && !(evidence->sides & SIDE_MASK(check->side)))
			continue;
		findings[n].name = check->name;
		if (!check->run(ctl, evidence, check->side, &findings[n]))
			continue;
		if (findings[n].verdict == VERDICT_FAIL)
			code = EXIT_FAILED;
		n++;
	}
	ctl->ops->doctor(ctl, findings, n);
	host_free(&evidence->status.host);
	exits_free(&evidence->exits);
	free(findings);
	free(evidence);
	return code;
}
