// Mount options, tables, and the documents that are written: state, features, the default config.
#include "oci-spec/default_spec.hpp"
#include "oci-spec/features.hpp"
#include "oci-spec/id_list.hpp"
#include "oci-spec/load.hpp"
#include "oci-spec/mount_options.hpp"
#include "oci-spec/state.hpp"
#include "oci-spec/sysctl.hpp"
#include "oci-spec/tables.hpp"
#include "oci-spec/validate.hpp"
#include "oci-spec/version.hpp"
#include "tests/catch.hpp"
#include "tests/unit/oci-spec/complete.hpp"
#include "tests/unit/oci-spec/edited.hpp"

#include <algorithm>
#include <set>

#include <linux/capability.h>
#include <linux/mount.h>
#include <sys/resource.h>

using spec::FlagChange;
using spec::MountOptions;
using spec::Propagation;

namespace {

MountOptions options_of(std::initializer_list<std::string> words) {
    return spec::mount_options(std::vector<std::string>(words));
}

constexpr FlagChange on(std::uint64_t bits) {
    return {.set = bits, .clear = 0};
}
constexpr FlagChange off(std::uint64_t bits) {
    return {.set = 0, .clear = bits};
}
constexpr FlagChange access_time(std::uint64_t mode) {
    return {.set = mode, .clear = MOUNT_ATTR__ATIME & ~mode};
}

/// The texts of an array in a document that was written.
std::vector<std::string> texts_at(const spec::JsonTree& tree, std::string_view pointer) {
    std::vector<std::string> texts;
    for (const PlacedNode& place : places_of(tree)) {
        if (place.pointer == pointer) {
            for (const spec::JsonNode& element : children(*place.node)) {
                texts.emplace_back(element.text);
            }
        }
    }
    return texts;
}

spec::FeatureFacts all_features() {
    spec::FeatureFacts facts{.cgroup_v1 = true,
                             .cgroup_v2 = true,
                             .seccomp = true,
                             .seccomp_flags = {spec::SeccompFlag::log, spec::SeccompFlag::tsync},
                             .memory_policy = true,
                             .idmap_mounts = true,
                             .net_devices = true,
                             .annotations = {{"org.example.version", "1.0"}},
                             .unsafe_annotations = {"org.example."}};
    for (const std::string_view name : spec::seccomp_architectures()) {
        facts.seccomp_architectures.emplace_back(name);
    }
    return facts;
}

} // namespace

