// SPDX-License-Identifier: GPL-2.0-only
/*
 * The one place that decides what is in use. Every change goes through the same two steps, start()
 * and quit(), under one mutex; whoever only wants to know whether a feature may be used reads
 * state_used without it.
 *
 * A change of features renegotiates by another hello, without a bye in between: features that stay
 * on keep working all the time, since the host never is without a handshake.
 */
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/stdarg.h>
#include <linux/string.h>

#include <kvmpv/local.h>

#include "calls.h"
#include "cr3.h"
#include "names.h"
#include "page.h"
#include "spinlock.h"
#include "state.h"
#include "stats.h"
#include "watch.h"

#define LOST "host stopped answering (module unloaded or migrated)"

u32 state_used;

static DEFINE_MUTEX(lock);

/*
 * @greeted: a hello was answered, so a bye is due
 * @refused: @view.host has nothing for us; do not ask again before something changed
 * @failed: feature bits that are offered, but not possible; likewise
 * @lost: there was a handshake, and the host went away
 * @halted: the machine is going down or to sleep
 * @scanned: when host_find() last ran, in jiffies
 * @logged: what the log last said, so that it does not say it again
 */
static struct {
	struct state_view view;
	bool greeted;
	bool refused;
	u32 failed;
	bool lost;
	bool halted;
	unsigned long scanned;
	char logged[STATE_REASON_MAX];
} self = {
	.view.wanted = KVMPV_FEATURES_ALL,
};

/* Context of everything static below: lock held, process, may sleep. */

static void enter(enum guest_state state, const char *reason)
{
	self.view.state = state;
	strscpy(self.view.reason, reason, sizeof(self.view.reason));
}

static void report(void)
{
	char names[NAMES_MAX];

	if (!strcmp(self.logged, self.view.reason))
		return;
	strscpy(self.logged, self.view.reason, sizeof(self.logged));
	if (self.view.state == GUEST_ACTIVE) {
		names_of_features(names, sizeof(names), self.view.used);
		pr_info_ratelimited("active: ABI %u, host instance 0x%08x, using %s\n",
				    self.view.abi, self.view.host.instance, names);
	} else {
		pr_info_ratelimited("%s: %s\n", name_of_state(self.view.state), self.view.reason);
	}
}

/* Use nothing any more and leave the host as if we had never been there. */
static void quit(void)
{
	WRITE_ONCE(state_used, 0);
	self.view.used = 0;
	page_stop();
	cr3_stop();
	if (self.greeted)
		call_bye();
	self.greeted = false;
	self.view.abi = 0;
}

static void look(void)
{
	host_find(&self.view.host);
	self.scanned = jiffies;
}

/* Not enabled: say what could be, so that an administrator sees whether enabling is worth it. */
static void rest(void)
{
	char reason[STATE_REASON_MAX];

	look();
	if (self.view.host.base) {
		enter(GUEST_OFF, "a host offers kvmpv, but enable is 0");
		return;
	}
	host_explain(reason, sizeof(reason));
	enter(GUEST_IDLE, reason);
}

static __printf(1, 2) void give_up(const char *format, ...)
{
	va_list args;

	quit();
	self.view.state = GUEST_IDLE;
	va_start(args, format);
	vsnprintf(self.view.reason, sizeof(self.view.reason), format, args);
	va_end(args);
}

/*
 * Only what would be the same the next time is a refusal. What we ask for was offered, so for a
 * host that speaks our language there is no other reason than that it has changed since we looked,
 * and by the next look it may be as it was.
 */
static void give_up_hello(int error)
{
	const struct host_block *host = &self.view.host;
	bool common = kvmpv_abi_negotiate(host->abi_min, host->abi_max, KVMPV_ABI_MIN,
					  KVMPV_ABI_MAX) >= 0;

	self.refused = error == -EPROTO || (error != -ENODEV && !common);
	if (error == -ENODEV)
		/* Seen in CPUID alone: the host module is being loaded or unloaded right now. */
		give_up("host offers kvmpv, but does not answer");
	else if (!common)
		give_up("no common ABI version: host speaks %u to %u, this module %u to %u",
			host->abi_min, host->abi_max, KVMPV_ABI_MIN, KVMPV_ABI_MAX);
	else
		give_up("host refused the handshake (error %d)", error);
}

