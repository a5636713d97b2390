#include "oci-spec/state.hpp"

#include "oci-spec/tables.hpp"

namespace spec {

namespace {

constexpr Word<Status> kStatuses[] = {
    {"creating", Status::creating}, {"created", Status::created}, {"running", Status::running},
    {"paused", Status::paused},     {"stopped", Status::stopped},
};

} // namespace

template <>
std::span<const Word<Status>> words<Status>() {
    return kStatuses;
}

void write(JsonWriter& json, const State& state) {
    json.begin_object();
    json.member("ociVersion", kOciVersion);
    json.member("id", state.id);
    json.member("pid", state.pid);
    json.member("status", word_of(state.status));
    json.member("bundle", state.bundle);
    if (!state.rootfs.empty()) {
        json.member("rootfs", state.rootfs);
    }
    if (!state.created.empty()) {
        json.member("created", state.created);
    }
    if (!state.annotations.empty()) {
        json.member("annotations", state.annotations);
    }
    json.member("owner", state.owner);
    json.end_object();
}

std::string to_json(const State& state, JsonWriter::Form form) {
    JsonWriter json(form, "  ");
    write(json, state);
    return std::move(json).take();
}

std::string to_json(const ContainerProcessState& state) {
    JsonWriter json;
    json.begin_object();
    json.member("ociVersion", kOciVersion);
    json.member("fds", state.fds);
    json.member("pid", state.pid);
    if (!state.metadata.empty()) {
        json.member("metadata", state.metadata);
    }
    json.key("state");
    write(json, state.state);
    json.end_object();
    return std::move(json).take();
}

} // namespace spec
