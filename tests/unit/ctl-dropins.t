#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Drop-ins beside /etc/kvmpv/host.conf and guest.conf: which file wins, which one kvmpvctl writes,
# and that a mistake in one of them changes nothing. Settings that are numbers.
# shellcheck source-path=SCRIPTDIR source=ctl-lib.sh
. "$(dirname "$0")/ctl-lib.sh"

host=sys/kernel/kvmpv/host
guest=sys/kernel/kvmpv/guest
main=etc/kvmpv/host.conf
own=$main.d/90-kvmpvctl.conf

# Order: the main file, then names as bytes; the last one wins.
tree host
config $main "kick = off" "yield = off" "unhalt = off" "page = on"
config $main.d/10-a.conf "yield = on" "stats = off"
config $main.d/9-b.conf "stats = on" "unhalt = off"
config $main.d/Z.conf "page = off"
config $main.d/a.conf "page = on" "unhalt = on"
exits 0 "apply" apply
file_is $host/features/kick 0
file_is $host/features/yield 1
file_is $host/features/stats 1
file_is $host/features/page 1
file_is $host/features/unhalt 1
printf '0\n' >"$root/$host/features/page"
LC_ALL=en_US.UTF-8 "$ctl" --root "$root" apply >"$out" 2>"$err"
file_is $host/features/page 1

# What is no drop-in
tree host
config $main "kick = on"
for name in kick.conf~ README .hidden.conf kick.conf.dpkg-dist .conf; do
	config "$main.d/$name" "kick = off" "nonsense"
done
ln -s /dev/null "$root/$main.d/masked.conf"
exits 0 "files that are no drop-ins" apply
file_is $host/features/kick 1

# What cannot be read
for what in directory dangling loop binary; do
	tree host
	config $main "kick = off"
	mkdir "$root/$main.d"
	case $what in
	directory) mkdir "$root/$main.d/x.conf" ;;
	dangling) ln -s nowhere "$root/$main.d/x.conf" ;;
	loop) ln -s x.conf "$root/$main.d/x.conf" ;;
	binary) head -c 100 /dev/zero >"$root/$main.d/x.conf" ;;
	esac
	exits 1 "a drop-in that cannot be read: $what" apply
	has "it says which" "cannot read $root/$main.d/x.conf: "
	file_is $host/features/kick 1
	exits 1 "nor is anything saved then" disable yield
	file_is $host/features/yield 1
done
tree host
config $main "kick = off"
: >"$root/$main.d"
exits 1 "a directory that is none" apply
has "it says so" "cannot read $root/$main.d: Not a directory"
file_is $host/features/kick 1

# A mistake anywhere changes nothing anywhere.
tree both
config $main "kick = off"
config $main.d/10-good.conf "yield = off"
config etc/kvmpv/guest.conf "enable = off"
config etc/kvmpv/guest.conf.d/50-fleet.conf "kick = on" "kick on"
exits 1 "apply with a mistake in a drop-in" apply
has "file, line, and what is allowed" "$root/etc/kvmpv/guest.conf.d/50-fleet.conf:2: expected \"kick = on\" or \"kick = off\""
file_is $host/features/kick 1
file_is $host/features/yield 1
file_is $guest/enable 1
exits 0 "the other side is not concerned" apply --host
file_is $host/features/kick 0
config $main.d/10-good.conf "yeld = off"
exits 1 "an unknown setting" apply --host
has "the known ones" "10-good.conf:1: unknown setting \"yeld\", there are: kick yield unhalt stats page cr3-cache"

# kvmpvctl's own file
tree host
config $main "# mine" "kick = on" "yield = off"
config $main.d/50-fleet.conf "page = on"
exits 0 "--persistent" disable --persistent kick
file_is $host/features/kick 0
file_is $main "# mine
kick = on
yield = off"
grep -qx "kick = off" "$root/$own"
ok $? "it is saved in $own" "$root/$own"
exits 0 "apply takes it" apply
file_is $host/features/kick 0
exits 0 "what a drop-in sets, set otherwise" disable page
grep -qx "page = off" "$root/$own"
ok $? "is saved behind it" "$root/$own"
file_is $main.d/50-fleet.conf "page = on"
exits 0 "what a file says already" disable yield
has "it is saved already" "host: yield off, saved already"
! grep -q yield "$root/$own"
ok $? "and not saved again" "$root/$own"
exits 0 "on again" enable yield
grep -qx "yield = on" "$root/$own"
ok $? "is saved" "$root/$own"
before=$(cat "$root/$own")
exits 0 "--runtime" disable --runtime yield
file_is $host/features/yield 0
file_is $own "$before"
exits 2 "--runtime --persistent" disable --runtime --persistent kick
has "they exclude each other" "--persistent and --runtime exclude each other"
exits 2 "--vm --persistent" disable --vm 2000-3 --persistent kick

