// SPDX-License-Identifier: GPL-2.0-only
/*
 * Making settings: in the running module through sysfs, and for later boots in a configuration
 * file. All changes are planned first (--dry-run shows the plan), what has its value already is
 * left alone, and the new configuration file is written out before the first setting is made, so
 * that a full disk or a missing right is found before anything has changed.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "change.h"
#include "switch.h"

/* The keys that are no features, and which of them the module or the kernel has. */
static void keys_add(struct changes *c)
{
	unsigned int features = c->keys.n;
	char path[PATH_MAX];

	c->features = features < NAMES_MAX ? NAME_BIT(features) - 1 : ~0ULL;
	settings_add(c->side, &c->keys);
	if (c->side == SIDE_GUEST)
		c->enable = names_find(&c->keys, CONFIG_ENABLE, strlen(CONFIG_ENABLE));
	for (unsigned int key = features; key < c->keys.n; key++) {
		if (kernel_switch_find(c->side, c->keys.name[key]))
			c->kernel |= NAME_BIT(key);
		else if (!c->loaded)
			continue;
		change_path(c, key, path, sizeof(path));
		if (!access(path, F_OK))
			c->present |= NAME_BIT(key);
	}
}

/**
 * changes_open() - start a plan for one side
 * @ctl: the run; its @vm picks a VM of the host
 * @side: which side
 * @ret_changes: to be given to changes_close() when EXIT_DONE is returned
 *
 * A module that is not loaded is no failure here, a VM that does not exist is one.
 *
 * Return: EXIT_DONE, or another exit code and the failure is reported.
 */
int changes_open(struct ctl *ctl, enum side side, struct changes *ret_changes)
{
	struct changes *c = ret_changes;
	char path[PATH_MAX];
	struct vm_id id;
	int err;

	memset(c, 0, sizeof(*c));
	c->side = side;
	c->vm = ctl->vm;
	c->root = ctl->root;
	c->enable = -1;
	c->dir.fd = -1;
	settings_features(side, &c->keys);
	snprintf(path, sizeof(path), "%s", side_defs[side].sysfs);
	if (c->vm) {
		if (parse_vm_id(c->vm, &id))
			return fail(ctl, EXIT_USAGE, "kvmpvctl status shows the VMs",
				    "%s is not a VM: expected PID-N", c->vm);
		if (!path_exists(ctl, path))
			return fail_not_loaded(ctl, SIDE_MASK(SIDE_HOST));
		snprintf(path, sizeof(path), "%s/vm/%s", side_defs[side].sysfs, c->vm);
	}
	err = dir_open_root(ctl, path, &c->dir);
	if (err && (err != -ENOENT || c->vm))
		return fail(ctl, EXIT_FAILED,
			    c->vm ? "kvmpvctl status shows the VMs" : "run it as root",
			    "cannot open %s: %s", c->dir.path, strerror(-err));
	c->loaded = !err;
	if (c->loaded) {
		err = features_list(&c->dir, &c->keys, &c->present);
		if (err) {
			c->loaded = false;
			dir_close(&c->dir);
			return fail(ctl, EXIT_FAILED, NULL, "cannot read %s/features: %s",
				    c->dir.path, strerror(-err));
		}
	}
	keys_add(c);
	return EXIT_DONE;
}

/**
 * changes_close() - end the use of a plan
 * @changes: the plan
 */
void changes_close(struct changes *changes)
{
	if (changes->loaded)
		dir_close(&changes->dir);
}

/**
 * change_kernel() - is a setting one of the kernel itself
 * @changes: the plan
 * @key: number of its key
 *
 * Return: false for one of a module of kvmpv.
 */
bool change_kernel(const struct changes *changes, unsigned int key)
{
	return changes->kernel & NAME_BIT(key);
}

/**
 * change_path() - the file of a setting
 * @changes: the plan
 * @key: number of its key
 * @ret: its path
 * @size: bytes at @ret
 */
void change_path(const struct changes *changes, unsigned int key, char *ret, size_t size)
{
	const char *name = changes->keys.name[key];
	const struct kernel_switch *kernel = kernel_switch_find(changes->side, name);
	char file[64];

	if (kernel) {
		snprintf(ret, size, "%s/%s/%s", changes->root, kernel->dir, kernel->file);
		return;
	}
	setting_file(changes->side, name, file, sizeof(file));
	snprintf(ret, size, "%s/%s", changes->dir.path, file);
}

/**
 * change_written() - what is written to make a setting
 * @changes: the plan
 * @change: the setting
 *
 * Return: the number.
 */
