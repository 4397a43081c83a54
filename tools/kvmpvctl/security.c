// SPDX-License-Identifier: GPL-2.0-only
/*
 * What this kernel asks of modules: lockdown and module.sig_enforce, and the keys it knows.
 */
#include <string.h>

#include "parameter.h"
#include "security.h"
#include "sysfs.h"

/*
 * Lines of /proc/keys: "ID FLAGS USAGE EXPIRY PERM UID GID TYPE DESCRIPTION". That of a key from a
 * certificate is "SUBJECT: HASH: X509.rsa ID []".
 */
static void signers_read(const char *text, char ret_signers[SIGNERS_SIZE])
{
	static const char type[] = " asymmetri ";
	size_t used = 0;
	const char *at;

	while ((at = strstr(text, type))) {
		size_t len = strcspn(at + strlen(type), "\n");

		text = at + strlen(type);
		if (used + len + 2 > SIGNERS_SIZE)
			return;
		memcpy(ret_signers + used, text, len);
		used += len;
		strcpy(ret_signers + used++, "\n");
	}
}

/**
 * security_read() - what this kernel asks of modules
 * @ctl: the run
 * @ret_security: what it says
 */
void security_read(const struct ctl *ctl, struct security *ret_security)
{
	struct security *s = ret_security;
	const char *text, *start;
	struct dir dir;
	bool on;

	memset(s, 0, sizeof(*s));
	if (!dir_open_root(ctl, "sys/kernel/security", &dir)) {
		if (!file_read(dir.fd, "lockdown", &text) && (start = strchr(text, '[')))
			snprintf(s->lockdown, sizeof(s->lockdown), "%.*s",
				 (int)strcspn(start + 1, "] \n"), start + 1);
		dir_close(&dir);
	}
	if (!parameter_bool(ctl, "module", "sig_enforce", &on))
		s->sig_enforce = on;
	if (!dir_open_root(ctl, "proc", &dir)) {
		if (!file_read(dir.fd, "keys", &text))
			signers_read(text, s->signers);
		dir_close(&dir);
	}
}

/**
 * security_locked() - is this kernel locked down
 * @security: what it says
 *
 * Return: true when it is.
 */
bool security_locked(const struct security *security)
{
	return *security->lockdown && strcmp(security->lockdown, "none");
}

/**
 * security_refuses() - would this kernel not load a module for its signature
 * @security: what the kernel asks for
 * @module: the module, which was found
 * @ret_why: what is wrong, to be said of the module; empty when nothing is known to be
 * @size: bytes at @ret_why
 *
 * A key it knows by the signer's name may still be another one.
 *
 * Return: true when it would not.
 */
bool security_refuses(const struct security *security, const struct module_version *module,
		      char *ret_why, size_t size)
{
	const char *by = security_locked(security) ? "lockdown" : "module.sig_enforce";

	*ret_why = '\0';
	if (!security->sig_enforce && !security_locked(security))
		return false;
	if (!module->is_signed)
		snprintf(ret_why, size,
			 "is not signed, and this kernel loads signed modules only (%s)", by);
	else if (*module->signer && *security->signers &&
		 !strstr(security->signers, module->signer))
		snprintf(ret_why, size,
			 "is signed by %s, whose key this kernel does not know, and it loads no "
			 "other modules (%s)",
			 module->signer, by);
	return *ret_why;
}
