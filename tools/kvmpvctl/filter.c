// SPDX-License-Identifier: GPL-2.0-only
/*
 * A file as a program has it, mostly one that unpacks.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "filter.h"

/**
 * filter_open() - start a program on a file
 * @in: the file
 * @argv: the program, which reads stdin and writes stdout
 * @ret_filter: to be given to filter_close()
 *
 * Return: 0 or -errno, mostly that the program is not there.
 */
int filter_open(int in, char *const argv[], struct filter *ret_filter)
{
	posix_spawn_file_actions_t actions;
	struct filter filter;
	int ends[2], err;

	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	err = posix_spawnp(&filter.pid, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	filter.out = err ? NULL : fdopen(ends[0], "r");
	if (!filter.out)
		close(ends[0]);
	if (err)
		return -err;
	if (!filter.out) {
		waitpid(filter.pid, NULL, 0);
		return -ENOMEM;
	}
	*ret_filter = filter;
	return 0;
}

/**
 * filter_close() - end the use of a program
 * @filter: the program; it need not have come to its end
 *
 * Return: its exit status, or -1.
 */
int filter_close(struct filter *filter)
{
	int status;

	fclose(filter->out);
	while (waitpid(filter->pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
