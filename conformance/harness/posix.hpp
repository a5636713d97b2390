// Files, directories and mounts of the suite's own. What fails here throws Broken, unless it says
// otherwise.
#pragma once

#include "conformance/harness/verdict.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace conformance {

namespace fs = std::filesystem;

/// Owns a descriptor; may be empty.
class Fd {
  public:
    Fd() = default;
    explicit Fd(int number) : number_(number) {}
    Fd(const Fd&) = delete;
    Fd& operator=(const Fd&) = delete;
    Fd(Fd&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Fd& operator=(Fd&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    ~Fd() { close(); }

    explicit operator bool() const { return number_ >= 0; }
    [[nodiscard]] int number() const { return number_; }
    void close();

  private:
    int number_ = -1;
};

struct Pipe {
    Fd read_end; ///< does not block
    Fd write_end;
};
Pipe make_pipe();

/// nullopt if the file cannot be read.
std::optional<std::string> try_read(const fs::path& path);
std::string read_text(const fs::path& path);
void write_text(const fs::path& path, std::string_view text, unsigned mode = 0644);
/// One write to an existing file, as kernel files want it: 0 or an errno.
int write_kernel_file(const fs::path& path, std::string_view text);
void make_directories(const fs::path& path);
void make_node(const fs::path& path, unsigned mode, unsigned major, unsigned minor);
/// Everything below and `path` itself; mounts are not crossed. Never throws.
void remove_tree(const fs::path& path);

std::vector<std::string> lines_of(std::string_view text);
std::vector<std::string> words_of(std::string_view text);
std::string trimmed(std::string_view text);
std::string join(const std::vector<std::string>& parts, std::string_view separator);

/// A mount that ends with the object, detached with all that is mounted on it.
class Mount {
  public:
    /// A tmpfs of its own at `at`, which is made. `flags` as in mount(2), MS_SHARED apart.
    static Mount tmpfs(const fs::path& at, unsigned long flags = 0);
    Mount(const Mount&) = delete;
    Mount& operator=(const Mount&) = delete;
    Mount(Mount&& other) noexcept : at_(std::exchange(other.at_, {})) {}
    Mount& operator=(Mount&& other) noexcept {
        std::swap(at_, other.at_);
        return *this;
    }
    ~Mount();
    /// mount(2) on the existing mount: MS_SHARED, MS_REMOUNT | MS_BIND | …
    void change(unsigned long flags) const;
    [[nodiscard]] const fs::path& at() const { return at_; }

  private:
    explicit Mount(fs::path at) : at_(std::move(at)) {}
    fs::path at_;
};

} // namespace conformance
