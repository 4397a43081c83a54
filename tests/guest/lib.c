// SPDX-License-Identifier: GPL-2.0-only
/*
 * Printing and reporting. Only vCPU 0 reports; any vCPU may print.
 */
#include "lib.h"

#define LINE_SIZE 256

static unsigned int checks, failures;

struct line {
	char text[LINE_SIZE];
	size_t used;
};

static void put(struct line *line, char c)
{
	if (line->used + 1 < LINE_SIZE)
		line->text[line->used++] = c;
}

static void put_string(struct line *line, const char *s)
{
	while (*s)
		put(line, *s++);
}

static void put_hex(struct line *line, u64 value)
{
	int shift = 60;

	while (shift && !(value >> shift & 15))
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		put(line, "0123456789abcdef"[value >> shift & 15]);
}

/* 32 bits: a 32-bit program has no 64-bit division */
static void put_decimal(struct line *line, u32 value)
{
	char digits[10];
	int n = 0;

	do
		digits[n++] = '0' + value % 10;
	while (value /= 10);
	while (n)
		put(line, digits[--n]);
}

static void put_signed(struct line *line, s64 value)
{
	if (value < -0x7fffffffLL || value > 0x7fffffffLL) {
		put_string(line, "0x");
		put_hex(line, value);
		return;
	}
	if (value < 0)
		put(line, '-');
	put_decimal(line, value < 0 ? -value : value);
}

static s64 next_number(va_list *args, int longs)
{
	if (longs == 2)
		return va_arg(*args, s64);
	if (longs == 1)
		return va_arg(*args, long);
	return va_arg(*args, int);
}

/* %s %c %d %u %x with l or ll before the last three; large numbers come out in hexadecimal */
static void format_line(struct line *line, const char *f, va_list *args)
{
	int longs;
	s64 value;

	for (; *f; f++) {
		if (*f != '%') {
			put(line, *f);
			continue;
		}
		for (longs = 0; *++f == 'l';)
			longs++;
		if (*f == 's') {
			put_string(line, va_arg(*args, const char *));
			continue;
		}
		value = next_number(args, longs);
		if (*f == 'c')
			put(line, value);
		else if (*f == 'x')
			put_hex(line, longs == 2 ? (u64)value
				      : longs	 ? (unsigned long)value
						 : (u32)value);
		else
			put_signed(line, *f == 'u' && !longs ? (u32)value : value);
	}
}

static void print_line(struct line *line)
{
	line->text[line->used] = 0;
	outl(PORT_PRINT, (u32)(unsigned long)line->text);
}

/**
 * print() - one or several lines for the VMM's stdout
 * @format: see format_line()
 */
void print(const char *format, ...)
{
	struct line line = {.used = 0};
	va_list args;

	va_start(args, format);
	format_line(&line, format, &args);
	va_end(args);
	print_line(&line);
}

static bool report_line(bool ok, const char *format, va_list *args)
{
	struct line line = {.used = 0};

	put_string(&line, ok ? "ok " : "not ok ");
	put_decimal(&line, ++checks);
	put_string(&line, " - ");
	format_line(&line, format, args);
	put(&line, '\n');
	print_line(&line);
	if (!ok)
		failures++;
	return ok;
}

/**
 * report() - one check
 * @ok: did it pass
 * @format: what was checked
 *
 * Return: @ok.
 */
bool report(bool ok, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	report_line(ok, format, &args);
	va_end(args);
	return ok;
}

/**
 * report_value() - one check of a value; prints both when it is the wrong one
 * @got: what came
 * @want: what should have come
 * @format: what was checked
 *
 * Return: whether they are the same.
 */
bool report_value(s64 got, s64 want, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	report_line(got == want, format, &args);
	va_end(args);
	if (got != want)
		print("# got %lld (0x%llx), want %lld (0x%llx)\n", got, got, want, want);
	return got == want;
}

/**
 * report_skip() - a check that makes no sense here
 * @format: which, and why
 */
void report_skip(const char *format, ...)
{
	struct line line = {.used = 0};
	va_list args;

	put_string(&line, "ok ");
	put_decimal(&line, ++checks);
	put_string(&line, " # SKIP ");
	va_start(args, format);
	format_line(&line, format, &args);
	va_end(args);
	put(&line, '\n');
	print_line(&line);
}

/**
 * exit_program() - end at once
 * @code: exit status of kvmpv-vmm
 */
void exit_program(int code)
{
	outb(PORT_EXIT, code);
	for (;;)
		asm volatile("hlt");
}

/**
 * finish() - print the plan and end
 */
void finish(void)
{
	print("1..%u\n", checks);
	exit_program(failures ? EXIT_FAIL : EXIT_PASS);
}

/**
 * have_arg() - was --arg @word given
 * @word: the word
 *
 * Return: whether it was.
 */
bool have_arg(const char *word)
{
	const char *arg = (const char *)INFO->arg;
	size_t i, j;

	for (i = 0; arg[i]; i++) {
		if (arg[i] != ' ')
			continue;
		for (j = 0; word[j] && arg[i + 1 + j] == word[j];)
			j++;
		if (!word[j] && arg[i + 1 + j] == ' ')
			return true;
	}
	return false;
}

/**
 * arg_number() - N of --arg @name=N
 * @name: the name
 * @otherwise: when it was not given
 *
 * Return: the number, which is decimal.
 */
u32 arg_number(const char *name, u32 otherwise)
{
	const char *arg = (const char *)INFO->arg;
	size_t i, j;
	u32 value = 0;

	for (i = 0; arg[i]; i++) {
		if (arg[i] != ' ')
			continue;
		for (j = 0; name[j] && arg[i + 1 + j] == name[j];)
			j++;
		if (name[j] || arg[i + 1 + j] != '=')
			continue;
		for (j += i + 2; arg[j] >= '0' && arg[j] <= '9'; j++)
			value = 10 * value + arg[j] - '0';
		return value;
	}
	return otherwise;
}

void *memset(void *to, int value, size_t size)
{
	u8 *p = to;

	while (size--)
		*p++ = value;
	return to;
}

void *memcpy(void *to, const void *from, size_t size)
{
	const u8 *q = from;
	u8 *p = to;

	while (size--)
		*p++ = *q++;
	return to;
}

int memcmp(const void *a, const void *b, size_t size)
{
	const u8 *p = a, *q = b;

	for (; size; size--, p++, q++)
		if (*p != *q)
			return *p - *q;
	return 0;
}
