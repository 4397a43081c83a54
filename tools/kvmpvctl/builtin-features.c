// SPDX-License-Identifier: GPL-2.0-only
/*
 * kvmpvctl features: what is offered, exposed and used on this machine. Needs no module and no
 * root, but knows more with them. Exit code: EXIT_UNSUPPORTED where there is neither a host nor a
 * guest.
 */
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "render.h"

static bool vm_known(const struct host *host, const char *vm)
{
	struct vm_id id;

	if (parse_vm_id(vm, &id))
		return false;
	for (size_t i = 0; i < host->n_vms; i++)
		if (host->vms[i].id.pid == id.pid && host->vms[i].id.n == id.n)
			return true;
	return false;
}

static int vm_check(struct ctl *ctl)
{
	struct vm_id id;

	if (!ctl->vm)
		return EXIT_DONE;
	if (ctl->sides & SIDE_MASK(SIDE_GUEST))
		return fail(ctl, EXIT_USAGE, NULL, "--vm is for the host, not for --guest");
	if (parse_vm_id(ctl->vm, &id))
		return fail(ctl, EXIT_USAGE, "kvmpvctl status shows the VMs",
			    "%s is not a VM: expected PID-N", ctl->vm);
	ctl->sides = SIDE_MASK(SIDE_HOST);
	return EXIT_DONE;
}

static int host_show(struct ctl *ctl, const struct platform *platform, struct inventory *inventory)
{
	struct names features;
	struct host host;
	int code = EXIT_DONE;

	features_init(&features);
	host_read(ctl, &features, &host);
	if (ctl->vm && !host.module.loaded)
		code = fail_not_loaded(ctl, SIDE_MASK(SIDE_HOST));
	else if (ctl->vm && !vm_known(&host, ctl->vm))
		code = fail(ctl, EXIT_FAILED, "kvmpvctl status shows the VMs", "there is no VM %s",
			    ctl->vm);
	else
		host_inventory(ctl, platform, &features, &host, inventory);
	host_free(&host);
	return code;
}

/**
 * cmd_features() - ``kvmpvctl features``
 * @ctl: the run
 * @argc: 0
 * @argv: unused
 *
 * Return: exit code.
 */
int cmd_features(struct ctl *ctl, int argc, char **argv)
{
	struct inventory *inventories;
	struct platform platform;
	unsigned int sides;
	size_t n = 0;
	int code;

	code = vm_check(ctl);
	if (code)
		return code;
	platform_read(ctl, &platform);
	sides = (platform.possible | sides_loaded(ctl)) & (ctl->sides ?: ~0U);
	if (!sides)
		return fail(ctl, EXIT_UNSUPPORTED, "see: kvmpvctl status",
			    "there is nothing to be shown here: this is %s",
			    platform_role(&platform));
	inventories = xrealloc(NULL, SIDE_COUNT, sizeof(*inventories));
	if (sides & SIDE_MASK(SIDE_HOST))
		code = host_show(ctl, &platform, &inventories[n++]);
	if (!code && sides & SIDE_MASK(SIDE_GUEST)) {
		struct names features;
		struct guest guest;

		features_init(&features);
		guest_read(ctl, &features, &guest);
		guest_inventory(ctl, &platform, &features, &guest, &inventories[n++]);
	}
	if (!code)
		ctl->ops->features(ctl, inventories, n);
	free(inventories);
	return code;
}
