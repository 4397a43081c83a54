// SPDX-License-Identifier: GPL-2.0-only
/*
 * kvmpv_bench is loaded when it is needed and unloaded after that. Whoever measures holds a lock on
 * its directory in sysfs, so a second kvmpvctl neither measures at the same time nor unloads it.
 * One that was killed leaves it loaded: the next one takes it as it is, and unloads it.
 *
 * Below another root nothing is loaded: what is there is looked at.
 */
#include <errno.h>
#include <libkmod.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "bench.h"
#include "modules.h"

#define UNLOAD_TRIES 50
#define UNLOAD_WAIT_US 20000

static void quiet(void *data, int priority, const char *file, int line, const char *fn,
		  const char *format, va_list args)
{
}

static int module_get(struct kmod_ctx **ret_kmod, struct kmod_module **ret_module)
{
	struct kmod_ctx *kmod = kmod_new(NULL, NULL);
	int err;

	if (!kmod)
		return -ENOMEM;
	kmod_set_log_fn(kmod, quiet, NULL);
	err = kmod_module_new_from_name(kmod, BENCH_MODULE, ret_module);
	if (err) {
		kmod_unref(kmod);
		return err;
	}
	*ret_kmod = kmod;
	return 0;
}

static int insert(void)
{
	struct kmod_module *module;
	struct kmod_ctx *kmod;
	int err = module_get(&kmod, &module);

	if (err)
		return err;
	if (!kmod_module_get_path(module))
		err = -ENOENT;
	else
		err = kmod_module_probe_insert_module(module, 0, NULL, NULL, NULL, NULL);
	kmod_module_unref(module);
	kmod_unref(kmod);
	/* Somebody else was faster. */
	return err == -EEXIST ? 0 : err;
}

static int fail_insert(struct ctl *ctl, int err)
{
	switch (-err) {
	case ENOENT:
		return fail(ctl, EXIT_INACTIVE, "install kvmpv-guest-dkms; if it is: dkms status",
			    BENCH_MODULE " is not there for kernel %s", release_running(ctl));
	case EKEYREJECTED:
		return fail(ctl, EXIT_FAILED, "kvmpvctl doctor",
			    "this kernel does not take the signature of " BENCH_MODULE);
	case ENODEV:
		return fail(ctl, EXIT_UNSUPPORTED, NULL,
			    BENCH_MODULE " does not load: this is no virtual machine");
	}
	return fail(ctl, EXIT_FAILED, "kvmpvctl doctor, and journalctl -k -g kvmpv, may say more",
		    "cannot load " BENCH_MODULE ": %s", strerror(-err));
}

/**
 * bench_module_load() - get the module to work for this run alone
 * @ctl: the run
 * @ret_dir: its directory in sysfs, to be given to bench_module_unload()
 *
 * Return: exit code; when it is not EXIT_DONE the failure is reported.
 */
int bench_module_load(struct ctl *ctl, struct dir *ret_dir)
{
	int err = 0;

	if (!*ctl->root && geteuid())
		return fail(ctl, EXIT_FAILED, "run it as root",
			    "cannot load " BENCH_MODULE ": not root");
	if (!*ctl->root && !path_exists(ctl, BENCH_DIR))
		err = insert();
	if (err)
		return fail_insert(ctl, err);
	err = dir_open_root(ctl, BENCH_DIR, ret_dir);
	if (err)
		return fail(ctl, err == -ENOENT ? EXIT_INACTIVE : EXIT_FAILED, NULL,
			    "cannot open %s: %s", ret_dir->path, strerror(-err));
	if (!flock(ret_dir->fd, LOCK_EX | LOCK_NB))
		return EXIT_DONE;
	err = errno;
	dir_close(ret_dir);
	if (err == EWOULDBLOCK)
		return fail(ctl, EXIT_FAILED, "wait until it has ended",
			    "another kvmpvctl bench runs");
	return fail(ctl, EXIT_FAILED, NULL, "cannot lock %s: %s", ret_dir->path, strerror(err));
}

static int remove_module(void)
{
	struct kmod_module *module;
	struct kmod_ctx *kmod;
	int err = module_get(&kmod, &module);

	if (err)
		return err;
	for (int i = 0; i < UNLOAD_TRIES; i++) {
		err = kmod_module_remove_module(module, 0);
		if (err != -EAGAIN && err != -EBUSY)
			break;
		usleep(UNLOAD_WAIT_US);
	}
	kmod_module_unref(module);
	kmod_unref(kmod);
	return err == -ENOENT ? 0 : err;
}

/**
 * bench_module_unload() - end the use of the module
 * @ctl: the run
 * @dir: as bench_module_load() gave it
 *
 * The lock is held until the module has gone.
 *
 * Return: 0 or -errno.
 */
int bench_module_unload(const struct ctl *ctl, struct dir *dir)
{
	int err = *ctl->root ? 0 : remove_module();

	dir_close(dir);
	return err;
}
