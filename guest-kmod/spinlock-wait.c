// SPDX-License-Identifier: GPL-2.0-only
/*
 * What runs in place of the kernel's functions while pv-spinlock is in use: docs/pv-spinlocks.md.
 *
 * A waiter first looks at the lock for a while and takes it when it is free, out of turn. In
 * between it makes room for the one that has it: naps, or yields to a vCPU that is preempted. Only
 * then it does what the kernel would have done at once: it queues, sleeps and is kicked. Nothing of
 * the kernel's own protocol is changed or left out, and to the kernel a waiter here is one of the
 * lock stealers that it knows anyway. So each lock may be in each state when waiters start or stop
 * to come here, and no call depends on another having come here too.
 *
 * Context of everything here but spin_wait_*(): any, NMI included, with preemption off, as for all
 * of the kernel's spinlock slow paths. notrace, because tracers take locks.
 */
#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/kvm_para.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/processor.h>
#include <linux/smp.h>
#include <linux/static_call.h>

#include <asm/qspinlock.h>
#include <asm/smp.h>
#include <asm/tsc.h>

#include <kvmpv/abi.h>

#include "calls.h"
#include "spinlock-sites.h"
#include "spinlock-stats.h"
#include "spinlock-wait.h"
#include "state.h"

struct spin_tuning spin_tuning = {.yield = 256, .queue = 2048};

/* For their types: the kernel's functions behind the ftrace sites */
void spin_kernel_wait(u8 *ptr, u8 val);
void spin_kernel_kick(int cpu);

DEFINE_STATIC_CALL_NULL(kvmpv_slowpath_pv, native_queued_spin_lock_slowpath);
DEFINE_STATIC_CALL_NULL(kvmpv_slowpath_native, native_queued_spin_lock_slowpath);
DEFINE_STATIC_CALL_NULL(kvmpv_kernel_wait, spin_kernel_wait);
DEFINE_STATIC_CALL_NULL(kvmpv_kernel_kick, spin_kernel_kick);

/* The native slow path is a queue, which waits for longer but bounds the wait. */
static bool native_queues;

/* CPUs have ticks, so that a nap ends. */
static bool naps;

/* KVM's own yield is there, until it says that it is not. */
static bool kvm_yields;

/**
 * spin_wait_pv_bodies() - where the kernel's functions go on, with PV_UNHALT
 * @slowpath: __pv_queued_spin_lock_slowpath()
 * @wait: kvm_wait()
 * @kick: kvm_kick_cpu()
 *
 * Context: process, may sleep; nobody is here yet.
 */
void spin_wait_pv_bodies(void *slowpath, void *wait, void *kick)
{
	static_call_update(kvmpv_slowpath_pv, slowpath);
	static_call_update(kvmpv_kernel_wait, wait);
	static_call_update(kvmpv_kernel_kick, kick);
}

/**
 * spin_wait_native_body() - where the kernel's function goes on, without PV_UNHALT
 * @slowpath: native_queued_spin_lock_slowpath()
 * @fair: it queues (nopvspin); otherwise it is a test-and-set itself
 *
 * Context: process, may sleep; nobody is here yet.
 */
void spin_wait_native_body(void *slowpath, bool fair)
{
	static_call_update(kvmpv_slowpath_native, slowpath);
	native_queues = fair;
}

/**
 * spin_wait_begin() - before waiters come
 * @nap: they may halt until their next interrupt: while it has something to do, a CPU has a tick
 *
 * Context: process; nobody is here yet.
 */
void spin_wait_begin(bool nap)
{
	naps = nap;
	kvm_yields = true;
}

/* ---- yield ---- */

/*
 * Which lock this CPU got last after waiting for it. Nothing tells that it was released, but a vCPU
 * that is preempted and got this lock lately may well have it.
 */
static DEFINE_PER_CPU(const struct qspinlock *, last);

/* Where this CPU goes on looking for a preempted vCPU: not always the same is yielded to. */
static DEFINE_PER_CPU(unsigned int, next_target);

