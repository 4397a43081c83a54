// SPDX-License-Identifier: GPL-2.0-only
/*
 * Help as text.
 */
#include <string.h>

#include "switch.h"
#include "table.h"
#include "text.h"

static void print_options(const char *title, const enum option *options)
{
	struct table table;

	if (*options == OPT_END)
		return;
	table_init(&table, 2, 0);
	for (; *options != OPT_END; options++) {
		const struct option_def *def = option_def(*options);
		char letter[8] = "";

		if (def->letter)
			snprintf(letter, sizeof(letter), "-%c, ", def->letter);
		table_cell(&table, "%s--%s%s%s", letter, def->name, def->arg ? " " : "",
			   def->arg ?: "");
		table_cell(&table, "%s", def->help);
	}
	printf("\n%s:\n", title);
	table_print(&table, stdout, "  ");
}

/* A paragraph, broken between words. */
static void print_text(const char *text)
{
	size_t at = 0;

	while (*text) {
		size_t len = strcspn(text, " ");

		if (at && at + 1 + len > 80) {
			putchar('\n');
			at = 0;
		}
		at += (size_t)printf("%s%.*s", at ? " " : "", (int)len, text);
		text += len + (text[len] == ' ');
	}
	putchar('\n');
}

static void print_features(void)
{
	struct names features;
	struct table table;

	features_init(&features);
	table_init(&table, 2, 0);
	for (unsigned int i = 0; i < features.n; i++) {
		table_cell(&table, "%s", features.name[i]);
		table_cell(&table, "%s", feature_text(i));
	}
	for (size_t i = 0; i < kernel_switches_n; i++) {
		table_cell(&table, "%s", kernel_switches[i].key);
		table_cell(&table, "%s (%s's kernel)", kernel_switches[i].text,
			   side_defs[kernel_switches[i].side].name);
	}
	puts("\nfeatures:");
	table_print(&table, stdout, "  ");
}

static void help_all(void)
{
	struct table table;

	puts("usage: kvmpvctl [OPTION...] [VERB] [ARGUMENT...]\n\n"
	     "Shows and sets what the kvmpv modules do on this host or guest.\n\n"
	     "verbs:");
	table_init(&table, 2, 0);
	for (const struct command *command = commands; command->name; command++) {
		const char *arguments = arguments_text(command->arguments);

		if (command->hidden)
			continue;
		table_cell(&table, "%s%s%s", command->name, *arguments ? " " : "", arguments);
		table_cell(&table, "%s", command->summary);
	}
	table_print(&table, stdout, "  ");
	print_options("options", options_global);
	print_features();
	puts("\nexit codes:");
	for (size_t i = 0; i < exits_n; i++)
		printf("  %d  %s\n", exits[i].code, exits[i].text);
}

/**
 * text_help() - explain a verb
 * @ctl: the run
 * @command: the verb, NULL for all
 */
void text_help(struct ctl *ctl, const struct command *command)
{
	const char *arguments;

	if (!command) {
		help_all();
		return;
	}
	arguments = arguments_text(command->arguments);
	printf("usage: kvmpvctl %s [OPTION...]%s%s\n\n%s: %s.\n", command->name,
	       *arguments ? " " : "", arguments, command->name, command->summary);
	print_text(command->text);
	print_options("options", command->options);
	print_options("options of every verb", options_global);
	if (command->arguments == ARGS_FEATURES)
		print_features();
}
