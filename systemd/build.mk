# SPDX-License-Identifier: GPL-2.0-only
# Units, their man pages, presets and the configuration that is installed; one that is there already stays.

UNITS := $(wildcard systemd/*.service)
UNIT_DIR = $(DESTDIR)$(PREFIX)/lib/systemd/system
UNIT_MAN = $(DESTDIR)$(PREFIX)/share/man
PRESET_DIR = $(DESTDIR)$(PREFIX)/lib/systemd/system-preset

install:: install-units ## install units, presets, configuration

install-units:
	install -d $(UNIT_DIR) $(PRESET_DIR)
	set -e; for unit in $(UNITS); do \
		sed 's|/usr/sbin/kvmpvctl|$(PREFIX)/sbin/kvmpvctl|' $$unit > $(UNIT_DIR)/$${unit##*/}; \
		chmod 0644 $(UNIT_DIR)/$${unit##*/}; done
	install -m 0644 systemd/90-kvmpv.preset $(PRESET_DIR)
	install -D -m 0644 docs/man/kvmpv.conf.5 $(UNIT_MAN)/man5/kvmpv.conf.5
	install -D -m 0644 docs/man/kvmpv-host.service.8 $(UNIT_MAN)/man8/kvmpv-host.service.8
	ln -sf kvmpv-host.service.8 $(UNIT_MAN)/man8/kvmpv-guest.service.8
	ln -sf kvmpv-host.service.8 $(UNIT_MAN)/man8/kvmpv-feature@.service.8
	install -d $(DESTDIR)/etc/kvmpv/host.conf.d $(DESTDIR)/etc/kvmpv/guest.conf.d
	set -e; for conf in host guest; do \
		[ -e $(DESTDIR)/etc/kvmpv/$$conf.conf ] || \
		install -m 0644 systemd/$$conf.conf $(DESTDIR)/etc/kvmpv; done

.PHONY: install-units
