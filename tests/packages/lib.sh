# SPDX-License-Identifier: GPL-2.0-only
# What the tests of packages share: TAP, in the order it happens, and the plan at the end.
# shellcheck shell=bash

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# again deb|rpm: build it below $work/other, from a release tarball, without git, elsewhere, at another
# time of another day, by somebody with another umask.
again()
{
	SOURCE_DATE_EPOCH=$(packaging/epoch) packaging/export "$work/tarball" || return 1
	(
		umask 077
		export TZ=Pacific/Kiritimati LC_ALL=C
		unset SOURCE_DATE_EPOCH
		make -s -C "$work/tarball" "$1" B="$work/other" CFLAGS=-O0
	)
}

# packages deb|rpm B: what make built below B
packages()
{
	case $1 in
	deb) ls "$2"/deb/kvmpv-{host-dkms,guest-dkms,tools}_* ;;
	rpm) ls "$2"/rpm/RPMS/*/*.rpm ;;
	esac
}

# two_versions deb|rpm: this tree's packages, of $version, in $work/old, and the same as $next in
# $work/new
two_versions()
{
	version=$(cat VERSION)
	next=$version.1
	mkdir "$work/old" "$work/new"
	{
		make -s "$1" &&
			packages "$1" build | xargs cp -t "$work/old" &&
			SOURCE_DATE_EPOCH=$(packaging/epoch) packaging/export "$work/tree" &&
			echo "$next" > "$work/tree/VERSION" &&
			make -s -C "$work/tree" "$1" B="$work/build" &&
			packages "$1" "$work/build" | xargs cp -t "$work/new" &&
			rm -rf "$work/tree" "$work/build"
	} > "$work/log" 2>&1 || {
		sed 's/^/# /' "$work/log"
		echo "Bail out! the packages cannot be built"
		exit 1
	}
}

n=0
# check NAME COMMAND...: ok when COMMAND succeeds; what it prints is shown when it does not.
check()
{
	local name=$1 output

	shift
	n=$((n + 1))
	if output=$("$@" 2>&1); then
		echo "ok $n - $name"
	else
		echo "not ok $n - $name"
		printf '%s\n' "$output" | tail -n 40 | sed 's/^/# /'
	fi
}

# nothing COMMAND...: succeeds when COMMAND prints nothing
nothing()
{
	local output

	output=$("$@" 2>&1) || true
	printf '%s' "$output"
	[ -z "$output" ]
}

plan()
{
	echo "1..$n"
}
