#include "profiles.hpp"
#include "runtime/base/file.hpp"
#include "runtime/base/sys.hpp"
#include "seccomp/cache.hpp"
#include "seccomp/cache_entry_plan.hpp"
#include "tests/catch.hpp"

#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace profiles;
using base::Fd;
using seccomp::compile_cached;
using seccomp::decoded;
using seccomp::encoded;
using seccomp::Program;
using spec::SeccompAction;

namespace fs = std::filesystem;

namespace {

/// A cache directory of a test, gone with it.
class Directory {
  public:
    Directory() {
        std::string path = (fs::temp_directory_path() / "oci-rt-cache-XXXXXX").string();
        REQUIRE(::mkdtemp(path.data()) != nullptr);
        path_ = path;
        auto fd = base::sys::open(base::FdRef::cwd(), path, O_PATH | O_DIRECTORY);
        REQUIRE(fd);
        fd_ = *std::move(fd);
    }
    ~Directory() { fs::remove_all(path_); }
    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;

    [[nodiscard]] base::FdRef fd() const { return fd_; }
    [[nodiscard]] const fs::path& path() const { return path_; }
    [[nodiscard]] std::vector<fs::path> entries() const {
        std::vector<fs::path> all;
        for (const fs::directory_entry& entry : fs::directory_iterator(path_)) {
            all.push_back(entry.path());
        }
        return all;
    }
    [[nodiscard]] fs::path only_entry() const {
        const std::vector<fs::path> all = entries();
        REQUIRE(all.size() == 1);
        return all.front();
    }

  private:
    fs::path path_;
    Fd fd_;
};

spec::Seccomp profile_of(const std::string& name) {
    return refusing({entry({"read", name}, SeccompAction::allow)});
}

Program cached(const spec::Seccomp& profile, const Directory& directory) {
    auto program = compile_cached(profile, directory.fd());
    REQUIRE(program);
    return *std::move(program);
}

bool same(const Program& a, const Program& b) {
    return encoded("", a) == encoded("", b);
}

std::string content(const fs::path& path) {
    const auto bytes = base::read_file(base::FdRef::cwd(), path.string());
    REQUIRE(bytes);
    return *bytes;
}

void write(const fs::path& path, std::string_view bytes) {
    const auto file =
        base::sys::open(base::FdRef::cwd(), path.string(), O_WRONLY | O_TRUNC | O_CREAT, 0600);
    REQUIRE(file);
    REQUIRE(base::sys::write(*file, bytes));
}

/// Makes the entry for `profile` say KILL_PROCESS to everything, as an attacker would wish.
void poison(const fs::path& entry) {
    // The key is whatever the entry holds: a reader that trusts the file would believe it.
    std::string bytes = content(entry);
    std::size_t key_size = 0;
    std::memcpy(&key_size, bytes.data() + sizeof(std::uint64_t), sizeof key_size);
    const std::string key = bytes.substr(sizeof(std::uint64_t) + sizeof key_size, key_size);
    write(entry, encoded(key, {.filter = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)}}));
}

bool is_poisoned(const Program& program) {
    return program.filter.size() == 1;
}

} // namespace

TEST_CASE("an entry gives back its program, for its key only", "[seccomp]") {
    const Program program{
        .filter = {BPF_STMT(BPF_RET | BPF_K, 7)}, .flags = 3, .warnings = {"one", "two"}};
    const auto back = decoded(encoded("key", program), "key");
    REQUIRE(back);
    CHECK(same(*back, program));
    CHECK(back->warnings == program.warnings);
    CHECK_FALSE(decoded(encoded("key", program), "kez"));
    CHECK_FALSE(decoded(encoded("key", program), "keys"));
    CHECK_FALSE(decoded(encoded("key", {}), "key"));
}

TEST_CASE("an entry that is cut or changed anywhere is none", "[seccomp]") {
    const std::string entry = encoded("key", {.filter = {BPF_STMT(BPF_RET | BPF_K, 7)}});
    for (std::size_t i = 0; i < entry.size(); ++i) {
        CHECK_FALSE(decoded(std::string_view(entry).substr(0, i), "key"));
        std::string changed = entry;
        changed[i] = static_cast<char>(changed[i] ^ 0x10);
        CHECK_FALSE(decoded(changed, "key"));
    }
    CHECK_FALSE(decoded(entry + "x", "key"));
}

