# SPDX-License-Identifier: GPL-2.0-only
# Images by initramfs-tools and dracut, in chroots, and booted

check-initramfs: tools ## the guest module in real initramfs images, booted (20 min; root)
	tests/lab/fetch 6.1
	prove tests/initramfs/*.t

.PHONY: check-initramfs
