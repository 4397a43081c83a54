# SPDX-License-Identifier: GPL-2.0-only
# Machines with kvmpv's packages: sourced by tests after machine.sh.
# shellcheck shell=bash disable=SC2154

debs_dir=$build_dir/deb
version=$(cat "$top_dir/VERSION")
# shellcheck disable=SC2034
next_version=${version%%.*}.99.0

# check_debs: the packages of this tree are built ("make deb"; make check-install does it first).
check_debs()
{
	ls "$debs_dir/kvmpv-host-dkms_$version"*.deb > /dev/null 2>&1 ||
		die "no packages of version $version in build/deb: make deb"
}

# next_debs: prints a folder with the same packages as another, higher version.
next_debs()
{
	local tree=$images_dir/next

	rm -rf "$tree"
	mkdir -p "$tree"
	SOURCE_DATE_EPOCH=$("$top_dir/packaging/epoch") "$top_dir/packaging/export" "$tree/src" &&
		echo "$next_version" > "$tree/src/VERSION" &&
		"$tree/src/packaging/deb/build" "$tree/deb" >&2 || die "cannot build $next_version"
	echo "$tree/deb"
}

# apt_install FILE...: as an administrator does who has downloaded these. What apt says is in
# /root/apt.log.
apt_install()
{
	local file names=''

	for file; do
		machine_file "$file"
		names+=" /root/debs/$(basename "$file")"
	done
	MACHINE_WAIT=3600 machine_run "mkdir -p /root/debs && cp /lab/*.deb /root/debs/ &&
		apt-get install -y $names > /root/apt.log 2>&1"
}

# traces of kvmpv on a machine: files of any kind, in the initramfs, units that systemd knows. Names of
# apt and dpkg are no trace, nor what a log or the administrator's own folders have.
traces='find / -xdev \( -path /lab -o -path /root -o -path /mnt -o -path /var/log -o -path /var/cache \
		-o -path /var/lib/apt -o -path /var/lib/dpkg \) -prune -o -iname "*kvmpv*" -print
	grep -rls kvmpv /etc /usr/lib/systemd /usr/share/initramfs-tools
	lsinitramfs "$(readlink -f /initrd.img)" | grep kvmpv
	systemctl list-unit-files --no-legend | grep kvmpv
	ls -d /etc/systemd/system/*.wants/*kvmpv* 2> /dev/null'

# installed NAME [SCRIPT [ARGUMENT]...]: prints the path of a plain image on which apt, told ARGUMENT...,
# installed the packages for a host ("host...") or a guest ("guest...") and SCRIPT then ran, before the
# reboot that loads the module. What is in "before" runs first.
installed()
{
	local name=$1 side=${1%%-*} script=${2:-}

	shift $(($# < 2 ? $# : 2))
	stage "$name" "${before:-}
		apt-get install -y -o Dpkg::Use-Pty=0 /mnt/*.deb $* > /root/apt.log 2>&1 ||
			{ cat /root/apt.log; exit 1; }
		$script" "$debs_dir/kvmpv-tools_$version"*.deb "$debs_dir/kvmpv-$side-dkms_$version"*.deb
}
