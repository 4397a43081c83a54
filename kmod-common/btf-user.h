/* SPDX-License-Identifier: GPL-2.0-only */
/* What btf.c needs of the kernel, for the unit test that compiles it as a program. */
#ifndef KVMPV_BTF_USER_H
#define KVMPV_BTF_USER_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

#define kvmalloc_array(n, size, flags) calloc(n, size)
#define kvfree(p) free(p)
#define scnprintf(text, size, ...) kvmpv_scnprintf(text, size, __VA_ARGS__)

static inline int __attribute__((format(printf, 3, 4)))
kvmpv_scnprintf(char *text, size_t size, const char *format, ...)
{
	__builtin_va_list args;
	int len;

	__builtin_va_start(args, format);
	len = vsnprintf(text, size, format, args);
	__builtin_va_end(args);
	return len < (int)size ? len : (int)size - 1;
}

#endif /* KVMPV_BTF_USER_H */
