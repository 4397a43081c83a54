# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# What the demo's scenes are made of. demo/run shows what is printed here: lines that start with @
# are for it, all others are shown as they are.
#
# A scene is a function and its name in SCENES; play_scenes comes last. What a scene claims it must
# check: check and wait_for end the demo when they fail.

HOST=/sys/kernel/kvmpv/host
GUEST=/sys/kernel/kvmpv/guest
export NO_COLOR=1

scene()
{
	echo "@scene $*"
}

say()
{
	echo "@say $*"
}

fail()
{
	echo "@fail $*"
	exit 1
}

# check TEXT COMMAND...: it succeeds, or the demo ends.
check()
{
	local text=$1 output

	shift
	echo "@begin checking: $text"
	if ! output=$("$@" 2>&1); then
		[ -z "$output" ] || echo "$output"
		fail "Not so: $text"
	fi
	echo "@ok $text"
}

# wait_for TEXT SECONDS COMMAND...: it succeeds sooner or later.
wait_for()
{
	local text=$1 tries=$(($2 * 5))

	shift 2
	echo "@begin waiting until $text"
	until "$@" > /dev/null 2>&1; do
		[ $tries -gt 0 ] || fail "Not so, after a long wait: $text"
		tries=$((tries - 1))
		usleep 200000
	done
	echo "@ok $text"
}

# on_host COMMAND, in_guest COMMAND: show the command and its output.
on_host()
{
	echo "@run host#  $1"
	sh -c "$1"
}

in_guest()
{
	echo "@run guest# $1"
	guest_run demo "$1"
	[ $? -lt 124 ] || fail "The guest does not answer any more"
}

is_equal()
{
	[ "$1" = "$2" ] || { echo "it is: $1; expected: $2"; return 1; }
}

has() # has LINE WORD...: LINE contains each WORD
{
	local text=" $1 " word

	shift
	for word; do
		case $text in
		*" $word "*) ;;
		*) echo "no $word in:$text"; return 1 ;;
		esac
	done
}

has_not()
{
	! has "$@" > /dev/null
}

guest_file()
{
	guest_run demo "cat $GUEST/$1"
}

guest_file_is() # guest_file_is FILE TEXT
{
	is_equal "$(guest_file "$1")" "$2"
}

guest_uses()
{
	has "$(guest_file used)" "$@"
}

guest_uses_not()
{
	has_not "$(guest_file used)" "$1"
}


# Each feature given is tried, and nothing fails.
selftest()
{
	local text feature

	text=$(guest_run demo "echo 1 > $GUEST/selftest; cat $GUEST/selftest")
	for feature; do
		echo "$text" | grep -q "^$feature pass " || { echo "$feature: $text"; return 1; }
	done
	! echo "$text" | grep fail
}

value() # value NAME FILE: a counter
{
	sed -n "s/^ *$1 *//p" "$2"
}

snapshot() # snapshot NAME: counters of both sides
{
	kvmpvctl stats --host --no-legend > "/tmp/host-$1" &&
		guest_run demo "kvmpvctl stats --guest --no-legend" > "/tmp/guest-$1"
}

grew() # grew SIDE COUNTER N: by at least N
{
	local before after

	before=$(value "$2" "/tmp/$1-before")
	after=$(value "$2" "/tmp/$1-after")
	echo "$2: $before, then $after"
	[ $((after - before)) -ge "$3" ]
}

show_growth() # show_growth SIDE
{
	awk -v side="$1" 'FNR == NR { before[$1] = $2; next }
		NF == 2 && ($1 in before) && $2 != before[$1] {
			if (!n++)
				printf "  %-24s %8s %8s\n", "counter (" side ")", "before", "after"
			printf "  %-24s %8d %8d\n", $1, before[$1], $2 }' \
		"/tmp/$1-before" "/tmp/$1-after"
}

vm()
{
	ls $HOST/vm
}

no_vms()
{
	[ -z "$(vm)" ]
}

# ---- scenes ----

play_scenes()
{
	local scene count=0

	for scene in $SCENES; do
		$scene || fail "Scene $scene ended with status $?"
		count=$((count + 1))
	done
	echo "@complete $count"
}
