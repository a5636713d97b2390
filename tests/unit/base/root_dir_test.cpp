// Paths inside a root: the same cases for both ways of resolving them.
#include "runtime/base/child.hpp"
#include "runtime/base/root_dir.hpp"
#include "tests/temp_dir.hpp"

#include <cctype>
#include <cstdio>
#include <cstring>

#include <sys/stat.h>

using base::Fd;
using base::Result;
using base::RootDir;
using tests::ok;
using tests::value;

namespace {

constexpr auto kBoth = {RootDir::Resolver::openat2, RootDir::Resolver::walk};

/// A root with everything an image could think of, and a place outside that must stay untouched.
class Tree {
  public:
    Tree() {
        place_.make_dir("root/dir/sub");
        place_.make_dir("outside/deep");
        place_.write("outside/secret", "secret");
        place_.write("root/file", "top");
        place_.write("root/dir/file", "in dir");
        const std::vector<std::pair<std::string, std::string>> links = {
            {"rel", "dir"},
            {"abs", "/dir"},
            {"slash", "dir/"},
            {"up", "../../../../dir"},
            {"top", "/"},
            {"parent", ".."},
            {"dir/parent", ".."},
            {"dir/link", "../file"},
            {"file-link", "/dir/file"},
            {"out", place_.at("outside")},
            {"out-rel", "../outside"},
            {"host", "/etc"},
            {"loop", "loop"},
            {"ping", "pong"},
            {"pong", "ping"},
            {"dangling", "nowhere/deep"},
            {"dangling-abs", "/nowhere/absolute"},
            {"dangling-up", "../../gone"},
            {"chain1", "dir"},
        };
        for (const auto& [name, target] : links) {
            place_.link("root/" + name, target);
        }
        for (int i = 2; i <= 41; ++i) {
            place_.link(base::cat("root/chain", i), base::cat("chain", i - 1));
        }
    }

    [[nodiscard]] RootDir root(RootDir::Resolver resolver) const {
        return RootDir(value(base::sys::open(place_.fd(), "root", O_PATH | O_DIRECTORY)), resolver);
    }
    /// What is at `path` of the root, as far as the kernel finds it without following a link.
    [[nodiscard]] struct stat at(const std::string& path) const {
        return value(base::sys::fstatat(place_.fd(), "root/" + path, AT_SYMLINK_NOFOLLOW));
    }
    [[nodiscard]] bool has(const std::string& path) const { return place_.has("root/" + path); }
    [[nodiscard]] const tests::TempDir& place() const { return place_; }
    /// That nothing was made or changed outside.
    void check_outside() const {
        CHECK(place_.size() == 2);
        CHECK(place_.read("outside/secret") == "secret");
        CHECK(std::distance(std::filesystem::directory_iterator(place_.at("outside")), {}) == 2);
    }

  private:
    tests::TempDir place_;
};

bool same(const struct stat& a, const struct stat& b) {
    return a.st_ino == b.st_ino && a.st_dev == b.st_dev;
}

/// "ENOENT", or "found PATH" if it is what the root has at `expected`.
std::string outcome(const Result<Fd>& found, const Tree& tree, const std::string& expected) {
    if (!found) {
        return strerrorname_np(found.code());
    }
    const bool right = !expected.empty() && !std::isupper(expected.front()) &&
                       same(value(base::sys::fstat(*found)), tree.at(expected));
    return right ? expected : base::cat("found something else: ", base::describe(*found));
}

struct Row {
    std::string path;
    std::string expected; ///< below the root, or the errno
};

} // namespace

TEST_CASE("paths are resolved as the container would see them, and stay inside", "[root_dir]") {
    static const std::vector<Row> kRows = {
        {"/", "."},
        {".", "."},
        {"", "ENOENT"},
        {"/dir", "dir"},
        {"dir", "dir"},
        {"//dir//", "dir"},
        {"./dir/./sub/.", "dir/sub"},
        {"dir/../file", "file"},
        {"..", "."},
        {"/../../..", "."},
        {"../dir/../../dir/file", "dir/file"},
        {"rel/file", "dir/file"},
        {"abs/file", "dir/file"},
        {"slash/file", "dir/file"},
        {"slash", "dir"},
        {"up/file", "dir/file"},
        {"top/dir", "dir"},
        {"top/../top/file", "file"},
        {"parent", "."},
        {"parent/file", "file"},
        {"dir/parent/file", "file"},
        {"abs/parent/file", "file"},
        {"dir/sub/../../file", "file"},
        {"dir/link", "file"},
        {"abs/link", "file"},
        {"file-link", "dir/file"},
        {"file", "file"},
        {"file/", "ENOTDIR"},
        {"file/.", "ENOTDIR"},
        {"file/..", "ENOTDIR"},
        {"file/x", "ENOTDIR"},
        {"file-link/", "ENOTDIR"},
        {"dir/file/../file", "ENOTDIR"},
        {"nothing", "ENOENT"},
        {"nothing/", "ENOENT"},
        {"nothing/..", "ENOENT"},
        {"dir/nothing/x", "ENOENT"},
        {"out", "ENOENT"},
        {"out/secret", "ENOENT"},
        {"out-rel/secret", "ENOENT"},
        {"../outside/secret", "ENOENT"},
        {"host/passwd", "ENOENT"},
        {"dangling", "ENOENT"},
        {"dangling-abs/x", "ENOENT"},
        {"loop", "ELOOP"},
        {"loop/x", "ELOOP"},
        {"ping", "ELOOP"},
        {"chain40", "dir"},
        {"chain40/file", "dir/file"},
        {"chain41", "ELOOP"},
        {"chain41/file", "ELOOP"},
    };
    const Tree tree;
    for (const RootDir::Resolver resolver : kBoth) {
        const RootDir root = tree.root(resolver);
        for (const Row& row : kRows) {
            INFO(row.path << " by " << (resolver == RootDir::Resolver::walk ? "walk" : "openat2"));
            CHECK(outcome(root.resolve(row.path), tree, row.expected) == row.expected);
        }
    }
    tree.check_outside();
}

