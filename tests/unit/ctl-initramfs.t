#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kvmpvctl initramfs: which images have the guest module, are they as configured, who makes them.
# Real images by real programs: tests/initramfs.
# shellcheck source-path=SCRIPTDIR source=ctl-lib.sh
. "$(dirname "$0")/ctl-lib.sh"
PATH=$PATH:/usr/sbin:/sbin
tool=$(cat VERSION)
marker=etc/kvmpv/initramfs
conf=etc/kvmpv/guest.conf

for program in depmod cpio gcc; do
	if ! command -v $program >/dev/null; then
		skip "initramfs" "no $program"
		done_testing
		exit
	fi
done

module() { # FILE VERSION SRCVERSION
	mkdir -p "${1%/*}"
	printf 'const char info[] __attribute__((section(".modinfo"))) =
		"license=GPL\\0version=%s\\0srcversion=%s";\n' "$2" "$3" |
		gcc -x c -c -o "$1" - || exit 1
}

kernel() { # RELEASE [VERSION]: on disk
	dir=$root/lib/modules/$1
	mkdir -p "$dir" "$root/boot"
	[ $# -lt 2 ] || module "$dir/updates/dkms/kvmpv_guest.ko" "$2" AAAA
	touch "$dir/modules.order" "$dir/modules.builtin"
	depmod -b "$root" "$1" 2>/dev/null
}

# image RELEASE [VERSION [SETTING...]]: with the module, and these settings
image() {
	rm -rf "$tmp/image"
	mkdir -p "$tmp/image/etc/kvmpv"
	file=$root/boot/initrd.img-$1
	if [ $# -gt 1 ]; then
		module "$tmp/image/lib/modules/$1/kvmpv_guest.ko" "$2" AAAA
		shift 2
		[ $# -eq 0 ] || printf '%s\n' "$@" >"$tmp/image/etc/kvmpv/guest.settings"
		[ $# -gt 0 ] || : >"$tmp/image/etc/kvmpv/guest.settings"
	fi
	(cd "$tmp/image" && find . | cpio -o -H newc --quiet | gzip) >"$file"
}

builder() { # NAME
	case $1 in
	initramfs-tools)
		mkdir -p "$root/usr/sbin" "$root/usr/share/initramfs-tools/hooks" \
			"$root/etc/kernel/postinst.d"
		echo "mkinitramfs" >"$root/usr/sbin/update-initramfs"
		: >"$root/usr/share/initramfs-tools/hooks/kvmpv"
		;;
	dracut)
		mkdir -p "$root/usr/bin" "$root/usr/lib/dracut/modules.d/90kvmpv" \
			"$root/etc/kernel/postinst.d"
		: >"$root/usr/bin/dracut"
		;;
	esac
}

start() { # a guest with one kernel
	tree guest
	mkdir -p "$root/etc/kvmpv"
	builder initramfs-tools
	kernel 6.1.0-1 "$tool"
	image 6.1.0-1
}

# What an image would get
start
exits 0 "settings: nothing set" initramfs settings
[ ! -s "$out" ]
ok $? "nothing set: nothing" "$out"
printf '# all\npv-spinlock = on\nenable = on\nyield = off\n' >"$root/$conf"
exits 0 "settings" initramfs settings
printf '%s\n' "features/yield 0" "features/pv-spinlock 1" "enable 1" | cmp -s - "$out"
ok $? "features, then the main switch" "$out"
printf 'enable = off\nkick = on\n' >"$root/$conf"
exits 0 "settings: off" initramfs settings
printf '%s\n' "enable 0" "features/kick 1" | cmp -s - "$out"
ok $? "off comes first" "$out"
exits 0 "settings, JSON" initramfs settings --json
says settings.0 "enable 0"
says settings.length 2
mkdir "$root/$conf.d"
printf 'enable = on\npv-spinlock.queue_after = 9000\n' >"$root/$conf.d/50-fleet.conf"
exits 0 "settings: a drop-in" initramfs settings
printf '%s\n' "features/kick 1" "spinlock/queue_after 9000" "enable 1" | cmp -s - "$out"
ok $? "the later file wins" "$out"
rm -r "$root/$conf.d"
printf 'enable = maybe\n' >"$root/$conf"
for action in settings status enable "enable --dry-run"; do
	# shellcheck disable=SC2086 # words
	exits 1 "$action: a line that is not understood" initramfs $action
	has "file and line" "$conf:1: enable is on or off"
done
[ ! -e "$root/$marker" ]
ok $? "nothing was changed"

# Images
start
exits 3 "disabled" initramfs
has "said so" "initramfs: disabled, images are made by initramfs-tools"
exits 3 "disabled, JSON" initramfs status --json
says enabled false
says builder initramfs-tools
says command "update-initramfs -u -k all"
says images.length 1
says images.0.release 6.1.0-1
says images.0.state absent
says next null
image 6.1.0-1 "$tool"
exits 3 "disabled, still in the image" initramfs --json
says images.0.state left
says next "chroot $root update-initramfs -u -k all"
: >"$root/$marker"
exits 0 "enabled, in the image" initramfs --json
says enabled true
says images.0.state current
says images.0.module.version "$tool"
says next "the module is loaded, and does nothing until it is told to: kvmpvctl enable --guest"
printf 'enable = on\n' >"$root/$conf"
exits 3 "the configuration changed" initramfs --json
says images.0.state old-settings
exits 3 "the same as text" initramfs
has "older" "older than /etc/kvmpv"
image 6.1.0-1 "$tool" "enable 1"
exits 0 "a new image" initramfs --json
says images.0.state current
says next null
rm "$root/$conf"
exits 3 "the configuration went" initramfs --json
says images.0.state old-settings
image 6.1.0-1 0.0.9
exits 3 "another version" initramfs --json
says images.0.state old-module
image 6.1.0-1
exits 3 "not in the image" initramfs --json
says images.0.state missing
image 6.1.0-1 "$tool"
rm -r "$tmp/image/etc/kvmpv"
(cd "$tmp/image" && find . | cpio -o -H newc --quiet) >"$root/boot/initrd.img-6.1.0-1"
exits 3 "in the image, and nothing loads it" initramfs --json
says images.0.state missing
rm "$root/$marker"
exits 3 "the same, not asked for" initramfs --json
says images.0.state absent
: >"$root/$marker"
kernel 6.12.0-1
image 6.12.0-1
image 6.1.0-1 "$tool"
exits 0 "a kernel without the module" initramfs --json
says images.0.state current
says images.1.state no-module
has "what next" "dkms status"
image 5.10.0-1 "$tool"
cp "$root/boot/initrd.img-6.1.0-1" "$root/boot/initrd.img-6.1.0-1.bak"
cp "$root/boot/initrd.img-6.1.0-1" "$root/boot/initramfs-6.1.0-1.img"
exits 0 "images of no kernel, two of one" initramfs --json
says images.length 2
head -c 3000 /dev/urandom >"$root/boot/initrd.img-6.12.0-1"
exits 1 "an image that cannot be read" initramfs --json
says images.1.state unknown

# Switching below another root: the images are made there
start
exits 0 "enable, dry run" initramfs enable --dry-run
has "the marker" "would create $root/$marker"
[ ! -e "$root/$marker" ]
ok $? "dry run: nothing was changed"
exits 0 "enable" initramfs enable
[ -e "$root/$marker" ]
ok $? "the marker is there"
has "what next" "next: chroot $root update-initramfs -u -k all"
exits 0 "enable again" initramfs enable --json
says images.0.state missing
exits 0 "disable, dry run" initramfs disable --dry-run
has "the marker" "would remove $root/$marker"
exits 0 "disable" initramfs disable
[ ! -e "$root/$marker" ]
ok $? "the marker is gone"
exits 0 "disable again" initramfs disable
rm -r "${root:?}/etc/kvmpv"
exits 0 "no folder for it" initramfs enable
[ -e "$root/$marker" ]
ok $? "the marker is there"
rm -r "${root:?}/etc/kvmpv"
: >"$root/etc/kvmpv"
exits 1 "the folder is a file" initramfs enable

# Who makes them
start
rm "$root/usr/share/initramfs-tools/hooks/kvmpv"
exits 4 "no hook" initramfs enable
has "what next" "install kvmpv-guest-dkms"
exits 0 "no hook: disable" initramfs disable
rm "$root/usr/sbin/update-initramfs"
exits 4 "no builder" initramfs enable
has "what next" "install dracut or initramfs-tools"
[ ! -e "$root/$marker" ]
ok $? "nothing was changed"
exits 4 "no builder: status" initramfs
builder dracut
exits 3 "dracut" initramfs --json
says builder dracut
builder initramfs-tools
exits 3 "both, new kernels call neither" initramfs --json
says builder initramfs-tools
: >"$root/etc/kernel/postinst.d/dracut"
exits 3 "both, new kernels call dracut" initramfs --json
says builder dracut
says command "dracut --quiet --force --regenerate-all"
: >"$root/etc/kernel/postinst.d/initramfs-tools"
exits 3 "both, new kernels call both" initramfs --json
says builder initramfs-tools
: >"$root/usr/sbin/mkinitramfs"
rm "$root/usr/sbin/update-initramfs"
exits 3 "dracut took the place of initramfs-tools" initramfs --json
says builder dracut
echo "dracut" >"$root/usr/sbin/update-initramfs"
exits 3 "and has an update-initramfs of its own" initramfs --json
says builder dracut
rm -r "${root:?}/boot"
exits 3 "no images" initramfs
has "said so" "no image in /boot"

# Who changes a setting is told of the images
start
exits 0 "a setting, no image has it" enable --guest
hasnt "nothing to say" initramfs
: >"$root/$marker"
exits 0 "a setting that was there already" enable --guest
hasnt "nothing to say" initramfs
exits 0 "a setting" disable --guest
has "the images are older" "kvmpvctl initramfs enable makes a new one"
exits 0 "a setting until the next boot" enable --guest --runtime
hasnt "nothing to say" initramfs
exits 2 "the host's module" initramfs enable --host

# What status has of the image, without reading it twice
start
mkdir -p "$root/run" "$root/proc/sys/kernel"
echo 6.1.0-1 >"$root/proc/sys/kernel/osrelease"
image 6.1.0-1 0.0.9
exits 0 "status: nobody asked for it" status --json
says guest.versions.initramfs.why "not asked for"
exits 0 "version reads it" version
exits 0 "status knows it now" status --json
says guest.versions.initramfs.version 0.0.9
says guest.versions.note "the initramfs has another kvmpv_guest than the disk"
says guest.versions.next "update-initramfs -u -k all"
says tool "$tool"
exits 0 "status, text" status
has "the mismatch" "mismatch  the initramfs has another kvmpv_guest than the disk"
has "what next" "next      update-initramfs -u -k all"
exits 0 "doctor" doctor
has "the mismatch" "WARN  guest.versions     the initramfs has another kvmpv_guest"
image 6.1.0-1 "$tool"
exits 0 "another image" status --json
says guest.versions.initramfs.found false
: >"$root/$marker"
if [ "$(id -u)" -eq 0 ]; then
	exits 0 "another image, asked for" status --json
	says guest.versions.initramfs.version "$tool"
	says guest.versions.note "another kvmpv_guest is loaded than is on disk"
	[ -e "$root/run/kvmpv/initramfs" ]
	ok $? "root keeps it"
	image 6.1.0-1
	exits 0 "an image without it, asked for" status --json
	says guest.versions.note "kvmpv_guest is not in the initramfs, which was asked for"
	says guest.versions.next "update-initramfs -u -k all"
	image 6.1.0-1 "$tool"
	"$ctl" --root "$root" version >/dev/null
fi
for damage in "" "image x" "image x y z" "kvmpv_guest -"; do
	printf '%s\n' "$damage" >"$root/run/kvmpv/initramfs"
	rm -f "$root/$marker"
	exits 0 "what was kept is damaged: $damage" status --json
	says guest.versions.initramfs.found false
done
done_testing
