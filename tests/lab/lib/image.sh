# SPDX-License-Identifier: GPL-2.0-only
# Initramfs images. An image is several archives one after the other (the kernel unpacks them in
# turn): big ones that hardly ever change come from a cache, small ones are made for each run.
# shellcheck shell=bash disable=SC2154

# A sandbox may have several of the firmware files only under seabios.
QEMU_ROMS=(bios-microvm.bin bios-256k.bin qboot.rom kvmvapic.bin linuxboot_dma.bin pvh.bin)

# Modules of the kernel that go into a host. zram: something to swap to; where it needs lzo-rle for
# that, modprobe is asked for it by name.
HOST_MODULES=(kvm-intel kvm-amd zram lzo-rle)

# pack DIR ARCHIVE
pack()
{
	(cd "$1" && find . -mindepth 1 -print0 | LC_ALL=C sort -z |
		cpio --null --quiet -o -H newc -R 0:0 --reproducible) > "$2" || die "cpio failed"
}

# libraries FILE...: paths of all shared libraries and loaders these programs need.
libraries()
{
	ldd "$@" 2>/dev/null | awk '/=> \// { print $3 } $1 ~ "^/.*ld-linux" { print $1 }' | sort -u
}

is_elf_program()
{
	[ -f "$1" ] && [ -x "$1" ] && [ "$(head -c 4 "$1" | tr -d '\0')" = $'\177ELF' ]
}

# add_libraries ROOT FILE...: below the paths the loader will look at.
add_libraries()
{
	local root=$1 lib

	shift
	for lib in $(libraries "$@"); do
		[ ! -e "$root$lib" ] || continue
		install -D "$lib" "$root$lib"
	done
}

# add_file ROOT SRC[:DST]: a file or a directory, and the libraries of the programs in it.
add_file()
{
	local root=$1 src=${2%%:*} dst=${2#*:} programs=() file

	[ -e "$src" ] || die "$src does not exist"
	[ "$dst" != "$2" ] || dst=/$(basename "$src")
	mkdir -p "$root/$(dirname "$dst")"
	if [ -d "$src" ]; then
		mkdir -p "$root/$dst"
		cp -RL "$src/." "$root/$dst"
	else
		cp -L "$src" "$root/$dst"
	fi
	while IFS= read -r -d '' file; do
		is_elf_program "$file" && programs+=("$file")
	done < <(find -L "$src" -type f -perm /111 -print0)
	[ ${#programs[@]} -eq 0 ] || add_libraries "$root" "${programs[@]}"
}

# key FILE...: changes when one of the files does, or when this file does.
key()
{
	{ stat -L -c '%n %s %Y' "$@"; cat "$lab_dir/lib/image.sh"; } | sha256sum | head -c 16
}

# cached NAME KEY FUNCTION: path of the archive that FUNCTION ROOT fills, made if it is not there.
cached()
{
	local archive=$cache_dir/$1-$2.cpio root

	if [ ! -e "$archive" ]; then
		root=$(mktemp -d "$cache_dir/$1.XXXXXX")
		"$3" "$root" && pack "$root" "$root.cpio"
		rm -rf "$root" "$cache_dir/$1"-*.cpio
		mv "$root.cpio" "$archive"
	fi
	echo "$archive"
}

fill_base()
{
	local root=$1 name

	mkdir -p "$root"/{bin,dev,proc,sys,run,tmp,root,lib,mod,etc,guest}
	ln -s bin "$root/sbin"
	cp "$(command -v busybox)" "$root/bin/busybox"
	for name in $(busybox --list); do
		ln -s busybox "$root/bin/$name" 2>/dev/null || true
	done
	cp -L "$(command -v kmod)" "$root/bin/kmod"
	for name in insmod rmmod lsmod modprobe modinfo depmod; do
		ln -sf kmod "$root/bin/$name"
	done
	add_libraries "$root" "$root/bin/kmod"
	echo root:x:0:0:root:/root:/bin/sh > "$root/etc/passwd"
}

# busybox, kmod, directories: hosts and guests alike.
base_archive()
{
	local programs

	programs=("$(command -v busybox)" "$(command -v kmod)")
	# shellcheck disable=SC2046 # paths without blanks
	cached base "$(key "${programs[@]}" $(libraries "${programs[1]}"))" fill_base
}

fill_qemu()
{
	local root=$1 rom dir

	mkdir -p "$root"/{bin,usr/share/qemu}
	cp -L "$(command -v qemu-system-x86_64)" "$root/bin/"
	add_libraries "$root" "$root/bin/qemu-system-x86_64"
	for rom in "${QEMU_ROMS[@]}"; do
		for dir in /usr/share/qemu /usr/share/seabios; do
			[ ! -e "$dir/$rom" ] || cp -L "$dir/$rom" "$root/usr/share/qemu/"
		done
	done
}

qemu_archive()
{
	local program

	program=$(command -v qemu-system-x86_64)
	# shellcheck disable=SC2046
	cached qemu "$(key "$program" $(libraries "$program"))" fill_qemu
}

# plain_module FILE DST: modules go in uncompressed, the kernel may not be able to do it itself.
plain_module()
{
	case $1 in
	*.xz) xz -dc "$1" > "$2" ;;
	*.zst) zstd -dqc "$1" > "$2" ;;
	*) cp -L "$1" "$2" ;;
	esac
}