TEST_CASE("each mount option has the effect that mount(8) gives it") {
    struct Case {
        std::string word;
        FlagChange attributes = {}, recursive = {}, super = {};
    };
    const std::vector<Case> cases = {
        {.word = "ro", .attributes = on(MOUNT_ATTR_RDONLY), .super = on(MS_RDONLY)},
        {.word = "rw", .attributes = off(MOUNT_ATTR_RDONLY), .super = off(MS_RDONLY)},
        {.word = "nosuid", .attributes = on(MOUNT_ATTR_NOSUID)},
        {.word = "suid", .attributes = off(MOUNT_ATTR_NOSUID)},
        {.word = "nodev", .attributes = on(MOUNT_ATTR_NODEV)},
        {.word = "dev", .attributes = off(MOUNT_ATTR_NODEV)},
        {.word = "noexec", .attributes = on(MOUNT_ATTR_NOEXEC)},
        {.word = "exec", .attributes = off(MOUNT_ATTR_NOEXEC)},
        {.word = "nosymfollow", .attributes = on(MOUNT_ATTR_NOSYMFOLLOW)},
        {.word = "symfollow", .attributes = off(MOUNT_ATTR_NOSYMFOLLOW)},
        {.word = "nodiratime", .attributes = on(MOUNT_ATTR_NODIRATIME)},
        {.word = "diratime", .attributes = off(MOUNT_ATTR_NODIRATIME)},
        {.word = "noatime", .attributes = access_time(MOUNT_ATTR_NOATIME)},
        {.word = "atime", .attributes = access_time(MOUNT_ATTR_RELATIME)},
        {.word = "relatime", .attributes = access_time(MOUNT_ATTR_RELATIME)},
        {.word = "norelatime", .attributes = access_time(MOUNT_ATTR_RELATIME)},
        {.word = "strictatime", .attributes = access_time(MOUNT_ATTR_STRICTATIME)},
        {.word = "nostrictatime", .attributes = access_time(MOUNT_ATTR_RELATIME)},
        {.word = "rro", .recursive = on(MOUNT_ATTR_RDONLY)},
        {.word = "rrw", .recursive = off(MOUNT_ATTR_RDONLY)},
        {.word = "rnosuid", .recursive = on(MOUNT_ATTR_NOSUID)},
        {.word = "rsuid", .recursive = off(MOUNT_ATTR_NOSUID)},
        {.word = "rnodev", .recursive = on(MOUNT_ATTR_NODEV)},
        {.word = "rdev", .recursive = off(MOUNT_ATTR_NODEV)},
        {.word = "rnoexec", .recursive = on(MOUNT_ATTR_NOEXEC)},
        {.word = "rexec", .recursive = off(MOUNT_ATTR_NOEXEC)},
        {.word = "rnosymfollow", .recursive = on(MOUNT_ATTR_NOSYMFOLLOW)},
        {.word = "rsymfollow", .recursive = off(MOUNT_ATTR_NOSYMFOLLOW)},
        {.word = "rnodiratime", .recursive = on(MOUNT_ATTR_NODIRATIME)},
        {.word = "rdiratime", .recursive = off(MOUNT_ATTR_NODIRATIME)},
        {.word = "rnoatime", .recursive = access_time(MOUNT_ATTR_NOATIME)},
        {.word = "ratime", .recursive = access_time(MOUNT_ATTR_RELATIME)},
        {.word = "rrelatime", .recursive = access_time(MOUNT_ATTR_RELATIME)},
        {.word = "rnorelatime", .recursive = access_time(MOUNT_ATTR_RELATIME)},
        {.word = "rstrictatime", .recursive = access_time(MOUNT_ATTR_STRICTATIME)},
        {.word = "rnostrictatime", .recursive = access_time(MOUNT_ATTR_RELATIME)},
        {.word = "sync", .super = on(MS_SYNCHRONOUS)},
        {.word = "async", .super = off(MS_SYNCHRONOUS)},
        {.word = "dirsync", .super = on(MS_DIRSYNC)},
        {.word = "lazytime", .super = on(MS_LAZYTIME)},
        {.word = "nolazytime", .super = off(MS_LAZYTIME)},
        {.word = "mand", .super = on(MS_MANDLOCK)},
        {.word = "nomand", .super = off(MS_MANDLOCK)},
        {.word = "silent", .super = on(MS_SILENT)},
        {.word = "loud", .super = off(MS_SILENT)},
        {.word = "iversion", .super = on(MS_I_VERSION)},
        {.word = "noiversion", .super = off(MS_I_VERSION)},
        {.word = "defaults"},
        {.word = "auto"},
        {.word = "noauto"},
        {.word = "nofail"},
        {.word = "_netdev"},
    };
    std::set<std::string_view> covered = {"bind",         "rbind",        "remount",
                                          "idmap",        "ridmap",       "tmpcopyup",
                                          "copy-symlink", "src-nofollow", "dest-nofollow"};
    for (const Case& c : cases) {
        CAPTURE(c.word);
        const MountOptions options = options_of({c.word});
        CHECK(options.attributes == c.attributes);
        CHECK(options.recursive_attributes == c.recursive);
        CHECK(options.super == c.super);
        CHECK(options.data.empty());
        CHECK(options.bind == MountOptions::Bind::no);
        covered.insert(c.word);
    }
    for (const auto& [word, value] : spec::words<Propagation>()) {
        CAPTURE(word);
        CHECK(options_of({std::string(word)}).propagation == std::vector<Propagation>{value});
        covered.insert(word);
    }
    const std::vector<std::string_view> all = spec::mount_option_words();
    CHECK(covered == std::set<std::string_view>(all.begin(), all.end()));
}

