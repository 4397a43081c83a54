#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# make bench-ctl: what kvmpvctl costs: instructions (callgrind), milliseconds (best of many runs) and
# memory, over made-up trees of 3 and of 1,000 VMs. The base is cat(1) of the same files.
# Writes build/bench/ctl.json and prints its table.
set -eu
cd "$(dirname "$0")/../.."

ctl=$PWD/build/kvmpvctl
out=build/bench
mkdir -p $out
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
tests/unit/ctl-tree host "$tmp/few"
tests/unit/ctl-tree host "$tmp/many" 1000
tests/unit/ctl-tree unloaded "$tmp/none"

instructions() { # COMMAND...
	valgrind --tool=callgrind --callgrind-out-file=/dev/null "$@" 2>&1 >/dev/null |
		awk '/Collected/ { print $NF }'
}

milliseconds() { # COMMAND...
	perl -MTime::HiRes=time -e '
		my $best = 1e9;
		for (1 .. 40) {
			my $start = time;
			open my $in, "-|", @ARGV or die;
			1 while <$in>;
			close $in;
			my $took = (time - $start) * 1000;
			$best = $took if $took < $best;
		}
		printf "%.2f\n", $best' "$@"
}

kib() { # COMMAND...
	/usr/bin/time -f %M "$@" 2>&1 >/dev/null | tail -n 1
}

separator=
row() { # CASE UNIT BASE KVMPV
	printf '%s\n    {"case": "%s", "unit": "%s", "base": %s, "kvmpv": %s}' \
		"$separator" "$1" "$2" "$3" "$4" >>$out/ctl.json.new
	separator=,
	printf '| %s | %s | %s | %s |\n' "$1" "$2" "$3" "$4"
}

measure() { # CASE TREE NAMES ARGUMENT...: NAMES are the files' names that are read
	case=$1
	tree=$2
	names=$3
	shift 3
	find "$tree/sys/kernel" -regextype posix-extended -type f -regex ".*/($names)" 2>/dev/null \
		>"$tmp/files" || true
	[ -s "$tmp/files" ] || echo /dev/null >"$tmp/files"
	for unit in instructions milliseconds kib; do
		case $unit in
		kib) name=KiB ;;
		*) name=$unit ;;
		esac
		# shellcheck disable=SC2046 # file names without spaces
		row "$case" $name "$($unit cat $(cat "$tmp/files"))" \
			"$($unit "$ctl" --root "$tree" "$@")"
	done
}

cpu=$(sed -n 's/^model name[^:]*: //p;T;q' /proc/cpuinfo)
printf '{"name": "ctl", "lab": "made-up sysfs trees", "kernel": "%s", "cpu": "%s", "command": "%s",\n"cases": [' \
	"$(uname -r)" "$cpu" "make bench-ctl" >$out/ctl.json.new
echo "| case | unit | cat | kvmpvctl |"
echo "|---|---|---|---|"
state='version|abi|state|reason|instance|hooks|vcpus|used|(features|reasons)/[a-z0-9-]*'
measure "status, module not loaded" "$tmp/none" nothing status
measure "status, 3 VMs" "$tmp/few" "$state" status
measure "status --json, 3 VMs" "$tmp/few" "$state" status --json
measure "status, 1,000 VMs" "$tmp/many" "$state" status
measure "stats, 3 VMs" "$tmp/few" stats stats
measure "stats, 1,000 VMs" "$tmp/many" stats stats
measure "stats --json, 1,000 VMs" "$tmp/many" stats stats --json
printf '\n]}\n' >>$out/ctl.json.new
mv $out/ctl.json.new $out/ctl.json
