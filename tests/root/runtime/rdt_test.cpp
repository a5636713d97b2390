// Classes and monitoring groups, in a directory that stands in for resctrl: the recorder, which is
// called when a directory was made, plays the kernel and fills it.
#include "runtime/base/child.hpp"
#include "runtime/base/file.hpp"
#include "runtime/rdt.hpp"
#include "tests/temp_dir.hpp"

#include <functional>

#include <sys/file.h>
#include <unistd.h>

using runtime::make_rdt;
using runtime::rdt_plan_of;
using runtime::RdtDirectories;
using runtime::RdtDirectory;
using runtime::RdtRemoval;
using tests::error_text;
using tests::ok;
using tests::value;

namespace {

constexpr std::string_view kSchemata = "    MB:0=100\n    L3:0=ff\n";

/// resctrl, as far as a directory can be it. Each write begins at the start of a file, so a fifo
/// with both ends open keeps all that was written to a class that is made.
class Resctrl {
  public:
    Resctrl() {
        place_.write("schemata", kSchemata);
        place_.write("tasks", "");
        place_.make_dir("mon_groups");
        place_.make_dir("info");
        place_.write("info/last_cmd_status", "ok\n");
    }

    /// A class that was there before.
    void has_class(const std::string& name) const {
        place_.make_dir(name + "/mon_groups");
        place_.write(name + "/schemata", kSchemata);
        place_.write(name + "/tasks", "");
    }

    /// The claim is kept.
    base::Result<> make(const spec::IntelRdt& rdt, const std::string& id = "web1") {
        TRY_ASSIGN(claim_,
                   make_rdt(place_.path(), rdt_plan_of(rdt, id), [this](const RdtDirectories& now) {
                       record_ = now;
                       if (record_.back().inode != 0 && record_.back().made) {
                           fill(record_.back());
                       }
                       return base::done();
                   }));
        return base::done();
    }
    /// The container's process is in, or will never be.
    void drop_claim() { claim_ = base::Fd(); }

    /// What the kernel does with a directory's files at rmdir(2).
    void empty(const std::string& name) const {
        for (const std::string file : {"/schemata", "/tasks"}) {
            ::unlink(place_.at(name + file).c_str());
        }
        ::rmdir(place_.at(name + "/mon_groups").c_str());
    }

    [[nodiscard]] std::string written() {
        std::array<char, 4096> text{};
        const base::Result<std::size_t> size = base::sys::read(fifo_, text);
        return size ? std::string(text.data(), *size) : "";
    }
    [[nodiscard]] const RdtDirectories& record() const { return record_; }
    [[nodiscard]] const tests::TempDir& place() const { return place_; }

  private:
    void fill(const RdtDirectory& directory) {
        const std::string name = directory.path.substr(place_.path().size() + 1);
        place_.write(name + "/tasks", "");
        if (name.find("mon_groups") == std::string::npos) {
            place_.make_dir(name + "/mon_groups");
            ok(base::sys::mknod(place_.fd(), name + "/schemata", S_IFIFO | 0600, 0));
            fifo_ = value(base::sys::open(place_.fd(), name + "/schemata", O_RDWR | O_NONBLOCK));
        }
    }

    tests::TempDir place_;
    RdtDirectories record_;
    base::Fd fifo_;
    base::Fd claim_;
};

bool is_locked(const std::string& path) {
    const base::Fd again = value(base::sys::open(base::FdRef::cwd(), path, O_RDONLY));
    return base::sys::lock(again, LOCK_NB).code() == EWOULDBLOCK;
}

/// Returns when the child waits for a lock, or has ended. A waiter is a line of its own in
/// /proc/locks: "7: -> FLOCK ADVISORY WRITE 4711 ...".
void await_waiting(base::Child& child) {
    while (!value(child.poll())) {
        const std::string locks = value(base::read_file(base::FdRef::cwd(), "/proc/locks"));
        for (const std::string_view line : base::split(locks, '\n')) {
            const std::vector<std::string_view> words = base::words(line);
            if (words.size() > 5 && words[1] == "->" && words[5] == std::to_string(child.pid())) {
                return;
            }
        }
        ::usleep(1000);
    }
}

} // namespace

