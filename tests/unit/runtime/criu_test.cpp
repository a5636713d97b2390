// What is said between CRIU and us, and what CRIU is asked for: bytes and lists, no CRIU.
#include "runtime/cgroup_options.hpp"
#include "runtime/criu_message.hpp"
#include "runtime/criu_plan.hpp"
#include "tests/temp_dir.hpp"

#include <cerrno>

using namespace std::string_literals;
using namespaces::MountPlan;
using namespaces::MountStep;
using runtime::criu::ExternalMount;
using runtime::criu::InheritedFd;
using runtime::criu::Options;
using runtime::criu::Response;
using runtime::criu::Subject;
using spec::NamespaceType;
using tests::error_text;
using tests::value;

namespace {

bool contains(const std::string& bytes, const std::string& part) {
    return bytes.find(part) != std::string::npos;
}

} // namespace

// The bytes were made by protoc of criu's images/rpc.proto.
TEST_CASE("a request to CRIU has the fields that were asked for, and no other", "[criu]") {
    Options options;
    options.images = 7;
    options.log_file = "dump.log";
    options.pid = 300;
    options.tcp_established = true;
    CHECK(encode(Subject::dump, options) == "\x08\x01" // type: DUMP
                                            "\x12\x22" // opts
                                            "\x08\x07"
                                            "\x10\xac\x02"
                                            "\x28\x01"
                                            "\x48\x04"
                                            "\x52\x08"
                                            "dump.log"
                                            "\x60\x01"
                                            "\x90\x02\x03"
                                            "\xb0\x02\x80\x80\x80\x80\x04"
                                            "\x90\x03\x01"s);
}

TEST_CASE("the lists of a request to CRIU are messages of their own", "[criu]") {
    Options options;
    options.external_mounts = {{"/etc/hosts", "/h"}};
    options.cgroup_roots = {{"", "/a"}};
    options.inherited_fds = {{"pipe:[5]", 4}};
    options.joined_namespaces = {{"uts", "/u"}};
    options.external = {"net[9]:extRootNetNS"};
    options.page_server = {"::1", 27};
    const std::string bytes = encode(Subject::restore, options);
    CHECK(contains(bytes, "\xba\x01\x10\x0a\x0a/etc/hosts\x12\x02/h"s));
    CHECK(contains(bytes, "\xca\x01\x06\x0a\x00\x12\x02/a"s));
    CHECK(contains(bytes, "\xda\x01\x0c\x0a\x08pipe:[5]\x10\x04"s));
    CHECK(contains(bytes, "\xba\x02\x09\x0a\x03uts\x12\x02/u"s));
    CHECK(contains(bytes, "\xaa\x02\x13net[9]:extRootNetNS"s));
    CHECK(contains(bytes, "\x5a\x07\x0a\x03::1\x10\x1b"s));
}

TEST_CASE("a question before the work leaves the conversation open", "[criu]") {
    CHECK(runtime::criu::encode_version_request() == "\x08\x0a\x20\x01"s);
    CHECK(runtime::criu::encode_features_request() == "\x08\x09\x20\x01\x2a\x04\x08\x01\x10\x01"s);
    CHECK(runtime::criu::encode_notice_answer(true) == "\x08\x06\x18\x01"s);
    CHECK(runtime::criu::encode_notice_answer(false) == "\x08\x06\x18\x00"s);
}

TEST_CASE("CRIU's answers are read", "[criu]") {
    const Response version = value(runtime::criu::decode_response(
        "\x08\x0a\x10\x01\x52\x08\x08\x03\x10\x11\x1a\x00\x20\x01"s));
    CHECK(version.subject == Subject::version);
    CHECK(version.success);
    CHECK(version.version == runtime::criu::Version{.major = 3, .minor = 17, .sublevel = 1});

    const Response notice = value(runtime::criu::decode_response(
        "\x08\x06\x10\x01\x2a\x11\x0a\x0cpost-restore\x10\xac\x02"s));
    CHECK(notice.subject == Subject::notify);
    CHECK(notice.notice.moment == "post-restore");
    CHECK(notice.notice.pid == 300);

    const Response failure = value(
        runtime::criu::decode_response("\x08\x02\x10\x00\x22\x02\x08\x05\x38\x11\x4a\x03why"s));
    CHECK(!failure.success);
    CHECK(failure.restored == 5);
    CHECK(failure.code == EEXIST);
    CHECK(failure.message == "why");

    const Response features =
        value(runtime::criu::decode_response("\x08\x09\x10\x01\x42\x04\x08\x01\x10\x00"s));
    CHECK(features.features.memory_tracking);
    CHECK(!features.features.lazy_pages);
}

TEST_CASE("fields of a newer CRIU are passed over", "[criu]") {
    const Response response =
        value(runtime::criu::decode_response("\x08\x01\xf9\x07"
                                             "12345678\xfd\x07"
                                             "1234\xfa\x07\x03"
                                             "abc\xf8\x07\xff\xff\x01\x10\x01"s));
    CHECK(response.subject == Subject::dump);
    CHECK(response.success);
}

