// SPDX-License-Identifier: GPL-2.0-only
/* Accesses that may, or must, fault. */
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "spaces.h"

/* Where this thread goes on when the access to @tried faults */
static __thread sigjmp_buf back;
static __thread const volatile void *volatile tried;

static void on_fault(int signal, siginfo_t *info, void *context)
{
	if (!tried || info->si_addr != (void *)tried) {
		wrong("fault at %p, signal %d", info->si_addr, signal);
		_exit(1);
	}
	siglongjmp(back, 1);
}

/**
 * faults_expected() - let try_read() and try_write() survive
 */
void faults_expected(void)
{
	struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_NODEFER};

	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
}

/**
 * try_read() - read what may not be there
 * @from: address
 * @ret_value: what was read
 *
 * Return: false when it faulted.
 */
bool try_read(const volatile uint64_t *from, uint64_t *ret_value)
{
	bool done = false;

	if (!sigsetjmp(back, 0)) {
		tried = from;
		*ret_value = *from;
		done = true;
	}
	tried = NULL;
	return done;
}

/**
 * try_write() - write what may not be writable
 * @to: address
 * @value: what to write
 *
 * Return: false when it faulted.
 */
bool try_write(volatile uint64_t *to, uint64_t value)
{
	bool done = false;

	if (!sigsetjmp(back, 0)) {
		tried = to;
		*to = value;
		done = true;
	}
	tried = NULL;
	return done;
}
