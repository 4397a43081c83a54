# SPDX-License-Identifier: GPL-2.0-only
# What the run came to: the script's status, and whether the kernels complained.
# shellcheck shell=bash disable=SC2154

# bad_lines LOG: complaints of host and guest kernels that nobody expects, each once.
bad_lines()
{
	tr -d '\r' < "$1" | awk -v patterns="$work/log-allowed" -f "$lab_dir/log-filter.awk" |
		grep -aE -f "$lab_dir/log-bad" | awk '!seen[$0]++'
}

# console_tail LOG: what the host said last, without the log dump.
console_tail()
{
	sed '/^LAB-LOG dmesg/,$d' "$1" | tr -d '\r' | tail -n 80 | sed 's/^/lab: | /' >&2
}

# report STATUS EMULATOR_STATUS: STATUS is the script's, empty if it never came. Sets the exit code.
report()
{
	local status=$1 emulator=$2 bad

	bad=$(bad_lines "$work/console")
	if [ -n "$bad" ]; then
		say "the kernel log is not clean:"
		head -n 40 <<< "$bad" | sed 's/^/lab: | /' >&2
	fi
	if [ -n "$status" ]; then
		[ "$status" -ne 0 ] || [ -z "$bad" ] || status=$EXIT_LOG
		return "$status"
	fi
	console_tail "$work/console"
	if [ "$emulator" -eq 124 ] || [ "$emulator" -eq 137 ]; then
		say "no end after $timeout s"
		return "$EXIT_TIMEOUT"
	fi
	say "the host ended before its script did (emulator: status $emulator)"
	[ ! -s "$work/emulator.log" ] || tail -n 5 "$work/emulator.log" | sed 's/^/lab: | /' >&2
	[ -z "$bad" ] || return "$EXIT_LOG"
	return "$EXIT_LAB"
}
