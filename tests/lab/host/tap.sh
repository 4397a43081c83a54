# SPDX-License-Identifier: GPL-2.0-only
# TAP for scripts in a lab host, and for tests that drive one from outside (full/machine.sh).
# shellcheck shell=dash
TAP_COUNT=${TAP_COUNT:-0}
TAP_FAILED=${TAP_FAILED:-0}

diag()
{
	echo "$*" | sed 's/^/# /'
}

plan()
{
	TAP_PLAN=$1
	echo "1..$1"
}

skip_all()
{
	echo "1..0 # SKIP $*"
	exit 0
}

# result STATUS NAME: one test; the functions below all end here.
result()
{
	TAP_COUNT=$((TAP_COUNT + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $TAP_COUNT - $2"
		return 0
	fi
	TAP_FAILED=$((TAP_FAILED + 1))
	echo "not ok $TAP_COUNT - $2"
	return 1
}

skip()
{
	TAP_COUNT=$((TAP_COUNT + 1))
	echo "ok $TAP_COUNT - $1 # SKIP $2"
}

# ok NAME COMMAND...: COMMAND succeeds; its output is shown when it does not.
ok()
{
	local name=$1 output status

	shift
	output=$("$@" 2>&1)
	status=$?
	result $status "$name" || diag "\"$*\" returned $status: $output"
}

# not_ok NAME COMMAND...: COMMAND fails.
not_ok()
{
	local name=$1 output

	shift
	if output=$("$@" 2>&1); then
		result 1 "$name"
		diag "\"$*\" succeeded: $output"
	else
		result 0 "$name"
	fi
}

is()
{
	[ "$1" = "$2" ]
	result $? "$3" || { diag "got: $1"; diag "expected: $2"; }
}

# like TEXT REGEX NAME
like()
{
	echo "$1" | grep -qE -e "$2"
	result $? "$3" || { diag "got: $1"; diag "expected to match: $2"; }
}

unlike()
{
	! echo "$1" | grep -qE -e "$2"
	result $? "$3" || { diag "got: $1"; diag "expected not to match: $2"; }
}

# The plan, if none was given; status 1 when a test failed.
done_testing()
{
	[ -n "${TAP_PLAN:-}" ] || echo "1..$TAP_COUNT"
	[ "$TAP_FAILED" -eq 0 ]
}
