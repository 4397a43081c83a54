# SPDX-License-Identifier: GPL-2.0-only
# Tests of the packages; those that need no chroot are a part of make check, too.

check-packages: ## tests of the packages, in chroots (30 min)
	prove --timer tests/packages/*.t

.PHONY: check-packages
