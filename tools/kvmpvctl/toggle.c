// SPDX-License-Identifier: GPL-2.0-only
/*
 * What ``enable`` and ``disable`` share: which side, which switches, which file.
 */
#include <string.h>
#include <sys/stat.h>

#include "change.h"
#include "commands.h"
#include "initramfs.h"
#include "platform.h"
#include "render.h"
#include "switch.h"

static bool one_side(unsigned int sides)
{
	return sides && !(sides & (sides - 1));
}

static int where_check(struct ctl *ctl)
{
	if (ctl->persistent && ctl->runtime)
		return fail(ctl, EXIT_USAGE, NULL, "--persistent and --runtime exclude each other");
	if (ctl->persistent && ctl->vm)
		return fail(ctl, EXIT_USAGE, NULL,
			    "nothing is saved for a VM: --persistent and --vm exclude each other");
	return EXIT_DONE;
}

/* The side of kernel switches, when nothing else is named. */
static unsigned int kernel_sides(int argc, char **argv)
{
	unsigned int both = SIDE_MASK(SIDE_HOST) | SIDE_MASK(SIDE_GUEST), sides = argc ? both : 0;

	for (int i = 0; i < argc; i++)
		for (enum side side = 0; side < SIDE_COUNT; side++)
			if (!kernel_switch_find(side, argv[i]))
				sides &= ~SIDE_MASK(side);
	return sides;
}

/*
 * The side that was asked for, else the one whose kernel's switches are named, else the only one
 * loaded, else the only one possible.
 */
static int side_pick(struct ctl *ctl, int argc, char **argv, enum side *ret_side)
{
	unsigned int sides = ctl->sides;
	struct platform platform;

	if (ctl->vm) {
		if (sides & SIDE_MASK(SIDE_GUEST))
			return fail(ctl, EXIT_USAGE, NULL, "--vm is for the host, not for --guest");
		sides = SIDE_MASK(SIDE_HOST);
	}
	if (!sides)
		sides = kernel_sides(argc, argv);
	if (!sides)
		sides = sides_loaded(ctl);
	if (!sides) {
		platform_read(ctl, &platform);
		sides = platform.possible;
	}
	if (!sides)
		return fail(ctl, EXIT_UNSUPPORTED,
			    "to prepare another machine's file, say --host or --guest",
			    "kvmpv cannot be used here: this is %s", platform_role(&platform));
	if (!one_side(sides))
		return fail(ctl, EXIT_USAGE, "say --host or --guest",
			    "this machine can be both a host and a guest");
	*ret_side = sides == SIDE_MASK(SIDE_HOST) ? SIDE_HOST : SIDE_GUEST;
	return EXIT_DONE;
}

/* No host has what a guest does alone, whether its module is loaded or not. */
static int local_refuse(struct ctl *ctl, int argc, char **argv, bool on)
{
	struct names known;
	char next[160];

	features_init(&known);
	for (int i = 0; i < argc; i++) {
		int feature = names_find(&known, argv[i], strlen(argv[i]));

		if (feature < 0 || !feature_local((unsigned int)feature))
			continue;
		snprintf(next, sizeof(next), "in the guest: kvmpvctl %s --guest %s",
			 on ? "enable" : "disable", argv[i]);
		return fail(ctl, EXIT_UNSUPPORTED, next,
			    "%s is a feature of a guest alone, and is switched there", argv[i]);
	}
	return EXIT_DONE;
}

static int feature_unknown(struct ctl *ctl, const struct changes *changes, const char *name)
{
	char list[1024], next[1100];

	names_join(&changes->keys, changes->features | changes->kernel, " ", list, sizeof(list));
	snprintf(next, sizeof(next), "features: %s", list);
	return fail(ctl, EXIT_USAGE, next, "unknown feature %.40s", name);
}

