# SPDX-License-Identifier: GPL-2.0-only
# Benchmarks: each writes build/bench/NAME.json and prints its table for docs/benchmarks.md.

$(B)/guest-programs/bench-hooks.bin: tests/bench/hooks.c $(wildcard tests/guest/*.[chS] tests/guest/*.ld)
	@mkdir -p $(@D)
	$(CC) $(GUEST_CFLAGS) -m64 $(GUEST_LDFLAGS) -o $@ $(call guest_sources,../bench/hooks.c)

bench-hooks: $(B)/guest-programs/bench-hooks.bin $(B)/kvmpv-vmm ## instructions an exit costs with and without the host module (2 min)
	$(MAKE) modules-host KVER=6.1
	$(MAKE) modules-host KVER=6.12
	tests/bench/hooks.sh

$(B)/guest-programs/bench-cr3.bin: tests/bench/cr3.c $(wildcard tests/guest/*.[chS] tests/guest/*.ld)
	@mkdir -p $(@D)
	$(CC) $(GUEST_CFLAGS) -m64 $(GUEST_LDFLAGS) -o $@ \
		$(call guest_sources,$(GUEST_CR3) ../bench/cr3.c)

# Static: it runs in a guest's initramfs.
$(B)/bench-cr3-linux: tests/bench/cr3-linux.c tests/guest/ports.h
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) -static -o $@ $<

bench-cr3: $(B)/bench-cr3-linux $(B)/guest-programs/bench-cr3.bin $(B)/kvmpv-vmm ## address-space switches with and without the cr3 cache (1.5 h)
	set -e; for kernel in 6.1 6.12; do $(MAKE) modules KVER=$$kernel; done
	tests/bench/cr3.sh

# The workloads of bench-spinlock, static as above, and what they compile: the tool, preprocessed, so
# that the guest needs no headers. tcc has no cpuid.h, does not know 128-bit numbers (linux/bpf.h), and
# KVMPV_CONFIG_... are made by another rule.
BENCH_SOURCES := $(shell grep -L -e 'cpuid\.h' -e '"bpf\.h"' -e KVMPV_CONFIG_ tools/kvmpvctl/*.c)

$(B)/bench-spinlock-work: tests/bench/spinlock-work.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) -static -o $@ $<

$(B)/bench-sources/%.i: tools/kvmpvctl/%.c VERSION
	@mkdir -p $(@D)
	tcc -E -P $(filter -I% -D%,$(CFLAGS_ALL) $(CTL_CFLAGS)) -o $@ $<
	tcc -w -c -o $(@:.i=.o) $@ && rm $(@:.i=.o)

bench-work: $(B)/bench-spinlock-work $(BENCH_SOURCES:tools/kvmpvctl/%.c=$(B)/bench-sources/%.i)

bench-spinlock: $(B)/kvmpv-vmm bench-work ## locks and whole workloads with and without pv-spinlock, 1x to 4x overcommit (3.5 h)
	set -e; for kernel in 6.1 6.12; do $(MAKE) modules test-modules KVER=$$kernel; done
	tests/bench/spinlock.sh

bench-exits: $(B)/kvmpv-vmm tools ## what leaving the guest costs, by kvmpvctl bench exits (20 min)
	set -e; for kernel in 6.1 6.12; do $(MAKE) modules KVER=$$kernel; done
	tests/bench/exits.sh

$(B)/guest-programs/bench-exit-path.bin: tests/bench/exit-path.c $(wildcard tests/guest/*.[chS] tests/guest/*.ld)
	@mkdir -p $(@D)
	$(CC) $(GUEST_CFLAGS) -m64 $(GUEST_LDFLAGS) -o $@ $(call guest_sources,../bench/exit-path.c)

bench-exit-path: tools guest-programs $(B)/guest-programs/bench-exit-path.bin ## where the time of an exit goes, and what counting exits costs (10 min)
	$(MAKE) test-modules KVER=6.1
	tests/bench/exit-path.sh

bench: bench-hooks bench-exits bench-exit-path bench-ctl bench-cr3 bench-spinlock ## all benchmarks

.PHONY: bench bench-exits bench-exit-path bench-hooks bench-cr3 bench-spinlock bench-work
