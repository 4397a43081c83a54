/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * When a vCPU's cr3 cache is worth its cost, and which root a miss evicts. Arithmetic only: nothing
 * in it can make a translation wrong.
 */
#ifndef KVMPV_HOST_CR3_POLICY_H
#define KVMPV_HOST_CR3_POLICY_H

#include <linux/types.h>

#include <kvmpv/abi.h>

/* Exits after which a trial ends, and entries after which an estimate is made */
#define CR3_TRIAL 64

#define CR3_GHOSTS 8

/**
 * struct cr3_policy - what a vCPU's cache is worth
 * @aside: entries until the cache is tried again; 0 while it is tried or used
 * @exits: of the current trial
 * @useful: of these, exits that found the guest on another root; aside: switches that would have
 *	been hits
 * @prepared: entries of the trial at which something had changed; aside: other switches
 * @recent: CR3 of the last address spaces seen while standing aside, newest first
 * @patience: entries to stand aside after the next trial that fails; 0: it has one more chance
 * @early: when @aside is this or less, the estimate may end it
 * @distrust: entries to stand aside before that, since estimates were wrong
 * @guessed: the current trial is due to an estimate
 * @ghost: page directories evicted last
 * @ghosts: how many there were
 * @random: state of the generator
 *
 * Changed by the vCPU's own task only.
 */
struct cr3_policy {
	u32 aside;
	u32 exits;
	u32 useful;
	u32 prepared;
	u64 recent[KVMPV_CR3_SLOTS];
	u32 patience;
	u32 early;
	u32 distrust;
	bool guessed;
	u64 ghost[CR3_GHOSTS];
	u32 ghosts;
	u32 random;
};

/* Aside, and estimates may count: has the guest switched? */
static __always_inline bool cr3_has_switched(const struct cr3_policy *policy, u64 pgd)
{
	return policy->aside <= policy->early && pgd != policy->recent[0];
}

/**
 * cr3_wait_aside() - an entry while the vCPU stands aside
 * @policy: the vCPU's
 * @pgd: the guest's CR3
 *
 * Context: any. Nearly always nothing but a count.
 *
 * Return: there is something for cr3_notice_aside() to see.
 */
static __always_inline bool cr3_wait_aside(struct cr3_policy *policy, u64 pgd)
{
	return !(--policy->aside % CR3_TRIAL) || cr3_has_switched(policy, pgd);
}

void cr3_policy_init(struct cr3_policy *policy);
void cr3_notice_aside(struct cr3_policy *policy, u64 pgd);
bool cr3_end_trial(struct cr3_policy *policy);
bool cr3_evict_current(struct cr3_policy *policy, u64 pgd);
void cr3_evicted(struct cr3_policy *policy, u64 pgd);

#endif /* KVMPV_HOST_CR3_POLICY_H */