# strip_signature FILE.ko: without it the kernel need not hash the module, which takes seconds in
# Bochs; and as the hosts there have no keys loaded, it would not believe it anyway. The end of a
# signed module is: signature, 12 bytes that end in its length (big endian), a line of 28 bytes.
strip_signature()
{
	local len size

	[ "$(tail -c 28 "$1" | tr -d '\0')" = "~Module signature appended~" ] || return 0
	len=$((16#$(tail -c 32 "$1" | head -c 4 | od -An -tx1 | tr -d ' ')))
	size=$(stat -c %s "$1")
	truncate -s $((size - 28 - 12 - len)) "$1"
}

# module_closure TREE NAME...: the modules' files with those they depend on, one path a line.
module_closure()
{
	local tree=$1 name file deps

	shift
	for name; do
		file=$(find "$tree" -name "$name.ko*" -o -name "${name//_/-}.ko*" | head -n 1)
		[ -n "$file" ] || continue
		echo "$file"
		deps=$(modinfo -F depends "$file")
		# shellcheck disable=SC2086
		[ -z "$deps" ] || module_closure "$tree" ${deps//,/ }
	done
}

# The kernel's own modules for a host, uncompressed, kept for all runs: prints the directory.
stock_modules()
{
	local name=$1 release tree dir tmp file ko

	release=$(kernel_release "$name")
	tree=$build_dir/kernels/$name/lib/modules/$release
	dir=$cache_dir/modules-$(echo "${HOST_MODULES[*]}" | tr ' ' +)
	dir+=-$([ "$lab" = amd ] && echo signed || echo unsigned)-$release
	if [ ! -d "$dir" ]; then
		tmp=$(mktemp -d "$cache_dir/modules.XXXXXX")
		chmod 755 "$tmp"
		cp "$tree"/modules.{builtin,builtin.modinfo,order} "$tmp/" 2>/dev/null
		mkdir "$tmp/kernel"
		for file in $(module_closure "$tree" "${HOST_MODULES[@]}" | sort -u); do
			ko=$tmp/kernel/$(basename "${file%.ko*}").ko
			plain_module "$file" "$ko"
			[ "$lab" = amd ] || strip_signature "$ko"
		done
		mv -T "$tmp" "$dir" 2>/dev/null || rm -rf "$tmp"
	fi
	echo "$dir"
}

# add_modules ROOT KERNEL host|guest [FILE.ko]...: what modprobe finds, and links to ours in /mod.
add_modules()
{
	local root=$1 name=$2 kind=$3 release dir file ko

	shift 3
	release=$(kernel_release "$name")
	dir=$root/lib/modules/$release
	mkdir -p "$dir/updates" "$root/mod"
	[ "$kind" = guest ] || cp -R "$(stock_modules "$name")/." "$dir/"
	for file; do
		[ -f "$file" ] || die "module $file does not exist"
		ko=$(basename "${file%.ko*}").ko
		plain_module "$file" "$dir/updates/$ko"
		ln -s "/lib/modules/$release/updates/$ko" "$root/mod/$ko"
	done
	depmod -b "$root" "$release" 2>/dev/null || die "depmod failed"
}

# The uncompressed kernel: Bochs has no time for a decompressor, the small VMM has none.
vmlinux()
{
	local release out

	release=$(kernel_release "$1")
	out=$cache_dir/vmlinux-$release
	if [ ! -s "$out" ]; then
		build lab/extract-vmlinux
		"$build_dir/lab/extract-vmlinux" "$build_dir/kernels/$1/boot/vmlinuz" "$out.$$" ||
			die "cannot extract vmlinux $1"
		mv "$out.$$" "$out"
	fi
	echo "$out"
}
