// SPDX-License-Identifier: GPL-2.0-only
/*
 * Configuration files and their mistakes, as text.
 */
#include <string.h>

#include "text.h"

static size_t text_file(const struct config *config)
{
	if (config->error)
		printf("%s: %s\n", config->path, problem_text(config->error));
	for (size_t i = 0; i < config->n_mistakes; i++)
		printf("%s:%u: %s\n", config->path, config->mistake[i].line,
		       config->mistake[i].what);
	return config->n_mistakes + !!config->error;
}

/**
 * text_configs() - print what is wrong with configuration files
 * @ctl: the run
 * @keys: by side: the keys there are
 * @configs: by side: the files
 */
void text_configs(struct ctl *ctl, const struct names *keys, const struct configs *configs)
{
	size_t files = 0, mistakes = 0;

	for (enum side side = 0; side < SIDE_COUNT; side++) {
		for (size_t i = 0; i < configs[side].n; i++) {
			mistakes += text_file(&configs[side].file[i]);
			files += configs[side].file[i].there;
		}
		for (size_t i = 0; i < configs[side].n_ignored; i++)
			printf("%s: ignored, its name does not end in .conf\n",
			       configs[side].ignored[i]);
	}
	if (!mistakes)
		printf("%zu file%s read, no mistake found\n", files, files == 1 ? "" : "s");
}
