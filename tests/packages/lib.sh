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
