# SPDX-License-Identifier: GPL-2.0-only
# make check and what belongs to it. CHECK_KERNELS are those of tests/lab/kernels.conf.

CHECK_KERNELS := 6.1 6.12
JOBS ?= 2
# These measure time, or build what the others run
ALONE := tests/unit/ctl-speed.t tests/unit/style.t
# The others take chroots: make check-packages
PACKAGE_TESTS := tests/packages/deb.t tests/packages/rpm.t

deps: ## install what building and testing needs (Debian packages; root)
	tests/deps

kernels: ## fetch the lab's kernels into build/kernels
	tests/lab/fetch $(CHECK_KERNELS)

bochs: ## build a fast emulator of lab intel into build/bochs, as far as its source can be had
	tests/lab/bochs --optional

check-build: kernels bochs ## build all that is tested, warnings are errors
	set -e; for kernel in $(CHECK_KERNELS); do \
		$(MAKE) modules test-modules KVER=$$kernel WERROR=1; done
	$(MAKE) version-modules KVER=6.1
	$(MAKE) negative-modules KVER=6.1
	$(MAKE) tools guest-programs $(B)/guest-programs/bench-hooks.bin $(B)/lab/spaces $(B)/lab/kexec WERROR=1
	$(MAKE) bench-work

test-modules: ## build the lab's own test modules for KVER=
	@mkdir -p $(M)/test
	cp -u tests/lab/kmod/* $(M)/test
	$(MAKE) -C $(KDIR) M=$(abspath $(M)/test) CONFIG_DEBUG_INFO_BTF_MODULES= modules

# Both sides from a future in which the ABI has versions 2 and 3, for t/50-versions.sh
version-modules: ## build the modules of other ABI versions for KVER=
	set -e; for range in 1-3 2-3; do for side in host guest; do \
		sh kmod-common/stage.sh $$side $(M)/$$side-$$range; \
		$(MAKE) -C $(M)/$$side-$$range KDIR=$(KDIR) \
			KVMPV_CFLAGS="-DKVMPV_ABI_MIN=$${range%-*} -DKVMPV_ABI_MAX=$${range#*-}" modules; \
		mkdir -p $(M)/versions; \
		cp $(M)/$$side-$$range/kvmpv_$$side.ko $(M)/versions/$$side-$$range.ko; \
	done; done

# The host module with one of the cr3 cache's safeguards missing each, for t/81-cr3-negative.sh, and
# a guest module that wakes nobody, for t/91-spinlock-negative.sh
negative-modules: ## build modules that tests have to find wrong, for KVER=
	set -e; mkdir -p $(M)/negative; for what in NO_ABORT NO_KICK NO_CLOSE; do \
		sh kmod-common/stage.sh host $(M)/negative-$$what; \
		$(MAKE) -C $(M)/negative-$$what KDIR=$(KDIR) \
			KVMPV_CFLAGS="-DKVMPV_NEGATIVE_$$what" modules; \
		cp $(M)/negative-$$what/kvmpv_host.ko $(M)/negative/$$what.ko; \
	done
	sh kmod-common/stage.sh guest $(M)/negative-NO_WAKE
	$(MAKE) -C $(M)/negative-NO_WAKE KDIR=$(KDIR) KVMPV_CFLAGS="-DKVMPV_NEGATIVE_NO_WAKE" modules
	cp $(M)/negative-NO_WAKE/kvmpv_guest.ko $(M)/negative/kvmpv_guest.ko

check: ## install needs, build, run all tests (50 min on 2 cores); this is what CI runs
	$(MAKE) deps
	$(MAKE) -j$(JOBS) check-build
	prove $(ALONE)
	prove -j $(JOBS) --timer $(filter-out $(ALONE),$(wildcard tests/unit/*.t)) $(wildcard tests/model/*.t) $(PACKAGE_TESTS) $(wildcard tests/lab/t/*.t)

check-all: check check-initramfs ## make check, 7.x (builds a sid chroot), initramfs images, and the long storms (half a day)
	tests/lab/sid/check

.PHONY: deps kernels bochs check-build test-modules version-modules negative-modules check check-all
