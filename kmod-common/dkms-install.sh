#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# dkms-install.sh [KERNEL...]: have DKMS build and install the module of this tree for KERNEL, or for
# all kernels on this machine. For the scripts of packages and for new kernels: a kernel that gets no
# module costs a message that says why, and nothing else. With another exit code than 0 the package
# manager would stop half way, and with it whatever else it was about to do, such as a new kernel's
# initramfs. Not "dkms autoinstall", for the same reason: that of dkms 3.0.10 fails when one module
# is skipped. A module that is missing is seen by "kvmpvctl doctor" and by its unit at boot.
set -u

tree=$(cd "$(dirname "$0")" && pwd)
name=$(sed -n 's/^PACKAGE_NAME="\(.*\)"$/\1/p' "$tree/dkms.conf")
version=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"$/\1/p' "$tree/dkms.conf")
module=$(sed -n 's/^BUILT_MODULE_NAME\[0\]="\(.*\)"$/\1/p' "$tree/dkms.conf")
state=/var/lib/dkms/$name/$version
# KiB that a build takes
enough=4096

say() {
	echo "$name: $*" >&2
}

# no_space KERNEL: what a build writes to has no space for one. What ran out of it may not have been
# able to say so: the log is on the same disk.
no_space() {
	for dir in "$state" "${TMPDIR:-/tmp}" "/lib/modules/$1"; do
		free=$(df -Pk "$dir" | awk 'NR == 2 { print $4 }')
		[ "${free:-$enough}" -ge $enough ] || {
			echo "No space left on device: $free KiB in $dir"
			return
		}
	done
	return 1
}

# not_built KERNEL OUTPUT: says what went wrong, and keeps the log where the next build leaves it.
not_built() {
	log=$state/build/make.log
	kept=$state/make.log-$1
	all=$(cat "$log" 2> /dev/null; printf '%s\n' "$2")
	first=$(printf '%s\n' "$all" | grep -m 1 'No space left') ||
		first=$(printf '%s\n' "$all" | grep -m 1 'error:') || first=$(no_space "$1") ||
		first=$(printf '%s\n' "$all" | grep -m 1 -E 'Error |probe\.sh:') ||
		first=$(printf '%s\n' "$all" | grep -m 1 'Error!')
	mv -f "$log" "$kept" 2> /dev/null
	case $first in
	*'No space left'*) rm -rf "$state/build" ;;
	esac
	say "no module for $1: building it failed: $first"
	[ ! -e "$kept" ] || say "no module for $1: all of it is in $kept"
}

install_for() { # KERNEL
	[ -e "/lib/modules/$1/build/include" ] || {
		say "no module for $1: its headers are not installed (package linux-headers-$1)"
		return
	}
	rm -f "$state/make.log-$1" "$state/build/make.log"
	output=$(dkms install -m "$name" -v "$version" -k "$1" < /dev/null 2>&1)
	case $? in
	0) say "$module $version is there for $1" ;;
	77)
		say "no module for $1, skipped: $(printf '%s\n' "$output" | sed -n \
			"s/^$name: skipped: //p" | grep . || echo "it is excluded by dkms.conf")"
		;;
	*) not_built "$1" "$output" ;;
	esac
}

# later KERNEL: apt has its headers in the same run, and calls the hook that calls this once they are set
# up. To build now would be to build twice, and to complain twice. Only an initramfs could need it now.
later() {
	[ ! -e /etc/kvmpv/initramfs ] &&
		[ "$(dpkg-query -W -f '${db:Status-Status}' "linux-headers-$1" 2> /dev/null)" = unpacked ]
}

[ ! -e /etc/dkms/no-autoinstall ] || {
	say "nothing is built: /etc/dkms/no-autoinstall is there"
	exit 0
}
kernels=$*
[ $# -gt 0 ] || for dir in /lib/modules/*/; do
	# Only what is left of a kernel has neither
	[ -e "$dir/kernel" ] || [ -e "$dir/build" ] || continue
	kernels="$kernels $(basename "$dir")"
done
[ -n "$kernels" ] || say "no kernel is installed: nothing to build"
for kernel in $kernels; do
	if [ $# -gt 0 ] || ! later "$kernel"; then
		install_for "$kernel"
	fi
done
loaded=$(cat "/sys/module/$module/version" 2> /dev/null) || loaded=$version
[ "$loaded" = "$version" ] ||
	say "version $loaded stays loaded and goes on working; reboot to use $version"
exit 0
