// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of verbs, options and exit codes.
 */
#include <string.h>

#include "commands.h"

static const struct option_def option_defs[] = {
	{OPT_JSON, "json", 0, NULL, "print JSON"},
	{OPT_NO_LEGEND, "no-legend", 0, NULL, "print tables without their headers"},
	{OPT_COLOR, "color", 0, "WHEN", "colour states: auto, always or never"},
	{OPT_HOST, "host", 0, NULL, "the host side only"},
	{OPT_GUEST, "guest", 0, NULL, "the guest side only"},
	{OPT_ROOT, "root", 0, "DIR", "look at the files below DIR instead of /"},
	{OPT_HELP, "help", 'h', NULL, "print help"},
	{OPT_VERSION, "version", 0, NULL, "print the version of kvmpvctl"},
	{OPT_DRY_RUN, "dry-run", 0, NULL, "print what would be set and where, set nothing"},
	{OPT_RUNTIME, "runtime", 0, NULL,
	 "set the running module only: save nothing in /etc/kvmpv"},
	{OPT_PERSISTENT, "persistent", 0, NULL,
	 "set the running module and save it in /etc/kvmpv: the default"},
	{OPT_VM, "vm", 0, "PID-N", "one VM of this host, as status names it"},
	{OPT_WATCH, "watch", 0, "N", "refresh every N seconds and show rates, until SIGINT"},
	{OPT_COUNT, "count", 0, "N", "with --watch: stop after N refreshes"},
	{OPT_HISTOGRAM, "histogram", 0, NULL,
	 "draw how long hypercalls, or waits for spinlocks, took"},
	{OPT_RESET, "reset", 0, NULL, "start counters and histograms at zero again"},
	{OPT_TOP, "top", 0, NULL, "with spinlock: show who waited, as far as it was sampled"},
	{OPT_COMPARE, "compare", 0, "FILE", "show what FILE, saved with --json, has beside it"},
	{OPT_FORCE, "force", 0, NULL, "measure also where others keep the CPUs busy"},
	{OPT_ROUNDS, "rounds", 0, "N", "measure all cases N times: 5 without it"},
};

const enum option options_global[] = {
	OPT_JSON, OPT_NO_LEGEND, OPT_COLOR,   OPT_HOST, OPT_GUEST,
	OPT_ROOT, OPT_HELP,	 OPT_VERSION, OPT_END,
};

