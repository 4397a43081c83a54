// SPDX-License-Identifier: GPL-2.0-only
/*
 * Check of pv-spinlock: is it used in this guest, and would it help?
 */
#include <string.h>

#include "doctor.h"
#include "stats.h"

#define FEATURE "pv-spinlock"

/* Where the host takes this much of the time, in percent, it takes it from owners of locks, too. */
#define STEAL_MAX 1.0

static bool starts_with(const char *text, const char *start)
{
	return !strncmp(text, start, strlen(start));
}

static bool say_used(struct ctl *ctl, struct finding *ret_finding)
{
	char mode[16] = "?";
	char path[PATH_MAX];
	struct dir dir;
	int err;

	snprintf(path, sizeof(path), "%s/" SPINLOCK_DIR, side_defs[SIDE_GUEST].sysfs);
	err = dir_open_root(ctl, path, &dir);
	if (err) {
		problem_add(ctl, -err, "%s", dir.path);
	} else {
		read_line(ctl, &dir, "mode", mode, sizeof(mode));
		dir_close(&dir);
	}
	return report(ret_finding, VERDICT_PASS, NULL, FEATURE " is in use (mode %s)", mode);
}

/* It is off, and nothing is in the way: would it help? */
static bool say_off(struct ctl *ctl, const struct guest *guest, struct finding *ret_finding)
{
	bool enable = guest->enable_known && !guest->enable;
	struct cpu_times times;
	char next[128];
	double percent;

	if (read_cpu_times(ctl, &times))
		return report(ret_finding, VERDICT_WARN, "what could not be read is named below",
			      FEATURE " is off, and whether it would help cannot be seen");
	if (!times.several)
		return report(ret_finding, VERDICT_PASS, NULL,
			      FEATURE " is off, and not needed: this guest has one vCPU");
	percent = times.total > 0 ? times.steal * 100 / times.total : 0;
	snprintf(next, sizeof(next), "%skvmpvctl enable --guest " FEATURE "%s",
		 percent > STEAL_MAX ? "" : "where vCPUs are overcommitted: ",
		 enable ? ", and kvmpvctl enable --guest" : "");
	if (percent > STEAL_MAX)
		return report(ret_finding, VERDICT_WARN, next,
			      FEATURE " is off, and the host has taken %.1f %% of the time of this "
				      "guest's vCPUs since boot (steal)",
			      percent);
	return report(ret_finding, VERDICT_PASS, next, FEATURE " is off; steal time is %.1f %%",
		      percent);
}

/**
 * check_spinlock() - is pv-spinlock used in this guest, or would it help?
 * @ctl: the run
 * @evidence: what is known
 * @side: SIDE_GUEST
 * @ret_finding: the verdict
 *
 * It needs no host, so the side need not be active.
 *
 * Return: false when the module is not loaded or may do nothing, which check_module() has said.
 */
bool check_spinlock(struct ctl *ctl, const struct evidence *evidence, enum side side,
		    struct finding *ret_finding)
{
	const struct guest *guest = &evidence->status.guest;
	uint64_t bit = feature_bit(evidence, FEATURE);
	bool on = guest->allowed.known & guest->allowed.on & bit;
	const char *reason = "";

	if (!guest->module.loaded || !strcmp(guest->module.state, "disabled"))
		return false;
	if (!(guest->features & bit))
		return feature_missing(side, guest->features, FEATURE, ret_finding);
	if (!guest->used_known)
		return report(ret_finding, VERDICT_WARN, "what could not be read is named below",
			      "whether " FEATURE " is used cannot be seen");
	if (guest->used & bit && evidence->ftrace == FTRACE_OFF)
		return report(ret_finding, VERDICT_FAIL, "sysctl kernel.ftrace_enabled=1",
			      FEATURE " is in use by name only: ftrace is switched off, and the "
				      "kernel waits for spinlocks in its own way");
	if (guest->used & bit)
		return say_used(ctl, ret_finding);
	if (guest->reasons.known & bit)
		reason = guest->reasons.text[__builtin_ctzll(bit)];
	if (starts_with(reason, "not needed") || starts_with(reason, "not in a KVM guest"))
		return report(ret_finding, VERDICT_PASS, NULL, FEATURE " is not in use: %s",
			      reason);
	if (on && guest->enable_known && !guest->enable)
		return report(ret_finding, VERDICT_WARN, "kvmpvctl enable --guest",
			      FEATURE " is switched on, and not in use: enable is 0");
	if (on)
		return report(ret_finding, VERDICT_FAIL, "journalctl -k -g kvmpv may say more",
			      FEATURE " is switched on, and not in use: %s",
			      *reason ? reason : "the module does not say why");
	if (*reason && strcmp(reason, "switched off"))
		return report(ret_finding, VERDICT_WARN,
			      "this guest waits for spinlocks as its kernel does; "
			      "journalctl -k -g kvmpv may say more",
			      FEATURE " is not possible here: %s", reason);
	return say_off(ctl, guest, ret_finding);
}
