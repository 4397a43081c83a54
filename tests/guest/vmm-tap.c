// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test Anything Protocol for the subcommands that are tests themselves.
 */
#include <stdarg.h>
#include <stdio.h>

#include "vmm.h"

static unsigned int checks, failures;

/**
 * tap_ok() - one check
 * @ok: did it pass
 * @format: what was checked
 *
 * Return: @ok.
 */
bool tap_ok(bool ok, const char *format, ...)
{
	va_list args;

	printf("%s %u - ", ok ? "ok" : "not ok", ++checks);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	if (!ok)
		failures++;
	return ok;
}

/**
 * tap_done() - print the plan
 *
 * Return: exit status for the process.
 */
int tap_done(void)
{
	printf("1..%u\n", checks);
	return failures ? 1 : 0;
}