const struct command commands[] = {
	{
		.name = "status",
		.summary = "show what is there, what is active, and what to do when it is not",
		.text = "Without a verb, kvmpvctl shows the status. Needs no root.",
		.run = cmd_status,
	},
	{
		.name = "enable",
		.arguments = ARGS_FEATURES,
		.summary = "switch features on, now and at each boot",
		.text = "Without FEATURE: on a host all features for new VMs, but for those that "
			"are to be named (cr3-cache); in a guest kvmpv as a whole. With --vm for "
			"one running VM, until it ends. pv-spinlock is switched in guests only. "
			"no-io-delay is the guest kernel's own, halt-poll the host kernel's.",
		.options = {OPT_VM, OPT_RUNTIME, OPT_PERSISTENT, OPT_DRY_RUN},
		.run = cmd_enable,
	},
	{
		.name = "disable",
		.arguments = ARGS_FEATURES,
		.summary = "switch features off, now and at each boot",
		.text = "Without FEATURE: on a host all features for new VMs, in a guest kvmpv as "
			"a whole. With --vm for one running VM, until it ends. pv-spinlock is "
			"switched in guests only.",
		.options = {OPT_VM, OPT_RUNTIME, OPT_PERSISTENT, OPT_DRY_RUN},
		.run = cmd_disable,
	},
	{
		.name = "apply",
		.summary = "bring the running modules to what the files in /etc/kvmpv say",
		.text = "Settings that no file mentions stay as they are, and a mistake in any "
			"file keeps all from being applied. Used at boot.",
		.options = {OPT_DRY_RUN},
		.run = cmd_apply,
	},
	{
		.name = "check-config",
		.arguments = ARGS_FILES,
		.summary = "look for mistakes in the files in /etc/kvmpv, or in FILE",
		.text = "Prints a line a mistake: file, line, what is wrong, what is allowed. "
			"Needs no root, no module, and changes nothing. FILE may be anywhere.",
		.run = cmd_check_config,
	},
	{
		.name = "stats",
		.arguments = ARGS_GROUP,
		.summary = "show counters",
		.text = "A host shows the sum over all VMs and a row for each VM. GROUP is "
			"spinlock: how this guest waits for spinlocks.",
		.options = {OPT_VM, OPT_WATCH, OPT_COUNT, OPT_HISTOGRAM, OPT_RESET, OPT_TOP},
		.run = cmd_stats,
	},
	{
		.name = "bench",
		.arguments = ARGS_BENCH,
		.summary = "measure what leaving the guest costs",
		.text = "In a guest, as root. Loads kvmpv_bench, measures each CASE, or all, a "
			"few times in turns, and unloads it. Needs no kvmpv on the host.",
		.options = {OPT_COMPARE, OPT_FORCE, OPT_ROUNDS},
		.run = cmd_bench,
	},
	{
		.name = "exits",
		.summary = "count why VMs leave the guest, how often and for how long",
		.text = "On a host. Counts for a second, or with --watch until SIGINT: by reason, "
			"with the share of time, and what the exits were about: ports, MSRs, "
			"addresses. A heavy exit is one that the VMM had to handle. --vm takes a "
			"PID, too. Needs root, not kvmpv_host.",
		.options = {OPT_VM, OPT_WATCH, OPT_COUNT},
		.run = cmd_exits,
	},
	{
		.name = "features",
		.summary = "show which paravirtual features are offered, exposed and used",
		.text = "A row a feature: KVM's own, kvmpv's, and what else spares exits; and a "
			"line "
			"that says why. A host shows how many VMs it is exposed to and use it, or "
			"with "
			"--vm that VM. ? is what cannot be seen from here: --json says why, and "
			"what "
			"each answer stands on. Needs no root and no module, but sees more with "
			"them.",
		.options = {OPT_VM},
		.run = cmd_features,
	},
	{
		.name = "initramfs",
		.arguments = ARGS_ACTION,
		.summary = "load the guest module before the root file system is mounted",
		.text = "enable and disable make all initramfs images anew, with kvmpv_guest and "
			"what /etc/kvmpv says of it, or without; status, also without ACTION, "
			"shows "
			"what the images have; settings prints what an image would get.",
		.options = {OPT_DRY_RUN},
		.run = cmd_initramfs,
	},
	{
		.name = "version",
		.summary = "compare tool, loaded modules, modules on disk and in the initramfs",
		.text = "Reads the running kernel's initramfs, which takes a moment.",
		.run = cmd_version,
	},
	{
		.name = "doctor",
		.summary = "check this machine and say what to do",
		.text = "A line a check: PASS, WARN or FAIL, and what to do next. Needs no root, "
			"changes nothing.",
		.run = cmd_doctor,
	},
	{
		.name = "help",
		.arguments = ARGS_VERB,
		.summary = "explain kvmpvctl or a verb",
		.text = "The whole story is in kvmpvctl(8).",
		.run = cmd_help,
	},
	{
		.name = "completion",
		.arguments = ARGS_SHELL,
		.summary = "print a completion script for a shell",
		.text = "SHELL is bash.",
		.hidden = true,
		.run = cmd_completion,
	},
	{.name = NULL},
};

const struct exit_def exits[] = {
	{EXIT_DONE, "done; for status: what is loaded is active"},
	{EXIT_FAILED, "failed, or something could not be read; for doctor: a check FAILs; "
		      "for check-config: a mistake"},
	{EXIT_USAGE, "wrong usage"},
	{EXIT_INACTIVE, "a module is not loaded, or not active"},
	{EXIT_UNSUPPORTED, "not supported on this machine or by the loaded module"},
};

const size_t exits_n = ARRAY_SIZE(exits);

/**
 * command_find() - look a verb up
 * @name: the verb
 *
 * Return: the command, NULL for none.
 */
const struct command *command_find(const char *name)
{
	for (const struct command *command = commands; command->name; command++)
		if (!strcmp(command->name, name))
			return command;
	return NULL;
}

/**
 * option_def() - look an option up
 * @id: which
 *
 * Return: its definition, NULL for OPT_END.
 */
const struct option_def *option_def(enum option id)
{
	for (size_t i = 0; i < ARRAY_SIZE(option_defs); i++)
		if (option_defs[i].id == id)
			return &option_defs[i];
	return NULL;
}

/**
 * arguments_text() - how a verb's arguments are written in a synopsis
 * @arguments: what the verb takes
 *
 * Return: the text, empty for no arguments.
 */
const char *arguments_text(enum arguments arguments)
{
	static const char *const texts[] = {
		[ARGS_NONE] = "",	    [ARGS_FEATURES] = "[FEATURE...]",
		[ARGS_FILES] = "[FILE...]", [ARGS_GROUP] = "[GROUP]",
		[ARGS_ACTION] = "[ACTION]", [ARGS_VERB] = "[VERB]",
		[ARGS_SHELL] = "SHELL",	    [ARGS_BENCH] = "exits [CASE...]",
	};

	return texts[arguments];
}
