/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVMPV_GUEST_WATCH_H
#define KVMPV_GUEST_WATCH_H

void watch_arm(void);
void watch_poke(void);
void watch_stop(void);

#endif /* KVMPV_GUEST_WATCH_H */
