#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The rpm packages: the same set with the same files, one version, the same bytes from another build,
# and nothing that rpmlint has to say.
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/packages/lib.sh
. tests/packages/lib.sh

version=$(cat VERSION)
names="kvmpv-guest-dkms kvmpv-host-dkms kvmpv-tools"

same()
{
	local file equal=0

	while read -r file; do
		cmp "build/$file" "$work/other/$file" && equal=$((equal + 1))
	done < <(cd build && find rpm/RPMS rpm/SRPMS -name '*.rpm')
	[ $equal -eq 4 ] # with the source
}

rpms()
{
	find build/rpm/RPMS -name '*.rpm'
}

versions()
{
	rpms | xargs rpm -qp --qf '%{NAME} %{VERSION}\n' | sort > "$work/is"
	for name in $names; do
		echo "$name $version"
	done | diff - "$work/is"
	(cd "$work" && for rpm in "$OLDPWD"/build/rpm/RPMS/*/*.rpm; do
		rpm2cpio "$rpm" | cpio -idm --quiet
	done)
	grep -qx "PACKAGE_VERSION=\"$version\"" "$work/usr/src/kvmpv-host-$version/dkms.conf" || echo host
	grep -qx "PACKAGE_VERSION=\"$version\"" "$work/usr/src/kvmpv-guest-$version/dkms.conf" || echo guest
	"$work/usr/sbin/kvmpvctl" --version | grep -qx "kvmpvctl $version" || echo kvmpvctl
}

complete()
{
	make -s install DESTDIR="$work/installed" > /dev/null || return 1
	(cd "$work" && find etc usr -type f) | grep -vE '^usr/(share/(doc|licenses)/|lib/\.build-id)' |
		sed 's/\.gz$//' | sort > "$work/packaged"
	# There dracut makes the initramfs.
	(cd "$work/installed" && find etc usr -type f) | grep -v initramfs-tools | sort |
		diff - "$work/packaged"
}

# The module's source is the administrator's to read and DKMS' to build; nobody else changes it.
modes()
{
	rpms | xargs rpm -qp --qf '[%{FILEMODES:perms} %{FILEUSERNAME}:%{FILEGROUPNAME} %{FILENAMES}\n]' |
		grep -vE '^(-rw-r--r--|-rwxr-xr-x|drwxr-xr-x|lrwxrwxrwx) root:root '
}

unload()
{
	rpms | xargs rpm -qp --scripts | grep -E 'rmmod|modprobe|kvmpvctl'
}

check "make rpm" make -s rpm
check "a release tarball builds without git, elsewhere" again rpm
check "both builds have the same bytes" same
check "the same three packages, one version everywhere" nothing versions
check "the packages hold what make install installs" complete
check "modes and owners" nothing modes
check "no scriptlet touches a module that is loaded" nothing unload
check "rpmlint says nothing" eval 'rpmlint -r packaging/rpm/kvmpv.rpmlintrc build/rpm/RPMS \
	build/rpm/SRPMS | grep "4 packages .* 0 errors, 0 warnings"'
plan