TEST_CASE("where links are refused, every one is, also on the way", "[root_dir]") {
    static const std::vector<Row> kRows = {
        {"/", "."},
        {"dir/sub", "dir/sub"},
        {"/dir/./file", "dir/file"},
        {"rel", "ELOOP"},
        {"abs", "ELOOP"},
        {"rel/file", "ELOOP"},
        {"dir/link", "ELOOP"},
        {"top/dir", "ELOOP"},
        {"..", "."},
        {"dir/../file", "file"},
        {"nothing", "ENOENT"},
        {"file/x", "ENOTDIR"},
        {"dangling", "ELOOP"},
    };
    const Tree tree;
    for (const RootDir::Resolver resolver : kBoth) {
        const RootDir root = tree.root(resolver);
        for (const Row& row : kRows) {
            INFO(row.path << " by " << (resolver == RootDir::Resolver::walk ? "walk" : "openat2"));
            CHECK(outcome(root.resolve_without_links(row.path), tree, row.expected) ==
                  row.expected);
        }
    }
}

TEST_CASE("a link in the last place can be found itself, others are followed", "[root_dir]") {
    static const std::vector<Row> kRows = {
        {"/", "."},
        {"dir/sub", "dir/sub"},
        {"rel", "rel"},
        {"abs", "abs"},
        {"up", "up"},
        {"out", "out"},
        {"loop", "loop"},
        {"dangling", "dangling"},
        {"top/rel", "rel"},
        {"abs/link", "dir/link"},
        {"rel/", "dir"},
        {"loop/x", "ELOOP"},
        {"out/secret", "ENOENT"},
        {"nothing", "ENOENT"},
        {"file/x", "ENOTDIR"},
    };
    const Tree tree;
    for (const RootDir::Resolver resolver : kBoth) {
        const RootDir root = tree.root(resolver);
        for (const Row& row : kRows) {
            INFO(row.path << " by " << (resolver == RootDir::Resolver::walk ? "walk" : "openat2"));
            CHECK(outcome(root.resolve_entry(row.path), tree, row.expected) == row.expected);
        }
    }
}

TEST_CASE("missing directories are made inside, also behind links", "[root_dir]") {
    static const std::vector<Row> kRows = {
        {"dir/sub", "dir/sub"},
        {"new", "new"},
        {"new/a/b/c", "new/a/b/c"},
        {"/abs/made", "dir/made"},
        {"up/made2/", "dir/made2"},
        {"dangling", "nowhere/deep"},
        {"dangling-abs/x", "nowhere/absolute/x"},
        {"dangling-up", "gone"},
        {"out/within", "."}, // the path of the outside directory, made again below the root
        {"out-rel", "outside"},
        {"../../sibling", "sibling"},
        {"host", "etc"},
        {"file", "ENOTDIR"},
        {"file/x", "ENOTDIR"},
        {"file-link/x", "ENOTDIR"},
        {"loop", "ELOOP"},
        {"chain41/x", "ELOOP"},
        {"chain40/deep", "dir/deep"},
    };
    for (const RootDir::Resolver resolver : kBoth) {
        const Tree tree;
        const RootDir root = tree.root(resolver);
        for (Row row : kRows) {
            INFO(row.path << " by " << (resolver == RootDir::Resolver::walk ? "walk" : "openat2"));
            if (row.path == "out/within") {
                row.expected = tree.place().at("outside/within").substr(1);
            }
            CHECK(outcome(root.make_directories(row.path), tree, row.expected) == row.expected);
        }
        CHECK((tree.at("new/a").st_mode & 07777U) == 0755);
        tree.check_outside();
    }
}