TEST_CASE("later mount options override earlier ones") {
    CHECK(options_of({"ro", "rw"}).attributes == off(MOUNT_ATTR_RDONLY));
    CHECK(options_of({"rw", "ro"}).attributes == on(MOUNT_ATTR_RDONLY));
    CHECK(options_of({"nosuid", "nodev", "suid"}).attributes ==
          FlagChange{.set = MOUNT_ATTR_NODEV, .clear = MOUNT_ATTR_NOSUID});
    CHECK(options_of({"strictatime", "noatime"}).attributes == access_time(MOUNT_ATTR_NOATIME));
    CHECK(options_of({"noatime", "relatime"}).attributes == access_time(MOUNT_ATTR_RELATIME));
    CHECK(options_of({"sync", "async"}).super == off(MS_SYNCHRONOUS));
    CHECK(options_of({"bind", "rbind"}).bind == MountOptions::Bind::recursive);
    CHECK(options_of({"rbind", "bind"}).bind == MountOptions::Bind::plain);
    CHECK(options_of({"idmap", "ridmap"}).id_map == MountOptions::IdMap::recursive);
    CHECK(options_of({"ro", "rrw"}).attributes == on(MOUNT_ATTR_RDONLY)); // not the same
    CHECK(options_of({"private", "rslave"}).propagation ==
          std::vector<Propagation>{Propagation::private_, Propagation::rslave});
}

TEST_CASE("options for links and ranges of ids are the runtime's own") {
    const MountOptions links = options_of({"bind", "src-nofollow", "dest-nofollow"});
    CHECK(links.src_nofollow);
    CHECK(links.dest_nofollow);
    CHECK_FALSE(links.copy_symlink);
    CHECK(options_of({"bind", "copy-symlink"}).copy_symlink);
    const MountOptions ranges = options_of({"bind", "ridmap=uids=0-1-2;gids=3-4-5"});
    CHECK(ranges.id_map == MountOptions::IdMap::recursive);
    CHECK(ranges.id_map_ranges == "uids=0-1-2;gids=3-4-5");
    CHECK(ranges.data.empty());
    CHECK(options_of({"mode=idmap"}).data == std::vector<std::string>{"mode=idmap"});
}

TEST_CASE("a chosen access time clears the whole field for mount_setattr") {
    CHECK(whole_access_time(options_of({"relatime"}).attributes) == MOUNT_ATTR__ATIME);
    CHECK(whole_access_time(options_of({"noatime", "suid"}).attributes) ==
          (MOUNT_ATTR__ATIME | MOUNT_ATTR_NOSUID));
    CHECK(whole_access_time(options_of({"nodiratime", "dev"}).attributes) == MOUNT_ATTR_NODEV);
}

TEST_CASE("what is no mount option is data for the filesystem, in order") {
    const MountOptions options =
        options_of({"nosuid", "mode=755", "x-systemd.automount", "size=65536k", "comment=a", "acl",
                    "X-mine", "", "tmpcopyup", "gid=5", "Ro"});
    CHECK(options.data ==
          std::vector<std::string>{"mode=755", "size=65536k", "acl", "gid=5", "Ro"});
    CHECK(options.tmpcopyup);
    CHECK(options_of({"remount"}).remount);
    CHECK(options_of({"mode=755"}).attributes.empty());
    CHECK_FALSE(options_of({"suid"}).attributes.empty());
}

