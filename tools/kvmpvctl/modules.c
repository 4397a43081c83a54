// SPDX-License-Identifier: GPL-2.0-only
/*
 * Versions of the two modules: loaded (sysfs) and on disk for a kernel (libkmod).
 */
#include <errno.h>
#include <libkmod.h>
#include <stdarg.h>
#include <string.h>
#include <sys/utsname.h>

#include "modules.h"
#include "sysfs.h"

/* libkmod talks to stderr on its own; what it has to say is in its return values. */
static void kmod_quiet(void *data, int priority, const char *file, int line, const char *fn,
		       const char *format, va_list args)
{
}

static void copy_clean(char *ret, size_t size, const char *text)
{
	size_t i;

	for (i = 0; i + 1 < size && text[i]; i++)
		ret[i] = text[i] < ' ' || text[i] > '~' ? '?' : text[i];
	ret[i] = '\0';
}

/**
 * module_loaded() - version of the loaded module
 * @ctl: the run
 * @side: which module
 * @ret_version: what is loaded
 */
void module_loaded(struct ctl *ctl, enum side side, struct module_version *ret_version)
{
	const struct side_def *def = &side_defs[side];
	struct module_version *v = ret_version;
	char path[64];
	struct dir dir;
	const char *text;
	int err;

	memset(v, 0, sizeof(*v));
	err = dir_open_root(ctl, def->sysfs, &dir);
	if (err) {
		snprintf(v->why, sizeof(v->why), err == -ENOENT ? "not loaded" : "unknown (%s)",
			 problem_text(-err));
		return;
	}
	v->found = !read_line(ctl, &dir, "version", v->version, sizeof(v->version));
	snprintf(v->path, sizeof(v->path), "%s", dir.path);
	dir_close(&dir);
	if (!v->found)
		snprintf(v->why, sizeof(v->why), "unknown");
	snprintf(path, sizeof(path), "sys/module/%s", def->module);
	if (dir_open_root(ctl, path, &dir))
		return;
	if (!file_read(dir.fd, "srcversion", &text))
		parse_line(text, v->srcversion, sizeof(v->srcversion));
	dir_close(&dir);
}

static int info_read(struct kmod_module *module, struct module_version *v)
{
	struct kmod_list *list = NULL, *item;
	int err = kmod_module_get_info(module, &list);

	if (err < 0)
		return err;
	kmod_list_foreach(item, list)
	{
		const char *key = kmod_module_info_get_key(item);
		const char *value = kmod_module_info_get_value(item);

		if (!strcmp(key, "version"))
			copy_clean(v->version, sizeof(v->version), value);
		else if (!strcmp(key, "srcversion"))
			copy_clean(v->srcversion, sizeof(v->srcversion), value);
		else if (!strcmp(key, "signer"))
			copy_clean(v->signer, sizeof(v->signer), value);
		v->is_signed |= !strcmp(key, "sig_id");
	}
	kmod_module_info_free_list(list);
	return 0;
}

/**
 * module_file() - version of a module in a file
 * @path: the file, may be compressed
 * @ret_version: its @version and @srcversion are set
 *
 * Return: 0 or -errno.
 */
int module_file(const char *path, struct module_version *ret_version)
{
	struct kmod_ctx *kmod = kmod_new("/", NULL);
	struct kmod_module *module;
	int err;

	if (!kmod)
		return -ENOMEM;
	kmod_set_log_fn(kmod, kmod_quiet, NULL);
	err = kmod_module_new_from_path(kmod, path, &module);
	if (!err) {
		err = info_read(module, ret_version);
		kmod_module_unref(module);
	}
	kmod_unref(kmod);
	return err;
}

/**
 * release_running() - the kernel that runs
 * @ctl: the run; below another root, proc/sys/kernel/osrelease says it if it is there
 *
 * Return: its release.
 */
const char *release_running(const struct ctl *ctl)
{
	static struct utsname uts;
	const char *text;
	struct dir dir;

	if (*uts.release)
		return uts.release;
	uname(&uts);
	if (!*ctl->root || dir_open_root(ctl, "proc/sys/kernel", &dir))
		return uts.release;
	if (!file_read(dir.fd, "osrelease", &text))
		parse_line(text, uts.release, sizeof(uts.release));
	dir_close(&dir);
	return uts.release;
}

/**
 * module_on_disk() - version of the module that modprobe would load
 * @ctl: the run
 * @side: which module
 * @release: of the kernel it is for
 * @ret_version: what is on disk
 */
void module_on_disk(const struct ctl *ctl, enum side side, const char *release,
		    struct module_version *ret_version)
{
	struct module_version *v = ret_version;
	struct kmod_module *module;
	char where[PATH_MAX];
	struct kmod_ctx *kmod;
	const char *path;
	int err;

	memset(v, 0, sizeof(*v));
	snprintf(where, sizeof(where), "%s/lib/modules/%s", ctl->root, release);
	kmod = kmod_new(where, NULL);
	if (!kmod)
		return;
	kmod_set_log_fn(kmod, kmod_quiet, NULL);
	err = kmod_module_new_from_name(kmod, side_defs[side].module, &module);
	if (!err) {
		path = kmod_module_get_path(module);
		if (path)
			snprintf(v->path, sizeof(v->path), "%s", path);
		err = path ? info_read(module, v) : -ENOENT;
		kmod_module_unref(module);
	}
	kmod_unref(kmod);
	v->found = !err;
	if (err)
		snprintf(v->why, sizeof(v->why), err == -ENOENT ? "not there" : "unknown (%s: %s)",
			 v->path, problem_text(-err));
}

/**
 * module_source() - is the source there that DKMS builds a module from
 * @ctl: the run
 * @side: which module
 *
 * Return: true when its package is installed in this tool's version.
 */
bool module_source(const struct ctl *ctl, enum side side)
{
	char source[64];

	snprintf(source, sizeof(source), "usr/src/kvmpv-%s-%s", side_defs[side].name,
		 KVMPV_VERSION);
	return path_exists(ctl, source);
}
