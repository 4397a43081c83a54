# SPDX-License-Identifier: GPL-2.0-only
# Benchmarks: each writes build/bench/NAME.json and prints its table for docs/benchmarks.md.

$(B)/guest-programs/bench-hooks.bin: tests/bench/hooks.c $(wildcard tests/guest/*.[chS] tests/guest/*.ld)
	@mkdir -p $(@D)
	$(CC) $(GUEST_CFLAGS) -m64 $(GUEST_LDFLAGS) -o $@ $(call guest_sources,../bench/hooks.c)

bench-hooks: $(B)/guest-programs/bench-hooks.bin $(B)/kvmpv-vmm ## instructions an exit costs with and without the host module (2 min)
	$(MAKE) modules-host KVER=6.1
	$(MAKE) modules-host KVER=6.12
	tests/bench/hooks.sh

bench: bench-hooks bench-ctl ## all benchmarks

.PHONY: bench bench-hooks
