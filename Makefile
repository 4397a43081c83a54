# SPDX-License-Identifier: GPL-2.0-only
# kvmpv: `make help` lists the targets. Each folder that builds something has a build.mk.

VERSION := $(shell cat VERSION)
B := build

CC ?= gcc
CFLAGS ?= -O2 -g
CFLAGS_ALL = -std=gnu11 -Wall -Wextra -Wno-unused-parameter -Wstrict-prototypes \
	-Wmissing-prototypes -Wshadow -D_GNU_SOURCE -DKVMPV_VERSION='"$(VERSION)"' \
	-Iinclude $(if $(WERROR),-Werror) $(CFLAGS)

PREFIX ?= /usr
DESTDIR ?=

all: tools ## build the command line

include $(sort $(wildcard */build.mk */*/build.mk))

help: ## this list
	@sed -n 's/^\([a-z][a-z0-9 _-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | sort -u | \
		awk -F '\t' '{printf "  make %-20s %s\n", $$1, $$2}'

clean: ## remove what was built (fetched kernels and the emulator stay: make distclean)
	@find $(B) -mindepth 1 -maxdepth 1 ! -name kernels ! -name bochs -exec rm -rf {} + 2>/dev/null || true

distclean: ## remove everything that was built or fetched
	rm -rf $(B)

.PHONY: all help clean distclean
.DELETE_ON_ERROR:
