# SPDX-License-Identifier: GPL-2.0-only
# Bare guest programs and the VMM that runs them. `make guest-programs` builds all.

GUEST := $(B)/guest-programs
GUEST_PROGRAMS := cpuid hypercalls msr kick yield hammer sleeper churn saverestore stock exits
GUEST_CR3_PROGRAMS := cr3-abi cr3-stale cr3-storm cr3-hostile cr3-nested
GUEST_PROGRAMS32 := cpuid hypercalls msr kick stock cr3-none
GUEST_LIB := start.S lib.c cpu.c kvmpv.c
GUEST_LIB_DEPS := $(addprefix tests/guest/,$(GUEST_LIB) lib.h ports.h calls.h guest.ld build.mk) \
	include/kvmpv/abi.h

# The kernel's headers for programs that have no C library; gcc -m32 alone looks elsewhere for asm/
GUEST_CFLAGS := -std=gnu11 -O2 -Wall -Wextra -Wno-unused-parameter -Wstrict-prototypes -Wshadow \
	$(if $(WERROR),-Werror) -ffreestanding -fno-builtin -fno-stack-protector -fno-pic \
	-fcf-protection=none -fno-asynchronous-unwind-tables -mno-red-zone -mgeneral-regs-only \
	-Iinclude -idirafter /usr/include/$(shell $(CC) -print-multiarch)
GUEST_LDFLAGS := -nostdlib -static -no-pie -Wl,-T,tests/guest/guest.ld -Wl,--oformat=binary \
	-Wl,--build-id=none -Wl,-z,noexecstack -Wl,--no-warn-rwx-segments

guest_sources = $(addprefix tests/guest/,$(GUEST_LIB) $(1))
guest_build = $(CC) $(GUEST_CFLAGS) $(1) $(GUEST_LDFLAGS) -o $@ $(call guest_sources,$(2))

# Programs of more than one file
GUEST_EXTRA_hypercalls := calls.c
GUEST_EXTRA_cr3-hostile := cr3-odd.S
GUEST_EXTRA_cr3-nested := vmx.c vmx-enter.S
GUEST_CR3 := cr3.c cr3-window.S

GUEST_BINS := $(GUEST_PROGRAMS:%=$(GUEST)/%.bin) $(GUEST_CR3_PROGRAMS:%=$(GUEST)/%.bin) $(GUEST_PROGRAMS32:%=$(GUEST)/%32.bin) \
	$(GUEST)/hypercalls-compat.bin

guest-programs: $(GUEST_BINS) $(GUEST)/programs.conf $(GUEST)/run-all $(B)/kvmpv-vmm ## build the bare guest programs and kvmpv-vmm

$(GUEST_PROGRAMS:%=$(GUEST)/%.bin): $(GUEST)/%.bin: tests/guest/%.c tests/guest/calls.c $(GUEST_LIB_DEPS)
	@mkdir -p $(@D)
	$(call guest_build,-m64,$*.c $(GUEST_EXTRA_$*))

$(GUEST_CR3_PROGRAMS:%=$(GUEST)/%.bin): $(GUEST)/%.bin: tests/guest/%.c $(GUEST_CR3:%=tests/guest/%) tests/guest/cr3-odd.S \
		tests/guest/cr3.h $(addprefix tests/guest/,vmx.c vmx-enter.S vmx.h) $(GUEST_LIB_DEPS)
	@mkdir -p $(@D)
	$(call guest_build,-m64,$*.c $(GUEST_CR3) $(GUEST_EXTRA_$*))

$(filter-out %/hypercalls32.bin,$(GUEST_PROGRAMS32:%=$(GUEST)/%32.bin)): $(GUEST)/%32.bin: tests/guest/%.c $(GUEST_LIB_DEPS)
	@mkdir -p $(@D)
	$(call guest_build,-m32,$*.c $(GUEST_EXTRA_$*))

$(GUEST)/hypercalls32.bin: tests/guest/hypercalls32.c tests/guest/calls.c $(GUEST_LIB_DEPS)
	@mkdir -p $(@D)
	$(call guest_build,-m32,hypercalls32.c calls.c)

$(GUEST)/hypercalls-compat.bin: tests/guest/hypercalls32.c tests/guest/calls.c $(GUEST_LIB_DEPS)
	@mkdir -p $(@D)
	$(call guest_build,-m64 -DCOMPAT,hypercalls32.c calls.c)

$(GUEST)/programs.conf $(GUEST)/run-all: $(GUEST)/%: tests/guest/%
	@mkdir -p $(@D)
	cp $< $@

VMM_SOURCES := $(sort $(wildcard tests/guest/vmm*.c))

# Static: it runs in initramfs images that have no libraries.
$(B)/kvmpv-vmm: $(VMM_SOURCES) tests/guest/vmm.h tests/guest/ports.h include/kvmpv/abi.h
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) -static -pthread -o $@ $(VMM_SOURCES)

.PHONY: guest-programs
