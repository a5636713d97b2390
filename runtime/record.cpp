#include "runtime/record.hpp"

#include "oci-spec/cursor.hpp"
#include "oci-spec/json_writer.hpp"
#include "runtime/base/file.hpp"
#include "runtime/base/sys.hpp"

#include <array>

#include <fcntl.h>
#include <unistd.h>

// The formats of the record's parts, read and written side by side.

namespace runtime {

struct VersionedRecord {
    unsigned version = 0;
    ContainerRecord record;
};

} // namespace runtime

namespace spec {

template <>
std::span<const Word<runtime::ContainerRecord::Phase>> words<runtime::ContainerRecord::Phase>() {
    using Phase = runtime::ContainerRecord::Phase;
    static constexpr std::array<Word<Phase>, 2> kWords = {
        {{"creating", Phase::creating}, {"created", Phase::created}}};
    return kWords;
}

template <>
std::span<const Word<cgroups::Version>> words<cgroups::Version>() {
    static constexpr std::array<Word<cgroups::Version>, 2> kWords = {
        {{"v1", cgroups::Version::v1}, {"v2", cgroups::Version::v2}}};
    return kWords;
}

template <>
std::span<const Word<systemd::Owner>> words<systemd::Owner>() {
    static constexpr std::array<Word<systemd::Owner>, 2> kWords = {
        {{"system", systemd::Owner::system}, {"user", systemd::Owner::user}}};
    return kWords;
}

} // namespace spec

namespace runtime {

static void load(const spec::Cursor& at, ProcessIdentity& identity) {
    spec::ObjectReader object(at);
    object.required("pid", identity.pid);
    object.required("startTime", identity.start_time);
    object.required("bootId", identity.boot_id);
}

static void write(spec::JsonWriter& json, const ProcessIdentity& identity) {
    json.begin_object()
        .member("pid", identity.pid)
        .member("startTime", identity.start_time)
        .member("bootId", identity.boot_id)
        .end_object();
}

static void load(const spec::Cursor& at, RdtDirectory& directory) {
    spec::ObjectReader object(at);
    object.required("path", directory.path);
    object.required("inode", directory.inode);
    object.required("made", directory.made);
    object.required("kept", directory.kept);
}

static void write(spec::JsonWriter& json, const RdtDirectory& directory) {
    json.begin_object()
        .member("path", directory.path)
        .member("inode", directory.inode)
        .member("made", directory.made)
        .member("kept", directory.kept)
        .end_object();
}

} // namespace runtime

namespace cgroups {

static void load(const spec::Cursor& at, Hierarchy& hierarchy) {
    spec::ObjectReader object(at);
    object.required("version", hierarchy.version);
    object.required("controllers", hierarchy.controllers);
    object.required("path", hierarchy.path);
    object.required("inode", hierarchy.inode);
    object.required("made", hierarchy.made);
}

static void write(spec::JsonWriter& json, const Hierarchy& hierarchy) {
    json.begin_object()
        .member("version", spec::word_of(hierarchy.version))
        .member("controllers", hierarchy.controllers)
        .member("path", hierarchy.path)
        .member("inode", hierarchy.inode)
        .member("made", hierarchy.made)
        .end_object();
}

static void load(const spec::Cursor& at, OwnUnit& unit) {
    spec::ObjectReader object(at);
    object.required("name", unit.unit.name);
    object.required("manager", unit.unit.owner);
    object.required("started", unit.started);
}

static void write(spec::JsonWriter& json, const OwnUnit& unit) {
    json.begin_object()
        .member("name", unit.unit.name)
        .member("manager", spec::word_of(unit.unit.owner))
        .member("started", unit.started)
        .end_object();
}

} // namespace cgroups

