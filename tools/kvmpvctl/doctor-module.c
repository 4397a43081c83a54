// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks of the machine and of the modules as such.
 */
#include <string.h>

#include "doctor.h"

/**
 * check_machine() - can kvmpv be used here at all
 * @ctl: the run
 * @evidence: what is known
 * @side: SIDE_COUNT
 * @ret_finding: the verdict
 *
 * Return: true.
 */
bool check_machine(struct ctl *ctl, const struct evidence *evidence, enum side side,
		   struct finding *ret_finding)
{
	const struct platform *platform = &evidence->status.platform;

	if (!platform->possible)
		return report(ret_finding, VERDICT_FAIL,
			      "kvmpv needs KVM on this machine, or to run in a KVM guest",
			      "kvmpv cannot be used here: this is %s", platform_role(platform));
	if (platform->killed)
		return report(ret_finding, VERDICT_WARN,
			      "take kvmpv.enable=0 off the kernel command line and reboot",
			      "%s, but kvmpv.enable=0 is on its kernel command line",
			      platform_role(platform));
	return report(ret_finding, VERDICT_PASS, NULL, "%s", platform_role(platform));
}

/**
 * check_module() - is a side's module loaded and active
 * @ctl: the run
 * @evidence: what is known
 * @side: the side
 * @ret_finding: the verdict
 *
 * Return: true.
 */
bool check_module(struct ctl *ctl, const struct evidence *evidence, enum side side,
		  struct finding *ret_finding)
{
	const struct status *status = &evidence->status;
	const struct module_facts *m =
		side == SIDE_HOST ? &status->host.module : &status->guest.module;
	const char *name = side_defs[side].module;
	const char *next = *m->next ? m->next : "kvmpvctl status says more";

	if (!m->loaded && !(status->platform.possible & SIDE_MASK(side)))
		return report(ret_finding, VERDICT_FAIL, "see: kvmpvctl status",
			      "%s cannot be used here: this is %s", name,
			      platform_role(&status->platform));
	if (!m->loaded && !status->versions.module[side][WHERE_DISK].found &&
	    module_source(ctl, side))
		return report(ret_finding, VERDICT_FAIL, next,
			      "%s is not loaded: DKMS has not built it for this kernel", name);
	if (!m->loaded)
		return report(ret_finding, VERDICT_WARN, next, "%s is not loaded", name);
	if (!m->state_known)
		return report(ret_finding, VERDICT_FAIL, next, "%s is loaded, its state is unknown",
			      name);
	if (!strcmp(m->state, "active"))
		return report(ret_finding, VERDICT_PASS, NULL, "%s %s is active", name,
			      *m->version ? m->version : "?");
	return report(ret_finding, strcmp(m->state, "refused") ? VERDICT_WARN : VERDICT_FAIL, next,
		      "%s %s is %s%s%s", name, *m->version ? m->version : "?", m->state,
		      *m->reason ? ": " : "", m->reason);
}

/**
 * check_versions() - are tool and modules of one release, wherever they are
 * @ctl: the run
 * @evidence: what is known
 * @side: the side
 * @ret_finding: the verdict
 *
 * Return: false when there is no module to compare with.
 */
bool check_versions(struct ctl *ctl, const struct evidence *evidence, enum side side,
		    struct finding *ret_finding)
{
	const struct module_version *m = evidence->status.versions.module[side];
	const char *text[WHERE_COUNT];

	if (!m[WHERE_LOADED].found && !m[WHERE_DISK].found)
		return false;
	if (*evidence->status.versions.note[side])
		return report(ret_finding, VERDICT_WARN, evidence->status.versions.next[side], "%s",
			      evidence->status.versions.note[side]);
	for (enum where where = 0; where < WHERE_COUNT; where++)
		text[where] = m[where].found ? m[where].version : m[where].why;
	return report(ret_finding, VERDICT_PASS, NULL,
		      "kvmpvctl %s; %s loaded: %s, on disk: %s, in the initramfs: %s",
		      KVMPV_VERSION, side_defs[side].module, text[WHERE_LOADED], text[WHERE_DISK],
		      text[WHERE_INITRAMFS]);
}
