// SPDX-License-Identifier: GPL-2.0-only
/*
 * Before the kernel is replaced (reboot, kexec) or an image of it is taken (hibernation) or its
 * registers get lost (suspend), the host must forget it: pages it knows would belong to somebody
 * else, or the handshake to another host.
 */
#include <linux/notifier.h>
#include <linux/reboot.h>
#include <linux/suspend.h>

#include "power.h"
#include "state.h"

static int reboot_event(struct notifier_block *nb, unsigned long event, void *data)
{
	state_halt("the system is going down");
	return NOTIFY_DONE;
}

static int sleep_event(struct notifier_block *nb, unsigned long event, void *data)
{
	switch (event) {
	case PM_SUSPEND_PREPARE:
	case PM_HIBERNATION_PREPARE:
	case PM_RESTORE_PREPARE:
		state_halt("the system is asleep");
		break;
	case PM_POST_SUSPEND:
	case PM_POST_HIBERNATION:
	case PM_POST_RESTORE:
		state_resume();
		break;
	}
	return NOTIFY_DONE;
}

static struct notifier_block reboot_notifier = {.notifier_call = reboot_event};
static struct notifier_block sleep_notifier = {.notifier_call = sleep_event};

/**
 * power_init() - be told of reboot, kexec and sleep
 *
 * Context: process, may sleep.
 *
 * Return: 0 or a negative error, with nothing left behind.
 */
int power_init(void)
{
	int ret = register_reboot_notifier(&reboot_notifier);

	if (ret)
		return ret;
	ret = register_pm_notifier(&sleep_notifier);
	if (ret)
		unregister_reboot_notifier(&reboot_notifier);
	return ret;
}

/**
 * power_exit() - undo power_init()
 *
 * Context: process, may sleep.
 */
void power_exit(void)
{
	unregister_pm_notifier(&sleep_notifier);
	unregister_reboot_notifier(&reboot_notifier);
}
