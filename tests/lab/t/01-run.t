#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What tests/lab/run returns, and that it leaves nothing behind.
set -u
lab=$(cd "$(dirname "$0")/.." && pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

if [ -z "${CI:-}" ] && ! command -v qemu-system-x86_64 > /dev/null; then
	echo "1..0 # SKIP no qemu-system-x86_64"
	exit 0
fi

count=0
# returns STATUS NAME SCRIPT [OPTION]...
returns()
{
	local want=$1 name=$2 status

	printf '%s\n' "$3" > "$tmp/script"
	shift 3
	"$lab/run" amd --script "$tmp/script" --timeout 60 "$@" > "$tmp/out" 2> "$tmp/err"
	status=$?
	count=$((count + 1))
	if [ $status -eq "$want" ]; then
		echo "ok $count - $name"
	else
		echo "not ok $count - $name (status $status, not $want)"
		sed 's/^/# /' "$tmp/out" "$tmp/err"
	fi
}

# Interrupted in the middle: no process may be left, and no folder.
interrupt()
{
	local run dir left

	printf 'echo started\nsleep 600\n' > "$tmp/script"
	"$lab/run" amd --script "$tmp/script" --keep > "$tmp/out" 2> "$tmp/err" &
	run=$!
	for _ in $(seq 300); do
		grep -q started "$tmp/out" && break
		sleep 0.1
	done
	dir=$(pgrep -af "qemu-system-x86_64.*lab/run" | sed -n 's,.*-initrd \([^ ]*\)/initrd.*,\1,p' |
		while read -r d; do [ -s "$d/.pid" ] && [ "$(cat "$d/.pid")" = $run ] && echo "$d"; done)
	kill -TERM $run
	wait $run
	left=$(pgrep -f -- "-initrd $dir/initrd")
	count=$((count + 1))
	if [ -n "$dir" ] && [ -z "$left" ]; then
		echo "ok $count - nothing runs on after an interrupt"
	else
		echo "not ok $count - nothing runs on after an interrupt (dir '$dir', left '$left')"
	fi
	rm -rf "$dir"
}

echo 1..8
returns 0 "success" 'true'
returns 7 "the script's status" 'exit 7'
returns 123 "a warning in the kernel log" 'echo "WARNING: made up" > /dev/kmsg'
returns 0 "a warning that is expected" 'echo "WARNING: made up" > /dev/kmsg' --allow-log 'made up'
returns 123 "a host that crashes" 'echo c > /proc/sysrq-trigger; sleep 60'
returns 125 "a host that goes away" 'poweroff -f; sleep 60'
returns 124 "a script that does not end" 'sleep 600' --timeout 8
interrupt
