// A directory of a test's own, removed with all it holds.
#pragma once

#include "runtime/base/file.hpp"
#include "runtime/base/sys.hpp"
#include "tests/results.hpp"

#include <cstdlib>
#include <filesystem>
#include <string>

#include <fcntl.h>
#include <unistd.h>

namespace tests {

class TempDir {
  public:
    TempDir() {
        std::string name = (std::filesystem::temp_directory_path() / "oci-rt-test-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) {
            FAIL("mkdtemp " << name << ": errno " << errno);
        }
        path_ = std::move(name);
        fd_ = value(base::sys::open(base::FdRef::cwd(), path_, O_PATH | O_DIRECTORY));
    }
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;
    ~TempDir() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] std::string at(const std::string& name) const { return path_ + "/" + name; }
    [[nodiscard]] base::FdRef fd() const { return fd_; }
    /// A descriptor of it for somebody to own.
    [[nodiscard]] base::Fd open() const { return value(base::sys::duplicate(fd_)); }

    void make_dir(const std::string& name) const { std::filesystem::create_directories(at(name)); }
    void write(const std::string& name, std::string_view text, mode_t mode = 0644) const {
        const base::Fd file = value(base::sys::open(fd_, name, O_WRONLY | O_CREAT | O_TRUNC, mode));
        ok(base::sys::write(file, text));
    }
    void link(const std::string& name, const std::string& target) const {
        ok(base::sys::symlink(target, fd_, name));
    }
    [[nodiscard]] std::string read(const std::string& name) const {
        return value(base::read_file(fd_, name));
    }
    [[nodiscard]] bool has(const std::string& name) const {
        return std::filesystem::exists(std::filesystem::symlink_status(at(name)));
    }
    /// How many entries it has.
    [[nodiscard]] std::size_t size() const {
        return static_cast<std::size_t>(
            std::distance(std::filesystem::directory_iterator(path_), {}));
    }

  private:
    std::string path_;
    base::Fd fd_;
};

} // namespace tests
