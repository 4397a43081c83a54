# SPDX-License-Identifier: GPL-2.0-only
# Programs of the lab. tests/lab/run has them built when it needs them.

LAB_PROGRAMS := $(addprefix $(B)/lab/,lab-agent mkdisk extract-vmlinux preload.so boot.bin)

lab: $(LAB_PROGRAMS) ## build the lab's own programs

# Static: it runs in initramfs images that have no libraries.
$(B)/lab/lab-agent: tests/lab/agent.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) -static -o $@ $<

# Static too: a guest has no libraries.
SPACES := $(sort $(wildcard tests/lab/guest/spaces*.c))

$(B)/lab/spaces: $(SPACES) tests/lab/guest/spaces.h
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) -static -pthread -o $@ $(SPACES)

$(B)/lab/kexec: tests/lab/guest/kexec.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) -static -o $@ $<

$(B)/lab/mkdisk $(B)/lab/extract-vmlinux: $(B)/lab/%: tests/lab/%.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) -o $@ $<

$(B)/lab/preload.so: tests/lab/preload.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) -fPIC -shared -o $@ $<

$(B)/lab/boot.o: tests/lab/boot.S
	@mkdir -p $(@D)
	$(CC) -c -o $@ $<

$(B)/lab/boot.bin: $(B)/lab/boot.o
	$(LD) -Ttext 0x7c00 --oformat binary -m elf_x86_64 -o $@ $<

# Not part of make check: whole machines are installed and booted, in an emulator.
check-install: deb rpm ## install, upgrade, break, remove the packages on Debian machines (hours)
	prove --timer tests/lab/full/t/*.t

.PHONY: lab check-install
