// SPDX-License-Identifier: GPL-2.0-only
/*
 * kvmpvctl: the administrator's view of the kvmpv modules.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "render.h"

static int run(struct ctl *ctl, int argc, char **argv)
{
	char **args = xrealloc(NULL, (size_t)argc + 1, sizeof(*args));
	int n, code;

	code = options_parse(ctl, argc, argv, &n, args);
	if (!code && ctl->version)
		printf("kvmpvctl %s\n", KVMPV_VERSION);
	else if (!code && ctl->help)
		ctl->ops->help(ctl, ctl->verb ? ctl->command : NULL);
	else if (!code)
		code = ctl->command->run(ctl, n, args);
	free(args);
	return code;
}

int main(int argc, char **argv)
{
	struct ctl ctl = {
		.root = getenv("KVMPV_ROOT") ?: "",
		.ops = &text_ops,
		.legend = true,
	};
	int code = run(&ctl, argc, argv);

	problems_free(&ctl);
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "kvmpvctl: cannot write the output: %s\n", strerror(errno));
		return code ?: EXIT_FAILED;
	}
	return code;
}
