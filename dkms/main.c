// SPDX-License-Identifier: GPL-2.0-only
/*
 * kvmpv_host: teaches the running, unpatched kvm.ko a paravirtual interface.
 *
 * The module may be loaded before or after KVM, and onto running VMs. It attaches when kvm.ko is
 * live, whichever comes first; a KVM that is not what it was compiled for is left alone.
 */
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/random.h>
#include <linux/string.h>
#include <linux/tracepoint.h>

#include <kvmpv/abi.h>

#include "cmdline.h"
#include "main.h"
#include "vm.h"

static uint features = KVMPV_FEATURES_DEFAULT;
module_param(features, uint, 0444);
MODULE_PARM_DESC(features, "feature bits that new VMs are offered (default: all but cr3-cache)");

u32 host_instance;
static struct module *kvm_module; /* found loaded; only in use during init */

/*
 * Attach at LIVE rather than COMING: KVM's own init can no longer fail then, and no VM can exist
 * before a vendor module has been loaded on top. GOING is for a KVM that was refused: attached
 * means pinned.
 */
static int module_event(struct notifier_block *nb, unsigned long event, void *data)
{
	struct module *module = data;

	if (strcmp(module->name, "kvm"))
		return NOTIFY_OK;
	if (event == MODULE_STATE_LIVE)
		host_attach(module);
	else if (event == MODULE_STATE_GOING)
		host_forget_refusal();
	return NOTIFY_OK;
}

static struct notifier_block module_notifier = {.notifier_call = module_event};

/*
 * Registering this one reports every module that is already there: the way to a struct module. Runs
 * under the tracepoints' own mutex, so it only takes a reference.
 */
static int tracepoint_event(struct notifier_block *nb, unsigned long event, void *data)
{
	struct module *module = ((struct tp_module *)data)->mod;

	if (event == MODULE_STATE_COMING && module->state == MODULE_STATE_LIVE &&
	    !strcmp(module->name, "kvm") && try_module_get(module))
		kvm_module = module;
	return NOTIFY_OK;
}

static struct notifier_block tracepoint_notifier = {.notifier_call = tracepoint_event};

/* Attach to a KVM that was there first; one that comes later is module_event()'s. */
static int attach_if_loaded(void)
{
	int ret;

	if (IS_BUILTIN(CONFIG_KVM))
		return host_attach(NULL);
	ret = register_tracepoint_module_notifier(&tracepoint_notifier);
	if (ret)
		return ret;
	unregister_tracepoint_module_notifier(&tracepoint_notifier);
	if (!kvm_module)
		return 0;
	ret = host_attach(kvm_module);
	module_put(kvm_module);
	return ret;
}

static const char *describe(void)
{
	switch (host_state()) {
	case HOST_DISABLED:
		return "disabled by kvmpv.enable=0";
	case HOST_WAITING:
		return "waiting for KVM to be loaded";
	case HOST_IDLE:
		return "attached to KVM, nothing is offered to guests";
	case HOST_ACTIVE:
		return "attached to KVM";
	default:
		return "refused";
	}
}

static int __init kvmpv_host_init(void)
{
	int ret;

	if (features & ~KVMPV_FEATURES_ALL) {
		pr_err("features=%#x has unknown bits, known are %#x\n", features,
		       KVMPV_FEATURES_ALL);
		return -EINVAL;
	}
	vms_set_policy(features);
	host_instance = get_random_u32() | 1; /* never 0 */
	ret = host_sysfs_init();
	if (ret)
		return ret;
	ret = kvmpv_cmdline_bool("kvmpv.enable");
	if (ret < 0 && ret != -ENOENT)
		pr_warn("kvmpv.enable on the kernel command line is not understood: taken as 0\n");
	/* Whoever writes it wants a kill switch: a doubtful one is one. */
	if (ret <= 0 && ret != -ENOENT) {
		host_disable();
		goto out;
	}
	ret = register_module_notifier(&module_notifier);
	if (ret)
		goto err_sysfs;
	ret = attach_if_loaded();
	if (ret)
		goto err_notifier;
out:
	pr_info("version %s, ABI %u to %u: %s\n", KVMPV_VERSION, KVMPV_ABI_MIN, KVMPV_ABI_MAX,
		describe());
	return 0;

err_notifier:
	unregister_module_notifier(&module_notifier);
	host_detach();
err_sysfs:
	host_sysfs_exit();
	return ret;
}

static void __exit kvmpv_host_exit(void)
{
	if (host_state() != HOST_DISABLED)
		unregister_module_notifier(&module_notifier);
	host_detach();
	host_sysfs_exit();
}

module_init(kvmpv_host_init);
module_exit(kvmpv_host_exit);

MODULE_DESCRIPTION("Paravirtual interface for guests of a stock KVM");
MODULE_AUTHOR("kvmpv developers");
MODULE_LICENSE("GPL");
MODULE_VERSION(KVMPV_VERSION);
