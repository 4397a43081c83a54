// SPDX-License-Identifier: GPL-2.0-only
/*
 * kvmpv_guest: uses the paravirtual interface of a host that runs kvmpv_host.
 *
 * Loading never fails for want of a host: on bare metal, another hypervisor or a stock KVM the
 * module says so and does nothing, and the guest runs as before.
 */
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/printk.h>

#include <kvmpv/abi.h>

#include "cmdline.h"
#include "cr3.h"
#include "names.h"
#include "power.h"
#include "spinlock-sites.h"
#include "spinlock-stats.h"
#include "state.h"
#include "stats.h"
#include "sysfs.h"

static bool enable;
module_param(enable, bool, 0444);
MODULE_PARM_DESC(enable, "use kvmpv from the start (as kvm_paravirt=1 on the kernel command line)");

/* A kill switch that cannot be read was meant to kill. */
static bool killed(void)
{
	int ret = kvmpv_cmdline_bool("kvmpv.enable");

	if (ret == -EINVAL)
		pr_warn("kvmpv.enable= on the kernel command line is no boolean: disabled\n");
	return !ret || ret == -EINVAL;
}

static void __init announce(void)
{
	char names[NAMES_MAX];
	struct state_view view;

	state_get(&view);
	names_of_features(names, sizeof(names), view.host.features);
	if (view.host.base)
		pr_info("version %s: %s; host ABI %u to %u at 0x%08x offers %s\n", KVMPV_VERSION,
			name_of_state(view.state), view.host.abi_min, view.host.abi_max,
			view.host.base, names);
	else
		pr_info("version %s: %s, %s\n", KVMPV_VERSION, name_of_state(view.state),
			view.reason);
}

static int __init kvmpv_guest_init(void)
{
	int ret;

	stats_init();
	spin_stats_init();
	ret = power_init();
	if (ret)
		return ret;
	state_init(enable || kvmpv_cmdline_bool("kvm_paravirt") == 1, killed());
	ret = guest_sysfs_init();
	if (ret)
		goto err_state;
	announce();
	return 0;

err_state:
	state_exit();
	spin_sites_exit();
	cr3_exit();
	power_exit();
	return ret;
}

static void __exit kvmpv_guest_exit(void)
{
	guest_sysfs_exit();
	state_exit();
	spin_sites_exit();
	cr3_exit();
	power_exit();
}

module_init(kvmpv_guest_init);
module_exit(kvmpv_guest_exit);

MODULE_DESCRIPTION("Guest side of the kvmpv paravirtual interface");
MODULE_AUTHOR("kvmpv developers");
MODULE_LICENSE("GPL");
MODULE_VERSION(KVMPV_VERSION);
