# SPDX-License-Identifier: GPL-2.0-only
# Compiler flags of both modules; included by their Kbuild.
ccflags-y += -I$(src) -I$(src)/common -I$(src)/include -include $(src)/common/compat/compat.h
ccflags-y += -DKVMPV_VERSION='"$(shell cat $(src)/VERSION)"' $(KVMPV_CFLAGS)
ifdef KVMPV_WERROR
ccflags-y += -Werror -Wall
endif
