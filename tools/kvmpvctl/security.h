/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVMPVCTL_SECURITY_H
#define KVMPVCTL_SECURITY_H

#include "modules.h"

#define SIGNERS_SIZE 4096

/**
 * struct security - what this kernel asks of modules
 * @lockdown: as in /sys/kernel/security/lockdown: ``none``, ``integrity``, ``confidentiality``;
 *            empty when that cannot be seen
 * @sig_enforce: it was told to load signed modules only
 * @signers: whose keys it knows, a line each; empty when that cannot be seen
 */
struct security {
	char lockdown[24];
	bool sig_enforce;
	char signers[SIGNERS_SIZE];
};

void security_read(const struct ctl *ctl, struct security *ret_security);
bool security_locked(const struct security *security);
bool security_refuses(const struct security *security, const struct module_version *module,
		      char *ret_why, size_t size);

#endif /* KVMPVCTL_SECURITY_H */
