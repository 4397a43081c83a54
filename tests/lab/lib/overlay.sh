# SPDX-License-Identifier: GPL-2.0-only
# A chroot over a tree that stays as it is. For sh in a mount namespace of its own, as root; whatever
# is mounted goes away with the namespace.
# shellcheck shell=sh

# overlay_mount TREE TOP DIR: TOP/root is the tree, ready to be entered, with DIR as /mnt. What is
# written there goes to TOP, which has to be empty.
overlay_mount()
{
	mkdir "$2/upper" "$2/work" "$2/root"
	mount -t overlay -o "lowerdir=$1,upperdir=$2/upper,workdir=$2/work" overlay "$2/root"
	mount --bind "$3" "$2/root/mnt"
	mount --rbind /proc "$2/root/proc"
	mount -t tmpfs tmpfs "$2/root/run"
	mount -t tmpfs tmpfs "$2/root/tmp"
	for device in null zero full random urandom tty; do
		[ -e "$2/root/dev/$device" ] || : > "$2/root/dev/$device"
		mount --bind "/dev/$device" "$2/root/dev/$device"
	done
}

# overlay_run TOP COMMAND...: in it
overlay_run()
{
	root=$1/root
	shift
	chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
		DEBIAN_FRONTEND=noninteractive "$@"
}

# overlay_plain TOP: TOP/root is what was left there, and nothing but files.
overlay_plain()
{
	for device in null zero full random urandom tty; do
		umount "$1/root/dev/$device"
	done
	umount "$1/root/mnt" "$1/root/run" "$1/root/tmp"
	umount -l "$1/root/proc"
}
