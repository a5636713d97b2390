// Descriptors: Fd owns one, FdRef borrows one. Every descriptor here is close-on-exec from birth.
#pragma once

#include <string>
#include <utility>

namespace base {

/// A borrowed descriptor. Whoever lends it keeps it open.
class FdRef {
  public:
    constexpr explicit FdRef(int number) : number_(number) {}
    /// The current directory (AT_FDCWD), for the *at calls.
    static FdRef cwd();
    [[nodiscard]] constexpr int number() const { return number_; }
    [[nodiscard]] constexpr bool valid() const { return number_ >= 0; }

  private:
    int number_;
};

/// An owned descriptor; may be empty. Closed when it goes out of scope.
class Fd {
  public:
    constexpr Fd() = default;
    constexpr explicit Fd(int number) : number_(number) {}
    Fd(Fd&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Fd& operator=(Fd&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    Fd(const Fd&) = delete;
    Fd& operator=(const Fd&) = delete;
    ~Fd() { close(); }

    explicit operator bool() const { return number_ >= 0; }
    // NOLINTNEXTLINE(google-explicit-constructor): lending is what an owner does all day
    operator FdRef() const { return FdRef(number_); }
    [[nodiscard]] FdRef ref() const { return FdRef(number_); }
    [[nodiscard]] int number() const { return number_; }
    /// Gives the descriptor away; the caller owns it now.
    [[nodiscard]] int release() { return std::exchange(number_, -1); }
    void close();

  private:
    int number_ = -1;
};

/// For error texts: `7 "/var/lib/rootfs"`, with what /proc says the descriptor is. Needs no
/// privilege.
std::string describe(FdRef fd);

} // namespace base
