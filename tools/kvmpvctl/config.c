// SPDX-License-Identifier: GPL-2.0-only
/*
 * /etc/kvmpv/{host,guest}.conf: one ``key = on|off`` a line, ``#`` starts a comment. A file with a
 * line that is not understood is neither applied nor changed: half of what an administrator meant
 * is worse than nothing and a clear message. Edits keep comments and order, and replace the file
 * whole, so that a crash leaves the old one or the new one.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"
#include "sysfs.h"

static const char header[] = "# Settings of kvmpv, see kvmpvctl(8): one \"FEATURE = on\" or "
			     "\"FEATURE = off\" a line.\n";

__attribute__((format(printf, 2, 3))) static int bad_line(struct config_error *error,
							  const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(error->what, sizeof(error->what), fmt, args);
	va_end(args);
	for (char *c = error->what; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	return -EBADMSG;
}

/* One line from @at to @end, without its newline and comment. */
static int line_parse(struct config *config, const struct names *keys, size_t at, size_t end,
		      struct config_error *error)
{
	const char *text = config->text;
	struct config_entry *entry = &config->entry[config->n];
	char word[8] = "";
	size_t len;
	int key;

	at += strspn(text + at, " \t");
	while (end > at && strchr(" \t\r", text[end - 1]))
		end--;
	if (at >= end)
		return 0;
	len = strcspn(text + at, " \t=#\r\n");
	key = names_find(keys, text + at, len);
	if (key < 0 || !len)
		return bad_line(error, "unknown setting \"%.*s\"", (int)(len < 40 ? len : 40),
				text + at);
	at += len;
	at += strspn(text + at, " \t");
	if (at >= end || text[at] != '=')
		return bad_line(error, "expected \"%s = on\" or \"%s = off\"", keys->name[key],
				keys->name[key]);
	at++;
	at += strspn(text + at, " \t");
	if (at < end && end - at < sizeof(word))
		memcpy(word, text + at, end - at);
	if (parse_bool(word, &entry->on))
		return bad_line(error, "%s is on or off, not \"%.*s\"", keys->name[key],
				at < end ? (int)(end - at < 40 ? end - at : 40) : 0, text + at);
	for (size_t i = 0; i < config->n; i++)
		if (config->entry[i].key == (unsigned int)key)
			return bad_line(error, "%s was set in line %u already", keys->name[key],
					config->entry[i].line);
	entry->key = (unsigned int)key;
	entry->line = error->line;
	entry->start = at;
	entry->len = end - at;
	config->n++;
	return 0;
}

/**
 * config_parse() - understand the text of a configuration file
 * @config: @text is read, @entry and @n are set
 * @keys: the keys there are
 * @ret_error: the first line that is not understood
 *
 * Return: 0 or -EBADMSG.
 */
int config_parse(struct config *config, const struct names *keys, struct config_error *ret_error)
{
	struct config_error error = {.line = 0};
	size_t at = 0;

	config->n = 0;
	while (config->text[at]) {
		size_t len = strcspn(config->text + at, "\n");
		size_t used = strcspn(config->text + at, "#\n");

		error.line++;
		if (line_parse(config, keys, at, at + used, &error)) {
			*ret_error = error;
			return -EBADMSG;
		}
		at += len + (config->text[at + len] == '\n');
	}
	return 0;
}

/**
 * config_get() - what a configuration file says about a key
 * @config: the file
 * @key: number of the key
 * @ret_on: its value
 *
 * Return: whether it says anything.
 */
bool config_get(const struct config *config, unsigned int key, bool *ret_on)
{
	for (size_t i = 0; i < config->n; i++) {
		if (config->entry[i].key == key) {
			*ret_on = config->entry[i].on;
			return true;
		}
	}
	return false;
}

/**
 * config_set() - change a key in the text of a configuration file
 * @config: the file, parsed without an error; stays so
 * @keys: the keys there are
 * @key: number of the key
 * @on: its new value
 */
void config_set(struct config *config, const struct names *keys, unsigned int key, bool on)
{
	const char *value = on ? "on" : "off";
	size_t size = strlen(config->text);
	struct config_error error;
	char *text;

	text = xrealloc(NULL, size + sizeof(header) + NAME_SIZE + 16, 1);
	for (size_t i = 0; i < config->n; i++) {
		const struct config_entry *entry = &config->entry[i];

		if (entry->key == key) {
			sprintf(text, "%.*s%s%s", (int)entry->start, config->text, value,
				config->text + entry->start + entry->len);
			goto done;
		}
	}
	sprintf(text, "%s%s%s = %s\n", size ? config->text : header,
		size && config->text[size - 1] != '\n' ? "\n" : "", keys->name[key], value);
done:
	free(config->text);
	config->text = text;
	config_parse(config, keys, &error);
}

/**
 * config_read() - read a side's configuration file
 * @ctl: the run
 * @side: which
 * @keys: the keys there are
 * @ret_config: to be given to config_free(), whatever is returned; a file that is not there is an
 *              empty one
 *
 * Return: EXIT_DONE, or another exit code and the failure is reported.
 */
int config_read(struct ctl *ctl, enum side side, const struct names *keys,
		struct config *ret_config)
{
	struct config *config = ret_config;
	struct config_error error;
	const char *text = "";
	char target[PATH_MAX];
	int err;

	memset(config, 0, sizeof(*config));
	snprintf(config->path, sizeof(config->path), "%s/%s", ctl->root, side_defs[side].config);
	/* A link stays a link: what it leads to is replaced. */
	if (realpath(config->path, target))
		strcpy(config->path, target);
	err = file_read(AT_FDCWD, config->path, &text);
	if (err && err != -ENOENT)
		return fail(ctl, EXIT_FAILED,
			    err == -EACCES ? "run it as root" : "mend the file or move it away",
			    "cannot read %s: %s", config->path, problem_text(-err));
	config->text = strdup(text);
	if (!config->text)
		return fail(ctl, EXIT_FAILED, NULL, "out of memory");
	if (config_parse(config, keys, &error))
		return fail(ctl, EXIT_FAILED, "mend that line; nothing was changed", "%s:%u: %s",
			    config->path, error.line, error.what);
	return EXIT_DONE;
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

/**
 * config_stage() - write the text to a new file beside the configuration file
 * @config: the file
 *
 * Return: 0 or -errno.
 */
int config_stage(struct config *config)
{
	char dir[PATH_MAX];
	char *slash;
	int fd, err;

	strcpy(dir, config->path);
	slash = strrchr(dir, '/');
	*slash = '\0';
	if (mkdir(dir, 0755) && errno != EEXIST)
		return -errno;
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
	free(config->text);
}