TEST_CASE("bytes that are no answer of CRIU are an error", "[criu]") {
    const std::string broken =
        GENERATE(""s, "\x08"s, "\x2a\x05"s + "abc", "\x0b\x01"s,
                 "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s, "\x09"s + "123");
    CHECK(error_text(runtime::criu::decode_response(broken)).find("cannot be read") !=
          std::string::npos);
}

TEST_CASE("what the host has mounted in a container is named for CRIU", "[criu]") {
    MountPlan plan;
    plan.steps = {{.how = MountStep::How::filesystem, .target = "/proc"},
                  {.how = MountStep::How::bind, .target = "/etc/hosts", .source = "/run/hosts"},
                  {.how = MountStep::How::link, .target = "/l", .source = "x"},
                  {.how = MountStep::How::remount, .target = "/etc/hosts"}};
    plan.nodes = {{.path = "/dev/null"}};
    CHECK(runtime::criu::host_mounts_of(plan) ==
          std::vector<ExternalMount>{{"/etc/hosts", "/run/hosts"}});
    plan.root_from_host = true;
    CHECK(runtime::criu::host_mounts_of(plan) ==
          std::vector<ExternalMount>{{"/etc/hosts", "/run/hosts"}, {"/dev/null", "/dev/null"}});
}

TEST_CASE("only a tree of mounts of its own can be dumped", "[criu]") {
    using Entry = namespaces::RootPlan::Entry;
    MountPlan plan;
    CHECK(runtime::criu::require_own_mounts(plan));
    plan.root.entry = GENERATE(Entry::bare, Entry::joined);
    CHECK(error_text(runtime::criu::require_own_mounts(plan)).find("(/linux/namespaces)") !=
          std::string::npos);
}

TEST_CASE("joined namespaces have runc's names in an image", "[criu]") {
    CHECK(runtime::criu::external_namespace(NamespaceType::network, 4026531840) ==
          "net[4026531840]:extRootNetNS");
    CHECK(runtime::criu::external_namespace(NamespaceType::pid, 1) == "pid[1]:extRootPidNS");
    CHECK(runtime::criu::stays_outside(NamespaceType::pid));
    CHECK(!runtime::criu::stays_outside(NamespaceType::uts));
}

TEST_CASE("streams that have no path are handed on, each once", "[criu]") {
    const std::vector<std::string> names = {"/dev/null", "pipe:[7]", "pipe:[7]", "", "file[1a:2]"};
    CHECK(runtime::criu::inherited_streams(names, 4) ==
          std::vector<InheritedFd>{{"pipe:[7]", 5}, {"file[1a:2]", 8}});
}

TEST_CASE("the annotation org.criu.config names a file, or none", "[criu]") {
    CHECK(!runtime::criu::config_file_of({{"other", "x"}}));
    CHECK(runtime::criu::config_file_of({{"org.criu.config", "/c"}}) == "/c");
    CHECK(runtime::criu::config_file_of({{"org.criu.config", ""}}) == "");
}

TEST_CASE("the words of CRIU's options are read", "[criu]") {
    using runtime::criu::CgroupMode;
    CHECK(value(runtime::criu::cgroup_mode_of("")) == CgroupMode::soft);
    CHECK(value(runtime::criu::cgroup_mode_of("ignore")) == CgroupMode::ignore);
    CHECK(error_text(runtime::criu::cgroup_mode_of("none")).find("\"none\"") != std::string::npos);
    CHECK(value(runtime::criu::page_server_of("10.0.0.1:27")).port == 27);
    CHECK(value(runtime::criu::page_server_of("[fe80::1]:27")).address == "fe80::1");
    const std::string wrong =
        GENERATE(as<std::string>{}, "", "host", ":1", "host:", "host:0", "host:65536", "host:x");
    CHECK(error_text(runtime::criu::page_server_of(wrong)).find("ADDRESS:PORT") !=
          std::string::npos);
}

TEST_CASE("of CRIU's log the first errors are told", "[criu]") {
    CHECK(runtime::criu::decisive_lines("(00.0) Version: 3.17\n"
                                        "(00.01) Warn  (criu/net.c:1): not this\n"
                                        "(00.02) pie: 1: Error (criu/a.c:5): first\n"
                                        "(00.03) Error (criu/b.c:6): second \n"
                                        "(00.03) Error (criu/b.c:6): second\n"
                                        "(00.04) Error (criu/c.c:7): Dumping FAILED.\n") ==
          std::vector<std::string>{"Error (criu/a.c:5): first", "Error (criu/b.c:6): second"});
    CHECK(runtime::criu::decisive_lines("Error (criu/c.c:7): Restoring FAILED.\n").size() == 1);
    CHECK(runtime::criu::decisive_lines("Error (a): 1\nError (a): 2\nError (a): 3\nError (a): 4") ==
          std::vector<std::string>{"Error (a): 1", "Error (a): 2", "Error (a): 3"});
    CHECK(runtime::criu::decisive_lines("").empty());
}

TEST_CASE("the options of cgroup2 are found among the mounts", "[criu]") {
    const runtime::CgroupOptions options = runtime::cgroup_options_of(
        "23 1 0:20 / /proc rw - proc proc rw\n"
        "26 1 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 "
        "rw,nsdelegate,memory_recursiveprot\n");
    CHECK(options.mount_point == "/sys/fs/cgroup");
    CHECK(options.options == std::vector<std::string>{"nsdelegate", "memory_recursiveprot"});
    CHECK(runtime::cgroup_options_of("26 1 0:26 / /c rw - cgroup2 none rw").options.empty());
    CHECK(runtime::cgroup_options_of("26 1 0:26 / /c rw - cgroup2").mount_point.empty());
    CHECK(runtime::cgroup_options_of("").mount_point.empty());
}
