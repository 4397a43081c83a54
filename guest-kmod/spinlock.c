// SPDX-License-Identifier: GPL-2.0-only
/*
 * pv-spinlock: what of the kernel is taken over, and whether it can be. docs/pv-spinlocks.md.
 *
 * Which of its slow paths a kernel uses is decided at boot and patched into every caller; it stays
 * so, and only what that slow path does is taken over:
 *
 *   pv       __pv_queued_spin_lock_slowpath(), of a guest with KVM_FEATURE_PV_UNHALT. Also
 *            kvm_wait() and kvm_kick_cpu(), to count, and to kick through kvmpv's host
 *   native   native_queued_spin_lock_slowpath(), of a guest without it or with nopvspin
 *
 * Callers have preemption off, so once the hooks are gone a grace period is all that has to be
 * waited for; as docs/pv-spinlocks.md shows, no lock and no waiter has anything left of us then.
 */
#include <linux/cc_platform.h>
#include <linux/cpumask.h>
#include <linux/kernel.h>
#include <linux/kvm_para.h>
#include <linux/string.h>

#include <asm/paravirt.h>
#include <asm/processor.h>

#include "direct.h"
#include "hook.h"
#include "problem.h"
#include "spinlock-wait.h"
#include "spinlock.h"
#include "symbol.h"

#define SLOWPATH_PV "__pv_queued_spin_lock_slowpath"
#define SLOWPATH_NATIVE "native_queued_spin_lock_slowpath"

enum mode { MODE_NONE, MODE_PV, MODE_NATIVE };

static enum mode mode;
static char why[KVMPV_PROBLEM_MAX];

/* Slow paths by direct calls, since each instruction counts there; kvm_wait() and its like not. */
void spin_entry_pv(void);
void spin_entry_native(void);

static struct kvmpv_direct slowpath_pv = {.hook.name = SLOWPATH_PV, .entry = spin_entry_pv};
static struct kvmpv_direct slowpath_native = {.hook.name = SLOWPATH_NATIVE,
					      .entry = spin_entry_native};

enum { HOOK_WAIT, HOOK_KICK, HOOK_NR };

static struct kvmpv_hook sleep_hooks[HOOK_NR] = {
	[HOOK_WAIT] = {.name = "kvm_wait"},
	[HOOK_KICK] = {.name = "kvm_kick_cpu"},
};

static void notrace sleep_thunk(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
				struct ftrace_regs *fregs)
{
	bool waits = ip == sleep_hooks[HOOK_WAIT].site;

	ftrace_regs_set_instruction_pointer(fregs, waits ? (unsigned long)spin_wait
							 : (unsigned long)spin_kick);
}

static struct kvmpv_hook_group sleep_group = {
	.thunk = sleep_thunk, .hooks = sleep_hooks, .nr = HOOK_NR};

/* ---- is it possible? ---- */

/**
 * spinlock_refusal() - what in this guest makes pv-spinlock impossible, or of no use
 *
 * Context: process; some exits to the hypervisor.
 *
 * Return: a text, NULL when it is worth asking spinlock_find().
 */
const char *spinlock_refusal(void)
{
	if (!IS_ENABLED(CONFIG_PARAVIRT_SPINLOCKS))
		return "this kernel is built without CONFIG_PARAVIRT_SPINLOCKS";
	if (!IS_ENABLED(CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS))
		return "this kernel is built without CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS";
	if (IS_ENABLED(CONFIG_PREEMPT_RT))
		return "PREEMPT_RT kernels are not supported";
	if (IS_ENABLED(CONFIG_PROVE_LOCKING))
		return "kernels built with CONFIG_PROVE_LOCKING (lockdep) are not supported";
	if (!kvm_para_available())
		return "not in a KVM guest";
	if (cc_platform_has(CC_ATTR_GUEST_MEM_ENCRYPT))
		return "guest memory is encrypted, which kvmpv does not support";
	if (num_possible_cpus() == 1)
		return "not needed: this guest has one vCPU";
	if (kvm_para_has_hint(KVM_HINTS_REALTIME))
		return "not needed: the VMM promises that vCPUs are never preempted "
		       "(kvm-hint-dedicated)";
	return NULL;
}

/*
 * The table says what was patched into the callers at boot. A guest that hides KVM behind another
 * hypervisor's interface has that one's functions in it.
 */
static enum mode find_mode(void)
{
#ifdef CONFIG_PARAVIRT_SPINLOCKS
	unsigned long slowpath = (unsigned long)kvmpv_pv_lock_ops.queued_spin_lock_slowpath;

	if (slowpath == kvmpv_symbol_address(SLOWPATH_NATIVE))
		return MODE_NATIVE;
	if (slowpath == kvmpv_symbol_address(SLOWPATH_PV) &&
	    (unsigned long)kvmpv_pv_lock_ops.wait == kvmpv_symbol_address("kvm_wait"))
		return MODE_PV;
#endif
	return MODE_NONE;
}

