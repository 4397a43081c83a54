#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Command line, help, and errors.
# shellcheck source-path=SCRIPTDIR source=ctl-lib.sh
. "$(dirname "$0")/ctl-lib.sh"
tree host

exits 0 "help" help
golden help
exits 0 "--help" --help
golden help
exits 0 "-h" -h
golden help
exits 0 "--help among others" --no-legend --help
golden help
for verb in status enable disable apply check-config stats bench exits features initramfs version doctor \
	help; do
	exits 0 "help $verb" help $verb
	golden "help-$verb"
	exits 0 "$verb --help" $verb --help
	golden "help-$verb"
	exits 0 "$verb -h" -h $verb
	golden "help-$verb"
done
exits 0 "help, JSON" help --json
says verbs.length 13
exits 0 "help of one verb, JSON" help --json stats
says verbs.length 1
exits 0 "--version" --version
[ "$(cat "$out")" = "kvmpvctl $(cat VERSION)" ]
ok $? "is that of VERSION" "$out"

for wrong in frobnicate --frobnicate -x "status x" "stats x" "version x" "doctor x" "apply x" "check-config --dry-run" "enable --persistent --runtime" "help x" \
	bench "bench x" "bench exits --host" "bench exits --rounds 0" "bench exits --compare" "bench exits --watch 1" "initramfs x" "initramfs enable disable" "initramfs --runtime" "help status stats" "status --dry-run" "stats --runtime" "doctor --vm 1-1" "--color" "--color=blue" \
	"--color blue" "--json=yes" "--root" "completion" "completion fish" "status --jso" \
	"enable --watch 1" "status --top" "stats --top" "stats spinlock x" "stats spinlock --host" \
	"stats spinlock --vm 1-1" "enable --host pv-spinlocks" "stats --watch 86401" "stats --watch -1" "stats --count 1 --watch 1x"; do
	# shellcheck disable=SC2086 # words
	exits 2 "$wrong" $wrong
	[ ! -s "$out" ] && [ "$(wc -l <"$err")" -le 2 ] && [ -s "$err" ]
	ok $? "$wrong: one or two lines on stderr" "$out" "$err"
	# shellcheck disable=SC2086 # words
	exits 2 "$wrong, JSON" $wrong --json
	says error.code 2
done
exits 2 "--json anywhere" frobnicate --json
says error.next "kvmpvctl help shows verbs and options"
exits 2 "an error in JSON" --json "$(printf 'fr\377\033"b')"
says error.message 'unknown verb fr??"b'
exits 0 "options before the verb" --json --color always stats
says output_version.command stats
exits 0 "--" disable --dry-run -- kick
exits 2 "-- ends options" disable -- --dry-run
has "an option that is a feature's name" "unknown feature --dry-run"
exits 0 "--opt=value" --color=never status
"$ctl" --root "$root/nowhere" >"$out" 2>"$err"
ok $(($? != 4)) "a root that is not there: nothing is possible"
"$ctl" --root "$(printf '%05000d' 0)" stats >"$out" 2>"$err"
ok $(($? != 4)) "a root that is too long"
env -i "$ctl" --root "$root" >"$out" 2>"$err"
ok $? "no environment" "$err"
done_testing
