// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest side: /sys/kernel/kvmpv/guest.
 */
#include <errno.h>
#include <string.h>

#include "facts.h"

/**
 * guest_read() - all about the guest side
 * @ctl: the run
 * @features: features known so far; new ones are added
 * @ret_guest: what is there
 *
 * A directory that is there but cannot be opened is that of a module of which nothing is known.
 */
void guest_read(struct ctl *ctl, struct names *features, struct guest *ret_guest)
{
	struct guest *g = ret_guest;
	struct dir dir;
	int err;

	memset(g, 0, sizeof(*g));
	err = dir_open_root(ctl, side_defs[SIDE_GUEST].sysfs, &dir);
	if (err) {
		g->module.loaded = err != -ENOENT;
		if (g->module.loaded)
			problem_add(ctl, -err, "%s", dir.path);
		return;
	}
	module_read(ctl, &dir, &g->module);
	g->enable_known = !read_bool(ctl, &dir, "enable", &g->enable);
	read_line(ctl, &dir, "hypervisor", g->hypervisor, sizeof(g->hypervisor));
	read_line(ctl, &dir, "cpuid_base", g->cpuid_base, sizeof(g->cpuid_base));
	g->abi_host_known = !read_range(ctl, &dir, "abi_host", &g->abi_host);
	g->abi_used_known = !read_u32(ctl, &dir, "abi_used", &g->abi_used);
	g->offered_known = !read_names(ctl, &dir, "offered", ' ', features, &g->offered);
	g->used_known = !read_names(ctl, &dir, "used", ' ', features, &g->used);
	err = features_list(&dir, features, &g->features);
	if (err)
		problem_add(ctl, -err, "%s/features", dir.path);
	switches_read(ctl, &dir, g->features, features, &g->allowed);
	reasons_read(ctl, &dir, g->features, features, &g->reasons);
	dir_close(&dir);
}
