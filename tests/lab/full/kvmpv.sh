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

# What is on the disk and may belong to a package: everything but logs, caches, what apt and dpkg know,
# and what running services write.
list_files='find / -xdev \( -path /lab -o -path /root -o -path /tmp -o -path /var/tmp -o -path /var/log \
	-o -path /var/cache -o -path /var/lib/apt -o -path /var/lib/dpkg -o -path /var/lib/systemd \
	-o -path /var/lib/ucf -o -path /lost+found \) -prune -o -printf "%p %l\n" | sort'

list_packages='dpkg-query -W -f "\${Package}:\${Architecture}\n" | sort'

# apt_install FILE...: as an administrator does who has downloaded these.
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

# make_installed FILE...: these packages on a plain machine. What apt said is in /root/apt.log, what
# was there before in /root/files and /root/packages.
make_installed()
{
	machine_run "$list_files > /root/files; $list_packages > /root/packages" && apt_install "$@" ||
		{ machine_run 'tail -n 40 /root/apt.log /var/lib/dkms/*/*/build/make.log'; return 1; }
}

# installed SIDE: prints the path of a plain image with the packages of a host or a guest, before the
# reboot that would load their module.
installed()
{
	local plain

	plain=$(plain_image) || exit
	stage "$1" "$plain" make_installed "$debs_dir/kvmpv-tools_$version"*.deb \
		"$debs_dir/kvmpv-$1-dkms_$version"*.deb
}
