// SPDX-License-Identifier: GPL-2.0-only
/*
 * A trial ends after CR3_TRIAL exits. What it cost and what it saved is estimated in instructions
 * of an emulated Haswell; only the ratios matter. An exit that finds the guest on another root
 * tells of one hit or several.
 *
 * A vCPU whose trials fail stands aside, for twice as many entries each time. Switches among few
 * spaces end that earlier, unless trials begun for their sake failed.
 */
#include <linux/kvm_host.h>
#include <linux/minmax.h>
#include <linux/random.h>

#include "cr3-policy.h"

#define COST_EXIT 160
#define COST_PREPARED 300
#define SAVED_BY_HITS 1500

/* Entries that a vCPU stands aside; see struct cr3_policy */
#define PATIENCE_MIN 256
#define PATIENCE_MAX 4096
#define DISTRUST_MAX PATIENCE_MAX

/**
 * cr3_policy_init() - begin with a trial
 * @policy: of a new registration, zeroed
 *
 * Context: any.
 */
void cr3_policy_init(struct cr3_policy *policy)
{
	int i;

	policy->patience = PATIENCE_MIN;
	policy->random = get_random_u32() | 1;
	for (i = 0; i < CR3_GHOSTS; i++)
		policy->ghost[i] = INVALID_PAGE;
}

/* ---- standing aside ---- */

/* Would hits pay, or did they, for what the probes cost in all these exits? */
static bool hits_pay(const struct cr3_policy *policy)
{
	return policy->useful * SAVED_BY_HITS >=
	       policy->exits * COST_EXIT + policy->prepared * COST_PREPARED;
}

static void start_count(struct cr3_policy *policy)
{
	policy->exits = 0;
	policy->useful = 0;
	policy->prepared = 0;
}

/* The guest has switched. Was it to one of the last few spaces, as the cache would have had it? */
static void switched_aside(struct cr3_policy *policy, u64 pgd)
{
	int i;

	for (i = 1; i < KVMPV_CR3_SLOTS; i++)
		if (policy->recent[i] == pgd)
			break;
	if (i < KVMPV_CR3_SLOTS) {
		policy->useful++;
	} else {
		policy->prepared++;
		i--;
	}
	for (; i > 0; i--)
		policy->recent[i] = policy->recent[i - 1];
	policy->recent[0] = pgd;
}

/* Would @useful hits pay in CR3_TRIAL exits, had they not been among them? */
static bool guess_pays(struct cr3_policy *policy)
{
	policy->exits = CR3_TRIAL - min_t(u32, policy->useful, CR3_TRIAL);
	return policy->aside <= policy->early && hits_pay(policy);
}

/**
 * cr3_notice_aside() - the rest of an entry while the vCPU stands aside
 * @policy: the vCPU's
 * @pgd: the guest's CR3
 *
 * Switches are counted over CR3_TRIAL entries, but as soon as there are enough of them the next
 * trial begins. That pages are unsync does not show in this estimate: where it was wrong before, it
 * has to wait.
 *
 * Context: as cr3_wait_aside(), after it.
 */
void cr3_notice_aside(struct cr3_policy *policy, u64 pgd)
{
	if (cr3_has_switched(policy, pgd))
		switched_aside(policy, pgd);
	policy->guessed = guess_pays(policy);
	if (policy->guessed)
		policy->aside = 0;
	if (!(policy->aside % CR3_TRIAL))
		start_count(policy);
}

static void stand_aside(struct cr3_policy *policy)
{
	if (policy->guessed)
		policy->distrust = clamp_t(u32, policy->distrust * 2, CR3_TRIAL, DISTRUST_MAX);
	policy->aside = policy->patience;
	policy->early = policy->patience - min(policy->patience, policy->distrust);
	policy->patience = min_t(u32, policy->patience * 2, PATIENCE_MAX);
}

/**
 * cr3_end_trial() - did the last CR3_TRIAL exits pay?
 * @policy: the vCPU's
 *
 * One bad trial after good ones may be chance.
 *
 * Context: any.
 *
 * Return: no; the vCPU stands aside from now on.
 */
bool cr3_end_trial(struct cr3_policy *policy)
{
	bool aside = false;

	if (hits_pay(policy)) {
		policy->patience = 0;
		policy->distrust = 0;
		policy->guessed = false;
	} else if (!policy->patience) {
		policy->patience = PATIENCE_MIN;
	} else {
		stand_aside(policy);
		aside = true;
	}
	start_count(policy);
	return aside;
}

/* ---- victims ---- */

static bool was_evicted(const struct cr3_policy *policy, u64 pgd)
{
	int i;

	for (i = 0; i < CR3_GHOSTS; i++)
		if (policy->ghost[i] == pgd)
			return true;
	return false;
}

/* Marsaglia's xorshift */
static u32 next_random(struct cr3_policy *policy)
{
	policy->random ^= policy->random << 13;
	policy->random ^= policy->random >> 17;
	policy->random ^= policy->random << 5;
	return policy->random;
}

/**
 * cr3_evict_current() - which root goes for a page directory that KVM has no root for
 * @policy: the vCPU's
 * @pgd: the page directory
 *
 * If it was evicted lately, more are in turn than fit, and the oldest is needed next: then mostly
 * the current one goes. If it is new, the oldest is the most likely to be dead.
 *
 * Context: any.
 *
 * Return: the current one; else the oldest, as KVM would have it.
 */
bool cr3_evict_current(struct cr3_policy *policy, u64 pgd)
{
	return was_evicted(policy, pgd) && (next_random(policy) & 3);
}

/**
 * cr3_evicted() - remember a page directory whose root goes
 * @policy: the vCPU's
 * @pgd: the page directory
 *
 * Context: any.
 */
void cr3_evicted(struct cr3_policy *policy, u64 pgd)
{
	policy->ghost[policy->ghosts++ % CR3_GHOSTS] = pgd;
}