TEST_CASE("a missing file is made, an existing one of any type but directory is taken",
          "[root_dir]") {
    static const std::vector<Row> kRows = {
        {"file", "file"},
        {"file/", "file"},
        {"file-link", "dir/file"},
        {"fifo", "fifo"},
        {"made", "made"},
        {"made-with-slash/", "made-with-slash"},
        {"new/a/file", "new/a/file"},
        {"abs/made", "dir/made"},
        {"dangling", "nowhere/deep"},
        {"dangling-up", "gone"},
        {"dir", "EISDIR"},
        {"rel", "EISDIR"},
        {"/", "EISDIR"},
        {"file/x", "ENOTDIR"},
        {"loop", "ELOOP"},
    };
    for (const RootDir::Resolver resolver : kBoth) {
        const Tree tree;
        ok(base::sys::mknod(tree.place().fd(), "root/fifo", S_IFIFO | 0600, 0));
        const RootDir root = tree.root(resolver);
        for (const Row& row : kRows) {
            INFO(row.path << " by " << (resolver == RootDir::Resolver::walk ? "walk" : "openat2"));
            CHECK(outcome(root.make_file(row.path), tree, row.expected) == row.expected);
        }
        CHECK(S_ISREG(tree.at("made").st_mode));
        CHECK(S_ISREG(tree.at("made-with-slash").st_mode));
        CHECK(tree.at("made").st_size == 0);
        CHECK(tree.place().read("root/file") == "top");
        tree.check_outside();
    }
}

TEST_CASE("a place is a directory and a last name, which is no walk", "[root_dir]") {
    struct PlaceRow {
        std::string path;
        std::string directory; ///< below the root, or the errno
        std::string name;
    };
    static const std::vector<PlaceRow> kRows = {
        {"new", ".", "new"},       {"/new//", ".", "new"},    {"a/b/new", "a/b", "new"},
        {"abs/new", "dir", "new"}, {"rel", ".", "rel"}, // the link itself
        {"dir/../x", ".", "x"},    {"", "EINVAL", ""},        {"/", "EINVAL", ""},
        {".", "EINVAL", ""},       {"dir/..", "EINVAL", ""},  {"dir/../", "EINVAL", ""},
        {"dir/.", "EINVAL", ""},   {"file/x", "ENOTDIR", ""},
    };
    for (const RootDir::Resolver resolver : kBoth) {
        const Tree tree;
        const RootDir root = tree.root(resolver);
        for (const PlaceRow& row : kRows) {
            INFO(row.path << " by " << (resolver == RootDir::Resolver::walk ? "walk" : "openat2"));
            Result<RootDir::Place> place = root.place_of(row.path);
            const std::string name = place ? place->name : "";
            Result<Fd> directory = place ? Result<Fd>(std::move(place->directory))
                                         : Result<Fd>(std::move(place).error());
            CHECK(outcome(directory, tree, row.directory) == row.directory);
            CHECK(name == row.name);
        }
        tree.check_outside();
    }
}

TEST_CASE("files are opened inside, and a fifo does not block", "[root_dir]") {
    for (const RootDir::Resolver resolver : kBoth) {
        const Tree tree;
        ok(base::sys::mknod(tree.place().fd(), "root/fifo", S_IFIFO | 0600, 0));
        const RootDir root = tree.root(resolver);
        INFO((resolver == RootDir::Resolver::walk ? "walk" : "openat2"));
        CHECK(value(base::read_all(value(root.open("file-link", O_RDONLY)))) == "in dir");
        CHECK(value(base::read_all(value(root.open("/dir/link", O_RDONLY)))) == "top");
        CHECK(root.open("out/secret", O_RDONLY).code() == ENOENT);
        CHECK(root.open("host/passwd", O_RDONLY).code() == ENOENT);
        CHECK(root.open("fifo", O_RDONLY));
        CHECK(root.open("fifo", O_WRONLY).code() == ENXIO);
        ok(base::sys::write(value(root.open("rel/file", O_WRONLY | O_TRUNC)), "new"));
        CHECK(tree.place().read("root/dir/file") == "new");
        tree.check_outside();
    }
}

TEST_CASE("a path through links that change all the time never leads outside", "[root_dir]") {
    const RootDir::Resolver resolver =
        GENERATE(RootDir::Resolver::openat2, RootDir::Resolver::walk);
    const Tree tree;
    const RootDir root = tree.root(resolver);
    tree.place().make_dir("root/swap/sub");
    tree.place().link("root/other", "../../outside");
    const base::Child attacker = value(base::fork_to([&] {
        const std::string a = tree.place().at("root/swap");
        const std::string b = tree.place().at("root/other");
        while (true) {
            ::renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE);
        }
        return 0;
    }));
    const struct stat outside = value(base::sys::fstatat(tree.place().fd(), "outside", 0));
    const struct stat secret = value(base::sys::fstatat(tree.place().fd(), "outside/secret", 0));
    int found = 0;
    for (int i = 0; i < 3000; ++i) {
        const Result<Fd> directory = root.resolve("swap");
        if (directory) {
            ++found;
            CHECK_FALSE(same(value(base::sys::fstat(*directory)), outside));
        }
        const Result<Fd> file = root.resolve("swap/secret");
        if (file) {
            CHECK_FALSE(same(value(base::sys::fstat(*file)), secret));
        }
        static_cast<void>(root.make_directories("swap/made"));
    }
    CHECK(found > 0);
    CHECK_FALSE(tree.place().has("outside/made"));
}