/* Return: was there a way to? */
static notrace bool give_slice(int cpu)
{
	int ret;

	if (state_uses(KVMPV_FEATURE_MASK(YIELD))) {
		ret = call_yield(cpu);
		if (ret >= 0) {
			spin_count(ret ? SPIN_YIELDS_GIVEN : SPIN_YIELDS_REFUSED);
			return true;
		}
	}
	if (!READ_ONCE(kvm_yields))
		return false;
	if (kvm_hypercall1(KVM_HC_SCHED_YIELD, per_cpu(x86_cpu_to_apicid, cpu))) {
		WRITE_ONCE(kvm_yields, false);
		return false;
	}
	spin_count(SPIN_YIELDS_UNKNOWN);
	return true;
}

/* Return: a CPU, one that is more likely to have @lock before others, or -1 */
static notrace int preempted_cpu(const struct qspinlock *lock)
{
	unsigned int cpu = __this_cpu_read(next_target), i;
	int any = -1;

	for (i = 0; i < nr_cpu_ids; i++, cpu++) {
		if (cpu >= nr_cpu_ids)
			cpu = 0;
		if (cpu == smp_processor_id() || !cpu_online(cpu) || !vcpu_is_preempted(cpu))
			continue;
		any = cpu;
		if (READ_ONCE(per_cpu(last, cpu)) == lock)
			break;
	}
	if (any >= 0)
		__this_cpu_write(next_target, any + 1);
	return any;
}

static notrace bool yield_for(const struct qspinlock *lock)
{
	int cpu = preempted_cpu(lock);

	return cpu >= 0 && give_slice(cpu);
}

/* ---- nap ---- */

/*
 * The lock that this CPU has been waiting for for long, and that it does so awake. Only for others
 * to see, and nothing but how long they wait depends on it: an interrupt that waits on top of a
 * wait hides it.
 */
static DEFINE_PER_CPU(const struct qspinlock *, awake);

static notrace bool another_awake(const struct qspinlock *lock)
{
	int cpu;

	for (cpu = 0; cpu < nr_cpu_ids; cpu++)
		if (READ_ONCE(per_cpu(awake, cpu)) == lock && cpu != smp_processor_id())
			return true;
	return false;
}

/*
 * With more vCPUs than CPUs, those that wait take the time of the one that they wait for. So all
 * but one that wait for long halt until their next interrupt, which is the tick at the latest.
 * Nobody has to wake them, and so nobody can forget to. One stays awake, for when the lock is
 * released.
 *
 * Interrupts have to be on, as callers with spin_lock() have them; a CPU whose tick is stopped
 * would sleep for too long. Return: did this CPU nap?
 */
static notrace bool nap(const struct qspinlock *lock)
{
	u64 start;

	if (!naps || irqs_disabled() || in_interrupt() || is_idle_task(current) ||
	    !another_awake(lock))
		return false;
	this_cpu_write(awake, NULL);
	start = spin_clock();
	raw_local_irq_disable();
	raw_safe_halt();
	spin_record_nap(start);
	this_cpu_write(awake, lock);
	return true;
}

/* ---- wait ---- */

/* As the kernel's own stealers: not while the head of the queue has announced itself. */
static __always_inline bool take_pv(struct qspinlock *lock)
{
	u8 old = 0;

	return !(atomic_read(&lock->val) & (_Q_LOCKED_MASK | _Q_PENDING_MASK)) &&
	       try_cmpxchg_acquire(&lock->locked, &old, _Q_LOCKED_VAL);
}

/* As virt_spin_lock(): native queues have plain stores that must not meet a stealer. */
static __always_inline bool take_native(struct qspinlock *lock)
{
	int old = atomic_read(&lock->val);

	return !old && atomic_try_cmpxchg_acquire(&lock->val, &old, _Q_LOCKED_VAL);
}

static __always_inline bool look(struct qspinlock *lock, bool (*take)(struct qspinlock *lock),
				 u32 looks)
{
	for (; looks; looks--) {
		if (take(lock))
			return true;
		cpu_relax();
	}
	return false;
}

/*
 * Who has the lock does not run, it seems. Where a wait ends in a queue, one yield is enough: who
 * yields is not run for a while. Return: how it was taken; SPIN_TAKEN_QUEUE: it was not
 */
