#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The Debian packages: what is in them, one version everywhere, the same bytes from another build,
# and nothing that lintian has to say.
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/packages/lib.sh
. tests/packages/lib.sh

version=$(cat VERSION)
deb=build/deb
host=$deb/kvmpv-host-dkms_${version}_all.deb
guest=$deb/kvmpv-guest-dkms_${version}_all.deb
tools=$deb/kvmpv-tools_${version}_amd64.deb

field() { # DEB FIELD
	dpkg-deb -f "$1" "$2"
}

same()
{
	local file equal=0

	for file in "$deb"/kvmpv[-_]*.{deb,dsc,tar.xz}; do
		cmp "$file" "$work/other/deb/${file##*/}" && equal=$((equal + 1))
	done
	[ $equal -eq 6 ] # with the debugging symbols and both files of the source
}

versions()
{
	local side

	for file in "$host" "$guest" "$tools"; do
		[ "$(field "$file" Version)" = "$version" ] || echo "$file: $(field "$file" Version)"
	done
	for side in host guest; do
		dpkg-deb -x "$deb/kvmpv-$side-dkms_${version}_all.deb" "$work/$side"
		tree=$work/$side/usr/src/kvmpv-$side-$version
		grep -qx "PACKAGE_VERSION=\"$version\"" "$tree/dkms.conf" || echo "$side: dkms.conf"
		[ "$(cat "$tree/VERSION")" = "$version" ] || echo "$side: MODULE_VERSION"
		grep -q '^MODULE_VERSION(KVMPV_VERSION);' "$tree/main.c" || echo "$side: no MODULE_VERSION"
	done
	dpkg-deb -x "$tools" "$work/tools"
	"$work/tools/usr/sbin/kvmpvctl" --version | grep -qx "kvmpvctl $version" || echo "kvmpvctl"
}

# The package has what "make install" puts there, and nothing is forgotten.
complete()
{
	local side

	make -s install DESTDIR="$work/installed" > /dev/null || return 1
	for side in host guest tools; do
		(cd "$work/$side" && find . -type f) | sed 's,^\./lib/,./usr/lib/,'
	done | grep -vE '/usr/share/(doc|lintian)/|/etc/kernel/' | sed 's/\.gz$//' | sort > "$work/packaged"
	(cd "$work/installed" && find . -type f) | sort | diff - "$work/packaged"
}

# Headers are for the administrator to choose; a host without any can install all of it.
depends()
{
	for file in "$host" "$guest" "$tools"; do
		field "$file" Depends | grep -E 'linux-(headers|image)' && echo "$file"
	done
	field "$host" Recommends | grep -q 'linux-headers-amd64 | linux-headers-generic' || echo host
}

# Upgrade or removal under running VMs
unload()
{
	for file in "$host" "$guest" "$tools"; do
		rm -rf "$work/scripts"
		dpkg-deb -e "$file" "$work/scripts"
		sed -s '/^[[:space:]]*#/d' "$work"/scripts/{post,pre}* 2> /dev/null |
			grep -E 'rmmod|modprobe|kvmpvctl' 
	done
}

# The scripts that make initramfs images anew, each with the function it does that by
images()
{
	local file script

	for file in "$guest" "$tools"; do
		rm -rf "$work/scripts"
		dpkg-deb -e "$file" "$work/scripts"
		for script in "$work"/scripts/p*; do
			grep -q '^[^#]*images_anew$' "$script" && sh -n "$script" &&
				grep -q '^images_anew() { .*update-initramfs -u -k all' "$script" &&
				basename "$file" | sed "s/_.*/ ${script##*/}/"
		done
	done
}

check "make deb" make -s deb
check "a release tarball builds without git, elsewhere" again deb
check "both builds have the same bytes" same
check "one version everywhere" nothing versions
check "the packages hold what make install installs" complete
check "headers are recommended, not needed" nothing depends
check "no maintainer script touches a module that is loaded" nothing unload
check "three scripts make initramfs images anew" test "$(images | xargs)" = \
	"kvmpv-guest-dkms postinst kvmpv-guest-dkms postrm kvmpv-tools postrm"
check "lintian says nothing" nothing lintian --allow-root -E -I --pedantic \
	"$deb/kvmpv_${version}_amd64.changes"
plan
