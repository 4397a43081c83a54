# SPDX-License-Identifier: GPL-2.0-only
# Both modules. `make modules KVER=...` stages each tree exactly as its DKMS package installs it and
# builds it there. KVER is a kernel fetched by the lab (6.1, 6.12, 7), a release whose headers are
# installed (/lib/modules/KVER/build), or give KDIR=/path/to/headers.

KVER ?= 6.1
KDIR ?= $(abspath $(firstword $(wildcard $(B)/kernels/$(KVER)/headers /lib/modules/$(KVER)/build)))
M := $(B)/modules/$(KVER)
# Headers that the lab fetched from Debian sid want a compiler from there, in a chroot.
CHROOT = $(if $(filter $(abspath $(B))/%,$(KDIR)),$(if $(shell awk \
	'$$1 == "$(KVER)" && $$2 == "sid"' tests/lab/kernels.conf),tests/lab/sid/run $(KVER)))

stage-host stage-guest: stage-%:
	@sh kmod-common/stage.sh $* $(M)/$*

modules: modules-host modules-guest ## build both modules for KVER= (or KDIR=)

modules-host modules-guest: modules-%: stage-%
	@test -n "$(KDIR)" || { echo "no headers for $(KVER): tests/lab/fetch $(KVER), or KDIR=" >&2; exit 1; }
	$(CHROOT) $(MAKE) -C $(abspath $(M))/$* KDIR=$(KDIR) $(if $(WERROR),WERROR=1) modules

# As DKMS wants its sources; "dkms add" and "dkms install" are the packages' part.
install:: install-host-source install-guest-source ## install the sources of both modules for DKMS

install-host-source install-guest-source: install-%-source:
	sh kmod-common/stage.sh $* $(DESTDIR)$(PREFIX)/src/kvmpv-$*-$(VERSION)

.PHONY: install modules modules-host modules-guest stage-host stage-guest install-host-source \
	install-guest-source