namespace runtime {

using base::cat;
using base::done;
using base::Error;
using base::Fd;
using base::FdRef;
using base::Result;

static void load(const spec::Cursor& at, VersionedRecord& document) {
    ContainerRecord& record = document.record;
    spec::ObjectReader object(at);
    object.required("version", document.version);
    object.required("phase", record.phase);
    object.required("id", record.id);
    object.required("bundle", record.bundle);
    object.required("rootfs", record.rootfs);
    object.required("created", record.created);
    object.required("owner", record.owner);
    object.required("annotations", record.annotations);
    object.required("creator", record.creator);
    object.required("init", record.init);
    object.required("cgroups", record.cgroups.groups);
    object.optional("unit", record.unit);
    object.optional("rdt", record.rdt);
    object.optional("streams", record.streams);
    object.optional("keyring", record.keyring);
    object.required("ownPidNamespace", record.own_pid_namespace);
    object.required("startContainerHooks", record.has_start_container_hooks);
    object.required("poststartHooks", record.has_poststart_hooks);
    object.required("poststopHooks", record.has_poststop_hooks);
}

namespace {

constexpr unsigned kVersion = 1;
constexpr const char* kFile = "record";
constexpr mode_t kMode = 0600;

} // namespace

std::string to_json(const ContainerRecord& record) {
    spec::JsonWriter json;
    json.begin_object()
        .member("version", kVersion)
        .member("phase", spec::word_of(record.phase))
        .member("id", record.id)
        .member("bundle", record.bundle)
        .member("rootfs", record.rootfs)
        .member("created", record.created)
        .member("owner", record.owner)
        .member("annotations", record.annotations);
    json.key("creator");
    write(json, record.creator);
    json.key("init");
    write(json, record.init);
    json.key("cgroups").begin_array();
    for (const cgroups::Hierarchy& hierarchy : record.cgroups.groups) {
        write(json, hierarchy);
    }
    json.end_array();
    if (record.unit) {
        json.key("unit");
        write(json, *record.unit);
    }
    json.key("rdt").begin_array();
    for (const RdtDirectory& directory : record.rdt) {
        write(json, directory);
    }
    json.end_array()
        .member("streams", record.streams)
        .member("keyring", record.keyring)
        .member("ownPidNamespace", record.own_pid_namespace)
        .member("startContainerHooks", record.has_start_container_hooks)
        .member("poststartHooks", record.has_poststart_hooks)
        .member("poststopHooks", record.has_poststop_hooks)
        .end_object();
    return std::move(json).take();
}

Result<ContainerRecord> record_from_json(std::string_view line) {
    spec::Loaded<VersionedRecord> loaded = spec::load_document<VersionedRecord>(line);
    if (loaded.findings.has_errors()) {
        return spec::error_of(loaded.findings, {kFile, line});
    }
    if (loaded.value.version != kVersion) {
        return Error(
            cat("the record has version ", loaded.value.version, ", this oci-rt knows ", kVersion));
    }
    return std::move(loaded.value.record);
}

Result<> save_config(FdRef directory, std::string_view bytes) {
    TRY_ASSIGN(const Fd file, base::sys::open(directory, "config.json",
                                              O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, kMode));
    return base::sys::write(file, bytes).in("save the configuration");
}

Result<> append_record(FdRef directory, const ContainerRecord& record) {
    const auto fact = "save the container's state";
    TRY_ASSIGN(const Fd file,
               base::sys::open(directory, kFile, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, kMode)
                   .in(fact));
    // A line begins on a new line even if the one before it was cut short by a full disk.
    return base::sys::write_once(file, cat("\n", to_json(record), "\n")).in(fact);
}

Result<ContainerRecord> read_record(FdRef directory) {
    TRY_ASSIGN(const std::string text, base::read_file(directory, kFile));
    std::string_view rest = text;
    while (!rest.empty()) {
        const std::size_t end = rest.rfind('\n');
        if (end == std::string_view::npos) {
            break;
        }
        rest = rest.substr(0, end); // what stands behind the last line end is not whole
        const std::size_t begin = rest.rfind('\n');
        const std::string_view line =
            begin == std::string_view::npos ? rest : rest.substr(begin + 1);
        if (Result<ContainerRecord> record = record_from_json(line)) {
            return record;
        }
    }
    return Error::system(EBADMSG, "")
        .in("the container's record cannot be read")
        .hint("`oci-rt delete --force ID` removes it");
}

} // namespace runtime
