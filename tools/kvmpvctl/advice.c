// SPDX-License-Identifier: GPL-2.0-only
/*
 * What to do next when a side is not active: one line, a command where there is one.
 */
#include <errno.h>
#include <string.h>

#include "advice.h"
#include "security.h"
#include "sysfs.h"

#define NEXT(module, ...) snprintf((module)->next, sizeof((module)->next), __VA_ARGS__)

/* Would this kernel not load what is on disk? @ret_why: what is to be said of it then */
static bool refused(const struct ctl *ctl, const struct module_version *disk, char *ret_why,
		    size_t size)
{
	struct security security;

	if (!disk->found)
		return false;
	security_read(ctl, &security);
	return security_refuses(&security, disk, ret_why, size);
}

/**
 * advise_load() - what to do about a module that is not loaded
 * @ctl: the run
 * @platform: the machine, on which the side is possible
 * @side: which
 * @disk: the module on disk for the kernel that runs
 * @ret: the advice
 * @size: bytes at @ret
 */
void advise_load(const struct ctl *ctl, const struct platform *platform, enum side side,
		 const struct module_version *disk, char *ret, size_t size)
{
	const struct side_def *def = &side_defs[side];
	char why[160];

	if (platform->killed)
		snprintf(ret, size, "take kvmpv.enable=0 off the kernel command line and reboot");
	else if (refused(ctl, disk, why, sizeof(why)))
		snprintf(ret, size, "kvmpvctl doctor: the one on disk %s", why);
	else if (disk->found || strcmp(disk->why, "not there"))
		snprintf(ret, size, "modprobe %s", def->module);
	else if (module_source(ctl, side))
		snprintf(ret, size,
			 "this kernel has no module %s: install its headers, then run dkms "
			 "install kvmpv-%s/%s",
			 def->module, def->name, KVMPV_VERSION);
	else
		snprintf(ret, size, "install %s: this kernel has no module %s", def->package,
			 def->module);
}

static bool needs_root(const struct ctl *ctl)
{
	for (size_t i = 0; i < ctl->problems.n; i++)
		if (ctl->problems.entry[i].error == EACCES)
			return true;
	return false;
}

static bool advise_common(const struct ctl *ctl, struct module_facts *m)
{
	if (!m->state_known && needs_root(ctl))
		NEXT(m, "run it as root");
	else if (!m->state_known)
		NEXT(m, "the module's files are not what this kvmpvctl knows: kvmpvctl version");
	else if (!strcmp(m->state, "disabled"))
		NEXT(m, "take kvmpv.enable=0 off the kernel command line and reboot");
	else if (!strcmp(m->state, "refused"))
		NEXT(m, "this kernel's KVM is not supported: journalctl -k -g kvmpv says more");
	else
		return false;
	return true;
}

static void advise_host(const struct ctl *ctl, const struct platform *platform,
			struct module_facts *m)
{
	const char *module = !strcmp(platform->cpu_flag, "svm") ? "kvm_amd" : "kvm_intel";

	if (advise_common(ctl, m))
		return;
	if (!strcmp(m->state, "idle"))
		NEXT(m, "kvmpvctl enable --host");
	else if (!strcmp(m->state, "waiting") && *platform->cpu_flag)
		NEXT(m, "modprobe %s", module);
	else if (!strcmp(m->state, "waiting"))
		NEXT(m, "switch virtualization (VMX or SVM) on in the firmware or the hypervisor");
}

static void advise_guest(const struct ctl *ctl, const struct names *features, struct guest *guest)
{
	struct module_facts *m = &guest->module;
	uint64_t alone = guest->used & features_local();
	char list[100];

	if (advise_common(ctl, m))
		return;
	names_join(features, alone, ", ", list, sizeof(list));
	if (!strcmp(m->state, "off"))
		NEXT(m, "kvmpvctl enable --guest, or boot with kvm_paravirt=1");
	else if (!strcmp(m->state, "idle") && guest->enable_known && !guest->enable)
		NEXT(m, "kvmpvctl enable --host on the host, then restart this VM, then "
			"kvmpvctl enable --guest here");
	else if (!strcmp(m->state, "idle"))
		NEXT(m, "%s%s%skvmpvctl enable --host on the host, then restart this VM",
		     alone ? "for more than " : "", list, alone ? ": " : "");
}

/**
 * advise() - say for each side that is not active what to do next
 * @ctl: the run
 * @status: all of it was read; its sides' @next are set
 */
void advise(const struct ctl *ctl, struct status *status)
{
	struct module_facts *host = &status->host.module;
	struct module_facts *guest = &status->guest.module;
	struct module_facts *modules[SIDE_COUNT] = {host, guest};

	for (enum side side = 0; side < SIDE_COUNT; side++)
		if (!modules[side]->loaded && status->platform.possible & SIDE_MASK(side))
			advise_load(ctl, &status->platform, side,
				    &status->versions.module[side][WHERE_DISK], modules[side]->next,
				    sizeof(modules[side]->next));
	if (host->loaded && strcmp(host->state, "active"))
		advise_host(ctl, &status->platform, host);
	if (guest->loaded && strcmp(guest->state, "active"))
		advise_guest(ctl, &status->features, &status->guest);
}