static __always_inline enum spin_counter
wait_long(struct qspinlock *lock, bool (*take)(struct qspinlock *lock), bool queues)
{
	u32 every = READ_ONCE(spin_tuning.yield), end = READ_ONCE(spin_tuning.queue), waited;
	const struct qspinlock *before = this_cpu_read(awake);
	enum spin_counter how = SPIN_TAKEN_LONG;
	bool may_yield = true;

	this_cpu_write(awake, lock);
	for (waited = every; !queues || waited < end; waited += every) {
		if (nap(lock)) {
			how = SPIN_TAKEN_NAP;
		} else if (may_yield && yield_for(lock)) {
			may_yield = !queues;
			if (how == SPIN_TAKEN_LONG)
				how = SPIN_TAKEN_YIELD;
		}
		if (look(lock, take, every))
			goto taken;
	}
	how = SPIN_TAKEN_QUEUE;
taken:
	this_cpu_write(awake, before);
	return how;
}

static noinline notrace enum spin_counter wait_long_pv(struct qspinlock *lock, u32 val)
{
	enum spin_counter how = wait_long(lock, take_pv, true);
	u32 halts;

	if (how != SPIN_TAKEN_QUEUE)
		return how;
	halts = spin_halts();
	static_call(kvmpv_slowpath_pv)(lock, val);
	return halts == spin_halts() ? SPIN_TAKEN_QUEUE : SPIN_TAKEN_SLEEP;
}

static noinline notrace enum spin_counter wait_long_native(struct qspinlock *lock, u32 val)
{
	enum spin_counter how = wait_long(lock, take_native, native_queues);

	if (how == SPIN_TAKEN_QUEUE)
		static_call(kvmpv_slowpath_native)(lock, atomic_read(&lock->val));
	return how;
}

/*
 * Most waits are short: until the first looks have failed nothing is done but looking, and as
 * little as possible afterwards, since that is time in which the lock is held. Hence @wait out of
 * line: registers that it needs are not saved here.
 */
static __always_inline void slowpath(struct qspinlock *lock, u32 val,
				     bool (*take)(struct qspinlock *lock),
				     enum spin_counter (*wait)(struct qspinlock *lock, u32 val))
{
	enum spin_counter how = SPIN_TAKEN_SPIN;
	u64 start = spin_clock();

	spin_sites();
	if (!look(lock, take, READ_ONCE(spin_tuning.yield))) {
		how = wait(lock, val);
		spin_record_wait(start);
	}
	this_cpu_write(last, lock);
	spin_count(how);
}

/**
 * spin_slowpath_pv() - in place of __pv_queued_spin_lock_slowpath()
 * @lock: the lock
 * @val: what its caller saw in it
 */
void notrace spin_slowpath_pv(struct qspinlock *lock, u32 val)
{
	slowpath(lock, val, take_pv, wait_long_pv);
}

/**
 * spin_slowpath_native() - in place of native_queued_spin_lock_slowpath()
 * @lock: the lock
 * @val: what its caller saw in it
 */
void notrace spin_slowpath_native(struct qspinlock *lock, u32 val)
{
	slowpath(lock, val, take_native, wait_long_native);
}

/* ---- sleep ---- */

/**
 * spin_wait() - in place of kvm_wait(): sleep while a byte has a value
 * @ptr: the byte
 * @val: the value
 */
void notrace spin_wait(u8 *ptr, u8 val)
{
	u64 start = spin_fall_asleep();

	static_call(kvmpv_kernel_wait)(ptr, val);
	spin_wake_up(start, READ_ONCE(*ptr) == val);
}

/**
 * spin_kick() - in place of kvm_kick_cpu(): wake a vCPU
 * @cpu: Linux's number of it
 *
 * A host that cannot do it any more says so, and then KVM's own call does.
 */
void notrace spin_kick(int cpu)
{
	spin_count(SPIN_KICKS_SENT);
	if (!spin_asleep(cpu))
		spin_count(SPIN_KICKS_NEEDLESS);
#ifdef KVMPV_NEGATIVE_NO_WAKE /* tests/lab/t/91-spinlock-negative.sh has to notice */
	return;
#endif
	if (state_uses(KVMPV_FEATURE_MASK(KICK)) && !call_kick(cpu))
		return;
	static_call(kvmpv_kernel_kick)(cpu);
}
