// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the walkthrough of 2010 teaches a guest about its APICs, judged by the inventory.
 */
#include <stdlib.h>

#include "doctor.h"

/**
 * check_x2apic() - does this guest reach its local APIC the short way
 * @ctl: the run
 * @evidence: what is known
 * @side: SIDE_GUEST
 * @ret_finding: the verdict
 *
 * Return: false where it is not known whether x2APIC is exposed and used.
 */
bool check_x2apic(struct ctl *ctl, const struct evidence *evidence, enum side side,
		  struct finding *ret_finding)
{
	struct guest_facts *facts = xrealloc(NULL, 1, sizeof(*facts));
	size_t mark = ctl->problems.total;
	struct cell exposed, used;

	guest_facts_start(ctl, &evidence->status.platform, facts);
	/* The other files are not what this is about. */
	problems_rewind(ctl, mark);
	x2apic_cells(ctl, facts, &exposed, &used);
	free(facts);
	if (exposed.is == ANSWER_NO)
		return report(
			ret_finding, VERDICT_WARN,
			"let the VMM expose it, where kvmpvctl features on the host says that "
			"KVM offers it (QEMU: -cpu ...,x2apic=on)",
			"x2APIC is not exposed to this guest: each end of an interrupt is an "
			"access to memory that exits and is decoded");
	if (exposed.is != ANSWER_YES || used.is == ANSWER_UNKNOWN)
		return false;
	if (used.is == ANSWER_NO)
		return report(
			ret_finding, VERDICT_WARN,
			"boot without nox2apic, on a kernel with CONFIG_X86_X2APIC",
			"this guest runs on xAPIC though x2APIC is exposed to it: each end of "
			"an interrupt is an access to memory that exits and is decoded");
	return report(ret_finding, VERDICT_PASS, NULL, "this guest uses x2APIC");
}
