/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KVMPV_HOST_MAIN_H
#define KVMPV_HOST_MAIN_H

#include <linux/types.h>

struct module;

/**
 * enum host_state - what the module is doing
 * @HOST_DISABLED: nothing, kvmpv.enable=0
 * @HOST_WAITING: KVM is not loaded
 * @HOST_REFUSED: this KVM cannot be hooked safely
 * @HOST_IDLE: VMs are followed, nothing is offered to any
 * @HOST_ACTIVE: guests are answered
 */
enum host_state { HOST_DISABLED, HOST_WAITING, HOST_REFUSED, HOST_IDLE, HOST_ACTIVE };

extern u32 host_instance;

enum host_state host_state(void);
int host_attach(struct module *kvm);
void host_detach(void);
void host_disable(void);
void host_reconsider(void);
int host_reconsider_now(void);
void host_forget_refusal(void);
ssize_t host_show_hooks(char *page);

int host_sysfs_init(void);
void host_sysfs_exit(void);

#endif /* KVMPV_HOST_MAIN_H */
