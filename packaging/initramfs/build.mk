# SPDX-License-Identifier: GPL-2.0-only
# How kvmpv_guest gets into an initramfs: hook of initramfs-tools, module of dracut, and the script
# that both put into the image. All are quiet until "kvmpvctl initramfs enable".

install:: install-initramfs ## install the hooks for initramfs-tools and dracut

install-initramfs:
	install -D -m 0755 packaging/initramfs-tools/hook \
		$(DESTDIR)$(PREFIX)/share/initramfs-tools/hooks/kvmpv
	install -D -m 0755 packaging/initramfs/load \
		$(DESTDIR)$(PREFIX)/share/initramfs-tools/scripts/init-top/kvmpv
	install -D -m 0755 packaging/dracut/90kvmpv/module-setup.sh \
		$(DESTDIR)$(PREFIX)/lib/dracut/modules.d/90kvmpv/module-setup.sh
	install -D -m 0755 packaging/initramfs/load \
		$(DESTDIR)$(PREFIX)/lib/dracut/modules.d/90kvmpv/kvmpv-load
	install -D -m 0755 packaging/dracut/90kvmpv/kvmpv-load.sh \
		$(DESTDIR)$(PREFIX)/lib/dracut/modules.d/90kvmpv/kvmpv-load.sh

.PHONY: install install-initramfs
