// SPDX-License-Identifier: GPL-2.0-only
/*
 * Status as JSON. What could not be read is null, and so is whether a host offers what needs no
 * host; what is not there is missing or empty.
 */
#include <string.h>

#include "json.h"

static json_object *number(bool known, uint32_t value)
{
	return known ? json_object_new_int64(value) : NULL;
}

static json_object *switched(uint64_t known, uint64_t set, unsigned int bit)
{
	return known & NAME_BIT(bit) ? json_object_new_boolean(!!(set & NAME_BIT(bit))) : NULL;
}

static json_object *json_reason(const struct reasons *reasons, unsigned int feature)
{
	return reasons->known & NAME_BIT(feature) ? json_object_new_string(reasons->text[feature])
						  : NULL;
}

static json_object *json_range(bool known, const struct range *range)
{
	json_object *object;

	if (!known)
		return NULL;
	object = json_object_new_object();
	json_add(object, "min", json_object_new_int64(range->min));
	json_add(object, "max", json_object_new_int64(range->max));
	return object;
}

static json_object *json_machine(const struct platform *p)
{
	json_object *object = json_object_new_object();
	char base[16];

	snprintf(base, sizeof(base), "0x%08x", p->kvmpv_base);
	json_add_string(object, "role", platform_role(p));
	json_add(object, "host_possible",
		 json_object_new_boolean(!!(p->possible & SIDE_MASK(SIDE_HOST))));
	json_add(object, "guest_possible",
		 json_object_new_boolean(!!(p->possible & SIDE_MASK(SIDE_GUEST))));
	json_add(object, "dev_kvm", json_object_new_boolean(p->dev_kvm));
	json_add_string(object, "kvm_module", p->kvm_module);
	json_add_string(object, "cpu_flag", p->cpu_flag);
	json_add(object, "in_vm", json_object_new_boolean(p->in_vm));
	json_add_string(object, "hypervisor", p->hypervisor);
	json_add_string(object, "kvmpv_base", p->kvmpv_base ? base : NULL);
	json_add_string(object, "dmi_vendor", p->dmi_vendor);
	json_add(object, "kill_switch", json_object_new_boolean(p->killed));
	return object;
}

static json_object *json_module(const struct status *status, enum side side,
				const struct module_facts *m)
{
	json_object *object = json_object_new_object();

	json_add(object, "loaded", json_object_new_boolean(m->loaded));
	json_add_string(object, "next", m->next);
	json_add(object, "versions", json_module_versions(&status->versions, side));
	if (!m->loaded)
		return object;
	json_add_string(object, "state", m->state);
	json_add(object, "reason", m->reason_known ? json_object_new_string(m->reason) : NULL);
	json_add_string(object, "version", m->version);
	json_add(object, "abi", json_range(m->abi_known, &m->abi));
	json_add_string(object, "instance", m->instance);
	return object;
}

static json_object *json_vm(const struct host *host, const struct names *features,
			    const struct vm *vm)
{
	json_object *object = json_object_new_object();
	bool all = vm->offered.known == host->features;
	char id[24];

	snprintf(id, sizeof(id), "%u-%u", vm->id.pid, vm->id.n);
	json_add_string(object, "id", id);
	json_add(object, "pid", json_object_new_int64(vm->id.pid));
	json_add_string(object, "command", vm->comm);
	json_add(object, "vcpus", number(vm->vcpus_known, vm->vcpus));
	json_add(object, "abi", number(vm->abi_known, vm->abi));
	json_add(object, "offered", all ? json_names(features, vm->offered.on) : NULL);
	json_add(object, "used", vm->used_known ? json_names(features, vm->used) : NULL);
	return object;
}

static json_object *json_host(const struct status *status)
{
	const struct host *host = &status->host;
	json_object *object = json_module(status, SIDE_HOST, &host->module);
	json_object *features, *vms;

	if (!host->module.loaded)
		return object;
	json_add(object, "hooks", host->hooks_known ? json_names(&host->hooks, ~0ULL) : NULL);
	features = json_object_new_object();
	for (unsigned int i = 0; i < status->features.n; i++) {
		json_object *feature;
		int users = 0;

		if (!(host->features & NAME_BIT(i)))
			continue;
		for (size_t vm = 0; vm < host->n_vms; vm++)
			users += !!(host->vms[vm].used & NAME_BIT(i));
		feature = json_object_new_object();
		json_add(feature, "offered", switched(host->offered.known, host->offered.on, i));
		json_add(feature, "used_by", json_object_new_int(users));
		json_add(feature, "reason", json_reason(&host->reasons, i));
		json_add(features, status->features.name[i], feature);
	}
	json_add(object, "features", features);
	vms = host->vms_known ? json_object_new_array() : NULL;
	for (size_t i = 0; i < host->n_vms; i++)
		json_object_array_add(vms, json_vm(host, &status->features, &host->vms[i]));
	json_add(object, "vms", vms);
	return object;
}

static json_object *json_guest(const struct status *status)
{
	const struct guest *guest = &status->guest;
	uint64_t shown = guest->features | guest->offered | guest->used;
	json_object *object = json_module(status, SIDE_GUEST, &guest->module);
	uint64_t offerable = guest->offered_known ? ~features_local() : 0;
	json_object *features;

	if (!guest->module.loaded)
		return object;
	json_add(object, "enable",
		 guest->enable_known ? json_object_new_boolean(guest->enable) : NULL);
	json_add_string(object, "hypervisor", guest->hypervisor);
	json_add_string(object, "cpuid_base", guest->cpuid_base);
	json_add(object, "abi_host", json_range(guest->abi_host_known, &guest->abi_host));
	json_add(object, "abi_used", number(guest->abi_used_known, guest->abi_used));
	features = json_object_new_object();
	for (unsigned int i = 0; i < status->features.n; i++) {
		json_object *feature;

		if (!(shown & NAME_BIT(i)))
			continue;
		feature = json_object_new_object();
		json_add(feature, "offered", switched(offerable, guest->offered, i));
		json_add(feature, "switch", switched(guest->allowed.known, guest->allowed.on, i));
		json_add(feature, "used", switched(guest->used_known ? ~0ULL : 0, guest->used, i));
		json_add(feature, "reason", json_reason(&guest->reasons, i));
		json_add(features, status->features.name[i], feature);
	}
	json_add(object, "features", features);
	return object;
}

/**
 * json_status() - print a status
 * @ctl: the run
 * @status: the status
 */
void json_status(struct ctl *ctl, const struct status *status)
{
	json_object *object = json_start(ctl);

	json_add_string(object, "tool", KVMPV_VERSION);
	json_add(object, "machine", json_machine(&status->platform));
	if (status->shown & SIDE_MASK(SIDE_HOST))
		json_add(object, "host", json_host(status));
	if (status->shown & SIDE_MASK(SIDE_GUEST))
		json_add(object, "guest", json_guest(status));
	json_add_problems(ctl, object);
	json_print(ctl, object);
}
