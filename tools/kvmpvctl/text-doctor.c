// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the doctor found, as text: a line a check, and what to do below it.
 */
#include <string.h>

#include "text.h"

static const struct {
	const char *word;
	const char *color;
} verdicts[] = {
	[VERDICT_PASS] = {"PASS", "\033[32m"},
	[VERDICT_WARN] = {"WARN", "\033[33m"},
	[VERDICT_FAIL] = {"FAIL", "\033[31m"},
};

/**
 * text_doctor() - print findings
 * @ctl: the run
 * @findings: what was found
 * @n: how many
 */
void text_doctor(struct ctl *ctl, const struct finding *findings, size_t n)
{
	bool color = text_color(ctl);
	int width = 0;

	for (size_t i = 0; i < n; i++)
		if ((int)strlen(findings[i].name) > width)
			width = (int)strlen(findings[i].name);
	for (size_t i = 0; i < n; i++) {
		const struct finding *f = &findings[i];

		printf("%s%s%s  %-*s  %s\n", color ? verdicts[f->verdict].color : "",
		       verdicts[f->verdict].word, color ? "\033[0m" : "", width, f->name, f->text);
		if (*f->next)
			printf("      %-*s  next: %s\n", width, "", f->next);
	}
	if (ctl->problems.total)
		putchar('\n');
	text_problems(ctl, stdout, "not seen: ");
}