/* Those that need no host are in use whenever they are switched on and kvmpv is enabled. */
static int follow_local(void)
{
	const u32 spinlock = KVMPV_FEATURE_MASK(PV_SPINLOCK);
	int ret = spinlock_set(self.view.enable && self.view.wanted & spinlock);

	if (ret)
		self.failed |= spinlock;
	return ret;
}

static u32 local_used(void)
{
	return spinlock_used() ? KVMPV_FEATURE_MASK(PV_SPINLOCK) : 0;
}

/* What is offered, switched on and possible. */
static u32 choose(void)
{
	const u32 cr3 = KVMPV_FEATURE_MASK(CR3_CACHE);
	u32 features = self.view.host.features & KVMPV_FEATURES_ALL & self.view.wanted;

	if (features & cr3 & ~self.failed && cr3_find())
		self.failed |= cr3;
	return features & ~self.failed;
}

/* As agree(). A host that knows no handshake any more was fine with the cache a moment ago. */
static int start_cr3(void)
{
	int ret = cr3_start();

	if (ret == -ESTALE) {
		give_up("host changed during the handshake");
	} else if (ret) {
		self.failed |= KVMPV_FEATURE_MASK(CR3_CACHE);
		ret = -EAGAIN;
	}
	return ret;
}

/*
 * Handshake, or another one, and whatever the features need then. -EAGAIN: one of them is out, so
 * there has to be another handshake without it.
 */
static int agree(u32 features)
{
	struct page_terms terms;
	int ret;

	WRITE_ONCE(state_used, state_used & features);
	page_stop();
	cr3_pause();
	ret = call_hello(features);
	/* A version that we do not speak is no agreement for us, but it is one for the host. */
	self.greeted |= ret >= 0 || ret == -EPROTO;
	if (ret < 0) {
		give_up_hello(ret);
		return ret;
	}
	terms = (struct page_terms){ret, features, self.view.host.instance};
	ret = features & KVMPV_FEATURE_MASK(PAGE) ? page_start(&terms) : 0;
	if (ret) {
		give_up("shared page failed (error %d)", ret);
		return ret;
	}
	if (features & KVMPV_FEATURE_MASK(CR3_CACHE))
		ret = start_cr3();
	else
		cr3_stop();
	if (!ret)
		self.view.abi = terms.abi;
	return ret;
}

/* Ends in GUEST_ACTIVE, or in GUEST_IDLE with everything undone. */
static void start(void)
{
	char reason[STATE_REASON_MAX];
	u32 features, failed = self.failed;
	int ret;

	look();
	self.refused = false;
	if (!self.view.host.base) {
		host_explain(reason, sizeof(reason));
		give_up("%s", self.lost ? LOST : reason);
		return;
	}
	do {
		features = choose();
		if (!features) {
			give_up("no feature is both offered and switched on");
			self.refused = true;
			return;
		}
		ret = agree(features);
	} while (ret == -EAGAIN);
	if (ret)
		return;
	if (self.failed & ~failed)
		pr_info_ratelimited("the cr3 cache is not used: %s\n", cr3_why());
	self.lost = false;
	self.view.used = features;
	WRITE_ONCE(state_used, features);
	enter(GUEST_ACTIVE, "");
}

static bool running(void)
{
	return self.view.enable && !self.halted;
}

/**
 * state_init() - decide what to do at load
 * @enable: use kvmpv
 * @disabled: the kill switch was given: never use it, look at nothing
 *
 * Context: module initialisation.
 */
void state_init(bool enable, bool disabled)
{
	mutex_lock(&lock);
	if (disabled) {
		enter(GUEST_DISABLED, "kvmpv.enable=0 on the kernel command line");
	} else if (enable) {
		WRITE_ONCE(self.view.enable, true);
		start();
	} else {
		rest();
	}
	strscpy(self.logged, self.view.reason, sizeof(self.logged));
	mutex_unlock(&lock);
	watch_arm();
}

