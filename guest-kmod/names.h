/* SPDX-License-Identifier: GPL-2.0-only */
/* Words for people and tools, as docs/abi/sysfs.rst has them. */
#ifndef KVMPV_GUEST_NAMES_H
#define KVMPV_GUEST_NAMES_H

#include <linux/types.h>

#include "state.h"

#define NAMES_MAX 64 /* for the names of all features */

const char *name_of_state(enum guest_state state);
size_t names_of_features(char *text, size_t size, u32 features);

#endif /* KVMPV_GUEST_NAMES_H */