TEST_CASE("sysctl names are read as sysctl(8) reads them") {
    using spec::sysctl_path;
    CHECK(sysctl_path("net.ipv4.ip_forward") == "net/ipv4/ip_forward");
    CHECK(sysctl_path("net/ipv4/conf/eth0.1/mtu") == "net/ipv4/conf/eth0.1/mtu");
    CHECK(sysctl_path("net.ipv4.conf.eth0/1.mtu") == "net/ipv4/conf/eth0.1/mtu");
    CHECK(sysctl_path("kernel") == "kernel");
    for (const std::string name : {"", "net..ip", ".net", "net.", "net/../kernel/core_pattern",
                                   "../core", "net/./x", "net.ipv4.//.kernel", "/proc/sys/net"}) {
        CAPTURE(name);
        CHECK_FALSE(sysctl_path(name).has_value());
    }
    CHECK(spec::sysctl_namespace("net/core/somaxconn") == spec::NamespaceType::network);
    CHECK(spec::sysctl_namespace("fs/mqueue/msg_max") == spec::NamespaceType::ipc);
    CHECK(spec::sysctl_namespace("kernel/shm_rmid_forced") == spec::NamespaceType::ipc);
    CHECK(spec::sysctl_namespace("kernel/domainname") == spec::NamespaceType::uts);
    CHECK_FALSE(spec::sysctl_namespace("kernel/shmmaxx").has_value());
    CHECK_FALSE(spec::sysctl_namespace("net/").has_value());
    CHECK_FALSE(spec::sysctl_namespace("vm/overcommit_memory").has_value());
}

TEST_CASE("versions are SemVer 2.0.0") {
    for (const std::string good : {"1.0.0", "1.99.0", "0.1.0", "1.0.2-dev", "1.1.0-rc.2",
                                   "1.1.0+dev", "1.0.0-alpha.1+build.01", "1.0.0--", "10.20.30"}) {
        CAPTURE(good);
        CHECK(spec::parse_version(good).has_value());
    }
    for (const std::string bad :
         {"", "1", "1.0", "1.0.0.0", "abc", "v1.0.0", "1.0.x", "01.0.0", "1.0.0-", "1.0.0+",
          "1.0.0-01", "1.0.0-a..b", "1.0.0-a_b", "-1.0.0", "1.0.0 ", "1.0.0+a+b"}) {
        CAPTURE(bad);
        CHECK_FALSE(spec::parse_version(bad).has_value());
    }
    CHECK(spec::parse_version("1.2.3-x")->minor == 2);
}

TEST_CASE("lists of CPUs and nodes are numbers and rising ranges") {
    const auto ranges = spec::parse_id_list("0-3, 7,,9-9\n");
    REQUIRE(ranges.has_value());
    REQUIRE(ranges->size() == 3);
    CHECK((*ranges)[0].last == 3);
    CHECK((*ranges)[1].first == 7);
    CHECK(spec::parse_id_list("")->empty());
    for (const std::string bad : {"a", "3-1", "1-", "-1", "1-2-3", "1.5", "70000", "all"}) {
        CAPTURE(bad);
        CHECK_FALSE(spec::parse_id_list(bad).has_value());
    }
}

TEST_CASE("the tables have the kernel's numbers and no word twice") {
    CHECK(spec::capability_number("CAP_CHOWN") == CAP_CHOWN);
    CHECK(spec::capability_number("CAP_SYS_ADMIN") == CAP_SYS_ADMIN);
    CHECK(spec::capability_number("CAP_CHECKPOINT_RESTORE") == CAP_CHECKPOINT_RESTORE);
    CHECK_FALSE(spec::capability_number("CAP_FOO").has_value());
    CHECK(spec::rlimit_number("RLIMIT_NOFILE") == static_cast<int>(RLIMIT_NOFILE));
    CHECK(spec::rlimit_number("RLIMIT_RTTIME") == static_cast<int>(RLIMIT_RTTIME));
    CHECK_FALSE(spec::rlimit_number("RLIMIT_FOO").has_value());
    CHECK(spec::rlimits().size() == RLIM_NLIMITS);
    CHECK(spec::seccomp_architectures().size() == 23);
    CHECK(spec::hook_kinds().size() == 6);

    const auto names = spec::capability_names();
    CHECK(std::set<std::string_view>(names.begin(), names.end()).size() == names.size());
    CHECK(spec::word_of(spec::SeccompAction::errno_return) == "SCMP_ACT_ERRNO");
    CHECK(spec::value_of<spec::Status>("paused") == spec::Status::paused);
    CHECK_FALSE(spec::value_of<spec::Status>("Paused").has_value());
}