/* Without it, or with nopvspin, unset: the kernel's slow path is a fair queue then. */
static bool native_is_fair(void)
{
	struct static_key *key = (struct static_key *)kvmpv_symbol_address("virt_spin_lock_key");

	return key && !static_key_enabled(key);
}

/**
 * spinlock_kernel() - how this guest's kernel waits for spinlocks by itself
 *
 * Context: process, may sleep.
 *
 * Return: "pv", it sleeps until kicked; "queue", it spins in a fair queue; "tas", it spins on a
 *         test-and-set; "unknown".
 */
const char *spinlock_kernel(void)
{
	switch (find_mode()) {
	case MODE_PV:
		return "pv";
	case MODE_NATIVE:
		return native_is_fair() ? "queue" : "tas";
	default:
		return "unknown";
	}
}

/* A CPU with nohz_full may have no tick although it has something to do. */
static bool always_ticks(void)
{
	const bool *nohz_full = (const bool *)kvmpv_symbol_address("tick_nohz_full_running");

	return !IS_ENABLED(CONFIG_NO_HZ_FULL) || (nohz_full && !*nohz_full);
}

static int find_hooks(void)
{
	int ret;

	if (mode == MODE_NATIVE)
		ret = kvmpv_hook_find(&slowpath_native.hook, NULL);
	else
		ret = kvmpv_hook_find(&slowpath_pv.hook, NULL) ?:
		      kvmpv_hook_find(&sleep_hooks[HOOK_WAIT], NULL) ?:
		      kvmpv_hook_find(&sleep_hooks[HOOK_KICK], NULL);
	if (ret)
		kvmpv_problem_get(why);
	return ret;
}

/**
 * spinlock_find() - can this guest use pv-spinlock?
 *
 * Changes nothing in the kernel.
 *
 * Context: process, may sleep; not in use; calls are serialised by the caller.
 *
 * Return: 0 or a negative error; spinlock_why() says more.
 */
int spinlock_find(void)
{
	const char *in_the_way = spinlock_refusal();

	why[0] = '\0';
	if (!in_the_way) {
		mode = find_mode();
		if (mode != MODE_NONE)
			return find_hooks();
		in_the_way = "the kernel's spinlocks are those of another hypervisor";
	}
	strscpy(why, in_the_way, sizeof(why));
	return -EOPNOTSUPP;
}

/* ---- on and off ---- */

/*
 * Afterwards nobody is in this module's code because of it, however long they waited for their
 * locks. Harmless when it is not in use.
 */
static void stop(void)
{
	if (!spinlock_used())
		return;
	kvmpv_direct_remove(&slowpath_pv);
	kvmpv_direct_remove(&slowpath_native);
	kvmpv_hooks_remove(&sleep_group);
	kvmpv_hooks_drain_atomic();
}

static int start_pv(void)
{
	int ret;

	spin_wait_pv_bodies(kvmpv_hook_body(&slowpath_pv.hook),
			    kvmpv_hook_body(&sleep_hooks[HOOK_WAIT]),
			    kvmpv_hook_body(&sleep_hooks[HOOK_KICK]));
	ret = kvmpv_hooks_install(&sleep_group);
	if (ret)
		return ret;
	ret = kvmpv_direct_install(&slowpath_pv);
	if (ret)
		stop();
	return ret;
}

static int start_native(void)
{
	spin_wait_native_body(kvmpv_hook_body(&slowpath_native.hook), native_is_fair());
	return kvmpv_direct_install(&slowpath_native);
}

static int start(void)
{
	int ret;

	spin_wait_begin(always_ticks());
	ret = mode == MODE_PV ? start_pv() : start_native();
	if (ret)
		kvmpv_problem_get(why);
	return ret;
}

/**
 * spinlock_set() - take the slow path over, or give it back
 * @on: which; nothing is done when it is so already
 *
 * Context: process, may sleep; calls are serialised by the caller.
 *
 * Return: 0, or a negative error with nothing changed; spinlock_why() says more.
 */
int spinlock_set(bool on)
{
	if (on)
		return spinlock_used() ? 0 : spinlock_find() ?: start();
	stop();
	return 0;
}

/**
 * spinlock_used() - is it in use?
 *
 * Context: any. Return: true when it is.
 */
bool spinlock_used(void)
{
	return slowpath_pv.installed || slowpath_native.installed || sleep_group.installed;
}

/**
 * spinlock_mode() - what is taken over
 *
 * Context: any. Return: "pv", "native", or "none" while it is not in use.
 */
const char *spinlock_mode(void)
{
	return slowpath_pv.installed ? "pv" : slowpath_native.installed ? "native" : "none";
}

/**
 * spinlock_why() - why spinlock_find() or spinlock_set() failed
 *
 * Return: a text; calls of these are excluded while it is read.
 */
const char *spinlock_why(void)
{
	return why;
}
