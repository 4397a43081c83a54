// SPDX-License-Identifier: GPL-2.0-only
/*
 * All files of a side: /etc/kvmpv/host.conf, then /etc/kvmpv/host.conf.d/NAME.conf in the order of
 * the names' bytes, so that packages, fleets and kvmpvctl have a file of their own each. A file
 * that is not understood is not left out: what the others say may be meant to go with it.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "configs.h"

struct list {
	char **name;
	size_t n;
};

static void list_add(struct list *list, const char *name)
{
	list->name = xrealloc(list->name, list->n + 1, sizeof(*list->name));
	list->name[list->n] = xrealloc(NULL, strlen(name) + 1, 1);
	strcpy(list->name[list->n++], name);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void list_sort(struct list *list)
{
	if (list->n)
		qsort(list->name, list->n, sizeof(*list->name), by_name);
}

static void list_free(struct list *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->name[i]);
	free(list->name);
}

static bool is_config(const char *name)
{
	size_t len = strlen(name);

	return len > strlen(".conf") && !strcmp(name + len - strlen(".conf"), ".conf");
}

/* The names in a directory of drop-ins, CONFIG_OWN among them whether it is there or not. */
static int names_list(const char *path, struct list *ret_files, struct list *ret_ignored)
{
	DIR *dir = opendir(path);
	int err = dir || errno == ENOENT ? 0 : errno;
	const struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.' || !strcmp(entry->d_name, CONFIG_OWN))
			continue;
		list_add(is_config(entry->d_name) ? ret_files : ret_ignored, entry->d_name);
	}
	if (dir)
		closedir(dir);
	list_add(ret_files, CONFIG_OWN);
	list_sort(ret_files);
	list_sort(ret_ignored);
	return err;
}

static struct config *file_add(struct configs *configs)
{
	configs->file = xrealloc(configs->file, configs->n + 1, sizeof(*configs->file));
	return memset(&configs->file[configs->n++], 0, sizeof(*configs->file));
}

/**
 * configs_add() - read one file more
 * @configs: the files
 * @keys: the keys there are
 * @path: the file
 */
void configs_add(struct configs *configs, const struct names *keys, const char *path)
{
	config_load(file_add(configs), keys, path);
}

/**
 * configs_load() - read all files of a side, with their mistakes
 * @ctl: the run
 * @side: which side
 * @keys: the keys there are
 * @ret_configs: to be given to configs_free()
 */
void configs_load(struct ctl *ctl, enum side side, const struct names *keys,
		  struct configs *ret_configs)
{
	struct list files = {.n = 0}, ignored = {.n = 0};
	char dir[PATH_MAX], path[PATH_MAX + NAME_MAX + 2];
	struct configs *c = ret_configs;
	struct config *read;
	int err;

	memset(c, 0, sizeof(*c));
	c->side = side;
	snprintf(path, sizeof(path), "%s/%s", ctl->root, side_defs[side].config);
	configs_add(c, keys, path);
	snprintf(dir, sizeof(dir), "%s/%s.d", ctl->root, side_defs[side].config);
	err = names_list(dir, &files, &ignored);
	if (err) {
		read = file_add(c);
		strcpy(read->path, dir);
		read->error = err;
	}
	for (size_t i = 0; i < files.n; i++) {
		if (!strcmp(files.name[i], CONFIG_OWN))
			c->own = c->n;
		snprintf(path, sizeof(path), "%s/%s", dir, files.name[i]);
		configs_add(c, keys, path);
		read = &c->file[c->n - 1];
		/* A name that leads nowhere was to lead somewhere. */
		if (!read->there && !read->error && c->own != c->n - 1)
			read->error = ENOENT;
	}
	for (size_t i = 0; i < ignored.n; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, ignored.name[i]);
		free(ignored.name[i]);
		ignored.name[i] = xrealloc(NULL, strlen(path) + 1, 1);
		strcpy(ignored.name[i], path);
	}
	c->ignored = ignored.name;
	c->n_ignored = ignored.n;
	list_free(&files);
}

/**
 * configs_read() - read all files of a side, all of which have to be understood
 * @ctl: the run
 * @side: which side
 * @keys: the keys there are
 * @ret_configs: to be given to configs_free(), whatever is returned; a file that is not there is an
 *               empty one
 *
 * Return: EXIT_DONE, or another exit code and the failure is reported.
 */
int configs_read(struct ctl *ctl, enum side side, const struct names *keys,
		 struct configs *ret_configs)
{
	configs_load(ctl, side, keys, ret_configs);
	for (size_t i = 0; i < ret_configs->n; i++) {
		const struct config *config = &ret_configs->file[i];

		if (config->error)
			return fail(ctl, EXIT_FAILED,
				    config->error == EACCES ? "run it as root"
							    : "mend the file or move it away",
				    "cannot read %s: %s", config->path,
				    problem_text(config->error));
		if (config->n_mistakes)
			return fail(ctl, EXIT_FAILED,
				    "mend that line, kvmpvctl check-config shows all; nothing was "
				    "changed",
				    "%s:%u: %s", config->path, config->mistake[0].line,
				    config->mistake[0].what);
	}
	return EXIT_DONE;
}

/**
 * configs_find() - the line that decides on a setting
 * @configs: the files
 * @key: number of its key
 * @ret_origin: file and line
 *
 * Return: whether any line sets it.
 */
bool configs_find(const struct configs *configs, unsigned int key, struct config_origin *ret_origin)
{
	for (size_t i = configs->n; i-- > 0;) {
		const struct config_entry *entry = config_find(&configs->file[i], key);

		if (entry) {
			ret_origin->file = i;
			ret_origin->entry = entry;
			return true;
		}
	}
	return false;
}

/**
 * configs_get() - what the files say about a setting
 * @configs: the files
 * @key: number of its key
 * @ret_value: its value
 *
 * Return: whether they say anything.
 */
bool configs_get(const struct configs *configs, unsigned int key, uint32_t *ret_value)
{
	struct config_origin origin;

	if (!configs_find(configs, key, &origin))
		return false;
	*ret_value = origin.entry->value;
	return true;
}

/**
 * configs_free() - end the use of a side's files; what is staged is dropped
 * @configs: the files
 */
void configs_free(struct configs *configs)
{
	for (size_t i = 0; i < configs->n; i++)
		config_free(&configs->file[i]);
	for (size_t i = 0; i < configs->n_ignored; i++)
		free(configs->ignored[i]);
	free(configs->file);
	free(configs->ignored);
}