uint32_t change_written(const struct changes *changes, const struct change *change)
{
	const struct kernel_switch *kernel =
		kernel_switch_find(changes->side, changes->keys.name[change->key]);

	return !kernel ? change->value : change->value ? kernel->on : kernel->off;
}

/* The directory a setting's file is looked up in; to be given to dir_put(). */
static int dir_get(const struct changes *changes, unsigned int key, struct dir *ret_dir,
		   char ret_file[64])
{
	const char *name = changes->keys.name[key];
	const struct kernel_switch *kernel = kernel_switch_find(changes->side, name);

	if (!kernel) {
		setting_file(changes->side, name, ret_file, 64);
		*ret_dir = changes->dir;
		return 0;
	}
	snprintf(ret_file, 64, "%s", kernel->file);
	snprintf(ret_dir->path, sizeof(ret_dir->path), "%s/%s", changes->root, kernel->dir);
	ret_dir->fd = open(ret_dir->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return ret_dir->fd < 0 ? -errno : 0;
}

static void dir_put(const struct changes *changes, struct dir *dir)
{
	if (dir->fd != changes->dir.fd)
		dir_close(dir);
}

static bool runtime_has(const struct changes *changes, unsigned int key, uint32_t value)
{
	const char *name = changes->keys.name[key];
	const struct kernel_switch *kernel = kernel_switch_find(changes->side, name);
	const char *text;
	char file[64], word[16];
	struct dir dir;
	uint64_t number;
	uint32_t now;
	int err;

	if (dir_get(changes, key, &dir, file))
		return false;
	err = file_read(dir.fd, file, &text) ?: parse_line(text, word, sizeof(word));
	dir_put(changes, &dir);
	if (err)
		return false;
	if (kernel)
		return !parse_u64(word, strlen(word), &number) &&
		       kernel_switch_is_on(kernel, number) == !!value;
	return !setting_parse(name, word, &now) && now == value;
}

/**
 * changes_add() - add a setting to a plan
 * @changes: the plan
 * @key: number of its key
 * @value: what to set it to
 * @configs: files that are to say so, or NULL for the running module
 */
void changes_add(struct changes *changes, unsigned int key, uint32_t value,
		 const struct configs *configs)
{
	struct change *change = &changes->change[changes->n++];
	uint32_t now;

	change->key = key;
	change->value = value;
	change->saved = configs;
	if (configs)
		change->already = configs_get(configs, key, &now) && now == value;
	else
		change->already = runtime_has(changes, key, value);
}

/**
 * changes_note() - add to what the administrator should know
 * @changes: the plan
 * @fmt: a sentence without its full stop, as for printf(); cut when there is no room for it
 */
void changes_note(struct changes *changes, const char *fmt, ...)
{
	size_t used = strlen(changes->note);
	va_list args;

	if (used)
		used += (size_t)snprintf(changes->note + used, sizeof(changes->note) - used, "; ");
	if (used >= sizeof(changes->note))
		return;
	va_start(args, fmt);
	vsnprintf(changes->note + used, sizeof(changes->note) - used, fmt, args);
	va_end(args);
}

/**
 * changes_reasons() - why features of a plan's side cannot be used
 * @ctl: the run
 * @changes: the plan
 * @ret_reasons: the reasons, of the side also when the plan is for a VM
 */
void changes_reasons(struct ctl *ctl, const struct changes *changes, struct reasons *ret_reasons)
{
	uint64_t features = changes->present & changes->features;
	struct dir dir;

	ret_reasons->known = 0;
	if (!changes->loaded || dir_open_root(ctl, side_defs[changes->side].sysfs, &dir))
		return;
	reasons_read(ctl, &dir, features, &changes->keys, ret_reasons);
	dir_close(&dir);
}

/* What is known of a feature that the module refuses. */
static const char *refusal(struct ctl *ctl, const struct changes *changes, unsigned int key)
{
	static struct reasons reasons;

	changes_reasons(ctl, changes, &reasons);
	if (reasons.known & NAME_BIT(key) && *reasons.text[key])
		return reasons.text[key];
	return "the module does not say why";
}

static int write_refused(struct ctl *ctl, const struct changes *changes, unsigned int key,
			 const char *done)
{
	char next[64];

	if (changes->side == SIDE_GUEST && feature_local(key))
		snprintf(next, sizeof(next), "journalctl -k -g kvmpv may say more");
	else
		snprintf(next, sizeof(next), "kvmpvctl doctor --%s says more",
			 side_defs[changes->side].name);
	return fail(ctl, EXIT_UNSUPPORTED, next, "%s is not possible here: %s%s%s",
		    changes->keys.name[key], refusal(ctl, changes, key),
		    *done ? "; switched before that: " : "", done);
}

/* What came of it: a switch can be on and kvmpv still not in use. */
static void state_read(struct changes *changes)
{
	const char *text;

	bool module = false;

	for (size_t i = 0; i < changes->n; i++)
		module |= !change_kernel(changes, changes->change[i].key);
	if (!changes->loaded || changes->vm || (changes->n && !module))
		return;
	if (!file_read(changes->dir.fd, "state", &text))
		parse_line(text, changes->state, sizeof(changes->state));
	if (!file_read(changes->dir.fd, "reason", &text))
		parse_line(text, changes->reason, sizeof(changes->reason));
}

static int write_failed(struct ctl *ctl, struct changes *changes, size_t at, int err)
{
	const struct change *change = &changes->change[at];
	const char *next = "dmesg may say why";
	const char *key = changes->keys.name[change->key];
	char path[PATH_MAX], value[SETTING_TEXT_SIZE], done[512];
	uint64_t set = 0;

	for (size_t i = 0; i < at; i++)
		if (!changes->change[i].saved && !changes->change[i].already)
			set |= NAME_BIT(changes->change[i].key);
	names_join(&changes->keys, set, " ", done, sizeof(done));
	if (err == -EOPNOTSUPP && !change_kernel(changes, change->key))
		return write_refused(ctl, changes, change->key, done);
	change_path(changes, change->key, path, sizeof(path));
	state_read(changes);
	if (err == -EPERM && !strcmp(changes->state, "disabled"))
		next = "take kvmpv.enable=0 off the kernel command line and reboot";
	else if (err == -EACCES || err == -EPERM)
		next = "run it as root";
	else if (err == -ENOENT || err == -ENODEV)
		next = "kvmpvctl status shows what is there now";
	setting_text(key, change->value, value);
	return fail(ctl, EXIT_FAILED, next, "cannot %s %s %s%s: %s: %s%s%s",
		    setting_number(key) ? "set" : "switch", key, setting_number(key) ? "to " : "",
		    value, path, strerror(-err), set ? "; switched before that: " : "", done);
}

static int setting_write(const struct changes *changes, const struct change *change)
{
	char file[64], text[16];
	struct dir dir;
	int err;

	err = dir_get(changes, change->key, &dir, file);
	if (err)
		return err;
	snprintf(text, sizeof(text), "%u\n", change_written(changes, change));
	err = file_write(&dir, file, text);
	dir_put(changes, &dir);
	return err;
}

static int runtime_write(struct ctl *ctl, struct changes *changes)
{
	int err;

	for (size_t i = 0; i < changes->n; i++) {
		struct change *change = &changes->change[i];

		if (change->saved || change->already)
			continue;
		err = setting_write(changes, change);
		change->refused = err == -EOPNOTSUPP && changes->tolerant;
		if (change->refused)
			changes_note(changes, "%s is not possible here: %s",
				     changes->keys.name[change->key],
				     refusal(ctl, changes, change->key));
		else if (err)
			return write_failed(ctl, changes, i, err);
	}
	return EXIT_DONE;
}

static bool config_change(struct changes *changes, struct config *config)
{
	bool any = false;

	for (size_t i = 0; i < changes->n; i++) {
		const struct change *change = &changes->change[i];

		if (!change->saved || change->already)
			continue;
		config_set(config, &changes->keys, change->key, change->value);
		any = true;
	}
	return any;
}

static int save_failed(struct ctl *ctl, const struct config *config, const char *when, int err)
{
	return fail(ctl, EXIT_FAILED,
		    err == -EACCES ? "run it as root, or with --runtime to save nothing"
				   : "with --runtime nothing is saved",
		    "cannot write %s: %s; %s", config->path, strerror(-err), when);
}

/**
 * changes_make() - carry a plan out
 * @ctl: the run; with its @dry_run nothing is done
 * @changes: the plan
 * @config: the configuration file to change, or NULL
 *
 * Return: EXIT_DONE, or another exit code and the failure is reported.
 */
int changes_make(struct ctl *ctl, struct changes *changes, struct config *config)
{
	int err, code;

	if (config)
		strcpy(changes->config_path, config->path);
	if (ctl->dry_run)
		return EXIT_DONE;
	if (config && !config_change(changes, config))
		config = NULL;
	err = config ? config_stage(config) : 0;
	if (err)
		return save_failed(ctl, config, "nothing was changed", err);
	code = runtime_write(ctl, changes);
	if (code)
		return code;
	err = config ? config_commit(config) : 0;
	if (err)
		return save_failed(ctl, config, "the change lasts until the next boot only", err);
	state_read(changes);
	return EXIT_DONE;
}