/**
 * state_exit() - stop for good
 *
 * Context: process, may sleep; nobody can enable any more.
 */
void state_exit(void)
{
	mutex_lock(&lock);
	WRITE_ONCE(self.view.enable, false);
	quit();
	follow_local();
	mutex_unlock(&lock);
	watch_stop();
}

/**
 * state_set_enable() - use kvmpv, or do not
 * @enable: which
 *
 * Enabling without a host is no error: the watch waits for one.
 *
 * Context: process, may sleep.
 *
 * Return: 0, or -EPERM when the kill switch was given and @enable is true.
 */
int state_set_enable(bool enable)
{
	int ret = 0;

	mutex_lock(&lock);
	if (self.view.state == GUEST_DISABLED) {
		ret = enable ? -EPERM : 0;
	} else if (enable != self.view.enable) {
		WRITE_ONCE(self.view.enable, enable);
		self.lost = false;
		self.failed = 0;
		if (running()) {
			start();
		} else if (!self.halted) {
			quit();
			rest();
		}
		follow_local();
		report();
	}
	mutex_unlock(&lock);
	watch_arm();
	return ret;
}

/* Context: lock held. Refused when it is not possible, even if it would not be used yet. */
static int set_local(u32 feature, bool on)
{
	int ret;

	if (self.view.state == GUEST_DISABLED)
		return on ? -EPERM : 0;
	self.failed &= ~feature;
	self.view.wanted = on ? self.view.wanted | feature : self.view.wanted & ~feature;
	ret = follow_local();
	if (!ret && on && !self.view.enable)
		ret = spinlock_find();
	if (!ret)
		return 0;
	self.view.wanted &= ~feature;
	self.failed |= feature;
	return -EOPNOTSUPP;
}

/* Context: lock held. */
static void set_offered(u32 feature, bool on)
{
	u32 wanted = on ? self.view.wanted | feature : self.view.wanted & ~feature;

	if (wanted == self.view.wanted)
		return;
	self.view.wanted = wanted;
	self.failed &= ~feature;
	if (running() && self.view.state != GUEST_DISABLED) {
		start();
		report();
	}
}

/**
 * state_set_feature() - allow the use of a feature, or do not
 * @feature: its bit
 * @on: which
 *
 * Takes effect before it returns. Other features stay in use all the while.
 *
 * Context: process, may sleep.
 *
 * Return: 0; for a feature that needs no host -EOPNOTSUPP when it is not possible, with the reason
 * in state_reason(), and -EPERM when the kill switch was given.
 */
int state_set_feature(u32 feature, bool on)
{
	int ret = 0;

	mutex_lock(&lock);
	if (feature & KVMPV_LOCAL_ALL)
		ret = set_local(feature, on);
	else
		set_offered(feature, on);
	mutex_unlock(&lock);
	return ret;
}

/* Context: lock held, active. Is everything as it was when we said hello? */
static bool intact(void)
{
	int ret;

	if (!host_same(&self.view.host))
		return false;
	ret = call_probe(self.view.used);
	if (ret == -EPROTO || ret == -ENODEV)
		return false;
	return !(self.view.used & KVMPV_FEATURE_MASK(CR3_CACHE)) || cr3_intact();
}

/*
 * Context: lock held, active, not intact. Find out what is left, and start anew with that.
 *
 * Return: true when our host is gone, be it that another one is there now. The same instance may
 * also have forgotten us, or offer something else.
 */
static bool recover(void)
{
	u32 instance = self.view.host.instance;
	bool gone;

	look();
	gone = self.view.host.instance != instance;
	self.lost = gone;
	self.failed = 0;
	if (gone)
		WRITE_ONCE(state_used, 0);
	start();
	gone |= self.view.state != GUEST_ACTIVE && !self.refused;
	if (gone)
		stats_count(GUEST_HOST_LOST);
	return gone;
}

/**
 * state_check() - is the host that we talk to still there, or one back?
 *
 * Context: process, may sleep; from the watch.
 */
