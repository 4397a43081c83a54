#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Module of dracut: puts kvmpv_guest and its settings into the image, when that was asked for with
# "kvmpvctl initramfs enable", or with dracut --add kvmpv. Whatever is missing, the image is built.

# shellcheck disable=SC2154 # dracut's variables

check() {
	[[ -e $dracutsysrootdir/etc/kvmpv/initramfs ]] || return 255
	# An image for this machine alone; others are for whatever machine they are started on.
	[[ ! $hostonly ]] || systemd-detect-virt --quiet --vm || return 255
}

without() { # REASON
	dwarn "kvmpv: $1: the image of $kernel is built without kvmpv"
}

# All of it belongs to a kernel: without the module there is nothing to set.
installkernel() {
	local settings=$initdir/etc/kvmpv/guest.settings

	if ! hostonly='' instmods -c -s kvmpv_guest; then
		without "this kernel has no module kvmpv_guest (dkms status says more)"
		return 0
	fi
	mkdir -p "${settings%/*}"
	if ! kvmpvctl ${dracutsysrootdir:+--root "$dracutsysrootdir"} initramfs settings > "$settings"; then
		rm "$settings"
		without "kvmpvctl is missing, or /etc/kvmpv was not understood"
		return 0
	fi
	inst_script "$moddir/kvmpv-load" /sbin/kvmpv-load
	inst_hook pre-udev 30 "$moddir/kvmpv-load.sh"
}
