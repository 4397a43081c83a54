# SPDX-License-Identifier: GPL-2.0-only
# Unit tests: tests/unit/*.t print TAP and build what they need.

check-unit: tools ## unit tests
	prove tests/unit/*.t

check-ctl: tools ## unit tests of kvmpvctl alone
	prove tests/unit/ctl-*.t

$(B)/unit/%.so: tests/unit/%.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) -shared -fPIC -o $@ $<

.PHONY: check-unit check-ctl
