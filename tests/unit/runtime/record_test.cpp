// The record of a container: written, damaged, read. And which process it means.
#include "runtime/base/child.hpp"
#include "runtime/process_identity.hpp"
#include "runtime/record.hpp"
#include "tests/temp_dir.hpp"

#include <csignal>

#include <sys/wait.h>

using runtime::ContainerRecord;
using tests::error_text;
using tests::ok;
using tests::value;

namespace {

ContainerRecord full_record() {
    ContainerRecord record;
    record.phase = ContainerRecord::Phase::created;
    record.id = "web1";
    record.bundle = "/bundles/web \"1\"";
    record.rootfs = "/bundles/web/rootfs";
    record.created = "2026-11-23T16:27:24.000000001Z";
    record.owner = 4294967294U;
    record.annotations = {{"a", "1"}, {"b\n", "\xc3\xa4"}};
    record.creator = {.pid = 12, .start_time = 18446744073709551615U, .boot_id = "boot"};
    record.init = {.pid = 13, .start_time = 7, .boot_id = "boot"};
    record.cgroups.groups.push_back({.version = cgroups::Version::v1,
                                     .controllers = {"cpu", "cpuacct"},
                                     .path = "/sys/fs/cgroup/cpu/x",
                                     .inode = 9007199254740993U, // more than a double holds
                                     .made = {"/sys/fs/cgroup/cpu/x"}});
    record.cgroups.groups.push_back(
        {.version = cgroups::Version::v2, .path = "/sys/fs/cgroup/unified/x"});
    record.unit = {.unit = {.owner = systemd::Owner::user, .name = "x.scope"}, .started = true};
    record.rdt = {{.path = "/sys/fs/resctrl/web1", .inode = 3, .made = true, .kept = true}};
    record.streams = {"pipe:[7]", "/dev/null", ""};
    record.keyring = "_ses.web1.1f";
    record.own_pid_namespace = true;
    record.has_poststart_hooks = true;
    record.has_poststop_hooks = true;
    return record;
}

ContainerRecord early_record() {
    ContainerRecord record = full_record();
    record.phase = ContainerRecord::Phase::creating;
    record.init = {};
    return record;
}

} // namespace

TEST_CASE("a record is read as it was written", "[record]") {
    const ContainerRecord record = full_record();
    const std::string json = to_json(record);
    CHECK(json.find('\n') == std::string::npos);
    const ContainerRecord read = value(runtime::record_from_json(json));
    CHECK(to_json(read) == json);
    CHECK(read.phase == ContainerRecord::Phase::created);
    CHECK(read.bundle == record.bundle);
    CHECK(read.annotations == record.annotations);
    CHECK(read.owner == record.owner);
    CHECK(read.creator.start_time == record.creator.start_time);
    REQUIRE(read.cgroups.groups.size() == 2);
    CHECK(read.cgroups.groups[0].inode == 9007199254740993U);
    CHECK(read.cgroups.groups[0].controllers == record.cgroups.groups[0].controllers);
    CHECK(read.cgroups.groups[0].made == record.cgroups.groups[0].made);
    CHECK(read.cgroups.groups[1].version == cgroups::Version::v2);
    REQUIRE(read.rdt.size() == 1);
    CHECK(read.rdt[0].kept);
    CHECK(read.keyring == record.keyring);
    CHECK(read.own_pid_namespace);
    CHECK(read.has_poststart_hooks);
    CHECK(read.has_poststop_hooks);
}

TEST_CASE("the last line is the truth", "[record]") {
    const tests::TempDir place;
    CHECK(runtime::read_record(place.fd()).code() == ENOENT);
    ok(append_record(place.fd(), early_record()));
    CHECK(value(runtime::read_record(place.fd())).init.pid == 0);
    ok(append_record(place.fd(), full_record()));
    const ContainerRecord last = value(runtime::read_record(place.fd()));
    CHECK(last.phase == ContainerRecord::Phase::created);
    CHECK(last.init.pid == 13);
    CHECK((value(base::sys::fstatat(place.fd(), "record", 0)).st_mode & 07777U) == 0600);
}

TEST_CASE("a record that is cut at any byte is the last whole line before", "[record]") {
    const tests::TempDir place;
    ok(append_record(place.fd(), early_record()));
    const std::size_t first = place.read("record").size();
    ok(append_record(place.fd(), full_record()));
    const std::string text = place.read("record");
    for (std::size_t size = 0; size <= text.size(); ++size) {
        place.write("record", text.substr(0, size));
        const auto record = runtime::read_record(place.fd());
        INFO("cut at " << size << " of " << text.size());
        if (size < first) {
            REQUIRE(record.code() == EBADMSG);
        } else {
            const bool whole = size == text.size();
            REQUIRE(value(runtime::read_record(place.fd())).phase ==
                    (whole ? ContainerRecord::Phase::created : ContainerRecord::Phase::creating));
        }
    }
}

