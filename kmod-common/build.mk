# SPDX-License-Identifier: GPL-2.0-only
# kmod-common is staged into both modules (stage.sh); here only its BTF reader is built, as a program
# with address and undefined-behaviour checks.

$(B)/unit/btf-test: tests/unit/btf-test.c kmod-common/btf.c kmod-common/btf.h kmod-common/btf-user.h
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) -fsanitize=address,undefined -fno-sanitize-recover \
		-o $@ tests/unit/btf-test.c kmod-common/btf.c -lcmocka
