/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVMPVCTL_TEXT_H
#define KVMPVCTL_TEXT_H

#include "render.h"

bool text_color(const struct ctl *ctl);
void text_problems(const struct ctl *ctl, FILE *out, const char *before);
void text_status(struct ctl *ctl, const struct status *status);
const char *text_percent(double percent, char ret[16]);
void text_spinlock_title(const struct stats *now);
void text_spinlock(const struct stats *now, const struct stats *before);
void text_spinlock_top(const struct ctl *ctl, const struct stats *now);
void text_stats(struct ctl *ctl, const struct stats *now, const struct stats *before);
void text_bench(struct ctl *ctl, const struct bench *bench);
void text_exits(struct ctl *ctl, const struct exit_report *report);
void text_inventories(struct ctl *ctl, const struct inventory *inventories, size_t n);
void text_configs(struct ctl *ctl, const struct names *keys, const struct configs *configs);
void text_doctor(struct ctl *ctl, const struct finding *findings, size_t n);
void text_help(struct ctl *ctl, const struct command *command);

#endif /* KVMPVCTL_TEXT_H */
