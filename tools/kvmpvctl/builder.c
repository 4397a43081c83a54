// SPDX-License-Identifier: GPL-2.0-only
/*
 * The programs that make initramfs images: initramfs-tools and dracut.
 */
#include <errno.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "initramfs.h"
#include "sysfs.h"

static const struct builder builders[] = {
	{
		.name = "initramfs-tools",
		/*
		 * Newer packages of dracut have an update-initramfs of their own; and mkinitramfs
		 * stays where dracut took the place of initramfs-tools, as the kernel hook does.
		 */
		.program = "usr/sbin/update-initramfs",
		.calls = "mkinitramfs",
		.hook = "usr/share/initramfs-tools/hooks/kvmpv",
		.kernel_hook = {"etc/kernel/postinst.d/initramfs-tools"},
		.argv = {"update-initramfs", "-u", "-k", "all"},
	},
	{
		.name = "dracut",
		.program = "usr/bin/dracut",
		.hook = "usr/lib/dracut/modules.d/90kvmpv",
		.kernel_hook = {"etc/kernel/postinst.d/dracut",
				"usr/lib/kernel/install.d/50-dracut.install"},
		.argv = {"dracut", "--quiet", "--force", "--regenerate-all"},
	},
};

static bool installed(const struct ctl *ctl, const struct builder *builder)
{
	const char *text;
	struct dir dir;
	bool found;

	if (!path_exists(ctl, builder->program) || dir_open_root(ctl, "", &dir))
		return false;
	found = !builder->calls ||
		(!file_read(dir.fd, builder->program, &text) && strstr(text, builder->calls));
	dir_close(&dir);
	return found;
}

static bool kernels_call(const struct ctl *ctl, const struct builder *builder)
{
	for (size_t i = 0; builder->kernel_hook[i]; i++)
		if (path_exists(ctl, builder->kernel_hook[i]))
			return true;
	return false;
}

/**
 * builder_find() - the program that makes this machine's images
 * @ctl: the run
 *
 * Where both are installed, it is the one that is called for new kernels.
 *
 * Return: it, NULL for none.
 */
const struct builder *builder_find(const struct ctl *ctl)
{
	const struct builder *found = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(builders); i++) {
		if (!installed(ctl, &builders[i]))
			continue;
		if (!found || (!kernels_call(ctl, found) && kernels_call(ctl, &builders[i])))
			found = &builders[i];
	}
	return found;
}

/**
 * builder_command() - how all images are made anew
 * @builder: by which program
 * @ret: the command
 * @size: bytes at @ret
 */
void builder_command(const struct builder *builder, char *ret, size_t size)
{
	size_t used = 0;

	for (size_t i = 0; builder->argv[i] && used < size; i++)
		used += (size_t)snprintf(ret + used, size - used, "%s%s", i ? " " : "",
					 builder->argv[i]);
}

/**
 * builder_run() - make all images anew
 * @builder: by which program
 *
 * What it has to say goes to stderr: stdout is for the result.
 *
 * Return: its exit status, or -errno.
 */
int builder_run(const struct builder *builder)
{
	char *argv[ARRAY_SIZE(builder->argv)];
	posix_spawn_file_actions_t actions;
	int status, err;
	pid_t pid;

	for (size_t i = 0; i < ARRAY_SIZE(argv); i++)
		argv[i] = (char *)builder->argv[i];
	fflush(NULL);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
	err = posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (err)
		return -err;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
