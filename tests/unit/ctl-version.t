#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kvmpvctl version: tool, loaded, on disk, in the initramfs.
# shellcheck source-path=SCRIPTDIR source=ctl-lib.sh
. "$(dirname "$0")/ctl-lib.sh"
PATH=$PATH:/usr/sbin:/sbin

release=$(uname -r)
image=boot/initrd.img-$release
tool=$(cat VERSION)
modules=lib/modules/$release

module() { # FILE VERSION SRCVERSION
	mkdir -p "$(dirname "$1")"
	printf 'const char info[] __attribute__((section(".modinfo"))) =
		"license=GPL\\0version=%s\\0srcversion=%s\\0vermagic=%s";\n' "$2" "$3" "$release" | gcc -x c -c -o "$1" - || exit 1
}

disk() { # NAME VERSION SRCVERSION
	module "$root/$modules/updates/dkms/$1.ko" "$2" "$3"
	touch "$root/$modules/modules.order" "$root/$modules/modules.builtin"
	depmod -b "$root" "$release" 2>/dev/null
}

archive() { # DIR: to stdout
	(cd "$1" && find . | cpio -o -H newc --quiet)
}

# initramfs COMPRESSOR...: an early archive, then one with a kvmpv_guest of version 0.0.9
initramfs() {
	rm -rf "$tmp/early" "$tmp/main"
	mkdir -p "$tmp/early/kernel/x86/microcode" "$tmp/main/lib/modules/$release"
	head -c 3001 /dev/urandom >"$tmp/early/kernel/x86/microcode/GenuineIntel.bin"
	head -c 100001 /dev/urandom >"$tmp/main/a"
	module "$tmp/main/lib/modules/$release/kvmpv_guest.ko" "${version-0.0.9}" BBBB
	printf 'x' >"$tmp/main/kvmpv_guest.koala"
	archive "$tmp/early" >"$root/$image"
	archive "$tmp/main" | "$@" >>"$root/$image"
}

tree unloaded
exits 0 "nothing there" version
exits 0 "nothing there, JSON" version --json
says tool "$tool"
says kvmpv_host.loaded.found false
says kvmpv_host.disk.why "not there"
says kvmpv_guest.initramfs.why "unknown (no initramfs of $release in /boot)"

tree guest
exits 0 "loaded" version
has "loaded: version and checksum" "$tool (01234567)"
exits 0 "loaded, JSON" version --json
says kvmpv_guest.loaded.version "$tool"
says kvmpv_guest.loaded.srcversion 0123456789ABCDEF0123456
printf '9.9.9\n' >"$root/sys/kernel/kvmpv/guest/version"
exits 0 "another release than the tool's" version
has "is noted" "kvmpvctl $tool and kvmpv_guest 9.9.9 are not of one release"

if command -v depmod >/dev/null; then
	tree guest
	disk kvmpv_guest "$tool" 0123456789ABCDEF0123456
	exits 0 "on disk" version --json
	says kvmpv_guest.disk.version "$tool"
	says kvmpv_guest.disk.path "$root/$modules/updates/dkms/kvmpv_guest.ko"
	says kvmpv_guest.note null
	says kvmpv_host.disk.found false
	disk kvmpv_guest 0.2.0 CCCC
	exits 0 "another one on disk" version
	has "is noted" "another kvmpv_guest is loaded than is on disk"
	xz -k "$root/$modules/updates/dkms/kvmpv_guest.ko"
	rm "$root/$modules/updates/dkms/kvmpv_guest.ko"
	depmod -b "$root" "$release" 2>/dev/null
	exits 0 "compressed on disk" version --json
	says kvmpv_guest.disk.version 0.2.0
	rm "$root/$modules/updates/dkms/kvmpv_guest.ko.xz"
	exits 0 "gone from disk since depmod" version --json
	says kvmpv_guest.disk.found false
	head -c 3000 /dev/urandom >"$root/$modules/updates/dkms/kvmpv_guest.ko.xz"
	exits 0 "damaged on disk" version --json
	says kvmpv_guest.disk.found false
	head -c 3000 /dev/urandom >"$root/$modules/modules.dep.bin"
	exits 0 "damaged index" version --json
	says kvmpv_guest.disk.found false
	tree unloaded
	disk kvmpv_host "$tool" AAAA
	exits 3 "status: module on disk, not loaded" status
	has "what next" "modprobe kvmpv_host"
	has "what next without a module" "install kvmpv-guest-dkms"
else
	skip "modules on disk" "no depmod"
fi

if ! command -v cpio >/dev/null; then
	skip "initramfs" "no cpio"
	done_testing
	exit
fi
tree guest
for program in cat gzip xz zstd lz4 bzip2 "xz --format=lzma"; do
	if ! command -v "${program%% *}" >/dev/null; then
		skip "initramfs, $program" "no $program"
		continue
	fi
	# shellcheck disable=SC2086 # words
	case $program in
	lz4) initramfs lz4 -l -c ;;
	*) initramfs $program ;;
	esac
	exits 0 "initramfs, $program" version --json
	says kvmpv_guest.initramfs.version 0.0.9
	says kvmpv_guest.initramfs.srcversion BBBB
	says kvmpv_host.initramfs.why "not there"
done
exits 0 "initramfs, text" version
has "version and checksum" "0.0.9 (BBBB)"
if command -v depmod >/dev/null; then
	disk kvmpv_guest "$tool" 0123456789ABCDEF0123456
	exits 0 "initramfs older than disk" version
	has "is noted" "update-initramfs -u"
fi
mkdir "$tmp/bin"
initramfs gzip
PATH=$tmp/bin "$ctl" --root "$root" version >"$out" 2>"$err"
ok $? "no program to unpack it"
has "is said" "gzip is missing"

initramfs cat
cp "$root/$image" "$tmp/image"
size=$(stat -c %s "$tmp/image")
bad=0
for cut in 0 1 5 6 50 110 111 200 3000 4000 104000 104500 105000 106000; do
	[ "$cut" -lt "$size" ] || continue
	head -c "$cut" "$tmp/image" >"$root/$image"
	"$ctl" --root "$root" version --json >"$out" 2>"$err" && "$json" kvmpv_guest <"$out" >"$err" ||
		bad=$?
done
ok $bad "initramfs cut short" "$out" "$err"
i=0
while [ $i -lt 60 ]; do
	cp "$tmp/image" "$root/$image"
	perl -e 'srand $ARGV[1]; open F, "+<", $ARGV[0]; for (1..40) { my $at = int rand -s F;
		$at = int rand 400 if rand() < 0.5; seek F, $at, 0; print F chr int rand 256 }' \
		"$root/$image" $i
	timeout 10 "$ctl" --root "$root" version --json >"$out" 2>"$err" &&
		"$json" kvmpv_guest <"$out" >"$err" || bad=$?
	i=$((i + 1))
done
ok $bad "initramfs damaged in 60 ways" "$out" "$err"
head -c 100000 /dev/urandom >"$root/$image"
exits 0 "initramfs of noise" version
has "is not understood" "not understood"
initramfs gzip
truncate -s 60000 "$root/$image"
exits 0 "initramfs, compressed, cut short" version
has "is not complete" "cut short or damaged"
rm "$root/$image"
mkdir "$root/$image"
exits 0 "initramfs is a directory" version
rmdir "$root/$image"
version=$tool initramfs cat
mv "$root/$image" "$root/boot/initramfs-$release.img"
exits 0 "dracut's name" version --json
says kvmpv_guest.initramfs.version "$tool"
done_testing