TEST_CASE("a state is printed as runc prints it, and plainly for hooks") {
    spec::State state{.id = "web1",
                      .status = spec::Status::running,
                      .pid = 4422,
                      .bundle = "/containers/web1",
                      .annotations = {{"k", "v\n"}},
                      .rootfs = "/containers/web1/rootfs",
                      .created = "2026-11-23T16:27:24.000000001Z",
                      .owner = ""};
    CHECK(to_json(state, spec::JsonWriter::Form::indented) ==
          "{\n  \"ociVersion\": \"1.3.0\",\n  \"id\": \"web1\",\n  \"pid\": 4422,\n"
          "  \"status\": \"running\",\n  \"bundle\": \"/containers/web1\",\n"
          "  \"rootfs\": \"/containers/web1/rootfs\",\n"
          "  \"created\": \"2026-11-23T16:27:24.000000001Z\",\n"
          "  \"annotations\": {\n    \"k\": \"v\\n\"\n  },\n  \"owner\": \"\"\n}");

    const spec::State plain{.id = "x", .status = spec::Status::stopped, .bundle = "/b"};
    CHECK(to_json(plain, spec::JsonWriter::Form::compact) ==
          R"({"ociVersion":"1.3.0","id":"x","status":"stopped","bundle":"/b"})");
}

TEST_CASE("a seccomp agent gets the container process state") {
    const spec::ContainerProcessState state{
        .fds = {std::string(spec::kSeccompFdName)},
        .pid = 7,
        .metadata = "MKNOD",
        .state = {.id = "x", .status = spec::Status::creating, .pid = 7, .bundle = "/b"}};
    CHECK(to_json(state) ==
          R"({"ociVersion":"1.3.0","fds":["seccompFd"],"pid":7,"metadata":"MKNOD",)"
          R"("state":{"ociVersion":"1.3.0","id":"x","pid":7,"status":"creating","bundle":"/b"}})");
}

TEST_CASE("every word of the features document is accepted in config.json") {
    const auto tree = spec::parse_json(spec::features_json(all_features()));
    REQUIRE(tree.findings.empty());
    struct Place {
        std::string feature, member;
        std::size_t least;
    };
    const std::vector<Place> places = {
        {"/mountOptions", "/mounts/1/options/1", 60},
        {"/linux/namespaces", "", 8},
        {"/linux/capabilities", "/process/capabilities/bounding/1", 41},
        {"/linux/seccomp/actions", "/linux/seccomp/syscalls/0/action", 9},
        {"/linux/seccomp/operators", "/linux/seccomp/syscalls/0/args/0/op", 7},
        {"/linux/seccomp/archs", "/linux/seccomp/architectures/0", 23},
        {"/linux/seccomp/knownFlags", "/linux/seccomp/flags/0", 4},
        {"/linux/seccomp/supportedFlags", "/linux/seccomp/flags/0", 2},
        {"/linux/memoryPolicy/modes", "/linux/memoryPolicy/mode", 7},
        {"/linux/memoryPolicy/flags", "/linux/memoryPolicy/flags/0", 3},
    };
    for (const Place& place : places) {
        const std::vector<std::string> words = texts_at(tree.value, place.feature);
        CAPTURE(place.feature);
        REQUIRE(words.size() >= place.least);
        for (const std::string& word : words) {
            CAPTURE(word);
            const std::string namespaces = "[{\"type\": " + base::quoted(word) + "}]";
            const Edits edits = place.member.empty() ? Edits{{"/linux/namespaces", namespaces}}
                                                     : Edits{{place.member, base::quoted(word)}};
            const std::string text = edited(kComplete, edits).text;
            // Some combinations are wrong, but none because of the word.
            for (const spec::Finding& finding : spec::load_spec(text).findings) {
                FAIL(finding.message);
            }
            if (place.feature == "/mountOptions") {
                CHECK(spec::is_mount_option(word));
                for (const spec::Finding& finding : spec::checked_spec(text).findings) {
                    CHECK((finding.pointer != place.member || word == "tmpcopyup"));
                }
            }
        }
    }
    for (const std::string& hook : texts_at(tree.value, "/hooks")) {
        const std::string text = base::cat(R"({"ociVersion": "1.0.0", "root": {"path": "r"}, )",
                                           R"("hooks": {")", hook, R"(": [{"path": "/x"}]}})");
        CHECK(spec::checked_spec(text).findings.empty());
    }
    CHECK(texts_at(tree.value, "/hooks").size() == 6);
    for (const std::string_view version : {spec::kOciVersion, spec::kOciVersionLeast}) {
        const Edits edits = {{"/ociVersion", base::quoted(version)}};
        CHECK(spec::checked_spec(edited(kComplete, edits).text).findings.empty());
    }
}