static int feature_absent(struct ctl *ctl, const struct changes *changes, const char *name)
{
	char list[1024], next[1100];

	names_join(&changes->keys, changes->present & changes->features, " ", list, sizeof(list));
	snprintf(next, sizeof(next), "features it has: %s", list);
	return fail(ctl, EXIT_UNSUPPORTED, next, "%s that is loaded has no feature %s",
		    side_defs[changes->side].module, name);
}

static int kernel_refuse(struct ctl *ctl, const struct changes *changes, unsigned int key)
{
	char path[PATH_MAX];

	if (ctl->vm)
		return fail(ctl, EXIT_USAGE, "say it without --vm",
			    "%s is switched for all of this host", changes->keys.name[key]);
	if (changes->present & NAME_BIT(key))
		return EXIT_DONE;
	change_path(changes, key, path, sizeof(path));
	return fail(ctl, EXIT_UNSUPPORTED,
		    changes->side == SIDE_HOST ? "modprobe kvm, unless this kernel has none" : NULL,
		    "this kernel has no %s", path);
}

/*
 * The keys that the arguments mean. None mean the one main switch of a guest, and all of a host's;
 * but what somebody has to want is switched on by its name only.
 */
static int keys_pick(struct ctl *ctl, const struct changes *changes, int argc, char **argv, bool on,
		     uint64_t *ret_set)
{
	uint64_t set = 0;

	if (!argc && changes->enable >= 0)
		set = NAME_BIT(changes->enable);
	else if (!argc)
		set = (changes->loaded ? changes->present : changes->features) & ~changes->kernel &
		      (on ? features_default() : ~0ULL);
	for (int i = 0; i < argc; i++) {
		int key = names_find(&changes->keys, argv[i], strlen(argv[i]));

		if (key < 0 || !((changes->features | changes->kernel) & NAME_BIT(key)))
			return feature_unknown(ctl, changes, argv[i]);
		if (change_kernel(changes, (unsigned int)key)) {
			int code = kernel_refuse(ctl, changes, (unsigned int)key);

			if (code)
				return code;
		} else if (changes->loaded && !(changes->present & NAME_BIT(key))) {
			return feature_absent(ctl, changes, argv[i]);
		}
		set |= NAME_BIT(key);
	}
	*ret_set = set;
	return EXIT_DONE;
}

/* A file that is read after the one that would be changed has the last word. */
static int override_refuse(struct ctl *ctl, const struct changes *changes,
			   const struct configs *configs, unsigned int key, bool on)
{
	struct config_origin origin;

	if (!configs_find(configs, key, &origin) || origin.entry->value == on ||
	    origin.file <= configs->own)
		return EXIT_DONE;
	return fail(ctl, EXIT_FAILED, "change that line, or save nothing with --runtime",
		    "nothing was changed: %s:%u sets %s, and is read after %s",
		    configs->file[origin.file].path, origin.entry->line, changes->keys.name[key],
		    configs->file[configs->own].path);
}

/* What is no file cannot be replaced by one: it may be /dev/null that a link leads to. */
static int own_refuse(struct ctl *ctl, const struct config *own)
{
	struct stat st;

	if (!own->there || stat(own->path, &st) || S_ISREG(st.st_mode))
		return EXIT_DONE;
	return fail(ctl, EXIT_FAILED, "with --runtime nothing is saved",
		    "nothing was changed: %s is no regular file", own->path);
}

static int toggle_make(struct ctl *ctl, struct changes *changes, uint64_t set, bool on)
{
	bool save = !ctl->runtime && !ctl->vm;
	struct configs configs = {.n = 0};
	int code = EXIT_DONE;

	if (save)
		code = configs_read(ctl, changes->side, &changes->keys, &configs);
	if (save && !code)
		code = own_refuse(ctl, &configs.file[configs.own]);
	for (unsigned int key = 0; !code && key < changes->keys.n; key++) {
		if (!(set & NAME_BIT(key)))
			continue;
		if (changes->loaded || change_kernel(changes, key))
			changes_add(changes, key, on, NULL);
		if (save) {
			changes_add(changes, key, on, &configs);
			code = override_refuse(ctl, changes, &configs, key, on);
		}
	}
	if (!code)
		code = changes_make(ctl, changes, save ? &configs.file[configs.own] : NULL);
	configs_free(&configs);
	return code;
}