TEST_CASE("profiles that mean different filters have different keys", "[seccomp]") {
    const spec::Seccomp profile =
        refusing({entry({"read", "write"}, SeccompAction::allow, {{.index = 1, .value = 2}})});
    const auto change = GENERATE(
        +[](spec::Seccomp& p) { p.default_action = SeccompAction::kill; },
        +[](spec::Seccomp& p) { p.default_errno_ret = EPERM; },
        +[](spec::Seccomp& p) { p.architectures = {"SCMP_ARCH_X86"}; },
        +[](spec::Seccomp& p) { p.flags = {spec::SeccompFlag::log}; },
        +[](spec::Seccomp& p) { p.listener_path = "/agent"; },
        +[](spec::Seccomp& p) { p.syscalls[0].names = {"readwrite"}; },
        +[](spec::Seccomp& p) { p.syscalls[0].names = {"read"}; },
        +[](spec::Seccomp& p) { p.syscalls[0].action = SeccompAction::log; },
        +[](spec::Seccomp& p) { p.syscalls[0].errno_ret = 1; },
        +[](spec::Seccomp& p) { p.syscalls[0].args[0].index = 2; },
        +[](spec::Seccomp& p) { p.syscalls[0].args[0].op = spec::SeccompOperator::gt; },
        +[](spec::Seccomp& p) { p.syscalls[0].args[0].value = 3; },
        +[](spec::Seccomp& p) { p.syscalls[0].args[0].value_two = 3; },
        +[](spec::Seccomp& p) { p.syscalls[0].args.clear(); },
        +[](spec::Seccomp& p) { p.syscalls.push_back(p.syscalls[0]); });
    spec::Seccomp changed = profile;
    change(changed);
    CHECK(seccomp::canonical(changed) != seccomp::canonical(profile));
    CHECK(seccomp::canonical(spec::Seccomp(profile)) == seccomp::canonical(profile));
}

TEST_CASE("the second time a filter comes from the cache, and is the same", "[seccomp]") {
    const Directory directory;
    const Program first = cached(profile_of("no_such_call"), directory);
    CHECK(first.warnings.size() == 1);
    CHECK(same(cached(profile_of("no_such_call"), directory), first));

    // That it was read and not made again shows in an entry that only we could have changed.
    poison(directory.only_entry());
    CHECK(is_poisoned(cached(profile_of("no_such_call"), directory)));
    CHECK_FALSE(is_poisoned(cached(profile_of("write"), directory)));
    CHECK(directory.entries().size() == 2);
}

TEST_CASE("an entry that others could have written is not believed", "[seccomp]") {
    const Directory directory;
    const spec::Seccomp profile = profile_of("write");
    cached(profile, directory);
    const fs::path entry = directory.only_entry();
    poison(entry);
    const std::string poisoned = content(entry);

    SECTION("writable by its group") {
        REQUIRE(::chmod(entry.c_str(), 0620) == 0);
    }
    SECTION("writable by all") {
        REQUIRE(::chmod(entry.c_str(), 0602) == 0);
    }
    SECTION("a link") {
        fs::rename(entry, directory.path() / "elsewhere");
        fs::create_symlink("elsewhere", entry);
    }
    SECTION("with a second name") {
        fs::create_hard_link(entry, directory.path() / "second");
    }
    SECTION("a fifo") {
        fs::remove(entry);
        REQUIRE(::mkfifo(entry.c_str(), 0600) == 0);
    }
    SECTION("a directory") {
        fs::remove(entry);
        fs::create_directory(entry);
    }
    SECTION("beyond all measure") {
        write(entry, poisoned + std::string(1U << 20U, 'x'));
    }
    SECTION("of another owner") {
        if (::geteuid() != 0) {
            SUCCEED("only root can give a file away");
            return;
        }
        REQUIRE(::chown(entry.c_str(), 65534, 0) == 0);
    }
    CHECK_FALSE(is_poisoned(cached(profile, directory)));
}

TEST_CASE("a directory that others can write to is not used at all", "[seccomp]") {
    const Directory directory;
    const spec::Seccomp profile = profile_of("write");
    cached(profile, directory);
    poison(directory.only_entry());
    REQUIRE(is_poisoned(cached(profile, directory)));
    const mode_t mode = GENERATE(as<mode_t>(), 0720, 0702, 01777);
    REQUIRE(::chmod(directory.path().c_str(), mode) == 0);
    CHECK_FALSE(is_poisoned(cached(profile, directory)));
    cached(profile_of("close"), directory);
    CHECK(directory.entries().size() == 1);
}

TEST_CASE("a torn entry is made again", "[seccomp]") {
    const Directory directory;
    const Program first = cached(profile_of("write"), directory);
    const std::string whole = content(directory.only_entry());
    write(directory.only_entry(), whole.substr(0, whole.size() / 2));
    CHECK(same(cached(profile_of("write"), directory), first));
    CHECK(content(directory.only_entry()) == whole);
}

TEST_CASE("a full cache is emptied", "[seccomp]") {
    const Directory directory;
    for (int i = 0; i < 64; ++i) {
        cached(profile_of("call_" + std::to_string(i)), directory);
    }
    CHECK(directory.entries().size() == 64);
    cached(profile_of("one_more"), directory);
    CHECK(directory.entries().size() == 1);
}

TEST_CASE("a cache that cannot be written is no error", "[seccomp]") {
    const Directory directory;
    fs::remove_all(directory.path());
    CHECK(compile_cached(profile_of("write"), directory.fd()));
}

TEST_CASE("a profile with errors has them with and without the cache", "[seccomp]") {
    const Directory directory;
    const auto program = compile_cached({.default_action = SeccompAction::notify}, directory.fd());
    REQUIRE_FALSE(program);
    CHECK(program.error().failure().pointer == "/linux/seccomp/defaultAction");
    CHECK(directory.entries().empty());
}
