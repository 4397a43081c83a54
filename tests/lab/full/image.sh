# SPDX-License-Identifier: GPL-2.0-only
# Disk images of the lab "full". The plain one is Debian with nothing of kvmpv; a stage is what a
# function made of another image in a running machine. Each is kept under the hash of what it came
# from, and is only ever read: machines write to an overlay of their own.
# shellcheck shell=bash disable=SC2154

full_dir=$lab_dir/full
images_dir=$build_dir/lab/full
# Most of it is a hole. The tests fill the disk, the packages need about a third of it.
DISK_MB=6144
FIRST_SECTOR=2048

# shellcheck source=tests/lab/full/packages.sh
. "$full_dir/packages.sh"
. "$lab_dir/lib/mirror.sh"

full_check()
{
	need qemu-system-x86_64 qemu-system-x86 qemu-img qemu-utils mmdebstrap mmdebstrap \
		newuidmap uidmap dpkg-scanpackages dpkg-dev /usr/sbin/sfdisk fdisk \
		/usr/sbin/mke2fs e2fsprogs gcc gcc make make
	need_keyring
}

# As in tests/lab/sid/namespace.sh: mounts of mmdebstrap go away with it, however it ends.
as_root=(unshare --mount --propagation private)
[ "$(id -u)" -eq 0 ] || as_root+=(--user --map-root-user --map-auto)

# ---- the plain image ----

plain_key()
{
	cat "$full_dir"/{image.sh,packages.sh,prepare,customize} "$full_dir"/files/* "$lab_dir/agent.c" |
		sha256sum | head -c 16
}

# make_tree DIR
make_tree()
{
	local list sources

	list=$(IFS=,; echo "${PLAIN_PACKAGES[*]}")
	sources=$(source_line bookworm && source_line bookworm-updates &&
		source_line bookworm-security) || exit
	setsid "${as_root[@]}" mmdebstrap --quiet --mode=root --variant=important --include="$list" \
		--aptopt='Acquire::Check-Valid-Until "false"' \
		--dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*' \
		--essential-hook="'$full_dir/prepare' \"\$1\"" \
		--customize-hook="'$full_dir/customize' \"\$1\" '$build_dir/lab/lab-agent'" \
		--skip=cleanup/apt/lists \
		bookworm "$1" - <<< "$sources" >&2 &
	# To stop what runs in the background it is all one whether that emulates anything.
	emulator_pid=$!
	wait_emulator
	[ "$emulator_status" -eq 0 ] || die "mmdebstrap failed"
}

# make_disk DIR DISK: a partition with all of DIR, and GRUB before it.
make_disk()
{
	local root=$1 disk=$2 grub=$1/boot/grub

	truncate -s "${DISK_MB}M" "$disk"
	echo "start=$FIRST_SECTOR, type=83, bootable" | /usr/sbin/sfdisk -q "$disk" ||
		die "sfdisk failed"
	[ "$(stat -c %s "$grub/core.img")" -lt $((512 * (FIRST_SECTOR - 1))) ] ||
		die "GRUB's core.img does not fit before the partition"
	dd "if=$grub/i386-pc/boot.img" "of=$disk" bs=440 count=1 conv=notrunc status=none
	dd "if=$grub/core.img" "of=$disk" bs=512 seek=1 conv=notrunc status=none
	"${as_root[@]}" /usr/sbin/mke2fs -q -t ext4 -L lab-root -d "$root" \
		-O ^metadata_csum_seed,^orphan_file -E "offset=$((512 * FIRST_SECTOR))" \
		"$disk" "$((DISK_MB - 1))M" || die "mke2fs failed"
}

# GRUB's menu can only be written where the disk is the root file system.
first_boot()
{
	machine_run 'update-grub 2>&1 && fstrim /'
}

# Prints the path of the plain image; makes it if it is not there. For a subshell: it sets traps.
plain_image()
{
	local image new

	exec 9> "$images_dir/.lock"
	flock 9
	image=$images_dir/plain-$(plain_key).qcow2
	if [ ! -s "$image" ]; then
		full_check
		build lab/lab-agent
		say "making the plain image of Debian"
		new=$(mktemp -d "$images_dir/new.XXXXXX")
		trap 'trap "" INT TERM HUP; stop_emulator; "${as_root[@]}" rm -rf "$new"' EXIT
		trap 'exit 130' INT
		trap 'exit 143' TERM HUP
		make_tree "$new/root"
		make_disk "$new/root" "$new/raw"
		"${as_root[@]}" rm -rf "$new/root"
		qemu-img convert -O qcow2 "$new/raw" "$new/qcow2" || die "qemu-img failed"
		rm -f "$new/raw"
		from_machine "$new/qcow2" first_boot || die "the plain image does not boot"
		rm -f "$images_dir"/plain-*.qcow2 "$images_dir"/stage-*.qcow2
		mv "$new/qcow2" "$image"
	fi
	echo "$image"
}

# ---- stages ----

# overlay BACKING NEW
overlay()
{
	qemu-img create -q -f qcow2 -F qcow2 -b "$1" "$2" || die "qemu-img failed"
}

# from_machine DISK FUNCTION [FILE]...: FUNCTION runs with a machine that has DISK, which is shut down
# then.
from_machine()
(
	machine_open "$1"
	shift
	machine_start && "$@" >&2 && machine_stop
)

# stage NAME BACKING FUNCTION [FILE]...: prints the path of the image that "FUNCTION FILE..." makes of
# BACKING; it is made again when one of these or a FILE is another than before.
stage()
{
	local name=$1 backing=$2 make=$3 key image new

	shift 3
	exec 9> "$images_dir/.lock"
	flock 9
	key=$( { echo "$backing"; declare -f "$make"; [ $# -eq 0 ] || cat "$@"; } | sha256sum)
	image=$images_dir/stage-$name-${key:0:16}.qcow2
	if [ ! -s "$image" ]; then
		say "making the image \"$name\""
		new=$(mktemp -u "$images_dir/stage.XXXXXX")
		overlay "$backing" "$new"
		from_machine "$new" "$make" "$@" || { rm -f "$new"; die "cannot make \"$name\""; }
		rm -f "$images_dir/stage-$name"-*.qcow2
		mv "$new" "$image"
	fi
	echo "$image"
}
