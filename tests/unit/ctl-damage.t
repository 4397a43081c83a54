#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Each file of host and guest, damaged in each way: no crash, no hang, valid JSON, and the file is
# named. With VALGRIND set, every run is under it (ctl-valgrind.t does that for some).
# shellcheck source-path=SCRIPTDIR source=ctl-lib.sh
. "$(dirname "$0")/ctl-lib.sh"

noise=$tmp/noise
huge=$tmp/huge
head -c 3000 /dev/urandom >"$noise"
truncate -s 1G "$huge"
tr '\0' 7 <"$huge" | head -c 200000 >"$tmp/long"

damage() { # WAY FILE
	case $1 in
	empty) rm -rf "$2" && : >"$2" ;;
	truncated) text=$(cat "$2" 2>/dev/null) && printf %s "${text%?}" >"$2" ;;
	noise) cp "$noise" "$2" ;;
	huge) rm -rf "$2" && ln -s "$huge" "$2" ;;
	long) cp "$tmp/long" "$2" ;;
	missing) rm -rf "$2" ;;
	directory) rm -rf "$2" && mkdir "$2" ;;
	loop) rm -rf "$2" && ln -s "$(basename "$2")" "$2" ;;
	pipe) rm -rf "$2" && mkfifo "$2" ;;
	endless) rm -rf "$2" && ln -s /dev/zero "$2" ;;
	esac
}

runs() { # WAY FILE ARGUMENT...: in both forms
	way=$1
	file=$2
	shift 2
	for form in "" --json; do
		# shellcheck disable=SC2086 # none or one word
		"$ctl" --root "$root" "$@" $form >"$out" 2>"$err"
		code=$?
		[ $code -le 4 ] || why="$way $file: $* $form: exit code $code"
	done
	"$json" output_version <"$out" >/dev/null 2>&1 || why="$way $file: $*: not JSON"
}

# Nothing may hang.
perl -e 'sleep 300; print "Bail out! kvmpvctl hangs\n"; kill "KILL", $ARGV[0]' $$ &
watchdog=$!
trap 'kill $watchdog; rm -rf "$tmp"' EXIT

tree both
cp -a "$root" "$tmp/whole"
files=$(cd "$root" && find sys/kernel proc cpuid -type f ! -name reset ! -name selftest \
	! -path '*/vm/1*')
for way in empty truncated noise huge long missing directory loop pipe endless; do
	why=
	unnamed=
	for file in $files; do
		damage "$way" "$root/$file"
		runs "$way" "$file" status
		case $file in
		sys/kernel/kvmpv/host/hooks) # may be empty
			;;
		sys/*/features/* | sys/*/reasons/*)
			grep -q "$file" "$out" || unnamed="$unnamed $file"
			;;
		sys/*/stats | sys/*/histogram | */spinlock/* | */cr3_cache | */pid | proc/* | cpuid) # not for status
			;;
		sys/*)
			grep -q "$file" "$out" || unnamed="$unnamed $file"
			;;
		esac
		case $file in
		*/features/* | */reasons/* | */cr3_cache | */spinlock/mode)
			runs "$way" "$file" doctor
			[ "$way" = missing ] || grep -q "$file" "$out" || unnamed="$unnamed $file"
			;;
		esac
		case $file in
		*/reasons/*)
			runs "$way" "$file" enable --runtime --guest page cr3-cache
			;;
		*/features/*)
			runs "$way" "$file" disable --runtime --host --dry-run
			runs "$way" "$file" disable --runtime --guest --dry-run
			;;
		*/spinlock/stats | */spinlock/histogram | */spinlock/mode | */spinlock/sites)
			runs "$way" "$file" stats spinlock --histogram --top
			case $way/$file in
			empty/*/sites | pipe/*/sites) # may be empty
				;;
			*)
				[ "$code" -eq 1 ] || why="$way $file: exit code $code"
				grep -q "$file" "$out" || unnamed="$unnamed $file"
				;;
			esac
			;;
		*/vm/*/histogram)
			runs "$way" "$file" stats --histogram --vm 2000-3
			[ "$code" -eq 1 ] || why="$way $file: exit code $code"
			;;
		*/stats | */histogram)
			runs "$way" "$file" stats --histogram
			[ "$code" -eq 1 ] || why="$way $file: exit code $code"
			grep -q "$file" "$out" || unnamed="$unnamed $file"
			;;
		esac
		rm -rf "${root:?}/$file" && cp -a "$tmp/whole/$file" "$root/$file"
	done
	[ -z "$why" ]
	ok $? "$way: exit code and JSON $why"
	# A feature that is missing is one the module does not have, and so with its reason.
	# shellcheck disable=SC2086 # words
	[ $way != missing ] || unnamed=$(printf '%s\n' $unnamed | grep -vE '/(features|reasons)/')
	[ -z "$unnamed" ]
	ok $? "$way: the file is named $unnamed"
done

# Directories, too.
dirs=$(cd "$tmp/whole" && find sys proc etc dev boot -mindepth 1 -type d ! -path '*/vm/1*')
for way in empty missing loop pipe noise; do
	why=
	for dir in $dirs; do
		rm -rf "$root" && cp -a "$tmp/whole" "$root"
		rm -rf "${root:?}/$dir"
		damage "$way" "$root/$dir"
		for verb in status doctor stats "enable --host" "disable --guest --runtime" apply check-config \
			"stats --vm 2000-3" "stats --reset" "disable --vm 2000-3" \
			"stats spinlock --top" "stats spinlock --reset"; do
			# shellcheck disable=SC2086 # words
			runs "$way" "$dir" $verb
		done
	done
	[ -z "$why" ]
	ok $? "directories, $way: exit code and JSON $why"
done

rm -rf "$root" && cp -a "$tmp/whole" "$root"
vm=$root/sys/kernel/kvmpv/host/vm
for i in x 1 1- -1 1-1-1 99999999999-1 1-99999999999 'a b' "$(printf '\033[2J')"; do
	mkdir -- "$vm/$i"
done
exits 0 "directories that are no VMs" status --json
says host.vms.length 3
says problems.length 9
i=0
while [ $i -lt 200 ]; do
	: >"$root/sys/kernel/kvmpv/host/features/f$i"
	mkdir "$vm/$((5000 + i))-1"
	i=$((i + 1))
done
exits 0 "more features than there is room for, and many problems" status
has "problems are counted" " more"
exits 0 "the same, JSON" status --json
says problems.length 64
done_testing
