// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kernel threads, one on each CPU, that borrow address spaces in turn and look whether they got the
 * right one, as vhost or io_uring do: by kthread_use_mm(), which switches where all switches are.
 * That is several times as quick as processes that yield to each other.
 *
 * A process lends its address space by writing "ADDRESS VALUE" (hexadecimal) to "join": the u64
 * there is and stays VALUE. Write 1 to "run" to start and 0 to stop, which also ends all loans;
 * "result" is then "switches N wrong N". "nice" is the threads' niceness, of the next run.
 */
#include <linux/cpu.h>
#include <linux/cpumask.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/uaccess.h>

#include "run-param.h"

#define LENT_MAX 32
#define ROUND 256 /* switches in a row with the same loans */

/**
 * struct lent - an address space that was lent
 * @mm: its structure stays, what it maps only while its process lives
 * @address: where it is to be recognised
 * @value: what is there
 */
struct lent {
	struct mm_struct *mm;
	unsigned long address;
	u64 value;
};

/**
 * struct own - a CPU's
 * @task: its thread
 * @random: state of the generator
 * @switches: to another space than the one before
 * @wrong: of these, such that did not end in the right one
 */
struct own {
	struct task_struct *task;
	u32 random;
	u64 switches;
	u64 wrong;
};

static DEFINE_PER_CPU(struct own, own);
static struct lent lent[LENT_MAX];
static unsigned int nr_lent;
static DEFINE_MUTEX(lent_lock);
static char result[60] = "none";
static int nice;

/* Loans of processes that live, each of which now lives until it is given back; the others go. */
static unsigned int borrow_all(struct lent *to)
{
	unsigned int i, n = 0;

	mutex_lock(&lent_lock);
	for (i = 0; i < nr_lent; i++) {
		if (mmget_not_zero(lent[i].mm))
			to[n++] = lent[i];
		else
			mmdrop(lent[i].mm);
	}
	memcpy(lent, to, n * sizeof(*to));
	nr_lent = n;
	mutex_unlock(&lent_lock);
	return n;
}

static void look(struct own *me, const struct lent *it)
{
	u64 seen = 0;

	kthread_use_mm(it->mm);
	if (get_user(seen, (u64 __user *)it->address) || seen != it->value)
		me->wrong++;
	kthread_unuse_mm(it->mm);
	me->switches++;
}

/* Marsaglia's xorshift */
static u32 next_random(struct own *me)
{
	me->random ^= me->random << 13;
	me->random ^= me->random >> 17;
	me->random ^= me->random << 5;
	return me->random;
}

static void storm_round(struct own *me)
{
	struct lent loans[LENT_MAX];
	unsigned int n = borrow_all(loans), i, at = 0;
	/* Half of the rounds go over four spaces, the others over all. */
	unsigned int few = min(n, next_random(me) & 0x10000 ? 4 : n);

	for (i = 0; i < ROUND && n > 1; i++) {
		at = (at % few + 1 + next_random(me) % (few - 1)) % few;
		look(me, &loans[at]);
		if (i % 32 == 31)
			cond_resched_tasks_rcu_qs();
	}
	while (n--)
		mmput(loans[n].mm);
}

/* A CPU that goes offline drives its thread away. */
static int thread(void *data)
{
	int cpu = (long)data;
	struct own *me = per_cpu_ptr(&own, cpu);

	while (!kthread_should_stop()) {
		if (raw_smp_processor_id() != cpu)
			set_cpus_allowed_ptr(current, cpumask_of(cpu));
		storm_round(me);
		if (READ_ONCE(nr_lent) < 2)
			schedule_timeout_interruptible(1);
	}
	return 0;
}

static void start(void)
{
	struct task_struct *task;
	int cpu;

	for_each_possible_cpu(cpu)
		per_cpu(own, cpu) = (struct own){.random = cpu + 1};
	cpus_read_lock();
	for_each_online_cpu(cpu) {
		task = kthread_create(thread, (void *)(long)cpu, "mm_storm/%d", cpu);
		if (IS_ERR(task))
			continue;
		per_cpu(own, cpu).task = task;
		set_user_nice(task, nice);
		set_cpus_allowed_ptr(task, cpumask_of(cpu));
		wake_up_process(task);
	}
	cpus_read_unlock();
}

static void end_loans(void)
{
	mutex_lock(&lent_lock);
	while (nr_lent)
		mmdrop(lent[--nr_lent].mm);
	mutex_unlock(&lent_lock);
}

static void stop(void)
{
	u64 switches = 0, wrong = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		struct own *it = per_cpu_ptr(&own, cpu);

		if (!it->task)
			continue;
		kthread_stop(it->task);
		it->task = NULL;
		switches += it->switches;
		wrong += it->wrong;
	}
	end_loans();
	snprintf(result, sizeof(result), "switches %llu wrong %llu", switches, wrong);
}

static int join_set(const char *text, const struct kernel_param *param)
{
	struct lent it = {.mm = current->mm};
	int ret = 0;

	if (!it.mm || sscanf(text, "%lx %llx", &it.address, &it.value) != 2)
		return -EINVAL;
	mutex_lock(&lent_lock);
	if (nr_lent == LENT_MAX) {
		ret = -ENOSPC;
	} else {
		mmgrab(it.mm);
		lent[nr_lent++] = it;
	}
	mutex_unlock(&lent_lock);
	return ret;
}

static const struct kernel_param_ops join_ops = {.set = join_set};

module_param_cb(join, &join_ops, NULL, 0200);
MODULE_PARM_DESC(join, "lend the address space of the process that writes here: ADDRESS VALUE");
module_param_string(result, result, sizeof(result), 0444);
MODULE_PARM_DESC(result, "of the last run");
module_param(nice, int, 0644);
MODULE_PARM_DESC(nice, "of the threads, -20 to 19");

static int __init mm_storm_init(void)
{
	return 0;
}

static void __exit mm_storm_exit(void)
{
	run_switch(false);
	end_loans(); /* those that came after the end of a run */
}

module_init(mm_storm_init);
module_exit(mm_storm_exit);
MODULE_DESCRIPTION("Test: kernel threads in other address spaces");
MODULE_LICENSE("GPL");
