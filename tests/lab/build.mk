# SPDX-License-Identifier: GPL-2.0-only
# Programs of the lab. tests/lab/run builds them itself when they are missing.

LAB_PROGRAMS := $(B)/lab/lab-agent

lab: $(LAB_PROGRAMS) ## build the lab's own programs

# Static: it runs in initramfs images that have no libraries.
$(B)/lab/lab-agent: tests/lab/agent.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) -static -o $@ $<

.PHONY: lab
