# SPDX-License-Identifier: GPL-2.0-only
# make check and what belongs to it. CHECK_KERNELS are those of tests/lab/kernels.conf.

CHECK_KERNELS := 6.1 6.12
JOBS ?= 2
# These measure time, or build what the others run
ALONE := tests/unit/ctl-speed.t tests/unit/style.t

deps: ## install what building and testing needs (Debian packages; root)
	tests/deps

kernels: ## fetch the lab's kernels into build/kernels
	tests/lab/fetch $(CHECK_KERNELS)

check-build: kernels ## build all that is tested, warnings are errors
	set -e; for kernel in $(CHECK_KERNELS); do \
		$(MAKE) modules test-modules KVER=$$kernel WERROR=1; done
	$(MAKE) tools guest-programs WERROR=1

test-modules: ## build the lab's own test modules for KVER=
	@mkdir -p $(M)/test
	cp -u tests/lab/kmod/* $(M)/test
	$(MAKE) -C $(KDIR) M=$(abspath $(M)/test) CONFIG_DEBUG_INFO_BTF_MODULES= modules

check: ## install needs, build, run all tests (20 min); this is what CI runs
	$(MAKE) deps
	$(MAKE) check-build
	prove $(ALONE)
	prove -j $(JOBS) --timer $(filter-out $(ALONE),$(wildcard tests/unit/*.t)) $(wildcard tests/lab/t/*.t)

check-all: check ## make check and 7.x (builds a sid chroot)
	tests/lab/sid/check

.PHONY: deps kernels check-build test-modules check check-all
