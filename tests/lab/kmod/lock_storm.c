// SPDX-License-Identifier: GPL-2.0-only
/*
 * Four locks that are fought for until somebody says stop: one by tasks, one by tasks and
 * softirqs, one by tasks, softirqs and hard interrupts, and one by NMIs alone, on all CPUs that are
 * online at the start. Write 1 to "run" to start and 0 to stop; "result" is then "task N softirq N
 * hardirq N nmi N wrong N": how often each context had a lock, and how often the data under one was
 * not what it should be.
 */
#include <linux/cpumask.h>
#include <linux/hrtimer.h>
#include <linux/interrupt.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/spinlock.h>

#include <asm/apic.h>
#include <asm/nmi.h>

#include "run-param.h"

static uint period_us = 300;
module_param(period_us, uint, 0644);
MODULE_PARM_DESC(period_us, "from one hard interrupt of a CPU to the next");
static uint inside = 30;
module_param(inside, uint, 0644);
MODULE_PARM_DESC(inside, "additions under a lock");

/* Each so many hard interrupts of a CPU have the next one, and this one, come into an NMI. */
#define NMI_EVERY 4

enum { TASK, SOFTIRQ, HARDIRQ, NMI, CONTEXTS };

/* Data that only one may change at a time: @a and @b are equal outside the lock. */
struct guarded {
	spinlock_t lock;
	u64 a;
	u64 b;
};

static struct guarded guarded[CONTEXTS]; /* taken by contexts up to its index, the last by NMIs */

struct own {
	struct hrtimer timer;
	struct tasklet_struct tasklet;
	struct task_struct *task;
	u64 had[CONTEXTS]; /* by context */
	u64 took[CONTEXTS]; /* by lock */
	u64 wrong[CONTEXTS]; /* by lock */
	uint interrupts;
};

static DEFINE_PER_CPU(struct own, own);
static bool stopping;
static char result[120] = "none";

/* Context: the lock is held, on the CPU of @me. */
static void change(struct own *me, int lock, int context)
{
	struct guarded *it = &guarded[lock];
	uint i;

	if (READ_ONCE(it->a) != READ_ONCE(it->b))
		me->wrong[lock]++;
	WRITE_ONCE(it->a, it->a + 1);
	for (i = 0; i < inside; i++)
		cpu_relax();
	WRITE_ONCE(it->b, it->b + 1);
	me->took[lock]++;
	me->had[context]++;
}

static void task_round(struct own *me, u64 round)
{
	unsigned long flags;

	switch (round % 4) {
	case 0:
		spin_lock(&guarded[TASK].lock);
		preempt_disable();
		local_irq_save(flags); /* counters of this CPU are changed in interrupts too */
		change(me, TASK, TASK);
		local_irq_restore(flags);
		preempt_enable();
		spin_unlock(&guarded[TASK].lock);
		break;
	case 1:
		spin_lock_bh(&guarded[SOFTIRQ].lock);
		local_irq_save(flags);
		change(me, SOFTIRQ, TASK);
		local_irq_restore(flags);
		spin_unlock_bh(&guarded[SOFTIRQ].lock);
		break;
	case 2:
		spin_lock_irqsave(&guarded[HARDIRQ].lock, flags);
		change(me, HARDIRQ, TASK);
		spin_unlock_irqrestore(&guarded[HARDIRQ].lock, flags);
		break;
	case 3: /* one in the other */
		spin_lock(&guarded[TASK].lock);
		spin_lock_irqsave(&guarded[HARDIRQ].lock, flags);
		change(me, TASK, TASK);
		change(me, HARDIRQ, TASK);
		spin_unlock_irqrestore(&guarded[HARDIRQ].lock, flags);
		spin_unlock(&guarded[TASK].lock);
		break;
	}
}

/* A CPU that goes offline takes its thread to another one, so each round looks where it is. */
static int task_thread(void *unused)
{
	u64 round = 0;

	while (!kthread_should_stop()) {
		migrate_disable();
		task_round(this_cpu_ptr(&own), round++);
		migrate_enable();
		if (!(round & 255))
			cond_resched_tasks_rcu_qs();
	}
	return 0;
}

static void softirq_work(struct tasklet_struct *tasklet)
{
	unsigned long flags;

	spin_lock(&guarded[SOFTIRQ].lock);
	local_irq_save(flags);
	change(this_cpu_ptr(&own), SOFTIRQ, SOFTIRQ);
	local_irq_restore(flags);
	spin_unlock(&guarded[SOFTIRQ].lock);
	spin_lock_irqsave(&guarded[HARDIRQ].lock, flags);
	change(this_cpu_ptr(&own), HARDIRQ, SOFTIRQ);
	spin_unlock_irqrestore(&guarded[HARDIRQ].lock, flags);
}

