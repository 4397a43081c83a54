/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVMPV_URGENT_H
#define KVMPV_URGENT_H

int kvmpv_urgent(int (*call)(void *), void *arg);

#endif /* KVMPV_URGENT_H */
