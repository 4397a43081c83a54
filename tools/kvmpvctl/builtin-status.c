// SPDX-License-Identifier: GPL-2.0-only
/*
 * kvmpvctl status: what this machine is, what is loaded, what is active, what to do next.
 *
 * Shown are the sides that are loaded or possible here. Exit code: EXIT_UNSUPPORTED when there is
 * none, EXIT_INACTIVE when none is loaded or one that is loaded is not active, EXIT_FAILED when a
 * state cannot be read, else EXIT_DONE: a side that is possible but not loaded does not count as
 * long as the other one is active.
 */
#include <string.h>

#include "advice.h"
#include "commands.h"
#include "versions.h"

static const struct module_facts *facts_of(const struct status *status, enum side side)
{
	return side == SIDE_HOST ? &status->host.module : &status->guest.module;
}

static int exit_code(const struct status *status)
{
	unsigned int loaded = 0;
	int code = EXIT_DONE;

	for (enum side side = 0; side < SIDE_COUNT; side++) {
		const struct module_facts *m = facts_of(status, side);

		if (!(status->shown & SIDE_MASK(side)) || !m->loaded)
			continue;
		loaded++;
		if (!m->state_known)
			return EXIT_FAILED;
		if (strcmp(m->state, "active"))
			code = EXIT_INACTIVE;
	}
	if (!status->shown)
		return EXIT_UNSUPPORTED;
	return loaded ? code : EXIT_INACTIVE;
}

/**
 * cmd_status() - ``kvmpvctl status``
 * @ctl: the run
 * @argc: 0
 * @argv: unused
 *
 * Return: exit code.
 */
int cmd_status(struct ctl *ctl, int argc, char **argv)
{
	unsigned int asked = ctl->sides ?: SIDE_MASK(SIDE_HOST) | SIDE_MASK(SIDE_GUEST);
	struct status status;

	memset(&status, 0, sizeof(status));
	platform_read(ctl, &status.platform);
	features_init(&status.features);
	if (asked & SIDE_MASK(SIDE_HOST))
		host_read(ctl, &status.features, &status.host);
	if (asked & SIDE_MASK(SIDE_GUEST))
		guest_read(ctl, &status.features, &status.guest);
	for (enum side side = 0; side < SIDE_COUNT; side++)
		if (facts_of(&status, side)->loaded || status.platform.possible & SIDE_MASK(side))
			status.shown |= asked & SIDE_MASK(side);
	versions_read(ctl, false, &status.versions);
	advise(ctl, &status);
	ctl->ops->status(ctl, &status);
	host_free(&status.host);
	return exit_code(&status);
}
