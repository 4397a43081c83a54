/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the module does, and why not more: docs/abi/sysfs.rst, "state".
 *
 *   disabled   kill switch; for good
 *   off        a host is there, enable is 0
 *   idle       no host, or no handshake
 *   active     handshake made, features in use
 */
#ifndef KVMPV_GUEST_STATE_H
#define KVMPV_GUEST_STATE_H

#include <linux/compiler.h>
#include <linux/types.h>

#include "host.h"

enum guest_state { GUEST_DISABLED, GUEST_OFF, GUEST_IDLE, GUEST_ACTIVE };

#define STATE_REASON_MAX 128

/**
 * struct state_view - everything there is to see, at one moment
 * @state: the state
 * @reason: why it is not GUEST_ACTIVE, empty when it is
 * @enable: may kvmpv be used
 * @host: what the host offers
 * @abi: ABI version in use, 0 when not active
 * @used: feature bits in use
 * @wanted: feature bits that may be used
 */
struct state_view {
	enum guest_state state;
	char reason[STATE_REASON_MAX];
	bool enable;
	struct host_block host;
	u32 abi;
	u32 used;
	u32 wanted;
};

extern u32 state_used;

/**
 * state_uses() - is a feature in use?
 * @feature: its bit
 *
 * Context: any. The answer may be outdated as soon as it is given: a call to a host that has just
 * gone away is harmless and gets an error.
 *
 * Return: true when it is.
 */
static inline bool state_uses(u32 feature)
{
	return READ_ONCE(state_used) & feature;
}

void state_init(bool enable, bool disabled);
void state_exit(void);
int state_set_enable(bool enable);
int state_set_feature(u32 feature, bool on);
void state_check(void);
void state_halt(const char *why);
void state_resume(void);
bool state_watching(void);
u32 state_hold(void);
void state_release(void);
void state_get(struct state_view *ret_view);
void state_reason(u32 feature, char ret_reason[STATE_REASON_MAX]);

#endif /* KVMPV_GUEST_STATE_H */
