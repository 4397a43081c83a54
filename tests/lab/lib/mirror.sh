# SPDX-License-Identifier: GPL-2.0-only
# Where Debian packages come from: sourced by tests/lab/fetch and tests/lab/sid/create.
# shellcheck shell=bash

keyring=/usr/share/keyrings/debian-archive-keyring.gpg

need_keyring()
{
	[ -r $keyring ] || die "$keyring is missing: apt-get install debian-archive-keyring"
}

# mirror_of RELEASE PATH: an archive of the machine's own apt configuration that serves Debian:
# RELEASE is a pattern for its release name, PATH for the end of its address, which is all there is
# to go by before the first "apt-get update".
mirror_of()
{
	apt-get indextargets --format "\$(REPO_URI) \$(ORIGIN) \$(RELEASE)" 'Created-By: Packages' \
		2>/dev/null | awk -v rel="$1" -v path="$2" '
			NF >= 3 && $2 == "Debian" && $3 ~ rel { print $1; found = 1; exit }
			NF < 3 && !guess && $1 ~ path { guess = $1 }
			END { if (!found && guess) print guess }'
}

# source_line SUITE: its line for a sources.list. Mirrors of sid are often frozen for a while, and
# one that is too old for apt does no harm here.
source_line()
{
	local options="arch=amd64 signed-by=$keyring target=Packages" uri

	case $1 in
	*-security)
		uri=${LAB_SECURITY_MIRROR:-$(mirror_of '-security$' '/debian-security/?$')}
		[ -n "$uri" ] || die "no archive with Debian's security updates is known to apt: set" \
			"LAB_SECURITY_MIRROR to the address of one"
		;;
	*)
		uri=${LAB_MIRROR:-$(mirror_of '^[a-z]+(-updates)?$' '/debian/?$')}
		[ -n "$uri" ] || die "no archive of Debian is known to apt: set LAB_MIRROR to the" \
			"address of one"
		;;
	esac
	[ "$1" != sid ] || options+=" check-valid-until=no"
	echo "deb [$options] $uri $1 main"
}
