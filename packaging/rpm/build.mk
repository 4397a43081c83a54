# SPDX-License-Identifier: GPL-2.0-only
# The same set of packages for distributions that have rpm

rpm: ## build the rpm packages: build/rpm/RPMS
	packaging/rpm/build $(B)/rpm

.PHONY: rpm
