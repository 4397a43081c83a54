# SPDX-License-Identifier: GPL-2.0-only
# Where Debian packages come from: sourced by tests/lab/fetch and tests/lab/sid/create.
# shellcheck shell=bash

keyring=/usr/share/keyrings/debian-archive-keyring.gpg

need_keyring()
{
	[ -r $keyring ] || die "$keyring is missing: apt-get install debian-archive-keyring"
}

# An archive of the machine's own apt configuration that serves Debian; $1 is a pattern for its
# release name. On other distributions there is none, so the public name is the fallback.
mirror_of()
{
	apt-get indextargets --format "\$(ORIGIN) \$(RELEASE) \$(REPO_URI)" 'Created-By: Packages' \
		2>/dev/null | awk -v rel="$1" '$1 == "Debian" && $2 ~ rel { print $3; exit }'
}

# source_line SUITE: its line for a sources.list. Mirrors of sid are often frozen for a while, and
# one that is too old for apt does no harm here.
source_line()
{
	local options="arch=amd64 signed-by=$keyring target=Packages" uri

	case $1 in
	*-security)
		uri=${LAB_SECURITY_MIRROR:-$(mirror_of '-security$')}
		: "${uri:=http://mirror.example/debian-security}"
		;;
	*)
		uri=${LAB_MIRROR:-$(mirror_of '^[a-z]+(-updates)?$')}
		: "${uri:=http://mirror.example/debian}"
		;;
	esac
	[ "$1" != sid ] || options+=" check-valid-until=no"
	echo "deb [$options] $uri $1 main"
}
