// SPDX-License-Identifier: GPL-2.0-only
/*
 * Run commands in a Linux guest over a serial line that the guest's kernel console may share.
 *
 *   lab-agent serve TTY                   in the guest: execute what comes in on TTY
 *   lab-agent wait OUT PID SECS           in the host: until the guest says it is ready
 *   lab-agent run IN OUT PID SECS COMMAND in the host: print COMMAND's output, return its status
 *   lab-agent drain TTY                   until everything written to TTY has left the machine
 *   lab-agent tick HPET                   for ever: an interrupt every now and then
 *
 * IN is a FIFO the emulator reads, OUT a plain file it appends to, PID the emulator. A file rather
 * than a second FIFO, so that a guest never blocks because nobody listens.
 *
 * Requests are one line, "<id> <command>"; answers are lines that start with TAG, so that kernel
 * messages between them are no trouble. Newlines and backslashes inside are escaped.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/hpet.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define TAG "@lab "
#define LINE_SIZE 65536

enum { STATUS_TIMEOUT = 124, STATUS_GUEST_GONE = 125 };

static char line[LINE_SIZE];

static int usage(void)
{
	fprintf(stderr, "usage: lab-agent serve TTY | wait OUT PID SECS | "
			"run IN OUT PID SECS COMMAND | drain TTY | tick HPET\n");
	return 2;
}

static int fail(const char *what)
{
	fprintf(stderr, "lab-agent: %s: %s\n", what, strerror(errno));
	return STATUS_GUEST_GONE;
}

/* glibc of Debian 12 is the oldest we build with; its wrapper is new, the system call is not. */
static int open_pidfd(pid_t pid)
{
	return syscall(SYS_pidfd_open, pid, 0);
}

static void write_all(int fd, const char *buf, size_t len)
{
	while (len) {
		ssize_t n = write(fd, buf, len);

		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return;
		if (n > 0) {
			buf += n;
			len -= n;
		}
	}
}

static size_t escape(char *out, size_t size, const char *in, size_t len)
{
	size_t n = 0;

	for (; len && n + 2 < size; len--, in++) {
		if (*in != '\n' && *in != '\\') {
			out[n++] = *in;
			continue;
		}
		out[n++] = '\\';
		out[n++] = *in == '\n' ? 'n' : '\\';
	}
	return n;
}

static size_t unescape(char *s)
{
	char *out = s, *start = s;

	for (; *s; s++) {
		if (*s == '\\' && s[1])
			*out++ = *++s == 'n' ? '\n' : *s;
		else
			*out++ = *s;
	}
	*out = '\0';
	return out - start;
}

/* ---- in the guest ---- */

static int open_tty(const char *path)
{
	struct termios t;
	int fd = open(path, O_RDWR | O_NOCTTY);

	if (fd < 0 || tcgetattr(fd, &t))
		return fd;
	cfmakeraw(&t);
	cfsetspeed(&t, B115200);
	t.c_cflag |= CLOCAL | CREAD;
	tcsetattr(fd, TCSANOW, &t);
	return fd;
}

/* In pieces short enough that a line always fits the reader's buffer, escapes and all. */
static void send_output(int tty, const char *id, const char *buf, size_t len)
{
	static char out[8192 + 64];

	while (len) {
		size_t part = len < 4000 ? len : 4000;
		int n = snprintf(out, 64, "\n" TAG "%.32s o ", id);

		n += escape(out + n, sizeof(out) - n - 1, buf, part);
		out[n++] = '\n';
		write_all(tty, out, n);
		buf += part;
		len -= part;
	}
}

static void send_status(int tty, const char *id, int status)
{
	char out[80];
	int n = snprintf(out, sizeof(out), "\n" TAG "%.32s e %d\n", id, status);

	/* Twice: a kernel message may land in the middle of the first one. */
	write_all(tty, out, n);
	write_all(tty, out, n);
}

/*
 * The pipe's end is not enough to know that a command is done (it may leave something running in
 * the background that keeps the pipe), nor is the process's (its output may still be in the pipe).
 */
static void copy_output(int tty, const char *id, int pipe_fd, pid_t pid)
{
	struct pollfd p[2] = {
		{.fd = pipe_fd, .events = POLLIN},
		{.fd = open_pidfd(pid), .events = POLLIN},
	};
	static char buf[4096];

	while (poll(p, 2, -1) >= 0 || errno == EINTR) {
		if (p[0].revents) {
			ssize_t n = read(pipe_fd, buf, sizeof(buf));

			if (n <= 0)
				break;
			send_output(tty, id, buf, n);
		} else if (p[1].revents) {
			break;
		}
	}
	close(p[1].fd);
}

static pid_t start_command(const char *command, int *ret_fd)
{
	static char script[LINE_SIZE + 64];
	int fds[2];
	pid_t pid;

	snprintf(script, sizeof(script), ". /lib/kmod.sh\n%s", command);
	if (pipe2(fds, O_CLOEXEC))
		return -1;
	pid = fork();
	if (!pid) {
		int null = open("/dev/null", O_RDONLY);

		setsid();
		signal(SIGPIPE, SIG_DFL);
		dup2(null, 0);
		dup2(fds[1], 1);
		dup2(fds[1], 2);
		execl("/bin/sh", "sh", "-c", script, NULL);
		_exit(127);
	}
	close(fds[1]);
	*ret_fd = fds[0];
	return pid;
}