# What is no file is not replaced by one.
for what in link pipe; do
	tree host
	mkdir -p "$root/$main.d"
	mkfifo "$tmp/$what"
	[ $what = pipe ] || ln -s "$tmp/link" "$root/$own"
	[ $what = link ] || mkfifo "$root/$own"
	exits 0 "kvmpvctl's own file is a $what: apply" apply
	exits 1 "kvmpvctl's own file is a $what: disable" disable kick
	has "it says so" "is no regular file"
	has "and what to do" "next: with --runtime nothing is saved"
	file_is $host/features/kick 1
	[ -p "$tmp/$what" ]
	ok $? "it is what it was"
	exits 0 "kvmpvctl's own file is a $what: --runtime" disable --runtime kick
done

# A later file has the last word.
tree host
config $main.d/95-policy.conf "# by the fleet" "kick = on"
for args in kick "yield kick" "--dry-run kick" ""; do
	# shellcheck disable=SC2086 # words
	exits 1 "a later file says otherwise: disable $args" disable $args
	has "it says which file and line" "$root/$main.d/95-policy.conf:2 sets kick, and is read after $root/$own"
	has "and what to do" "next: change that line, or save nothing with --runtime"
	file_is $host/features/kick 1
	file_is $host/features/yield 1
done
[ ! -e "$root/$own" ]
ok $? "and nothing is saved"
exits 1 "a later file, JSON" disable --json kick
says error.code 1
exits 0 "a later file, --runtime" disable --runtime kick
file_is $host/features/kick 0
exits 0 "a later file that says the same" enable kick
has "it is saved already" "host: kick on, saved already"
[ ! -e "$root/$own" ]
ok $? "nothing is written"
exits 0 "what it does not set" disable yield
grep -qx "yield = off" "$root/$own"
ok $? "is saved" "$root/$own"

# Numbers
gmain=etc/kvmpv/guest.conf
tree guest
config $gmain "pv-spinlock.yield_after = 1000" "pv-spinlock.queue_after = 0"
config $gmain.d/x.conf "pv-spinlock.yield_after = 512"
exits 0 "numbers, dry run" apply --dry-run
has "what would be written" "would write: 512 in $root/$guest/spinlock/yield_after"
file_is $guest/spinlock/yield_after 256
exits 0 "numbers" apply
has "it says so" "guest: pv-spinlock.yield_after 512, now"
file_is $guest/spinlock/yield_after 512
file_is $guest/spinlock/queue_after 0
exits 0 "numbers, again" apply --json
says sides.guest.changes.0.key pv-spinlock.yield_after
says sides.guest.changes.0.value 512
says sides.guest.changes.0.on null
says sides.guest.changes.0.already true
config $gmain.d/x.conf "pv-spinlock.yield_after = 0"
exits 1 "a number out of range" apply
has "what is allowed" "x.conf:1: pv-spinlock.yield_after is a number from 1 to 1048576, not \"0\""
config $gmain.d/x.conf "enable = on"
rm "$root/$guest/spinlock/yield_after"
mkdir "$root/$guest/spinlock/yield_after"
exits 1 "a number that cannot be written" apply
has "it says which" "cannot set pv-spinlock.yield_after to 1000: $root/$guest/spinlock/yield_after: Is a directory"
rm -r "${root:?}/$guest/spinlock"
exits 4 "a module without them" apply
has "it says so" "kvmpv_guest that is loaded has no setting pv-spinlock.yield_after pv-spinlock.queue_after"
exits 2 "a number is no feature" enable pv-spinlock.yield_after
has "the features" "features: kick yield unhalt stats page cr3-cache pv-spinlock"
hasnt "without numbers" "yield_after "
tree host
config $main "pv-spinlock.yield_after = 512"
exits 1 "numbers are a guest's" apply
has "file and line" "$root/$main:1: unknown setting"
grep -q "^yield_after .*1 to $((1 << 20)), before" docs/abi/sysfs.rst &&
	grep -q "^queue_after .*0 to $((1 << 30)), after" docs/abi/sysfs.rst
ok $? "the limits are those of docs/abi/sysfs.rst"
done_testing
