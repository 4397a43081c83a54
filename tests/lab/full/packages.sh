# SPDX-License-Identifier: GPL-2.0-only
# What the plain image has on top of Debian's packages of priority "important".
# shellcheck shell=bash disable=SC2034

PLAIN_PACKAGES=(
	linux-image-amd64 initramfs-tools zstd grub-pc	# boots as most Debian machines do
	systemd-sysv dbus kmod polkitd
	libvirt-daemon-system libvirt-daemon-driver-qemu libvirt-clients
	qemu-system-x86 qemu-utils
)

# What its apt finds in its only archive, a folder in the image, with all these depend on or
# recommend. Nothing of it is installed.
ARCHIVE_PACKAGES=(dkms gcc make linux-headers-amd64 libjson-c5 libkmod2 dnf createrepo-c rpm)

# The second kernel: the newest image package whose name matches, and its headers.
SECOND_KERNEL='linux-image-6\.12\.[0-9]+\+deb12-amd64'