/* A switch can be on and its feature still not be in use. */
static void note_effect(struct ctl *ctl, struct changes *changes, uint64_t set)
{
	static struct reasons reasons;
	uint64_t group;
	char list[256];

	changes_reasons(ctl, changes, &reasons);
	set &= ~changes->kernel;
	while ((group = reasons_group(&reasons, &set))) {
		names_join(&changes->keys, group, ", ", list, sizeof(list));
		changes_note(changes, "%s: switched on, but %s: %s", list,
			     changes->side == SIDE_HOST ? "this host cannot offer it"
							: "not in use",
			     reasons.text[__builtin_ctzll(group)]);
	}
}

/* What a kernel's switch cannot do. */
static void note_kernel(struct changes *changes, uint64_t set)
{
	int key = names_find(&changes->keys, KERNEL_IO_DELAY, strlen(KERNEL_IO_DELAY));
	const char *text;
	char word[16];

	if (changes->side != SIDE_GUEST || !changes->loaded || key < 0 || !(set & NAME_BIT(key)))
		return;
	if (!file_read(changes->dir.fd, "kernel", &text) &&
	    !parse_pair(text, "io_delay", word, sizeof(word)) && !strcmp(word, "kvm"))
		changes_note(changes,
			     "%s: no delay writes to a port here either way, nop-io-delay took "
			     "it out at boot",
			     KERNEL_IO_DELAY);
}

/* Images have the settings of when they were made. */
static void note_initramfs(const struct ctl *ctl, struct changes *changes)
{
	bool saved = false;

	for (size_t i = 0; i < changes->n; i++)
		saved |= changes->change[i].saved && !changes->change[i].already;
	if (saved && !ctl->dry_run && changes->side == SIDE_GUEST &&
	    path_exists(ctl, INITRAMFS_MARKER))
		changes_note(changes, "the initramfs has the settings from before: kvmpvctl "
				      "initramfs enable makes a new one");
}

/**
 * toggle() - switch features, or all of a side, on or off
 * @ctl: the run
 * @argc: features named
 * @argv: their names
 * @on: on or off
 *
 * Return: exit code.
 */
int toggle(struct ctl *ctl, int argc, char **argv, bool on)
{
	struct changes changes;
	enum side side = SIDE_HOST;
	uint64_t set = 0;
	int code;

	code = where_check(ctl);
	if (!code)
		code = side_pick(ctl, argc, argv, &side);
	if (!code && side == SIDE_HOST)
		code = local_refuse(ctl, argc, argv, on);
	if (code)
		return code;
	code = changes_open(ctl, side, &changes);
	if (code)
		return code;
	code = keys_pick(ctl, &changes, argc, argv, on, &set);
	if (!code && !changes.loaded && ctl->runtime && set & ~changes.kernel)
		code = fail_not_loaded(ctl, SIDE_MASK(side));
	if (!code)
		code = toggle_make(ctl, &changes, set, on);
	if (!code) {
		if (!changes.loaded && set & ~changes.kernel) {
			changes_note(&changes,
				     "%s is not loaded, the setting takes effect when it is: "
				     "modprobe %s, then kvmpvctl apply --%s",
				     side_defs[side].module, side_defs[side].module,
				     side_defs[side].name);
			code = EXIT_INACTIVE;
		} else if (on && !ctl->dry_run) {
			note_effect(ctl, &changes, set);
		}
		note_kernel(&changes, set);
		note_initramfs(ctl, &changes);
		ctl->ops->changes(ctl, &changes, 1);
	}
	changes_close(&changes);
	return code;
}
