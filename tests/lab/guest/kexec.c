// SPDX-License-Identifier: GPL-2.0-only
/*
 * kexec -l|-p KERNEL INITRD COMMAND-LINE: load another kernel, for kexec -e or, with -p, into the
 * memory of crashkernel= for a panic. kexec -e: into that kernel, by the reboot that its
 * administrator's would make. Root.
 */
#include <err.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <linux/kexec.h>
#include <linux/reboot.h>
#include <sys/syscall.h>

static int open_or_die(const char *path)
{
	int fd = open(path, O_RDONLY);

	if (fd < 0)
		err(1, "%s", path);
	return fd;
}

static void load(char **args, unsigned long flags)
{
	int kernel = open_or_die(args[0]), initrd = open_or_die(args[1]);
	const char *cmdline = args[2];

	if (syscall(SYS_kexec_file_load, kernel, initrd, strlen(cmdline) + 1, cmdline, flags))
		err(1, "kexec_file_load");
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (!strcmp(what, "-l") && argc == 5) {
		load(argv + 2, 0);
	} else if (!strcmp(what, "-p") && argc == 5) {
		load(argv + 2, KEXEC_FILE_ON_CRASH);
	} else if (!strcmp(what, "-e") && argc == 2) {
		sync();
		syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2,
			LINUX_REBOOT_CMD_KEXEC, NULL);
		err(1, "reboot");
	} else {
		errx(2, "usage: kexec -l|-p KERNEL INITRD COMMAND-LINE | kexec -e");
	}
	return 0;
}
