// SPDX-License-Identifier: GPL-2.0-only
/*
 * The configuration file: what it takes, what it refuses and how it says so, and that an edit
 * changes nothing but what was asked for.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include <errno.h>

#undef fail /* the program has one of its own */
#include "configs.h"
#include "settings.h"

static struct names keys;

static int setup(void **state)
{
	settings_init(SIDE_GUEST, &keys);
	return 0;
}

static void init(struct config *config, const char *text)
{
	memset(config, 0, sizeof(*config));
	config->text = strdup(text);
	assert_int_equal(config_parse(config, &keys), 0);
}

static unsigned int key(const char *name)
{
	return (unsigned int)names_find(&keys, name, strlen(name));
}

static bool says(const struct config *config, const char *name, uint32_t value)
{
	const struct config_entry *entry = config_find(config, key(name));

	return entry && entry->value == value;
}

static void reads(void **state)
{
	struct config config;

	init(&config, "# a comment\n\n  kick=on\nyield\t = 0 # why\r\n enable = y\nunhalt = off");
	assert_int_equal(config.n, 4);
	assert_true(says(&config, "kick", 1));
	assert_true(says(&config, "yield", 0));
	assert_true(says(&config, "enable", 1));
	assert_true(says(&config, "unhalt", 0));
	assert_int_equal(config_find(&config, key("yield"))->line, 4);
	assert_null(config_find(&config, key("page")));
	config_free(&config);
}

static void reads_numbers(void **state)
{
	struct config config;

	init(&config, "pv-spinlock.yield_after = 1\npv-spinlock.queue_after=1073741824 # most\n");
	assert_true(says(&config, "pv-spinlock.yield_after", 1));
	assert_true(says(&config, "pv-spinlock.queue_after", 1073741824));
	config_set(&config, &keys, key("pv-spinlock.yield_after"), 512);
	assert_string_equal(config.text, "pv-spinlock.yield_after = 512\n"
					 "pv-spinlock.queue_after=1073741824 # most\n");
	config_free(&config);
}

#define ALL                                                                                  \
	"kick yield unhalt stats page cr3-cache pv-spinlock enable pv-spinlock.yield_after " \
	"pv-spinlock.queue_after no-io-delay"

static void mistaken(const struct config *config, size_t n, unsigned int line, const char *what)
{
	assert_true(n < config->n_mistakes);
	assert_int_equal(config->mistake[n].line, line);
	assert_string_equal(config->mistake[n].what, what);
}

static void refused(const char *text, unsigned int line, const char *what)
{
	struct config config = {.text = strdup(text)};

	assert_int_equal(config_parse(&config, &keys), -EBADMSG);
	assert_int_equal(config.n_mistakes, 1);
	mistaken(&config, 0, line, what);
	config_free(&config);
}

static void unknown(const char *text, unsigned int line, const char *word)
{
	char what[400];

	snprintf(what, sizeof(what), "unknown setting \"%s\", there are: " ALL, word);
	refused(text, line, what);
}