static int nmi_handler(unsigned int cmd, struct pt_regs *regs)
{
	spin_lock(&guarded[NMI].lock);
	change(this_cpu_ptr(&own), NMI, NMI);
	spin_unlock(&guarded[NMI].lock);
	return NMI_HANDLED;
}

/* Two at a time, so that they meet. Interrupts are off, so no CPU goes meanwhile. */
static void send_nmis(void)
{
	int me = smp_processor_id(), next = cpumask_next(me, cpu_online_mask);

	if (next >= nr_cpu_ids)
		next = cpumask_first(cpu_online_mask);
	if (next == me)
		return;
	apic->send_IPI(next, NMI_VECTOR);
	apic->send_IPI(me, NMI_VECTOR);
}

static enum hrtimer_restart hardirq_timer(struct hrtimer *timer)
{
	struct own *me = this_cpu_ptr(&own);

	spin_lock(&guarded[HARDIRQ].lock);
	change(me, HARDIRQ, HARDIRQ);
	spin_unlock(&guarded[HARDIRQ].lock);
	if (READ_ONCE(stopping))
		return HRTIMER_NORESTART;
	tasklet_schedule(&me->tasklet);
	if (!(++me->interrupts % NMI_EVERY))
		send_nmis();
	hrtimer_forward_now(timer, ns_to_ktime((u64)period_us * 1000));
	return HRTIMER_RESTART;
}

static void start_timer(void *unused)
{
	hrtimer_start(&this_cpu_ptr(&own)->timer, ns_to_ktime((u64)period_us * 1000),
		      HRTIMER_MODE_REL_PINNED_HARD);
}

/* An NMI that was sent before comes before. */
static void nmis_are_over(void *unused)
{
}

static void stop(void)
{
	u64 had[CONTEXTS] = {}, took[CONTEXTS] = {}, wrong = 0;
	int cpu, i;

	WRITE_ONCE(stopping, true);
	for_each_possible_cpu(cpu) {
		struct own *it = per_cpu_ptr(&own, cpu);

		if (it->task)
			kthread_stop(it->task);
		it->task = NULL;
		hrtimer_cancel(&it->timer);
		tasklet_kill(&it->tasklet);
	}
	on_each_cpu(nmis_are_over, NULL, 1);
	for_each_possible_cpu(cpu)
		for (i = 0; i < CONTEXTS; i++) {
			had[i] += per_cpu(own, cpu).had[i];
			took[i] += per_cpu(own, cpu).took[i];
			wrong += per_cpu(own, cpu).wrong[i];
		}
	for (i = 0; i < CONTEXTS; i++)
		wrong += guarded[i].a != took[i] || guarded[i].b != took[i];
	snprintf(result, sizeof(result), "task %llu softirq %llu hardirq %llu nmi %llu wrong %llu",
		 had[TASK], had[SOFTIRQ], had[HARDIRQ], had[NMI], wrong);
}

static void start(void)
{
	int cpu, i;

	WRITE_ONCE(stopping, false);
	for (i = 0; i < CONTEXTS; i++)
		guarded[i].a = guarded[i].b = 0;
	for_each_possible_cpu(cpu) {
		struct own *it = per_cpu_ptr(&own, cpu);

		memset(it->had, 0, sizeof(it->had));
		memset(it->took, 0, sizeof(it->took));
		memset(it->wrong, 0, sizeof(it->wrong));
	}
	for_each_online_cpu(cpu) {
		struct own *it = per_cpu_ptr(&own, cpu);

		it->task = kthread_create(task_thread, NULL, "lock_storm/%d", cpu);
		if (IS_ERR(it->task)) {
			it->task = NULL;
			continue;
		}
		set_cpus_allowed_ptr(it->task, cpumask_of(cpu));
		wake_up_process(it->task);
	}
	on_each_cpu(start_timer, NULL, 1);
}

module_param_string(result, result, sizeof(result), 0444);
MODULE_PARM_DESC(result, "of the last run");

static int __init lock_storm_init(void)
{
	int cpu, i;

	for (i = 0; i < CONTEXTS; i++)
		spin_lock_init(&guarded[i].lock);
	for_each_possible_cpu(cpu) {
		struct own *it = per_cpu_ptr(&own, cpu);

		hrtimer_init(&it->timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED_HARD);
		it->timer.function = hardirq_timer;
		tasklet_setup(&it->tasklet, softirq_work);
	}
	return register_nmi_handler(NMI_LOCAL, nmi_handler, 0, "lock_storm");
}

static void __exit lock_storm_exit(void)
{
	run_switch(false);
	unregister_nmi_handler(NMI_LOCAL, "lock_storm");
}

module_init(lock_storm_init);
module_exit(lock_storm_exit);
MODULE_DESCRIPTION("Test: spinlocks in every context");
MODULE_LICENSE("GPL");
