# SPDX-License-Identifier: GPL-2.0-only
# Debian packages. What is below packaging/deb becomes debian/ of a copy of the tree, so that a build
# sees nothing that is only on this machine and leaves nothing in it.

DEB := $(B)/deb
DEB_TREE = $(DEB)/kvmpv-$(VERSION)

deb: ## build the Debian packages: build/deb/*.deb
	packaging/deb/build $(DEB)

.PHONY: deb