static void serve_one(int tty, char *request)
{
	char *command = strchr(request, ' ');
	int fd, status;
	pid_t pid;

	if (!command)
		return;
	*command++ = '\0';
	unescape(command);
	pid = start_command(command, &fd);
	if (pid < 0) {
		send_status(tty, request, 126);
		return;
	}
	copy_output(tty, request, fd, pid);
	close(fd);
	waitpid(pid, &status, 0);
	send_status(tty, request, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

static int serve(const char *path)
{
	int tty = open_tty(path);
	FILE *in;

	if (tty < 0)
		return fail(path);
	in = fdopen(dup(tty), "r");
	if (!in)
		return fail(path);
	write_all(tty, "\n" TAG "0 r\n", strlen(TAG) + 5);
	while (fgets(line, sizeof(line), in)) {
		line[strcspn(line, "\r\n")] = '\0';
		if (!strcmp(line, "0 quit"))
			break;
		serve_one(tty, line);
	}
	return 0;
}

/* ---- in the host ---- */

struct follow {
	FILE *f;
	struct pollfd p[2]; /* changes of the file, end of the emulator */
	time_t deadline;
};

static time_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

static bool follow_open(struct follow *f, const char *path, const char *pid, const char *secs)
{
	f->f = fopen(path, "r");
	if (!f->f)
		return false;
	f->p[0] = (struct pollfd){.fd = inotify_init1(IN_NONBLOCK), .events = POLLIN};
	f->p[1] = (struct pollfd){.fd = open_pidfd(atoi(pid)), .events = POLLIN};
	f->deadline = now() + atoi(secs);
	return inotify_add_watch(f->p[0].fd, path, IN_MODIFY) >= 0;
}

/* One whole line in `line`; 0, or the status to give up with. */
static int follow_line(struct follow *f)
{
	char events[4096];
	size_t len = 0;
	bool gone = false;

	for (;;) {
		if (fgets(line + len, sizeof(line) - len, f->f)) {
			len += strlen(line + len);
			if (line[len - 1] == '\n' || len == sizeof(line) - 1)
				return 0;
		}
		clearerr(f->f);
		/* One more look after the end: the last words are in the file by then. */
		if (gone)
			return STATUS_GUEST_GONE;
		if (now() >= f->deadline)
			return STATUS_TIMEOUT;
		poll(f->p, 2, 1000);
		gone = f->p[1].revents || f->p[1].fd < 0;
		while (read(f->p[0].fd, events, sizeof(events)) > 0)
			;
	}
}

/* For a line that is of no use: a guest that prints for ever is late, too. */
static int late(const struct follow *f)
{
	return now() >= f->deadline ? STATUS_TIMEOUT : 0;
}

static int wait_ready(const char *out, const char *pid, const char *secs)
{
	struct follow f;
	int err = 0;

	if (!follow_open(&f, out, pid, secs))
		return fail(out);
	while (!err && !(err = follow_line(&f))) {
		if (!strncmp(line, TAG "0 r", strlen(TAG) + 3))
			break;
		err = late(&f);
	}
	return err;
}

static int send_request(const char *in, const char *id, const char *command)
{
	static char request[LINE_SIZE];
	int fd = open(in, O_WRONLY | O_NONBLOCK);
	int n;

	if (fd < 0)
		return fail(in);
	if (strlen(command) > LINE_SIZE / 2 - 64) {
		errno = E2BIG;
		return fail("command");
	}
	n = snprintf(request, 64, "%s ", id);
	n += escape(request + n, sizeof(request) - n - 1, command, strlen(command));
	request[n++] = '\n';
	write_all(fd, request, n);
	close(fd);
	return 0;
}

/* The end of a line, with the carriage return of a terminal; one in the middle is output. */
static void cut_end(char *s)
{
	size_t len = strcspn(s, "\n");

	if (len && s[len - 1] == '\r')
		len--;
	s[len] = '\0';
}

static int run(char **arg)
{
	char id[32], prefix[64];
	struct follow f;
	int err;

	snprintf(id, sizeof(id), "%d", getpid());
	snprintf(prefix, sizeof(prefix), TAG "%s ", id);
	if (!follow_open(&f, arg[1], arg[2], arg[3]))
		return fail(arg[1]);
	fseek(f.f, 0, SEEK_END);
	err = send_request(arg[0], id, arg[4]);
	while (!err && !(err = follow_line(&f))) {
		char *answer = line + strlen(prefix);

		if (strncmp(line, prefix, strlen(prefix))) {
			err = late(&f);
			continue;
		}
		cut_end(line);
		if (*answer == 'e')
			return atoi(answer + 2);
		fwrite(answer + 2, 1, unescape(answer + 2), stdout);
		fflush(stdout);
	}
	return err;
}

static int drain(const char *path)
{
	int fd = open(path, O_WRONLY | O_NOCTTY);

	return fd < 0 || tcdrain(fd) ? fail(path) : 0;
}

/*
 * QEMU's emulated CPU may forget to look at its local APIC, where the timer's interrupt then stays
 * pending: nothing but the next interrupt makes it look again (docs/hooks.md, facts found). The
 * timers of the HPET are a source that does not depend on the local APIC's.
 */
static int tick(const char *path)
{
	int fd = open(path, O_RDONLY);

	if (fd < 0 || ioctl(fd, HPET_IRQFREQ, 8UL) || ioctl(fd, HPET_EPI, 0) ||
	    ioctl(fd, HPET_IE_ON, 0))
		return fail(path);
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	signal(SIGPIPE, SIG_IGN);
	if (argc == 3 && !strcmp(argv[1], "serve"))
		return serve(argv[2]);
	if (argc == 5 && !strcmp(argv[1], "wait"))
		return wait_ready(argv[2], argv[3], argv[4]);
	if (argc == 7 && !strcmp(argv[1], "run"))
		return run(argv + 2);
	if (argc == 3 && !strcmp(argv[1], "drain"))
		return drain(argv[2]);
	if (argc == 3 && !strcmp(argv[1], "tick"))
		return tick(argv[2]);
	return usage();
}
