// SPDX-License-Identifier: GPL-2.0-only
/*
 * ftrace goes over all places it knows, and makes or frees code, for which page tables of the
 * kernel change: on a guest without EPT that can take seconds at one go. A fair scheduler would
 * then make a task of usual priority wait for as long, times the number of others that want the
 * CPU; so a kernel thread asks it to that hardly ever waits.
 */
#include <linux/workqueue.h>

#include "urgent.h"

/**
 * struct urgent - a call in another thread
 * @work: of that thread
 * @call: what is called
 * @arg: with this
 * @ret: what it returned
 */
struct urgent {
	struct work_struct work;
	int (*call)(void *);
	void *arg;
	int ret;
};

static void do_urgent(struct work_struct *work)
{
	struct urgent *urgent = container_of(work, struct urgent, work);

	urgent->ret = urgent->call(urgent->arg);
}

/**
 * kvmpv_urgent() - call a function in a kernel thread of high priority, and wait for it
 * @call: the function: process context, may sleep
 * @arg: its argument
 *
 * Context: process, may sleep; must hold no lock that @call takes.
 *
 * Return: what @call returned.
 */
int kvmpv_urgent(int (*call)(void *), void *arg)
{
	struct urgent urgent = {.call = call, .arg = arg};

	INIT_WORK_ONSTACK(&urgent.work, do_urgent);
	queue_work(system_highpri_wq, &urgent.work);
	flush_work(&urgent.work);
	destroy_work_on_stack(&urgent.work);
	return urgent.ret;
}
