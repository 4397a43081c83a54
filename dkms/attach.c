// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attaching to KVM: check it, pin it, hook it; and the decision which hooks are needed.
 *
 * Hooks come and go in one place, a work item, under one mutex. A hook's removal waits until nobody
 * is inside a replacement, and the replacement of KVM's VM teardown waits for readers of the VM's
 * files: so a writer of such a file must not wait for the removal. It asks by host_reconsider().
 */
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/workqueue.h>

#include "cr3.h"
#include "kvm.h"
#include "main.h"
#include "vm-kvm.h"
#include "vm.h"

static DEFINE_MUTEX(attach_lock);
static struct module *pinned; /* kvm.ko; NULL when it is built in or not attached */
static bool attached;
static bool stopping;
static enum host_state state = HOST_WAITING;
static int last_error; /* of the last change of hooks */

/**
 * host_state() - what the module is doing
 *
 * Context: any; a snapshot.
 */
enum host_state host_state(void)
{
	return READ_ONCE(state);
}

/* Context: attach_lock held. Hook or unhook guests as the policy needs it. */
static int update_hooks(void)
{
	int ret = 0;

	lockdep_assert_held(&attach_lock);
	if (!attached || stopping)
		return 0;
	if (vms_any_offered())
		ret = kvm_hook_guest();
	else
		kvm_unhook_guest();
	WRITE_ONCE(state, ret ? HOST_REFUSED : kvm_guest_hooked() ? HOST_ACTIVE : HOST_IDLE);
	WRITE_ONCE(last_error, ret);
	return ret;
}

static void reconsider(struct work_struct *work)
{
	mutex_lock(&attach_lock);
	update_hooks();
	mutex_unlock(&attach_lock);
}

static DECLARE_WORK(reconsider_work, reconsider);

/**
 * host_reconsider() - something that decides about hooks has changed; act on it soon
 *
 * Context: any, also inside a hook.
 */
void host_reconsider(void)
{
	if (!vms_policy() || !kvm_guest_hooked())
		schedule_work(&reconsider_work);
}

/**
 * host_reconsider_now() - the same, and wait until it is done
 *
 * Context: process, may sleep; not inside a hook and not holding up a VM's directory.
 *
 * Return: 0, or the error of the hooks that could not be set.
 */
int host_reconsider_now(void)
{
	schedule_work(&reconsider_work);
	flush_work(&reconsider_work);
	return READ_ONCE(last_error);
}

/* Hits must end before the hooks go that tell us of a dying VM. */
static void end_cr3(void)
{
	cr3_close();
	vms_drop_cr3();
	cr3_finish();
}

/* Context: attach_lock held. */
static int attach(struct module *kvm)
{
	const char *name = kvm ? "kvm" : NULL;
	int ret;

	ret = kvm_check(name);
	if (ret)
		return ret;
	ret = kvm_find(name);
	if (ret)
		return ret;
	ret = kvm_hook_lifecycle();
	if (ret)
		return ret;
	vm_kvm_forget();
	vms_follow(true);
	cr3_support_attach(kvm, vms_policy() & KVMPV_FEATURE_MASK(CR3_CACHE));
	cr3_open();
	attached = true;
	ret = update_hooks();
	if (ret) {
		attached = false;
		end_cr3();
		vms_follow(false);
		kvm_unhook_all();
		kvm_drain();
		vms_forget_all();
		cr3_support_detach();
	}
	return ret;
}

/**
 * host_attach() - check KVM, pin it and hook it
 * @kvm: kvm.ko; NULL when KVM is built in
 *
 * Does nothing when already attached. KVM stays pinned as long as it is hooked: were it unloaded
 * under its hooks and loaded again, ftrace would walk freed memory.
 *
 * Context: process, may sleep; also from a module notifier.
 *
 * Return: 0, or a negative error after one line that says why, with KVM as it was.
 */
int host_attach(struct module *kvm)
{
	int ret = 0;

	mutex_lock(&attach_lock);
	if (attached || stopping)
		goto out;
	if (kvm && !try_module_get(kvm)) {
		ret = -ENODEV;
		goto out;
	}
	ret = attach(kvm);
	if (ret) {
		WRITE_ONCE(state, HOST_REFUSED);
		if (kvm)
			module_put(kvm);
	} else {
		pinned = kvm;
	}
out:
	mutex_unlock(&attach_lock);
	return ret;
}

/**
 * host_detach() - leave KVM as it was found, for good
 *
 * Guests go on and get a stock host's answers from now on.
 *
 * Context: process, may sleep; not inside a hook.
 */
void host_detach(void)
{
	mutex_lock(&attach_lock);
	stopping = true;
	if (attached) {
		end_cr3();
		vms_follow(false);
		kvm_unhook_all();
	}
	attached = false;
	WRITE_ONCE(state, HOST_WAITING);
	mutex_unlock(&attach_lock);
	kvm_drain();
	vms_forget_all();
	/* Until here a writer of a VM's file could still ask for it. */
	cancel_work_sync(&reconsider_work);
	cr3_support_detach();
	if (pinned)
		module_put(pinned);
	pinned = NULL;
}

/**
 * host_forget_refusal() - the KVM that was refused is gone
 *
 * Context: process, may sleep; also from a module notifier.
 */
void host_forget_refusal(void)
{
	mutex_lock(&attach_lock);
	if (!attached && host_state() == HOST_REFUSED)
		WRITE_ONCE(state, HOST_WAITING);
	mutex_unlock(&attach_lock);
}

/**
 * host_disable() - never attach: kvmpv.enable=0
 */
void host_disable(void)
{
	WRITE_ONCE(state, HOST_DISABLED);
}

/**
 * host_show_hooks() - print the functions taken over at this moment
 * @page: a page to print into
 *
 * Context: process, may sleep.
 *
 * Return: bytes printed.
 */
ssize_t host_show_hooks(char *page)
{
	ssize_t len;

	mutex_lock(&attach_lock);
	len = cr3_show_hooks(page, kvm_show_hooks(page));
	mutex_unlock(&attach_lock);
	return len;
}
