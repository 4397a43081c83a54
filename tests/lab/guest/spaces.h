/* SPDX-License-Identifier: GPL-2.0-only */
/* spaces: processes that take turns and check that each finds its own memory. See spaces.c. */
#ifndef KVMPV_TEST_SPACES_H
#define KVMPV_TEST_SPACES_H

#include <stdbool.h>
#include <stdint.h>

#define PAGE 4096UL

/* At the same addresses in every process, with page tables of their own */
#define OWN_AT (1UL << 40)
#define OWN_FAR_AT (OWN_AT + (1UL << 39))
#define SCRATCH_AT (1UL << 41)
#define PAIR_AT (1UL << 42)

#define FILE_PAGES 4
#define FILE_CONTENT 0xf11e0000UL

/**
 * struct shared - what all processes share
 * @stop: everybody shall end
 * @switches: times somebody had its turn after somebody else
 * @changes: of page tables
 * @looks: at what another CPU has just unmapped or protected
 * @wrong: checks that failed
 * @ids: identities given away
 */
struct shared {
	volatile bool stop;
	uint64_t switches;
	uint64_t changes;
	uint64_t looks;
	uint64_t wrong;
	uint32_t ids;
};

extern struct shared *shared;

#define count(member) __atomic_fetch_add(&shared->member, 1, __ATOMIC_RELAXED)

/* spaces.c */
void __attribute__((format(printf, 1, 2))) wrong(const char *format, ...);
void *map_at(uint64_t address, uint64_t size, int flags, int file, uint64_t offset);
void pin(int cpu);
int start_process(void);
int make_file(void);

/* spaces-fault.c */
void faults_expected(void);
bool try_read(const volatile uint64_t *from, uint64_t *ret_value);
bool try_write(volatile uint64_t *to, uint64_t value);

/* spaces-change.c */
void change_something(unsigned int what);

/* spaces-pair.c */
void pair_run(int cpu, int other_cpu);

#endif /* KVMPV_TEST_SPACES_H */
