// SPDX-License-Identifier: GPL-2.0-only
/*
 * A configuration file: one ``key = value`` a line, ``#`` starts a comment. A file with a line that
 * is not understood is neither applied nor changed: half of what an administrator meant is worse
 * than nothing and a clear message. Edits keep comments and order, and replace the file whole, so
 * that a crash leaves the old one or the new one.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"
#include "settings.h"
#include "sysfs.h"

static const char header[] = "# Written by kvmpvctl enable and disable, see kvmpv.conf(5).\n";

static void mistake_add(struct config *config, unsigned int line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void mistake_add(struct config *config, unsigned int line, const char *fmt, ...)
{
	struct config_mistake *mistake;
	char what[NAMES_MAX * NAME_SIZE + 256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	for (char *c = what; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	config->mistake =
		xrealloc(config->mistake, config->n_mistakes + 1, sizeof(*config->mistake));
	mistake = &config->mistake[config->n_mistakes++];
	mistake->line = line;
	mistake->what = xrealloc(NULL, strlen(what) + 1, 1);
	strcpy(mistake->what, what);
}

static void unknown_add(struct config *config, const struct names *keys, unsigned int line,
			const char *text, size_t len)
{
	char list[NAMES_MAX * NAME_SIZE];

	names_join(keys, ~0ULL, " ", list, sizeof(list));
	mistake_add(config, line, "unknown setting \"%.*s\", there are: %s",
		    (int)(len < 40 ? len : 40), text, list);
}

/* A setting's value, from @at to @end. */
static void value_parse(struct config *config, const struct names *keys, unsigned int line,
			unsigned int key, size_t at, size_t end)
{
	const struct config_entry *before = config_find(config, key);
	char allowed[SETTING_ALLOWED_SIZE], word[SETTING_TEXT_SIZE] = "";
	size_t len = at < end ? end - at : 0;
	uint32_t value;

	if (len && len < sizeof(word))
		memcpy(word, config->text + at, len);
	if (setting_parse(keys->name[key], word, &value)) {
		setting_allowed(keys->name[key], allowed);
		mistake_add(config, line, "%s is %s, not \"%.*s\"", keys->name[key], allowed,
			    (int)(len < 40 ? len : 40), config->text + at);
		return;
	}
	if (before) {
		mistake_add(config, line, "%s was set in line %u already", keys->name[key],
			    before->line);
		return;
	}
	config->entry[config->n++] = (struct config_entry){
		.key = key, .value = value, .line = line, .start = at, .len = len};
}

/* One line from @at to @end, without its newline and comment. */
static void line_parse(struct config *config, const struct names *keys, unsigned int line,
		       size_t at, size_t end)
{
	const char *text = config->text;
	size_t len;
	int key;

	at += strspn(text + at, " \t");
	while (end > at && strchr(" \t\r", text[end - 1]))
		end--;
	if (at >= end)
		return;
	len = strcspn(text + at, " \t=#\r\n");
	key = names_find(keys, text + at, len);
	if (key < 0 || !len) {
		unknown_add(config, keys, line, text + at, len);
		return;
	}
	at += len;
	at += strspn(text + at, " \t");
	if (at >= end || text[at] != '=') {
		if (setting_number(keys->name[key]))
			mistake_add(config, line, "expected \"%s = NUMBER\"", keys->name[key]);
		else
			mistake_add(config, line, "expected \"%s = on\" or \"%s = off\"",
				    keys->name[key], keys->name[key]);
		return;
	}
	at++;
	at += strspn(text + at, " \t");
	value_parse(config, keys, line, (unsigned int)key, at, end);
}

static void mistakes_free(struct config *config)
{
	for (size_t i = 0; i < config->n_mistakes; i++)
		free(config->mistake[i].what);
	free(config->mistake);
	config->mistake = NULL;
	config->n_mistakes = 0;
}

/**
 * config_parse() - understand the text of a configuration file
 * @config: @text is read; what it says and what is wrong with it are set
 * @keys: the keys there are
 *
 * Return: 0, or -EBADMSG when there is a mistake.
 */
int config_parse(struct config *config, const struct names *keys)
{
	unsigned int line = 0;
	size_t at = 0;

	config->n = 0;
	mistakes_free(config);
	while (config->text[at]) {
		size_t len = strcspn(config->text + at, "\n");
		size_t used = strcspn(config->text + at, "#\n");

		line_parse(config, keys, ++line, at, at + used);
		at += len + (config->text[at + len] == '\n');
	}
	return config->n_mistakes ? -EBADMSG : 0;
}

