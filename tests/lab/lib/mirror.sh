# SPDX-License-Identifier: GPL-2.0-only
# Where Debian packages come from: sourced by tests/lab/fetch, tests/lab/bochs and
# tests/lab/sid/create.
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

# source_line SUITE [TYPE]: its line for a sources.list; TYPE is deb or deb-src. Mirrors of sid are
# often frozen for a while, and one that is too old for apt does no harm here.
source_line()
{
	local type=${2:-deb} options="arch=amd64 signed-by=$keyring" uri

	[ "$type" = deb-src ] && options+=" target=Sources" || options+=" target=Packages"

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
	echo "$type [$options] $uri $1 main"
}

# write_apt_config DIR: apt with all its state in DIR, whose sources.list the caller writes. The hooks
# of desktop packages would otherwise run after our update as if it were the machine's.
write_apt_config()
{
	mkdir -p "$1"/{state/lists/partial,cache/archives/partial}
	cat > "$1/apt.conf" <<CONF
Dir::State "$1/state";
Dir::State::lists "$1/state/lists";
Dir::State::status "/dev/null";
Dir::Cache "$1/cache";
Dir::Etc::sourcelist "$1/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
APT::Architecture "amd64";
APT::Architectures { "amd64"; };
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::Retries "3";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
CONF
}
