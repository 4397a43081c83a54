// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks of what Secure Boot and lockdown ask of modules: are they signed, and does this machine
 * know the key? DKMS signs what it builds with a key of its own, a MOK (machine owner key), which
 * somebody has to enrol at the console.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "doctor.h"
#include "security.h"
#include "sysfs.h"

#define EFIVARS "sys/firmware/efi/efivars"
#define SECURE_BOOT EFIVARS "/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define BLOB_MAX (1U << 20)

/* The list of enrolled keys, where shim leaves it for the kernel */
static const char *const mok_lists[] = {
	"sys/firmware/efi/mok-variables/MokListRT",
	EFIVARS "/MokListRT-605dab50-e046-4300-abb6-3dd810dd8b23",
};

/* The key's certificate: DKMS's own, Ubuntu's */
static const char *const certificates[] = {
	"var/lib/dkms/mok.pub",
	"var/lib/shim-signed/mok/MOK.der",
};

/* A binary file, to be given to free(). */
static int blob_read(const struct ctl *ctl, const char *path, unsigned char **ret_data,
		     size_t *ret_len)
{
	char full[PATH_MAX];
	unsigned char *data;
	size_t used = 0;
	ssize_t len;
	int fd, err;

	snprintf(full, sizeof(full), "%s/%s", ctl->root, path);
	fd = open(full, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	data = xrealloc(NULL, BLOB_MAX, 1);
	do {
		len = read(fd, data + used, BLOB_MAX - used);
		if (len > 0)
			used += (size_t)len;
	} while (len > 0 && used < BLOB_MAX);
	err = len < 0 ? -errno : 0;
	close(fd);
	if (err || used == BLOB_MAX) {
		free(data);
		return err ?: -EFBIG;
	}
	*ret_data = data;
	*ret_len = used;
	return 0;
}

enum secure_boot { SECURE_BOOT_NONE, SECURE_BOOT_OFF, SECURE_BOOT_ON, SECURE_BOOT_UNKNOWN };

/* Four bytes of attributes, and one that says it. */
static enum secure_boot secure_boot_read(const struct ctl *ctl, int *ret_error)
{
	enum secure_boot found = SECURE_BOOT_UNKNOWN;
	unsigned char *data;
	size_t len;

	if (!path_exists(ctl, "sys/firmware/efi"))
		return SECURE_BOOT_NONE;
	*ret_error = blob_read(ctl, SECURE_BOOT, &data, &len);
	if (*ret_error == -ENOENT && path_exists(ctl, EFIVARS))
		return SECURE_BOOT_OFF; /* firmware that does not know it */
	if (*ret_error)
		return SECURE_BOOT_UNKNOWN;
	if (len == 5)
		found = data[4] == 1 ? SECURE_BOOT_ON : SECURE_BOOT_OFF;
	free(data);
	*ret_error = -EBADMSG;
	return found;
}

/**
 * check_secure_boot() - does the firmware check what is started
 * @ctl: the run
 * @evidence: what is known
 * @side: SIDE_COUNT
 * @ret_finding: the verdict
 *
 * Return: false where no firmware is seen at all.
 */
bool check_secure_boot(struct ctl *ctl, const struct evidence *evidence, enum side side,
		       struct finding *ret_finding)
{
	int err = 0;

	if (!path_exists(ctl, "sys/firmware"))
		return false;
	switch (secure_boot_read(ctl, &err)) {
	case SECURE_BOOT_NONE:
		return report(ret_finding, VERDICT_PASS, NULL,
			      "not booted by UEFI: there is no Secure Boot");
	case SECURE_BOOT_OFF:
		return report(ret_finding, VERDICT_PASS, NULL, "Secure Boot is off");
	case SECURE_BOOT_ON:
		return report(
			ret_finding, VERDICT_PASS, NULL,
			"Secure Boot is on: modules have to be signed with a key this machine "
			"knows");
	default:
		return report(ret_finding, VERDICT_WARN,
			      "mokutil --sb-state says it; efivarfs may not be mounted",
			      "whether Secure Boot is on cannot be seen: %s", problem_text(-err));
	}
}

static bool enrolled(const struct ctl *ctl, const unsigned char *key, size_t key_len)
{
	bool found = false;

	for (size_t i = 0; i < ARRAY_SIZE(mok_lists) && !found; i++) {
		unsigned char *list;
		size_t len;

		if (blob_read(ctl, mok_lists[i], &list, &len))
			continue;
		/* A list has the certificates whole. */
		found = memmem(list, len, key, key_len);
		free(list);
	}
	return found;
}

/* "mok_certificate=PATH" in a file of DKMS's; the last one counts. */
static void certificate_told(int dir, const char *name, char ret_path[256])
{
	static const char key[] = "mok_certificate=";
	const char *text, *at;

	if (file_read(dir, name, &text))
		return;
	for (; text; text = strchr(text, '\n') ? strchr(text, '\n') + 1 : NULL) {
		if (strncmp(text, key, strlen(key)))
			continue;
		at = text + strlen(key);
		at += strspn(at, "\"'/");
		snprintf(ret_path, 256, "%.*s", (int)strcspn(at, "\"' \t\n"), at);
	}
}

static int conf_only(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot && !strcmp(dot, ".conf");
}

/* What DKMS was told to use, or what is there, or what it would make. */
static void certificate_find(const struct ctl *ctl, char ret_path[256])
{
	struct dirent **list;
	struct dir dir;
	int n;

	strcpy(ret_path, certificates[0]);
	for (size_t i = ARRAY_SIZE(certificates); i--;)
		if (path_exists(ctl, certificates[i]))
			strcpy(ret_path, certificates[i]);
	if (!dir_open_root(ctl, "etc/dkms", &dir)) {
		certificate_told(dir.fd, "framework.conf", ret_path);
		dir_close(&dir);
	}
	if (dir_open_root(ctl, "etc/dkms/framework.conf.d", &dir))
		return;
	n = scandirat(dir.fd, ".", &list, conf_only, alphasort);
	for (int i = 0; i < n; i++) {
		certificate_told(dir.fd, list[i]->d_name, ret_path);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
	dir_close(&dir);
}

/**
 * check_mok() - does this machine know the key DKMS signs with
 * @ctl: the run
 * @evidence: what is known
 * @side: SIDE_COUNT
 * @ret_finding: the verdict
 *
 * Return: false when Secure Boot is not on.
 */
bool check_mok(struct ctl *ctl, const struct evidence *evidence, enum side side,
	       struct finding *ret_finding)
{
	char path[256], next[400];
	unsigned char *key;
	size_t len;
	bool known;
	int err = 0;

	if (secure_boot_read(ctl, &err) != SECURE_BOOT_ON)
		return false;
	certificate_find(ctl, path);
	snprintf(next, sizeof(next),
		 "mokutil --import /%s, then reboot and enrol the key at the console (MokManager)",
		 path);
	err = blob_read(ctl, path, &key, &len);
	if (err == -ENOENT)
		return report(ret_finding, VERDICT_WARN, next,
			      "no key to sign modules with: DKMS makes one when it builds, /%s",
			      path);
	if (err)
		return report(ret_finding, VERDICT_WARN, "run it as root",
			      "whether the key in /%s is enrolled cannot be seen: %s", path,
			      problem_text(-err));
	known = len && enrolled(ctl, key, len);
	free(key);
	if (known)
		return report(ret_finding, VERDICT_PASS, NULL, "the key in /%s is enrolled", path);
	return report(ret_finding, VERDICT_FAIL, next,
		      "the key in /%s is not enrolled: no module that DKMS built can be loaded",
		      path);
}

/**
 * check_lockdown() - how far does the kernel keep root out
 * @ctl: the run
 * @evidence: what is known
 * @side: SIDE_COUNT
 * @ret_finding: the verdict
 *
 * Return: false when that cannot be seen.
 */
bool check_lockdown(struct ctl *ctl, const struct evidence *evidence, enum side side,
		    struct finding *ret_finding)
{
	const struct security *security = &evidence->security;

	if (!*security->lockdown)
		return false;
	if (!security_locked(security))
		return report(ret_finding, VERDICT_PASS, NULL, "the kernel is not locked down");
	return report(ret_finding, VERDICT_PASS, NULL,
		      "the kernel is locked down (%s): modules have to be signed, and debugfs is "
		      "closed, which kvmpvctl does not need",
		      security->lockdown);
}

/**
 * check_signature() - is the module on disk signed, and has it to be
 * @ctl: the run
 * @evidence: what is known
 * @side: the side
 * @ret_finding: the verdict
 *
 * Return: false when there is none.
 */
bool check_signature(struct ctl *ctl, const struct evidence *evidence, enum side side,
		     struct finding *ret_finding)
{
	const struct module_version *disk = &evidence->status.versions.module[side][WHERE_DISK];
	const char *name = side_defs[side].module;
	char next[256], why[160];

	if (!disk->found)
		return false;
	if (!security_refuses(&evidence->security, disk, why, sizeof(why)) && disk->is_signed)
		return report(ret_finding, VERDICT_PASS, NULL, "%s is signed%s%s", name,
			      *disk->signer ? " by " : "", disk->signer);
	if (!*why)
		return report(ret_finding, VERDICT_PASS, NULL,
			      "%s is not signed, and need not be here", name);
	if (disk->is_signed && path_exists(ctl, "sys/firmware/efi"))
		snprintf(next, sizeof(next),
			 "enrol the key: mokutil --import, with the certificate of that signer");
	else if (disk->is_signed)
		snprintf(next, sizeof(next),
			 "sign it with a key this kernel knows: without UEFI none can be enrolled");
	else
		snprintf(next, sizeof(next),
			 "let DKMS build it again, which signs it: dkms install --force "
			 "kvmpv-%s/%s -k %s",
			 side_defs[side].name, disk->version, release_running(ctl));
	return report(ret_finding, VERDICT_FAIL, next, "%s %s", name, why);
}
