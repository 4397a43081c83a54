// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading and writing single files below /sys/kernel/kvmpv (and the few others kvmpvctl looks at).
 * Nothing is believed about them: a file may be missing, a directory, a pipe, endless or binary.
 * Each typed reader notes what it cannot read in ctl->problems and gives -errno; its output is then
 * untouched.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sysfs.h"

static int root_path(const struct ctl *ctl, const char *path, char ret[PATH_MAX])
{
	int len = snprintf(ret, PATH_MAX, "%s/%s", ctl->root, path);

	return len < PATH_MAX ? 0 : -ENAMETOOLONG;
}

/**
 * path_exists() - is there anything at a path
 * @ctl: the run
 * @path: below the root
 *
 * Return: whether there is; false also when that cannot be seen.
 */
bool path_exists(const struct ctl *ctl, const char *path)
{
	char full[PATH_MAX];
	struct stat st;

	return !root_path(ctl, path, full) && !stat(full, &st);
}

/**
 * dir_open_root() - open a directory by its path
 * @ctl: the run
 * @path: below the root
 * @ret_dir: to be given to dir_close()
 *
 * Return: 0 or -errno.
 */
int dir_open_root(const struct ctl *ctl, const char *path, struct dir *ret_dir)
{
	int err = root_path(ctl, path, ret_dir->path);

	if (err)
		return err;
	ret_dir->fd = open(ret_dir->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return ret_dir->fd < 0 ? -errno : 0;
}

/**
 * dir_open() - open a directory in another one
 * @parent: where
 * @name: of the directory
 * @ret_dir: to be given to dir_close()
 *
 * Return: 0 or -errno.
 */
int dir_open(const struct dir *parent, const char *name, struct dir *ret_dir)
{
	int len = snprintf(ret_dir->path, sizeof(ret_dir->path), "%s/%s", parent->path, name);

	if (len >= PATH_MAX)
		return -ENAMETOOLONG;
	ret_dir->fd = openat(parent->fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return ret_dir->fd < 0 ? -errno : 0;
}

/**
 * dir_gone() - was a directory removed after it was opened
 * @dir: the directory
 *
 * Return: whether its name leads nowhere now.
 */
bool dir_gone(const struct dir *dir)
{
	struct stat st;

	return stat(dir->path, &st) && errno == ENOENT;
}

/**
 * dir_close() - end the use of a directory
 * @dir: the directory
 */
void dir_close(struct dir *dir)
{
	close(dir->fd);
}

/**
 * file_read() - the whole of a small text file
 * @dir: descriptor of its directory
 * @name: of the file
 * @ret_text: the text, valid until the next call
 *
 * Never blocks, reads at most FILE_SIZE_MAX bytes.
 *
 * Return: 0 or -errno; -EBADMSG when it is too long or holds a NUL.
 */
int file_read(int dir, const char *name, const char **ret_text)
{
	static char text[FILE_SIZE_MAX + 1];
	size_t used = 0;
	ssize_t len;
	int fd;

	fd = openat(dir, name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	do {
		len = read(fd, text + used, sizeof(text) - used);
		if (len > 0)
			used += (size_t)len;
	} while (len > 0 && used < sizeof(text));
	if (len < 0)
		len = -errno;
	close(fd);
	if (len < 0)
		return (int)len;
	if (used == sizeof(text) || memchr(text, '\0', used))
		return -EBADMSG;
	text[used] = '\0';
	*ret_text = text;
	return 0;
}

/**
 * file_head() - the beginning of a text file that may be long
 * @dir: descriptor of its directory
 * @name: of the file
 * @ret_text: the text, empty when it cannot be read
 * @size: bytes at @ret_text
 *
 * Never blocks.
 *
 * Return: 0 or -errno.
 */
int file_head(int dir, const char *name, char *ret_text, size_t size)
{
	ssize_t len;
	int err = 0;
	int fd;

	*ret_text = '\0';
	fd = openat(dir, name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	len = read(fd, ret_text, size - 1);
	if (len < 0)
		err = -errno;
	close(fd);
	ret_text[len > 0 ? len : 0] = '\0';
	return err;
}

/**
 * file_write() - write a value to a sysfs file
 * @dir: its directory
 * @name: of the file
 * @text: the value
 *
 * The file is never created: that it is missing is an answer.
 *
 * Return: 0 or -errno.
 */
int file_write(const struct dir *dir, const char *name, const char *text)
{
	size_t len = strlen(text);
	int err = 0;
	int fd;

	errno = 0;
	fd = openat(dir->fd, name, O_WRONLY | O_TRUNC | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, text, len) != (ssize_t)len)
		err = errno ? -errno : -EIO;
	if (close(fd) && !err)
		err = -errno;
	return err;
}

static int noted(struct ctl *ctl, const struct dir *dir, const char *name, int err)
{
	if (err)
		problem_add(ctl, -err, "%s/%s", dir->path, name);
	return err;
}

/**
 * read_line() - a file of one line
 * @ctl: the run
 * @dir: its directory
 * @name: of the file
 * @ret_line: the line without its newline
 * @size: bytes at @ret_line
 *
 * Return: 0 or -errno, then noted in the run's problems.
 */
int read_line(struct ctl *ctl, const struct dir *dir, const char *name, char *ret_line, size_t size)
{
	const char *text;
	int err = file_read(dir->fd, name, &text);

	return noted(ctl, dir, name, err ?: parse_line(text, ret_line, size));
}

/**
 * read_bool() - a file of one bool
 * @ctl: the run
 * @dir: its directory
 * @name: of the file
 * @ret_value: the value
 *
 * Return: 0 or -errno, then noted in the run's problems.
 */
int read_bool(struct ctl *ctl, const struct dir *dir, const char *name, bool *ret_value)
{
	char word[8];
	int err = read_line(ctl, dir, name, word, sizeof(word));

	return err ?: noted(ctl, dir, name, parse_bool(word, ret_value));
}

/**
 * read_u32() - a file of one number
 * @ctl: the run
 * @dir: its directory
 * @name: of the file
 * @ret_value: the number
 *
 * Return: 0 or -errno, then noted in the run's problems.
 */
int read_u32(struct ctl *ctl, const struct dir *dir, const char *name, uint32_t *ret_value)
{
	uint64_t value;
	char word[24];
	int err = read_line(ctl, dir, name, word, sizeof(word));

	if (err)
		return err;
	if (parse_u64(word, strlen(word), &value) || value > UINT32_MAX)
		return noted(ctl, dir, name, -EBADMSG);
	*ret_value = (uint32_t)value;
	return 0;
}

/**
 * read_range() - a file of two ABI versions
 * @ctl: the run
 * @dir: its directory
 * @name: of the file
 * @ret_range: the versions
 *
 * Return: 0 or -errno, then noted in the run's problems.
 */
int read_range(struct ctl *ctl, const struct dir *dir, const char *name, struct range *ret_range)
{
	const char *text;
	int err = file_read(dir->fd, name, &text);

	return noted(ctl, dir, name, err ?: parse_range(text, ret_range));
}

/**
 * read_names() - a file of names
 * @ctl: the run
 * @dir: its directory
 * @name: of the file
 * @between: what separates two names, as for parse_names()
 * @names: words known so far; new ones are added
 * @ret_set: NAME_BIT() of each
 *
 * Return: 0 or -errno, then noted in the run's problems.
 */
int read_names(struct ctl *ctl, const struct dir *dir, const char *name, char between,
	       struct names *names, uint64_t *ret_set)
{
	const char *text;
	int err = file_read(dir->fd, name, &text);

	return noted(ctl, dir, name, err ?: parse_names(text, between, names, ret_set));
}

/**
 * read_counters() - a ``stats`` file
 * @ctl: the run
 * @dir: its directory
 * @name: of the file
 * @names: counters known so far; new ones are added
 * @ret_counters: their values
 *
 * Return: 0 or -errno, then noted in the run's problems.
 */
int read_counters(struct ctl *ctl, const struct dir *dir, const char *name, struct names *names,
		  struct counters *ret_counters)
{
	const char *text;
	int err = file_read(dir->fd, name, &text);

	return noted(ctl, dir, name, err ?: parse_counters(text, names, ret_counters));
}

/**
 * read_histograms() - a ``histogram`` file
 * @ctl: the run
 * @dir: its directory
 * @name: of the file
 * @ret_histogram: its lines
 * @ret_n: how many
 *
 * Return: 0 or -errno, then noted in the run's problems.
 */
int read_histograms(struct ctl *ctl, const struct dir *dir, const char *name,
		    struct histogram ret_histogram[HISTOGRAMS_MAX], size_t *ret_n)
{
	const char *text;
	int err = file_read(dir->fd, name, &text);

	return noted(ctl, dir, name, err ?: parse_histograms(text, ret_histogram, ret_n));
}

/**
 * read_cpu_times() - /proc/stat
 * @ctl: the run
 * @ret_times: what its first lines say
 *
 * Return: 0 or -errno, then noted in the run's problems.
 */
int read_cpu_times(struct ctl *ctl, struct cpu_times *ret_times)
{
	char text[1024]; /* three lines of numbers */
	struct dir dir;
	int err;

	err = dir_open_root(ctl, "proc", &dir);
	if (err) {
		problem_add(ctl, -err, "%s", dir.path);
		return err;
	}
	err = file_head(dir.fd, "stat", text, sizeof(text));
	err = noted(ctl, &dir, "stat", err ?: parse_cpu_times(text, ret_times));
	dir_close(&dir);
	return err;
}

/**
 * read_sites() - a ``sites`` file
 * @ctl: the run
 * @dir: its directory
 * @name: of the file
 * @ret_site: its lines
 * @ret_n: how many
 *
 * Return: 0 or -errno, then noted in the run's problems.
 */
int read_sites(struct ctl *ctl, const struct dir *dir, const char *name,
	       struct site ret_site[SITES_MAX], size_t *ret_n)
{
	const char *text;
	int err = file_read(dir->fd, name, &text);

	return noted(ctl, dir, name, err ?: parse_sites(text, ret_site, ret_n));
}