TEST_CASE("the features document says no where the build says no") {
    const auto tree = spec::parse_json(spec::features_json({}));
    std::set<std::string> truths;
    std::set<std::string> all;
    for (const PlacedNode& place : places_of(tree.value)) {
        all.insert(place.pointer);
        if (place.node->kind == spec::JsonKind::boolean && place.node->boolean) {
            truths.insert(place.pointer);
        }
    }
    CHECK(truths.empty());
    for (const std::string pointer :
         {"/linux/cgroup/v1", "/linux/cgroup/v2", "/linux/cgroup/systemd",
          "/linux/cgroup/systemdUser", "/linux/cgroup/rdma", "/linux/seccomp/enabled",
          "/linux/apparmor/enabled", "/linux/selinux/enabled", "/linux/intelRdt/enabled",
          "/linux/intelRdt/schemata", "/linux/intelRdt/monitoring",
          "/linux/mountExtensions/idmap/enabled", "/linux/netDevices/enabled", "/annotations",
          "/potentiallyUnsafeConfigAnnotations", "/ociVersionMin", "/ociVersionMax"}) {
        CAPTURE(pointer);
        CHECK(all.contains(pointer));
    }
    CHECK_FALSE(all.contains("/linux/seccomp/actions"));
    CHECK_FALSE(all.contains("/linux/memoryPolicy"));
}

TEST_CASE("the default config loads without a finding and grants nothing inheritable") {
    for (const auto& rootless :
         {std::optional<spec::RootlessIds>{}, std::optional(spec::RootlessIds{1000, 100})}) {
        const std::string text = spec::default_spec_json(rootless);
        CHECK(text.ends_with("}\n"));
        const spec::Loaded<spec::Spec> loaded = spec::checked_spec(text);
        for (const spec::Finding& finding : loaded.findings) {
            UNSCOPED_INFO(text_of(finding, {"config.json", text}));
        }
        CHECK(loaded.findings.empty());
        const spec::Process& process = *loaded.value.process;
        CHECK(process.args == std::vector<std::string>{"sh"});
        CHECK(process.terminal);
        CHECK(process.no_new_privileges);
        CHECK(process.capabilities->inheritable.empty());
        CHECK(process.capabilities->ambient.empty());
        CHECK(process.capabilities->bounding.size() == 3);
        CHECK(process.rlimits[0].hard == 1024);
        CHECK(loaded.value.mounts.size() == 7);
        CHECK(loaded.value.linux.namespaces.size() == 6);
        CHECK(loaded.value.linux.masked_paths.size() == 11);
    }
    const spec::Spec rootless =
        spec::checked_spec(spec::default_spec_json(spec::RootlessIds{1000, 100})).value;
    CHECK(rootless.linux.uid_mappings[0].host_id == 1000);
    CHECK(rootless.linux.gid_mappings[0].host_id == 100);
    CHECK_FALSE(rootless.linux.resources.has_value());
}