TEST_CASE("a line that was cut short by a full disk does not spoil the next", "[record]") {
    const tests::TempDir place;
    const std::string half = "\n" + to_json(early_record()).substr(0, 40);
    place.write("record", half);
    ok(append_record(place.fd(), full_record()));
    CHECK(value(runtime::read_record(place.fd())).id == "web1");
}

TEST_CASE("lines that are no record are passed over", "[record]") {
    const tests::TempDir place;
    const std::string good = to_json(early_record());
    const auto garbage = GENERATE(
        as<std::string>{}, "{}", "[]", "null", "garbage", R"({"version":1})", "{\"version\":99}",
        std::string(1000, '['), std::string("\0\xff", 2), "\n\n\n", R"({"version":1,"phase":"x"})");
    place.write("record", good + "\n" + garbage + "\n");
    CHECK(value(runtime::read_record(place.fd())).id == "web1");
    place.write("record", garbage + "\n");
    CHECK(error_text(runtime::read_record(place.fd())) ==
          "the container's record cannot be read: Bad message (EBADMSG)");
}

TEST_CASE("a damaged line of the right length is not taken for a record", "[record]") {
    const std::string good = to_json(full_record());
    std::size_t refused = 0;
    for (std::size_t at = 0; at < good.size(); at += 3) {
        std::string bad = good;
        bad[at] = '\x01';
        refused += runtime::record_from_json(bad) ? 0U : 1U;
    }
    CHECK(refused == (good.size() + 2) / 3); // a control character stands nowhere in JSON
}

TEST_CASE("a record of another version is not read as this one's", "[record]") {
    std::string json = to_json(full_record());
    const std::size_t at = json.find(":1");
    REQUIRE(at != std::string::npos);
    json.replace(at, 2, ":2");
    CHECK(error_text(runtime::record_from_json(json)) ==
          "the record has version 2, this oci-rt knows 1");
}

TEST_CASE("the configuration is saved once, for us alone", "[record]") {
    const tests::TempDir place;
    ok(runtime::save_config(place.fd(), "{}"));
    CHECK(place.read("config.json") == "{}");
    CHECK((value(base::sys::fstatat(place.fd(), "config.json", 0)).st_mode & 07777U) == 0600);
    CHECK(runtime::save_config(place.fd(), "{}").code() == EEXIST);
}

TEST_CASE("a running process is known again", "[identity]") {
    const runtime::ProcessIdentity self = value(runtime::identity_of(::getpid()));
    CHECK(self.pid == ::getpid());
    CHECK(self.start_time > 0);
    CHECK(self.boot_id == value(runtime::current_boot_id()));
    CHECK(value(runtime::open_process(self)));
}

TEST_CASE("another process of the same pid is not the one that is meant", "[identity]") {
    runtime::ProcessIdentity identity = value(runtime::identity_of(::getpid()));
    SECTION("started at another time") {
        ++identity.start_time;
    }
    SECTION("in another boot") {
        identity.boot_id = "00000000-0000-0000-0000-000000000000";
    }
    SECTION("never saved") {
        identity = {};
    }
    SECTION("of a pid that cannot be") {
        identity.pid = -1;
    }
    CHECK_FALSE(value(runtime::open_process(identity)));
}

TEST_CASE("a process that has ended is gone, also while nobody has reaped it", "[identity]") {
    base::Child child = value(base::fork_to([] {
        ::pause();
        return 0;
    }));
    const runtime::ProcessIdentity identity = value(runtime::identity_of(child.pid()));
    CHECK(value(runtime::open_process(identity)));
    ok(base::sys::send_signal(child.pidfd(), SIGKILL));
    siginfo_t info{};
    REQUIRE(::waitid(P_PID, static_cast<id_t>(child.pid()), &info, WEXITED | WNOWAIT) == 0);
    CHECK_FALSE(value(runtime::open_process(identity))); // a zombie
    value(child.wait());
    CHECK_FALSE(value(runtime::open_process(identity)));
    CHECK_FALSE(runtime::identity_of(identity.pid));
}

TEST_CASE("a name with brackets and blanks does not hide when a process began", "[identity]") {
    base::sys::Pipe named = value(base::sys::pipe());
    base::Child child = value(base::fork_to([&] {
        ok(base::write_kernel_file(base::FdRef::cwd(), "/proc/self/comm", "a) R 1 (b"));
        ok(base::sys::write(named.write_end, "+"));
        ::pause();
        return 0;
    }));
    std::array<char, 1> byte{};
    value(base::sys::read(named.read_end, byte));
    const runtime::ProcessIdentity identity = value(runtime::identity_of(child.pid()));
    const std::uint64_t own = value(runtime::identity_of(::getpid())).start_time;
    CHECK(identity.start_time >= own);
    CHECK(identity.start_time < own + 1'000'000);
    CHECK(value(runtime::open_process(identity)));
}