static void refuses(void **state)
{
	char text[400];

	unknown("kick = on\nkcik = on\n", 2, "kcik");
	refused("kick\n", 1, "expected \"kick = on\" or \"kick = off\"");
	refused("kick on\n", 1, "expected \"kick = on\" or \"kick = off\"");
	refused("kick # = on\n", 1, "expected \"kick = on\" or \"kick = off\"");
	unknown("\n\n[kvmpv]\n", 3, "[kvmpv]");
	unknown("= on\n", 1, "");
	refused("kick =\n", 1, "kick is on or off, not \"\"");
	refused("kick = maybe not\n", 1, "kick is on or off, not \"maybe not\"");
	refused("kick = on off\n", 1, "kick is on or off, not \"on off\"");
	refused("kick = on\nyield = off\nkick = off\n", 3, "kick was set in line 1 already");
	unknown("\033[2J = on\n", 1, "?[2J");
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	unknown(text, 1, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
	memcpy(text, "kick = ", 7);
	refused(text, 1, "kick is on or off, not \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"");
}

static void refuses_numbers(void **state)
{
	static const char *const words[] = {
		"0",	"1048577", "-1",  "1x",		"",
		"0x10", "on",	   "1 2", "4294967297", "99999999999999999"};
	char text[64], what[160];

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		snprintf(text, sizeof(text), "pv-spinlock.yield_after = %s\n", words[i]);
		snprintf(what, sizeof(what),
			 "pv-spinlock.yield_after is a number from 1 to 1048576, not \"%s\"",
			 words[i]);
		refused(text, 1, what);
	}
	refused("pv-spinlock.queue_after\n", 1, "expected \"pv-spinlock.queue_after = NUMBER\"");
	refused("kick = 2\n", 1, "kick is on or off, not \"2\"");
}

static void finds_all(void **state)
{
	struct config config = {
		.text = strdup("kick\nyield = on\nyield = off\n\n# x\npage = 7\nstats = on\n")};

	assert_int_equal(config_parse(&config, &keys), -EBADMSG);
	assert_int_equal(config.n_mistakes, 3);
	mistaken(&config, 0, 1, "expected \"kick = on\" or \"kick = off\"");
	mistaken(&config, 1, 3, "yield was set in line 2 already");
	mistaken(&config, 2, 6, "page is on or off, not \"7\"");
	assert_true(says(&config, "yield", 1));
	assert_true(says(&config, "stats", 1));
	config_free(&config);
}

/* As many keys as there is room for, and each of them set: twice. */
static void full(void **state)
{
	static char text[2 * NAMES_MAX * 16];
	static struct names many;
	struct config config = {.text = NULL};
	size_t used = 0;
	char name[16];

	for (int i = 0; i < NAMES_MAX; i++) {
		snprintf(name, sizeof(name), "f%d", i);
		assert_int_equal(names_add(&many, name, strlen(name)), i);
	}
	for (int i = 0; i < 2 * NAMES_MAX; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "f%d = on\n",
					 i % NAMES_MAX);
	config.text = strdup(text);
	assert_int_equal(config_parse(&config, &many), -EBADMSG);
	assert_int_equal(config.n, NAMES_MAX);
	assert_int_equal(config.n_mistakes, NAMES_MAX);
	config_free(&config);
}

static void edits(void **state)
{
	struct config config;

	init(&config, "# mine\n  kick=on   # keep this\n\n\tyield = off");
	config_set(&config, &keys, key("kick"), false);
	assert_string_equal(config.text, "# mine\n  kick=off   # keep this\n\n\tyield = off");
	config_set(&config, &keys, key("yield"), true);
	assert_string_equal(config.text, "# mine\n  kick=off   # keep this\n\n\tyield = on");
	config_set(&config, &keys, key("page"), true);
	assert_string_equal(config.text,
			    "# mine\n  kick=off   # keep this\n\n\tyield = on\npage = on\n");
	config_set(&config, &keys, key("kick"), true);
	config_set(&config, &keys, key("page"), false);
	assert_string_equal(config.text,
			    "# mine\n  kick=on   # keep this\n\n\tyield = on\npage = off\n");
	assert_int_equal(config.n, 3);
	config_free(&config);
}

static void starts_empty(void **state)
{
	struct config config;

	init(&config, "");
	config_set(&config, &keys, key("enable"), true);
	assert_non_null(strstr(config.text, "\nenable = on\n"));
	assert_int_equal(config.text[0], '#');
	assert_int_equal(config.n, 1);
	config_free(&config);
}

static void replaces(void **state)
{
	char dir[] = "/tmp/ctl-config.XXXXXX", text[32];
	struct config config;
	struct stat st;
	FILE *file;

	assert_non_null(mkdtemp(dir));
	init(&config, "kick = on\n");
	snprintf(config.path, sizeof(config.path), "%s/kvmpv/host.conf.d/" CONFIG_OWN, dir);
	/* A staged file that is not committed leaves nothing behind. */
	assert_int_equal(config_stage(&config), 0);
	assert_int_not_equal(access(config.path, F_OK), 0);
	unlink(config.staged);
	assert_int_equal(config_stage(&config), 0);
	assert_int_equal(config_commit(&config), 0);
	assert_int_equal(stat(config.path, &st), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0644);
	file = fopen(config.path, "r");
	assert_non_null(file);
	assert_non_null(fgets(text, sizeof(text), file));
	fclose(file);
	assert_string_equal(text, "kick = on\n");
	assert_int_equal(config_stage(&config), 0);
	config_free(&config);
	assert_int_not_equal(access(config.staged, F_OK), 0);
	unlink(config.path);
	for (int i = 0; i < 3; i++) {
		*strrchr(config.path, '/') = '\0';
		assert_int_equal(rmdir(config.path), 0);
	}
}

static void noise(void **state)
{
	static const char alphabet[] = "kickonoff== \n\n##\t\r\x80";

	srand(2);
	for (int i = 0; i < 20000; i++) {
		size_t len = (size_t)rand() % 40;
		struct config config = {.text = malloc(len + 1)};

		for (size_t at = 0; at < len; at++)
			config.text[at] = alphabet[(size_t)rand() % (sizeof(alphabet) - 1)];
		config.text[len] = '\0';
		if (!config_parse(&config, &keys))
			config_set(&config, &keys, key("kick"), true);
		config_free(&config);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads),     cmocka_unit_test(reads_numbers),
		cmocka_unit_test(refuses),   cmocka_unit_test(refuses_numbers),
		cmocka_unit_test(finds_all), cmocka_unit_test(full),
		cmocka_unit_test(edits),     cmocka_unit_test(starts_empty),
		cmocka_unit_test(replaces),  cmocka_unit_test(noise),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