void state_check(void)
{
	struct host_block host;
	bool was_lost;

	mutex_lock(&lock);
	if (!running())
		goto unlock;
	if (self.view.state == GUEST_ACTIVE) {
		if (intact())
			goto unlock;
		was_lost = recover();
	} else {
		was_lost = true;
		host_find(&host);
		if ((self.refused || !host.base) && !memcmp(&host, &self.view.host, sizeof(host)))
			goto unlock;
		self.failed = 0;
		start();
	}
	if (was_lost && self.view.state == GUEST_ACTIVE)
		stats_count(GUEST_HOST_FOUND);
	report();
unlock:
	mutex_unlock(&lock);
}

/**
 * state_halt() - stop until state_resume(), whatever is enabled meanwhile
 * @why: the reason shown
 *
 * The host must not know pages of a kernel that is about to be replaced (kexec) or restored from an
 * image, perhaps on another host.
 *
 * Context: process, may sleep.
 */
void state_halt(const char *why)
{
	mutex_lock(&lock);
	if (!self.halted && self.view.state != GUEST_DISABLED) {
		WRITE_ONCE(self.halted, true);
		quit();
		enter(GUEST_IDLE, why);
	}
	mutex_unlock(&lock);
}

/**
 * state_resume() - go on after state_halt()
 *
 * Context: process, may sleep.
 */
void state_resume(void)
{
	mutex_lock(&lock);
	if (self.halted) {
		WRITE_ONCE(self.halted, false);
		self.failed = 0;
		if (running())
			start();
		else
			rest();
		report();
	}
	mutex_unlock(&lock);
	watch_arm();
}

/**
 * state_hold() - keep everything as it is until state_release()
 *
 * Context: process, may sleep; must not hold the CPU hotplug lock.
 *
 * Return: feature bits in use.
 */
u32 state_hold(void)
{
	mutex_lock(&lock);
	return self.view.used;
}

/**
 * state_release() - undo state_hold()
 *
 * Context: process.
 */
void state_release(void)
{
	mutex_unlock(&lock);
}

/**
 * state_watching() - is there anything to watch for?
 *
 * Context: any.
 *
 * Return: true while kvmpv is enabled, with a host or without.
 */
bool state_watching(void)
{
	return READ_ONCE(self.view.enable) && !READ_ONCE(self.halted);
}

/*
 * For readers: while nobody watches, the host is looked for here, at most once a second: a scan
 * costs hundreds of exits, and anybody may read sysfs.
 */
static void refresh(void)
{
	if (self.view.state != GUEST_DISABLED && !state_watching() && !self.halted &&
	    time_after(jiffies, self.scanned + HZ))
		rest();
}

/**
 * state_get() - everything there is to see
 * @ret_view: filled in
 *
 * Context: process, may sleep.
 */
void state_get(struct state_view *ret_view)
{
	mutex_lock(&lock);
	refresh();
	*ret_view = self.view;
	ret_view->used |= local_used();
	mutex_unlock(&lock);
}

/**
 * state_reason() - why a feature is not in use
 * @feature: its bit
 * @ret_reason: one line without a newline; empty when it is in use
 *
 * Context: process, may sleep.
 */
void state_reason(u32 feature, char ret_reason[STATE_REASON_MAX])
{
	bool local = feature & KVMPV_LOCAL_ALL;
	const char *reason = self.view.reason;

	mutex_lock(&lock);
	refresh();
	if ((self.view.used | local_used()) & feature)
		reason = "";
	else if (self.failed & feature)
		reason = local ? spinlock_why() : cr3_why();
	else if (!(self.view.wanted & feature))
		reason = (local ? spinlock_refusal() : NULL) ?: "switched off";
	else if (local && self.view.state != GUEST_DISABLED)
		reason = self.view.enable ? spinlock_why() : "enable is 0";
	else if (self.view.state != GUEST_DISABLED && self.view.host.base &&
		 !(self.view.host.features & feature))
		reason = "the host does not offer it";
	strscpy(ret_reason, reason, STATE_REASON_MAX);
	mutex_unlock(&lock);
}