/**
 * config_find() - what a configuration file says about a key
 * @config: the file
 * @key: number of the key
 *
 * Return: the line, NULL when there is none.
 */
const struct config_entry *config_find(const struct config *config, unsigned int key)
{
	for (size_t i = 0; i < config->n; i++)
		if (config->entry[i].key == key)
			return &config->entry[i];
	return NULL;
}

/**
 * config_set() - change a key in the text of a configuration file
 * @config: the file, parsed without a mistake; stays so
 * @keys: the keys there are
 * @key: number of the key
 * @value: its new value
 */
void config_set(struct config *config, const struct names *keys, unsigned int key, uint32_t value)
{
	const struct config_entry *entry = config_find(config, key);
	size_t size = strlen(config->text);
	char word[SETTING_TEXT_SIZE];
	char *text;

	setting_text(keys->name[key], value, word);
	text = xrealloc(NULL, size + sizeof(header) + NAME_SIZE + sizeof(word) + 8, 1);
	if (entry)
		sprintf(text, "%.*s%s%s", (int)entry->start, config->text, word,
			config->text + entry->start + entry->len);
	else
		sprintf(text, "%s%s%s = %s\n", size ? config->text : header,
			size && config->text[size - 1] != '\n' ? "\n" : "", keys->name[key], word);
	free(config->text);
	config->text = text;
	config_parse(config, keys);
}

/**
 * config_load() - read a configuration file
 * @config: to be given to config_free()
 * @keys: the keys there are
 * @path: the file
 *
 * A file that is not there is an empty one.
 */
void config_load(struct config *config, const struct names *keys, const char *path)
{
	const char *text = "";
	char target[PATH_MAX];
	int err;

	memset(config, 0, sizeof(*config));
	/* A link stays a link: what it leads to is replaced. */
	if (realpath(path, target))
		path = target;
	if (snprintf(config->path, sizeof(config->path), "%s", path) >= PATH_MAX)
		err = -ENAMETOOLONG;
	else
		err = file_read(AT_FDCWD, path, &text);
	config->there = !err;
	if (err && err != -ENOENT)
		config->error = -err;
	config->text = xrealloc(NULL, strlen(text) + 1, 1);
	strcpy(config->text, text);
	config_parse(config, keys);
}

static int text_write(int fd, const char *text)
{
	size_t len = strlen(text);
	int err = 0;

	if (write(fd, text, len) != (ssize_t)len || fchmod(fd, 0644) || fsync(fd))
		err = errno ? -errno : -EIO;
	if (close(fd) && !err)
		err = -errno;
	return err;
}

/* The directories of a drop-in, as far as they are kvmpv's: /etc/kvmpv and host.conf.d in it. */
static int dirs_make(const char *path)
{
	char dir[PATH_MAX];
	char *slash;

	strcpy(dir, path);
	*strrchr(dir, '/') = '\0';
	slash = strrchr(dir, '/');
	if (slash && slash > dir) {
		*slash = '\0';
		if (mkdir(dir, 0755) && errno != EEXIST)
			return -errno;
		*slash = '/';
	}
	return !*dir || !mkdir(dir, 0755) || errno == EEXIST ? 0 : -errno;
}

/**
 * config_stage() - write the text to a new file beside the configuration file
 * @config: the file
 *
 * Return: 0 or -errno.
 */
int config_stage(struct config *config)
{
	int fd, err;

	err = dirs_make(config->path);
	if (err)
		return err;
	if (snprintf(config->staged, PATH_MAX, "%s.XXXXXX", config->path) >= PATH_MAX)
		return -ENAMETOOLONG;
	errno = 0;
	fd = mkostemp(config->staged, O_CLOEXEC);
	err = fd < 0 ? -errno : text_write(fd, config->text);
	if (fd >= 0 && err)
		unlink(config->staged);
	if (err)
		config->staged[0] = '\0';
	return err;
}

/**
 * config_commit() - let the staged file replace the configuration file
 * @config: the file
 *
 * Return: 0 or -errno.
 */
int config_commit(struct config *config)
{
	char *slash;
	int fd;

	if (rename(config->staged, config->path))
		return -errno;
	slash = strrchr(config->staged, '/');
	slash[1] = '\0';
	fd = open(config->staged, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	config->staged[0] = '\0';
	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
	return 0;
}

/**
 * config_free() - end the use of a configuration file; a staged one is dropped
 * @config: the file
 */
void config_free(struct config *config)
{
	if (config->staged[0])
		unlink(config->staged);
	mistakes_free(config);
	free(config->text);
}