TEST_CASE("without closID the class is made under the container's id, and goes with it", "[rdt]") {
    Resctrl resctrl;
    ok(resctrl.make({.schemata = {"L3:0=f", "L3:0=7"},
                     .l3_cache_schema = "L3:0=1",
                     .mem_bw_schema = "MB:0=20"}));
    REQUIRE(resctrl.record().size() == 1);
    CHECK(resctrl.record()[0].path == resctrl.place().at("web1"));
    CHECK(resctrl.record()[0].made);
    CHECK_FALSE(resctrl.record()[0].kept);
    CHECK(resctrl.written() == "L3:0=1\nMB:0=20\nL3:0=f\nL3:0=7\n");
    ok(enter_rdt(resctrl.record(), 4711));
    CHECK(resctrl.place().read("web1/tasks") == "4711");
    resctrl.empty("web1");
    ok(remove_rdt(resctrl.record(), RdtRemoval::at_delete));
    CHECK_FALSE(resctrl.place().has("web1"));
    ok(remove_rdt(resctrl.record(), RdtRemoval::at_delete));
}

TEST_CASE("without any schema no schemata are written", "[rdt]") {
    Resctrl resctrl;
    ok(resctrl.make({}));
    CHECK(resctrl.written().empty());
    CHECK(resctrl.place().has("web1"));
}

TEST_CASE("a class that was there under the container's id stays", "[rdt]") {
    Resctrl resctrl;
    resctrl.has_class("web1");
    ok(resctrl.make({}));
    CHECK_FALSE(resctrl.record()[0].made);
    ok(remove_rdt(resctrl.record(), RdtRemoval::at_delete));
    ok(remove_rdt(resctrl.record(), RdtRemoval::undo));
    CHECK(resctrl.place().has("web1/schemata"));
}

TEST_CASE("a closID alone names a class that has to be there", "[rdt]") {
    Resctrl resctrl;
    CHECK(error_text(resctrl.make({.clos_id = "gold"})) ==
          "resctrl has no class \"gold\" (/linux/intelRdt/closID)");
    CHECK_FALSE(resctrl.place().has("gold"));
    resctrl.has_class("gold");
    ok(resctrl.make({.clos_id = "gold"}));
    ok(enter_rdt(resctrl.record(), 12));
    CHECK(resctrl.place().read("gold/tasks") == "12");
    CHECK(resctrl.place().read("gold/schemata") == kSchemata);
    ok(remove_rdt(resctrl.record(), RdtRemoval::at_delete));
    CHECK(resctrl.place().has("gold"));
}

TEST_CASE("a closID with a schema makes the class if it is missing, and delete leaves it",
          "[rdt]") {
    Resctrl resctrl;
    ok(resctrl.make({.clos_id = "gold", .schemata = {"L3:0=f"}}));
    CHECK(resctrl.written() == "L3:0=f\n");
    CHECK(resctrl.record()[0].made);
    ok(remove_rdt(resctrl.record(), RdtRemoval::at_delete));
    CHECK(resctrl.place().has("gold"));
    resctrl.empty("gold");
    resctrl.drop_claim();
    ok(remove_rdt(resctrl.record(), RdtRemoval::undo));
    CHECK_FALSE(resctrl.place().has("gold"));
}

TEST_CASE("resctrl is locked while a class is made, and no longer", "[rdt]") {
    const tests::TempDir place;
    int looks = 0;
    const base::Fd claim = value(
        make_rdt(place.path(), rdt_plan_of({.clos_id = "gold", .schemata = {"L3:0=f"}}, "web1"),
                 [&](const RdtDirectories& now) {
                     ++looks;
                     CHECK(is_locked(place.path()));
                     if (now.back().inode != 0) {
                         place.write("gold/schemata", "");
                     }
                     return base::done();
                 }));
    CHECK(looks == 2);
    CHECK_FALSE(is_locked(place.path()));
}

