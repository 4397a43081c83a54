# SPDX-License-Identifier: GPL-2.0-only
# kvmpvctl: the command line, its completion script and its man page

CTL_SRC := $(wildcard tools/kvmpvctl/*.c)
CTL_OBJ := $(CTL_SRC:tools/kvmpvctl/%.c=$(B)/tools/kvmpvctl/%.o) $(B)/tools/kvmpvctl/btf.o
CTL_PKG := json-c libkmod
CTL_CFLAGS = $(shell pkg-config --cflags $(CTL_PKG))
CTL_LIBS = $(shell pkg-config --libs $(CTL_PKG))

tools: $(B)/kvmpvctl $(B)/kvmpvctl.bash ## build kvmpvctl

$(B)/kvmpvctl: $(CTL_OBJ)
	$(CC) $(CFLAGS_ALL) $(LDFLAGS) -o $@ $^ $(CTL_LIBS)

$(B)/tools/kvmpvctl/%.o: tools/kvmpvctl/%.c VERSION tools/kvmpvctl/build.mk
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) $(CPPFLAGS) $(CTL_CFLAGS) -MMD -MP -c -o $@ $<

# The modules' reader of type information, as a program
$(B)/tools/kvmpvctl/btf.o: kmod-common/btf.c VERSION tools/kvmpvctl/build.mk
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) $(CPPFLAGS) -MMD -MP -c -o $@ $<

# What the modules ask of a kernel stands in their dkms.conf.
ctl_config = $(shell sed -n 's/^BUILD_EXCLUSIVE_CONFIG="\(.*\)"/\1/p' $(1)/dkms.conf)
$(B)/tools/kvmpvctl/doctor-kernel.o: dkms/dkms.conf guest-kmod/dkms.conf
$(B)/tools/kvmpvctl/doctor-kernel.o: CPPFLAGS += \
	-DKVMPV_CONFIG_HOST='"$(call ctl_config,dkms)"' \
	-DKVMPV_CONFIG_GUEST='"$(call ctl_config,guest-kmod)"'

-include $(CTL_OBJ:.o=.d)

$(B)/kvmpvctl.bash: $(B)/kvmpvctl
	$< completion bash > $@

# Its unit tests in C, with all of it but main()
$(B)/unit/ctl-%: tests/unit/ctl-%.c $(filter-out %/main.o,$(CTL_OBJ))
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) $(CTL_CFLAGS) -Itools/kvmpvctl -o $@ $^ $(CTL_LIBS) -lcmocka

install:: install-tools ## install tool, man page, completion

install-tools: tools
	install -D -m 0755 $(B)/kvmpvctl $(DESTDIR)$(PREFIX)/sbin/kvmpvctl
	install -D -m 0644 docs/man/kvmpvctl.8 $(DESTDIR)$(PREFIX)/share/man/man8/kvmpvctl.8
	install -D -m 0644 $(B)/kvmpvctl.bash \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/kvmpvctl

bench-ctl: tools ## measure kvmpvctl: build/bench/ctl.json
	tests/bench/ctl.sh

.PHONY: tools install install-tools bench-ctl
