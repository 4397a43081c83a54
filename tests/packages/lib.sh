# SPDX-License-Identifier: GPL-2.0-only
# What the tests of packages share: TAP, in the order it happens, and the plan at the end.
# shellcheck shell=bash

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
		printf '%s\n' "$output" | sed 's/^/# /'
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
