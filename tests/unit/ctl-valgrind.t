#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Every verb, over good and damaged trees, under valgrind: no memory error, no leak.
# shellcheck source-path=SCRIPTDIR source=ctl-lib.sh
. "$(dirname "$0")/ctl-lib.sh"

if ! command -v valgrind >/dev/null; then
	echo "1..0 # SKIP no valgrind"
	exit
fi
release=$(uname -r)
make -s build/unit/ctl-refuse.so >&2 || exit 1
refuse=$PWD/build/unit/ctl-refuse.so

clean() { # NAME ARGUMENT...
	name=$1
	shift
	valgrind -q --error-exitcode=99 --leak-check=full --show-leak-kinds=all \
		--errors-for-leak-kinds=all --child-silent-after-fork=yes \
		"$ctl" --root "$root" "$@" >"$out" 2>"$err" </dev/null
	code=$?
	[ $code -le 4 ]
	ok $? "$name: $*" "$err"
}

verbs() { # NAME: all that read, in both forms
	for form in "" --json; do
		# shellcheck disable=SC2086 # none or one word
		for verb in status "stats --histogram" "stats spinlock --histogram --top" version \
			features doctor exits initramfs "initramfs settings" \
			"initramfs enable --dry-run"; do
			clean "$1" $verb $form
		done
	done
}

for kind in both unloaded bare guest-cr3 guest-alone exits-amd; do
	tree $kind
	"$unit/ctl-tree-kvm" "$root"
	verbs $kind
done
tree guest-bench
clean bench bench exits --rounds 2
clean bench bench exits --json
cp "$out" "$tmp/saved"
clean bench bench exits --compare "$tmp/saved"
clean bench bench exits --json --compare "$tmp/saved" cpuid
clean bench bench exits nonsense
printf '{"cases": [' >"$tmp/saved"
clean bench bench exits --compare "$tmp/saved"
echo >"$root/sys/kernel/kvmpv/bench/results/cpuid"
clean bench bench exits
tree both
: >"$root/boot/initrd.img-$release"
(cd "$root" && find proc | cpio -o -H newc --quiet 2>/dev/null | gzip) \
	>>"$root/boot/initrd.img-$release"
clean "an initramfs" version
clean both help
clean both help --json stats
clean both --version
clean both completion bash
clean both frobnicate --json
clean both stats --watch 1 --count 2
clean both stats --reset
clean both stats spinlock --watch 1 --count 2 --top
clean both stats spinlock --reset
clean both enable --host pv-spinlock
clean both disable --host
clean both disable --host --json kick
clean both enable --host --dry-run
clean both disable --guest --runtime
clean both disable --vm 2000-3 kick
clean both enable --host teleport
clean both enable --guest cr3-cache
LD_PRELOAD=$refuse CTL_REFUSE=/cr3-cache clean both enable --host cr3-cache
clean both disable --vm 5-5 kick
clean both apply
clean both apply --json
printf 'kick = on\nkick = off\n' >"$root/etc/kvmpv/host.conf"
clean "bad config" apply
clean "bad config" disable --host
mkdir -p "$root/etc/kvmpv/host.conf.d" "$root/etc/kvmpv/guest.conf.d/d.conf"
printf 'kick = on\nyeld\n' >"$root/etc/kvmpv/host.conf.d/a.conf"
: >"$root/etc/kvmpv/host.conf.d/ignored"
clean "bad config" check-config
clean "bad config" check-config --json
clean "bad config" check-config "$root/etc/kvmpv/host.conf" "$root/etc/kvmpv/guest.conf"
clean "bad config" check-config nowhere
rm -r "$root/etc/kvmpv"
mkdir -p "$root/etc/kvmpv/host.conf.d"
printf 'kick = on\n' >"$root/etc/kvmpv/host.conf.d/99.conf"
printf 'pv-spinlock.queue_after = 9\n' >"$root/etc/kvmpv/guest.conf"
clean drop-ins apply
clean drop-ins apply --json --dry-run
clean drop-ins disable --host kick
clean drop-ins disable --host yield
clean drop-ins check-config --json
tree exits-intel
clean exits exits --watch 1 --count 2
clean exits exits --vm 2000
clean exits exits --json --vm 1
rm "$root/exits"
mkdir -p "$root/sys/kernel/debug/kvm/2000-12" "$root/sys/kernel/debug/kvm/17-3"
echo 100 >"$root/sys/kernel/debug/kvm/2000-12/exits"
clean "no tracepoints" exits
clean "no tracepoints" exits --json
tree unloaded
clean unloaded enable --guest
clean unloaded apply

noise=$tmp/noise
head -c 2000 /dev/urandom >"$noise"
for way in empty noise cut missing; do
	tree both
	echo "seconds 1" >"$root/exits"
	"$unit/ctl-tree-kvm" "$root"
	find "$root/sys" "$root/proc" "$root"/cpuid* "$root/exits" "$root/dev/kvm" -type f |
		while read -r file; do
		case $way in
		empty) : >"$file" ;;
		noise) cp "$noise" "$file" ;;
		cut) text=$(cat "$file") && printf %s "${text%?}" >"$file" ;;
		missing) rm "$file" ;;
		esac
	done
	verbs "all files $way"
	clean "all files $way" disable --host --runtime
done

for test in ctl-parse ctl-config ctl-bench ctl-kvm-stats ctl-trace; do
	make -s "build/unit/$test" >&2
	CMOCKA_MESSAGE_OUTPUT=TAP valgrind -q --error-exitcode=99 --leak-check=full \
		"build/unit/$test" >"$out" 2>&1
	ok $? "$test" "$out"
done
done_testing
