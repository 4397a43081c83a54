// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nothing tells a guest that its host module was unloaded or that it was migrated. So while kvmpv
 * is enabled it looks from time to time, without waking an idle CPU for it, and at once when a call
 * fails in a way that only a missing host explains.
 */
#include <linux/irq_work.h>
#include <linux/jiffies.h>
#include <linux/moduleparam.h>
#include <linux/workqueue.h>

#include <kvmpv/abi.h>

#include "state.h"
#include "watch.h"

#define WATCH_SECONDS_MAX 86400

static void watch_work(struct work_struct *work);
static void poke_work(struct work_struct *work);
static void poke_irq_work(struct irq_work *work);

static unsigned int watch_seconds = 5;
static DECLARE_DEFERRABLE_WORK(watch, watch_work);
static DECLARE_WORK(poke, poke_work);
static DEFINE_IRQ_WORK(poke_irq, poke_irq_work);

static void watch_work(struct work_struct *work)
{
	state_check();
	watch_arm();
}

/* Only while active: otherwise a handshake that fails would be its own reason for another one. */
static void poke_work(struct work_struct *work)
{
	if (state_uses(KVMPV_FEATURES_ALL))
		state_check();
}

static void poke_irq_work(struct irq_work *work)
{
	schedule_work(&poke);
}

/**
 * watch_arm() - look again after watch_seconds, if there is anything to watch for
 *
 * Context: any but NMI.
 */
void watch_arm(void)
{
	unsigned int seconds = READ_ONCE(watch_seconds);

	if (seconds && state_watching())
		schedule_delayed_work(&watch, seconds * HZ);
}

/**
 * watch_poke() - something failed that should not while a host is there: look now
 *
 * Context: any, NMI included, with whatever locks held: a spinlock's waiter may be the one to find
 * out, and that lock may be one that a workqueue needs.
 */
void watch_poke(void)
{
	irq_work_queue(&poke_irq);
}

/**
 * watch_stop() - wait until nobody looks any more
 *
 * Context: process, may sleep; not enabled, so nobody arms the watch again, and no call is made.
 */
void watch_stop(void)
{
	cancel_delayed_work_sync(&watch);
	irq_work_sync(&poke_irq);
	cancel_work_sync(&poke);
}

/* The new interval counts from now, so that going from a day to a second does not take a day. */
static int watch_seconds_set(const char *text, const struct kernel_param *param)
{
	int ret = param_set_uint_minmax(text, param, 0, WATCH_SECONDS_MAX);

	if (ret)
		return ret;
	cancel_delayed_work(&watch);
	watch_arm();
	return 0;
}

static const struct kernel_param_ops watch_seconds_ops = {
	.set = watch_seconds_set,
	.get = param_get_uint,
};

module_param_cb(watch_seconds, &watch_seconds_ops, &watch_seconds, 0644);
MODULE_PARM_DESC(watch_seconds, "seconds between two looks at the host while enabled; 0: never");
