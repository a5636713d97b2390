// The loaders by topic, for one another.
#pragma once

#include "oci-spec/cursor.hpp"
#include "oci-spec/spec.hpp"
#include "oci-spec/tables.hpp"

namespace spec {

struct MountDocument;

void load(const Cursor& at, Spec& spec);
void load(const Cursor& at, Process& process);
void load(const Cursor& at, Root& root);
void load(const Cursor& at, IdMapping& mapping);
void load(const Cursor& at, Mount& mount);
void load(const Cursor& at, MountDocument& document);
void load(const Cursor& at, Hooks& hooks);
void load(const Cursor& at, Linux& linux);
void load(const Cursor& at, Resources& resources);
void load(const Cursor& at, Seccomp& seccomp);

} // namespace spec
