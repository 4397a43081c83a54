# SPDX-License-Identifier: GPL-2.0-only
# Disk images of the lab "full". The plain one is Debian with nothing of kvmpv; a stage is what a
# script made of it in a chroot, where a compiler is twenty times as fast as in the emulator. Each is
# kept under the hash of what it came from, and is only ever read: machines write to an overlay of
# their own.
# shellcheck shell=bash disable=SC2154

full_dir=$lab_dir/full
images_dir=$build_dir/lab/full
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
	{
		declare -f make_tree first_boot
		cat "$full_dir"/{packages.sh,prepare,customize,disk} "$full_dir"/files/* "$lab_dir/agent.c"
	} | sha256sum | head -c 16
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

# GRUB's menu can only be written where the disk is the root file system.
first_boot()
{
	machine_run 'update-grub 2>&1 && fstrim /'
}

# Where what is being made is; it goes away with the shell that makes it.
new=''

new_images()
{
	new=$(mktemp -d "$images_dir/new.XXXXXX")
	trap 'trap "" INT TERM HUP; stop_emulator; "${as_root[@]}" rm -rf "$new"' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
}

# to_qcow2 RAW: the same in RAW.qcow2
to_qcow2()
{
	qemu-img convert -O qcow2 "$1" "$1.qcow2" || die "qemu-img failed"
	rm -f "$1"
}

# Prints the path of the plain image, less its suffix: .qcow2 is the disk, .tree what it was made of.
# Makes it if it is not there. For a subshell: it sets traps.
plain()
{
	local image

	exec 9> "$images_dir/.lock"
	flock 9
	image=$images_dir/plain-$(plain_key)
	if [ ! -s "$image.qcow2" ]; then
		full_check
		build lab/lab-agent
		say "making the plain image of Debian"
		new_images
		make_tree "$new/root"
		"${as_root[@]}" "$full_dir/disk" "$new/root" "$new/raw" || die "mke2fs failed"
		to_qcow2 "$new/raw"
		from_machine "$new/raw.qcow2" first_boot || die "the plain image does not boot"
		"${as_root[@]}" rm -rf "$images_dir"/{plain,stage}-*
		mv "$new/root" "$image.tree"
		mv "$new/raw.qcow2" "$image.qcow2"
	fi
	echo "$image"
}

plain_image()
{
	local image

	image=$(plain) && echo "$image.qcow2"
}

# overlay BACKING NEW
overlay()
{
	qemu-img create -q -f qcow2 -F qcow2 -b "$1" "$2" || die "qemu-img failed"
}

# from_machine DISK FUNCTION: FUNCTION runs with a machine that has DISK, which is shut down then.
from_machine()
(
	machine_open "$1"
	machine_start && "$2" >&2 && machine_stop
)

# ---- stages ----

# The menu of GRUB would be written for a disk that there is not; the first one, which stays, starts the
# newest kernel. With an id of its own the machine does not take its start for its first one.
# shellcheck disable=SC2016 # for the shell in the namespace
stage_inside='
	set -e
	. "$1"
	disk=$2 tree=$3 new=$4 script=$5
	mkdir "$new/top"
	overlay_mount "$tree" "$new/top" "$new/files"
	mv "$new/top/root/boot/grub/grub.cfg" "$new/grub.cfg"
	overlay_run "$new/top" systemd-machine-id-setup
	overlay_run "$new/top" sh -ec "$script"
	mv "$new/grub.cfg" "$new/top/root/boot/grub/grub.cfg"
	overlay_plain "$new/top"
	"$disk" "$new/top/root" "$new/raw"
'

# stage NAME SCRIPT [FILE]...: prints the path of the image that SCRIPT, for sh, makes of the plain one
# in a chroot; it sees the FILEs in /mnt. It is made again when one of these is another than before.
stage()
{
	local name=$1 script=$2 plain key image

	shift 2
	plain=$(plain) || exit
	exec 9> "$images_dir/.lock"
	flock 9
	key=$( { echo "$plain $script $stage_inside"; [ $# -eq 0 ] || cat "$@"; } | sha256sum)
	image=$images_dir/stage-$name-${key:0:16}.qcow2
	if [ ! -s "$image" ]; then
		say "making the image \"$name\""
		new_images
		mkdir "$new/files"
		[ $# -eq 0 ] || cp -R "$@" "$new/files/"
		setsid "${as_root[@]}" --net sh -c "$stage_inside" sh "$lab_dir/lib/overlay.sh" \
			"$full_dir/disk" "$plain.tree" "$new" "$script" < /dev/null > "$new/log" 2>&1 &
		emulator_pid=$!
		wait_emulator
		[ "$emulator_status" -eq 0 ] || {
			tail -n 40 "$new/log" | sed 's/^/lab: | /' >&2
			die "cannot make \"$name\""
		}
		to_qcow2 "$new/raw"
		rm -f "$images_dir/stage-$name"-*.qcow2
		mv "$new/raw.qcow2" "$image"
	fi
	echo "$image"
}
