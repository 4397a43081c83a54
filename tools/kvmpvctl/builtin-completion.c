// SPDX-License-Identifier: GPL-2.0-only
/*
 * kvmpvctl completion: a bash completion script made of the table of commands.
 */
#include <string.h>

#include "bench.h"
#include "commands.h"
#include "switch.h"
#include "names.h"

static const char *const script_head =
	"# SPDX-License-Identifier: GPL-2.0-only\n"
	"# bash completion for kvmpvctl, printed by: kvmpvctl completion bash\n"
	"\n"
	"_kvmpvctl()\n"
	"{\n"
	"\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
	"\tlocal verb= skip= files= word words=\n"
	"\n"
	"\tCOMPREPLY=()\n"
	"\tfor word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
	"\t\tif [[ $skip ]]; then\n"
	"\t\t\tskip=\n"
	"\t\t\tcontinue\n"
	"\t\tfi\n"
	"\t\tcase $word in\n";

static const char *const script_tail = "\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
				       "\t[[ $files && $cur != -* ]] || return\n"
				       "\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
				       "}\n"
				       "complete -F _kvmpvctl kvmpvctl\n";

static void print_values(void)
{
	fputs("\tcase $prev in\n"
	      "\t--color)\n"
	      "\t\tCOMPREPLY=($(compgen -W \"auto always never\" -- \"$cur\"))\n"
	      "\t\treturn ;;\n"
	      "\t--root)\n"
	      "\t\tCOMPREPLY=($(compgen -d -- \"$cur\"))\n"
	      "\t\treturn ;;\n"
	      "\t--compare)\n"
	      "\t\tCOMPREPLY=($(compgen -f -- \"$cur\"))\n"
	      "\t\treturn ;;\n"
	      "\t--vm)\n"
	      "\t\tCOMPREPLY=($(compgen -W \"$(ls /sys/kernel/kvmpv/host/vm 2>/dev/null)\" "
	      "-- \"$cur\"))\n"
	      "\t\treturn ;;\n"
	      "\t--watch|--count|--rounds)\n"
	      "\t\treturn ;;\n"
	      "\tesac\n"
	      "\n",
	      stdout);
}

static void print_options(const enum option *options)
{
	for (; *options != OPT_END; options++) {
		const struct option_def *def = option_def(*options);

		printf(" --%s", def->name);
		if (def->letter)
			printf(" -%c", def->letter);
	}
}

static void print_verbs(void)
{
	const char *between = "";

	for (const struct command *command = commands; command->name; command++) {
		if (command->hidden)
			continue;
		printf("%s%s", between, command->name);
		between = " ";
	}
}

static void print_arguments(const struct command *command)
{
	struct names features;
	char list[1024];

	if (command->arguments == ARGS_VERB)
		print_verbs();
	if (command->arguments == ARGS_GROUP)
		fputs(GROUP_SPINLOCK, stdout);
	if (command->arguments == ARGS_BENCH)
		fputs(BENCH_WHAT, stdout);
	if (command->arguments == ARGS_ACTION)
		fputs(INITRAMFS_ACTIONS, stdout);
	if (command->arguments == ARGS_FEATURES) {
		features_init(&features);
		names_join(&features, ~0ULL, " ", list, sizeof(list));
		fputs(list, stdout);
		for (size_t i = 0; i < kernel_switches_n; i++)
			printf(" %s", kernel_switches[i].key);
	}
}

/* Options that take a value: the next word is no verb. */
static void print_skips(void)
{
	const char *between = "";

	fputs("\t\t", stdout);
	for (enum option id = OPT_END + 1; option_def(id); id++) {
		if (!option_def(id)->arg)
			continue;
		printf("%s--%s", between, option_def(id)->name);
		between = "|";
	}
	fputs(") skip=1 ;;\n"
	      "\t\t-*) ;;\n"
	      "\t\t*) [[ $verb ]] || verb=$word ;;\n"
	      "\t\tesac\n"
	      "\tdone\n",
	      stdout);
}

/**
 * cmd_completion() - ``kvmpvctl completion``
 * @ctl: the run
 * @argc: 1
 * @argv: the shell
 *
 * Return: exit code.
 */
int cmd_completion(struct ctl *ctl, int argc, char **argv)
{
	if (argc != 1 || strcmp(argv[0], "bash"))
		return fail(ctl, EXIT_USAGE, NULL, "completion is there for bash only");
	fputs(script_head, stdout);
	print_skips();
	print_values();
	fputs("\tcase $verb in\n\t'') words=\"", stdout);
	print_verbs();
	fputs("\" ;;\n", stdout);
	for (const struct command *command = commands; command->name; command++) {
		if (command->hidden)
			continue;
		printf("\t%s) words=\"", command->name);
		print_arguments(command);
		print_options(command->options);
		fputs(command->arguments == ARGS_FILES ? "\" files=1 ;;\n" : "\" ;;\n", stdout);
	}
	fputs("\tesac\n\twords+=\"", stdout);
	print_options(options_global);
	fputs("\"\n", stdout);
	fputs(script_tail, stdout);
	return EXIT_DONE;
}
