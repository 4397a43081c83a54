// SPDX-License-Identifier: GPL-2.0-only
/*
 * What host and guest directory have in common: the module's own files and features/.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "facts.h"

/**
 * module_read() - version, state and ABI of a side
 * @ctl: the run
 * @dir: the side's directory
 * @ret_module: what is there
 */
void module_read(struct ctl *ctl, const struct dir *dir, struct module_facts *ret_module)
{
	struct module_facts *m = ret_module;

	m->loaded = true;
	read_line(ctl, dir, "version", m->version, sizeof(m->version));
	m->abi_known = !read_range(ctl, dir, "abi", &m->abi);
	m->state_known = !read_line(ctl, dir, "state", m->state, sizeof(m->state));
	m->reason_known = !read_line(ctl, dir, "reason", m->reason, sizeof(m->reason));
	read_line(ctl, dir, "instance", m->instance, sizeof(m->instance));
}

/**
 * features_list() - the features a side's or a VM's directory has
 * @dir: the directory
 * @names: features known so far; new ones are added
 * @ret_set: NAME_BIT() of each that is there
 *
 * Return: 0 or -errno.
 */
int features_list(const struct dir *dir, struct names *names, uint64_t *ret_set)
{
	const struct dirent *entry;
	uint64_t set = 0;
	DIR *list;
	int fd;

	fd = openat(dir->fd, "features", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	list = fdopendir(fd);
	if (!list) {
		close(fd);
		return -ENOMEM;
	}
	while ((entry = readdir(list))) {
		int i = -1;

		if (entry->d_name[0] != '.')
			i = names_add(names, entry->d_name, strlen(entry->d_name));
		if (i >= 0)
			set |= NAME_BIT(i);
	}
	closedir(list);
	*ret_set = set;
	return 0;
}

/**
 * switches_read() - the bools in features/
 * @ctl: the run
 * @dir: the directory features/ is in
 * @features: NAME_BIT() of each to read
 * @names: their names
 * @ret_switches: what they say
 */
void switches_read(struct ctl *ctl, const struct dir *dir, uint64_t features,
		   const struct names *names, struct switches *ret_switches)
{
	struct switches switches = {.known = 0, .on = 0};
	char path[sizeof("features/") + NAME_SIZE];
	bool on;

	for (unsigned int i = 0; i < names->n; i++) {
		if (!(features & NAME_BIT(i)))
			continue;
		snprintf(path, sizeof(path), "features/%s", names->name[i]);
		if (read_bool(ctl, dir, path, &on))
			continue;
		switches.known |= NAME_BIT(i);
		if (on)
			switches.on |= NAME_BIT(i);
	}
	*ret_switches = switches;
}

/**
 * reasons_read() - the lines in reasons/
 * @ctl: the run
 * @dir: the directory reasons/ is in
 * @features: NAME_BIT() of each to read
 * @names: their names
 * @ret_reasons: what they say
 *
 * A file that is not there is no problem: modules had none before they had a feature that needs it.
 */
void reasons_read(struct ctl *ctl, const struct dir *dir, uint64_t features,
		  const struct names *names, struct reasons *ret_reasons)
{
	char path[sizeof("reasons/") + NAME_SIZE];

	ret_reasons->known = 0;
	for (unsigned int i = 0; i < names->n; i++) {
		size_t mark = ctl->problems.total;
		int err;

		ret_reasons->text[i][0] = '\0';
		if (!(features & NAME_BIT(i)))
			continue;
		snprintf(path, sizeof(path), "reasons/%s", names->name[i]);
		err = read_line(ctl, dir, path, ret_reasons->text[i], REASON_SIZE);
		if (err == -ENOENT)
			problems_rewind(ctl, mark);
		if (!err)
			ret_reasons->known |= NAME_BIT(i);
	}
}

/**
 * reasons_group() - features that cannot be used for one and the same reason
 * @reasons: the reasons
 * @left: NAME_BIT() of each feature to look at; those found are taken out
 *
 * Return: NAME_BIT() of each, the reason is that of the lowest; 0 when none is left that has one.
 */
uint64_t reasons_group(const struct reasons *reasons, uint64_t *left)
{
	uint64_t set = *left & reasons->known, group = 0;
	const char *text = "";

	for (unsigned int i = 0; i < NAMES_MAX; i++) {
		if (!(set & NAME_BIT(i)) || !*reasons->text[i])
			continue;
		if (!*text)
			text = reasons->text[i];
		if (!strcmp(text, reasons->text[i]))
			group |= NAME_BIT(i);
	}
	*left &= ~group;
	return group;
}
