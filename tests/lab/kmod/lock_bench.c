// SPDX-License-Identifier: GPL-2.0-only
/*
 * One spinlock, one thread a vCPU that takes it again and again.
 *
 * Set the parameters, write 1 to "run" and read "result" afterwards: acquisitions, TSC ticks from
 * the first start to the last end, the longest wait for the lock in ticks, and whether the data
 * under the lock is what it should be: "ops 80000 ticks 17345678 longest 912345 exact 1".
 */
#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/spinlock.h>

#include <asm/tsc.h>

#define MAX_THREADS 32

static uint threads = 2;
module_param(threads, uint, 0644);
MODULE_PARM_DESC(threads, "how many, on as many CPUs as there are");
static uint ops = 20000;
module_param(ops, uint, 0644);
MODULE_PARM_DESC(ops, "acquisitions of each");
static uint inside = 20;
module_param(inside, uint, 0644);
MODULE_PARM_DESC(inside, "additions under the lock");
static uint outside = 20;
module_param(outside, uint, 0644);
MODULE_PARM_DESC(outside, "additions between two acquisitions");
static uint delay_us;
module_param(delay_us, uint, 0644);
MODULE_PARM_DESC(delay_us, "wait so long before the start: another run on a deterministic machine");

static DEFINE_SPINLOCK(lock);
static volatile u64 shared; /* volatile: additions one by one, as many as were asked for */
static u64 longest[MAX_THREADS];
static atomic_t ready, running;
static DECLARE_COMPLETION(done);
static char result[100] = "none";

static void add(volatile u64 *to, uint n)
{
	while (n--)
		(*to)++;
}

static int take_often(void *data)
{
	volatile u64 own = 0;
	unsigned long id = (unsigned long)data;
	u64 start, waited, max = 0;
	uint i;

	atomic_inc(&ready);
	while (atomic_read(&ready) < threads)
		cpu_relax();
	for (i = 0; i < ops; i++) {
		start = rdtsc();
		spin_lock(&lock);
		waited = rdtsc() - start;
		add(&shared, inside);
		spin_unlock(&lock);
		add(&own, outside);
		if (waited > max)
			max = waited;
		if (!(i & 1023))
			cond_resched_tasks_rcu_qs();
	}
	longest[id] = max;
	if (atomic_dec_and_test(&running))
		complete(&done);
	return 0;
}

static int run(void)
{
	struct task_struct *task[MAX_THREADS];
	u64 start, ticks, max = 0;
	unsigned long i;

	if (!threads || threads > MAX_THREADS)
		return -EINVAL;
	shared = 0;
	atomic_set(&ready, 0);
	atomic_set(&running, threads);
	reinit_completion(&done);
	for (i = 0; i < threads; i++) {
		task[i] = kthread_create(take_often, (void *)i, "lock_bench/%lu", i);
		if (IS_ERR(task[i]))
			return PTR_ERR(
				task[i]); /* those before it wait for wake-ups: load it anew */
		kthread_bind(task[i], i % num_online_cpus());
	}
	usleep_range(delay_us + 1, delay_us + 2);
	start = rdtsc();
	for (i = 0; i < threads; i++)
		wake_up_process(task[i]);
	wait_for_completion(&done);
	ticks = rdtsc() - start;
	for (i = 0; i < threads; i++)
		max = max(max, longest[i]);
	snprintf(result, sizeof(result), "ops %llu ticks %llu longest %llu exact %d",
		 (u64)threads * ops, ticks, max, shared == (u64)threads * ops * inside);
	return 0;
}

static int run_set(const char *value, const struct kernel_param *param)
{
	return run();
}

static const struct kernel_param_ops run_ops = {.set = run_set};

module_param_cb(run, &run_ops, NULL, 0200);
MODULE_PARM_DESC(run, "write to start");
module_param_string(result, result, sizeof(result), 0444);
MODULE_PARM_DESC(result, "of the last run");

MODULE_DESCRIPTION("Test: a contended spinlock");
MODULE_LICENSE("GPL");
