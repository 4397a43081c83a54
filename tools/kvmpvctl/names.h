/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVMPVCTL_NAMES_H
#define KVMPVCTL_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NAMES_MAX 64
#define NAME_SIZE 48

/**
 * struct names - words numbered in order of appearance
 * @n: words known
 * @name: the words
 *
 * A number is an index here and a bit in a set, so a set of names is one uint64_t.
 */
struct names {
	unsigned int n;
	char name[NAMES_MAX][NAME_SIZE];
};

#define NAME_BIT(i) (1ULL << (i))

int names_find(const struct names *names, const char *s, size_t len);
int names_add(struct names *names, const char *s, size_t len);
void names_join(const struct names *names, uint64_t set, const char *between, char *ret,
		size_t size);

void features_init(struct names *features);
void features_init_host(struct names *features);
const char *feature_text(unsigned int feature);
uint64_t features_local(void);
bool feature_local(unsigned int feature);
uint64_t features_default(void);

#endif /* KVMPVCTL_NAMES_H */
