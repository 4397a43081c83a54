# SPDX-License-Identifier: GPL-2.0-only
# What the run came to: the script's status, and whether the kernels complained.
# shellcheck shell=bash disable=SC2154

# without_expected LOG: no line that is expected, and if it begins a trace, none of that either.
without_expected()
{
	tr -d '\r' < "$1" | awk -v patterns="$work/log-allowed" '
		BEGIN {
			while ((getline line < patterns) > 0)
				if (line !~ "^#")
					allowed[++n] = line
		}
		/---\[ end trace/ { cut = 0 }
		/WARNING:|BUG:|INFO: task/ { cut = 0 }
		{
			for (i = 1; i <= n; i++)
				if ($0 ~ allowed[i]) {
					cut = /WARNING:/
					next
				}
			if (!cut)
				print
		}'
}

# bad_lines LOG: complaints of host and guest kernels that nobody expects, each once.
bad_lines()
{
	without_expected "$1" | grep -aE -f "$lab_dir/log-bad" | awk '!seen[$0]++'
}

# console_tail LOG: what the host said last, without the log dump.
console_tail()
{
	sed '/^LAB-LOG dmesg/,$d' "$1" | tr -d '\r' | tail -n 20 | sed 's/^/lab: | /' >&2
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
		return $EXIT_TIMEOUT
	fi
	say "the host ended before its script did (emulator: status $emulator)"
	[ ! -s "$work/emulator.log" ] || tail -n 5 "$work/emulator.log" | sed 's/^/lab: | /' >&2
	[ -z "$bad" ] || return $EXIT_LOG
	return $EXIT_LAB
}