TEST_CASE("who finds a class that is just made waits for its schemata", "[rdt]") {
    const tests::TempDir place;
    const runtime::RdtPlan plan = rdt_plan_of({.clos_id = "gold", .schemata = {"L3:0=0f"}}, "web1");
    base::Child second;
    const base::Fd claim = value(make_rdt(place.path(), plan, [&](const RdtDirectories& now) {
        if (now.back().inode != 0) {
            place.write("gold/schemata", "L3:0=ff\n");
            second = value(base::fork_to([&] {
                // The lock of who was forked would be this one's, too.
                ::close_range(3, ~0U, 0);
                const auto ignore = [](const RdtDirectories&) { return base::done(); };
                return make_rdt(place.path(), plan, ignore) ? 0 : 1;
            }));
            await_waiting(second);
        }
        return base::done();
    }));
    CHECK(value(second.wait()).code == 0);
    CHECK(place.read("gold/schemata") == "L3:0=0f\n");
}

TEST_CASE("a class stays when the create that made it fails, if others have come to use it",
          "[rdt]") {
    Resctrl resctrl;
    ok(resctrl.make({.clos_id = "gold", .schemata = {"L3:0=f"}}));
    const RdtDirectories first = resctrl.record();
    resctrl.drop_claim();
    resctrl.empty("gold");
    SECTION("another create has found it") {
        ok(resctrl.make({.clos_id = "gold"}, "web2"));
        ok(remove_rdt(first, RdtRemoval::undo));
        CHECK(resctrl.place().has("gold"));
        resctrl.drop_claim();
    }
    SECTION("processes are in it") {
        resctrl.place().write("gold/tasks", "4711\n");
        ok(remove_rdt(first, RdtRemoval::undo));
        CHECK(resctrl.place().has("gold"));
        ::unlink(resctrl.place().at("gold/tasks").c_str());
    }
    ok(remove_rdt(first, RdtRemoval::undo));
    CHECK_FALSE(resctrl.place().has("gold"));
}

TEST_CASE("what a create that fails has made is gone before others can find it", "[rdt]") {
    const tests::TempDir place;
    const auto made =
        make_rdt(place.path(), rdt_plan_of({.clos_id = "gold", .schemata = {"L3:0=f"}}, "web1"),
                 [](const RdtDirectories&) { return base::done(); });
    // Nobody plays the kernel here, so there are no schemata.
    CHECK(made.code() == ENOENT);
    CHECK_FALSE(place.has("gold"));
}

TEST_CASE("a class is removed under the lock of resctrl", "[rdt]") {
    Resctrl resctrl;
    ok(resctrl.make({}));
    resctrl.empty("web1");
    base::Fd lock = value(base::sys::open(base::FdRef::cwd(), resctrl.place().path(), O_RDONLY));
    ok(base::sys::lock(lock, LOCK_NB));
    base::Child removal = value(base::fork_to([&] {
        // The lock belongs to the description, which both hold.
        lock = base::Fd();
        return remove_rdt(resctrl.record(), RdtRemoval::at_delete) ? 0 : 1;
    }));
    await_waiting(removal);
    CHECK(resctrl.place().has("web1"));
    lock = base::Fd();
    CHECK(value(removal.wait()).code == 0);
    CHECK_FALSE(resctrl.place().has("web1"));
}

TEST_CASE("a class that exists has to say what the configuration says", "[rdt]") {
    Resctrl resctrl;
    resctrl.has_class("gold");
    ok(resctrl.make({.clos_id = "gold", .schemata = {"L3:0=0ff"}, .mem_bw_schema = "MB:0=100"}));
    CHECK(error_text(resctrl.make({.clos_id = "gold", .schemata = {"MB:0=100", "L3:0=f"}})) ==
          "the class \"gold\" exists, and its schemata do not say \"L3:0=f\" "
          "(/linux/intelRdt/schemata/1)");
    CHECK(resctrl.place().read("gold/schemata") == kSchemata);
}

