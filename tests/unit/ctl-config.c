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
#include "config.h"

static struct names keys;

static int setup(void **state)
{
	features_init(&keys);
	names_add(&keys, CONFIG_ENABLE, strlen(CONFIG_ENABLE));
	return 0;
}

static void init(struct config *config, const char *text)
{
	struct config_error error;

	memset(config, 0, sizeof(*config));
	config->text = strdup(text);
	assert_int_equal(config_parse(config, &keys, &error), 0);
}

static unsigned int key(const char *name)
{
	return (unsigned int)names_find(&keys, name, strlen(name));
}

static void reads(void **state)
{
	struct config config;
	bool on;

	init(&config, "# a comment\n\n  kick=on\nyield\t = 0 # why\r\n enable = y\nunhalt = off");
	assert_int_equal(config.n, 4);
	assert_true(config_get(&config, key("kick"), &on) && on);
	assert_true(config_get(&config, key("yield"), &on) && !on);
	assert_true(config_get(&config, key("enable"), &on) && on);
	assert_true(config_get(&config, key("unhalt"), &on) && !on);
	assert_false(config_get(&config, key("page"), &on));
	config_free(&config);
}

static void refused(const char *text, unsigned int line, const char *what)
{
	struct config config = {.text = strdup(text)};
	struct config_error error;

	assert_int_equal(config_parse(&config, &keys, &error), -EBADMSG);
	assert_int_equal(error.line, line);
	assert_string_equal(error.what, what);
	config_free(&config);
}

static void refuses(void **state)
{
	char text[400];

	refused("kick = on\nkcik = on\n", 2, "unknown setting \"kcik\"");
	refused("kick\n", 1, "expected \"kick = on\" or \"kick = off\"");
	refused("kick on\n", 1, "expected \"kick = on\" or \"kick = off\"");
	refused("kick # = on\n", 1, "expected \"kick = on\" or \"kick = off\"");
	refused("\n\n[kvmpv]\n", 3, "unknown setting \"[kvmpv]\"");
	refused("= on\n", 1, "unknown setting \"\"");
	refused("kick =\n", 1, "kick is on or off, not \"\"");
	refused("kick = maybe not\n", 1, "kick is on or off, not \"maybe not\"");
	refused("kick = on off\n", 1, "kick is on or off, not \"on off\"");
	refused("kick = on\nyield = off\nkick = off\n", 3, "kick was set in line 1 already");
	refused("\033[2J = on\n", 1, "unknown setting \"?[2J\"");
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	refused(text, 1, "unknown setting \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"");
	memcpy(text, "kick = ", 7);
	refused(text, 1, "kick is on or off, not \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"");
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
	snprintf(config.path, sizeof(config.path), "%s/kvmpv/host.conf", dir);
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
	*strrchr(config.path, '/') = '\0';
	assert_int_equal(rmdir(config.path), 0);
	assert_int_equal(rmdir(dir), 0);
}

static void noise(void **state)
{
	static const char alphabet[] = "kickonoff== \n\n##\t\r\x80";
	struct config_error error;

	srand(2);
	for (int i = 0; i < 20000; i++) {
		size_t len = (size_t)rand() % 40;
		struct config config = {.text = malloc(len + 1)};

		for (size_t at = 0; at < len; at++)
			config.text[at] = alphabet[(size_t)rand() % (sizeof(alphabet) - 1)];
		config.text[len] = '\0';
		if (!config_parse(&config, &keys, &error))
			config_set(&config, &keys, key("kick"), true);
		config_free(&config);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads),	cmocka_unit_test(refuses),  cmocka_unit_test(edits),
		cmocka_unit_test(starts_empty), cmocka_unit_test(replaces), cmocka_unit_test(noise),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