TEST_CASE("the default class is the root of resctrl, and is never made or removed", "[rdt]") {
    Resctrl resctrl;
    ok(resctrl.make({.clos_id = "/", .enable_monitoring = true}));
    ok(enter_rdt(resctrl.record(), 7));
    CHECK(resctrl.place().read("tasks") == "7");
    CHECK(resctrl.place().read("mon_groups/web1/tasks") == "7");
    resctrl.empty("mon_groups/web1");
    ok(remove_rdt(resctrl.record(), RdtRemoval::at_delete));
    CHECK(resctrl.place().has("schemata"));
    CHECK_FALSE(resctrl.place().has("mon_groups/web1"));
    CHECK(error_text(resctrl.make({.clos_id = "/", .schemata = {"L3:0=1"}})).find("exists, and") !=
          std::string::npos);
}

TEST_CASE("a monitoring group lies below the class, and goes also where the class stays", "[rdt]") {
    Resctrl resctrl;
    resctrl.has_class("gold");
    ok(resctrl.make({.clos_id = "gold", .enable_monitoring = true}));
    REQUIRE(resctrl.record().size() == 2);
    CHECK(resctrl.record()[1].path == resctrl.place().at("gold/mon_groups/web1"));
    ok(enter_rdt(resctrl.record(), 99));
    CHECK(resctrl.place().read("gold/mon_groups/web1/tasks") == "99");
    resctrl.empty("gold/mon_groups/web1");
    ok(remove_rdt(resctrl.record(), RdtRemoval::at_delete));
    CHECK_FALSE(resctrl.place().has("gold/mon_groups/web1"));
    CHECK(resctrl.place().has("gold/tasks"));
}

TEST_CASE("a monitoring group that cannot be made is an error with the kernel's words", "[rdt]") {
    Resctrl resctrl;
    resctrl.has_class("gold");
    ::rmdir(resctrl.place().at("gold/mon_groups").c_str());
    resctrl.place().write("info/last_cmd_status", "Out of RMIDs\n");
    const base::Result<> made = resctrl.make({.clos_id = "gold", .enable_monitoring = true});
    CHECK(error_text(made).starts_with("make a monitoring group: the kernel says \"Out of RMIDs\" "
                                       "(/linux/intelRdt/enableMonitoring): mkdirat("));
    REQUIRE(resctrl.record().size() == 2);
    CHECK_FALSE(resctrl.record()[1].made);
}

TEST_CASE("a schema that the kernel refuses is an error at its line", "[rdt]") {
    Resctrl resctrl;
    resctrl.has_class("web1");
    ::unlink(resctrl.place().at("web1/schemata").c_str());
    resctrl.place().make_dir("web1/schemata"); // cannot be written
    resctrl.place().write("info/last_cmd_status", "Mask f000 out of range\n");
    CHECK(error_text(resctrl.make({.schemata = {"L3:0=f000"}}))
              .starts_with("write the schema \"L3:0=f000\": the kernel says \"Mask f000 out of "
                           "range\" (/linux/intelRdt/schemata/0): "));
}

TEST_CASE("what was made again by somebody else is not removed", "[rdt]") {
    const tests::TempDir place;
    place.make_dir("web1");
    const RdtDirectory foreign{.path = place.at("web1"), .inode = 1, .made = true};
    ok(remove_rdt({foreign}, RdtRemoval::at_delete));
    CHECK(place.has("web1"));
    // A journal that ends before the directory was made proves nothing: only an unused one goes.
    place.write("web1/tasks", "12\n");
    const RdtDirectory unknown{.path = place.at("web1"), .inode = 0, .made = true};
    ok(remove_rdt({unknown}, RdtRemoval::undo));
    CHECK(place.has("web1"));
    ::unlink(place.at("web1/tasks").c_str());
    ok(remove_rdt({unknown}, RdtRemoval::undo));
    CHECK_FALSE(place.has("web1"));
}
