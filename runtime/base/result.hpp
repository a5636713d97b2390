// Errors as values: every function that can fail returns a Result, and every layer that an error
// passes adds one fact to it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace base {

/// What is known of one failure.
struct Failure {
    std::vector<std::string> facts; ///< outermost first: "mount proc on \"/proc\""
    std::string pointer;            ///< where config.json asked for it (RFC 6901), "" if nowhere
    std::string place;              ///< the same for people: "config.json:31:5 /mounts/0"
    std::string call;               ///< the system call with its arguments, "" if none failed
    int code = 0;                   ///< its errno, 0 if none
    std::string hint;               ///< what to do, where errno misleads
};

/// A failure on its way up. Owns its text; one pointer wide, so that a Result stays small.
class [[nodiscard]] Error {
  public:
    explicit Error(std::string fact);
    explicit Error(Failure failure);
    /// A failed system call, e.g. system(ENOENT, "openat(3 \"/\", \"x\")").
    static Error system(int code, std::string call);

    /// Adds the fact of an outer layer.
    Error&& in(std::string fact) &&;
    /// Names the place in config.json; the innermost place is kept.
    Error&& at(std::string_view pointer) &&;
    /// Adds advice; the innermost is kept.
    Error&& hint(std::string advice) &&;
    /// Names the place for people, by whoever has the text of the document.
    Error&& placed(std::string place) &&;
    /// Adds another, equally important failure (the second finding of a broken config.json).
    Error&& also(Error other) &&;

    [[nodiscard]] const Failure& failure() const { return *failure_; }
    [[nodiscard]] int code() const { return failure_->code; }
    [[nodiscard]] const std::vector<Error>& others() const { return others_; }

    /// One line without the hint: `WHAT (PLACE): SYSCALL(ARGS): errno text (NAME)`.
    [[nodiscard]] std::string text() const;

  private:
    std::unique_ptr<Failure> failure_;
    std::vector<Error> others_;
};

struct [[nodiscard]] Done {};

/// Either a T or an Error. Result<> is the result of something done for its effect.
template <class T = Done>
class [[nodiscard]] Result {
  public:
    // NOLINTNEXTLINE(google-explicit-constructor): `return value;` and `return Error{…};` read well
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    // NOLINTNEXTLINE(google-explicit-constructor)
    Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

    explicit operator bool() const { return state_.index() == 0; }
    [[nodiscard]] T& operator*() & { return *std::get_if<0>(&state_); }
    [[nodiscard]] const T& operator*() const& { return *std::get_if<0>(&state_); }
    [[nodiscard]] T&& operator*() && { return std::move(*std::get_if<0>(&state_)); }
    [[nodiscard]] T* operator->() { return std::get_if<0>(&state_); }
    [[nodiscard]] const T* operator->() const { return std::get_if<0>(&state_); }
    [[nodiscard]] Error& error() & { return *std::get_if<1>(&state_); }
    [[nodiscard]] const Error& error() const& { return *std::get_if<1>(&state_); }
    [[nodiscard]] Error&& error() && { return std::move(*std::get_if<1>(&state_)); }
    /// The errno of the failure, 0 on success.
    [[nodiscard]] int code() const { return *this ? 0 : error().code(); }

    /// On failure adds a fact: a text, or a function that makes one (called only on failure).
    template <class Fact>
    Result&& in(Fact&& fact) && {
        if (!*this) {
            if constexpr (std::is_invocable_v<Fact>) {
                static_cast<void>(std::move(error()).in(std::forward<Fact>(fact)()));
            } else {
                static_cast<void>(std::move(error()).in(std::string(std::forward<Fact>(fact))));
            }
        }
        return std::move(*this);
    }
    /// On failure names the place in config.json.
    Result&& at(std::string_view pointer) && {
        if (!*this) {
            static_cast<void>(std::move(error()).at(pointer));
        }
        return std::move(*this);
    }
    Result&& hint(std::string_view advice) && {
        if (!*this) {
            static_cast<void>(std::move(error()).hint(std::string(advice)));
        }
        return std::move(*this);
    }

  private:
    std::variant<T, Error> state_;
};

/// The success of a Result<>.
inline Result<> done() {
    return Done{};
}

} // namespace base

#define OCI_RT_CONCAT_(a, b) a##b
#define OCI_RT_CONCAT(a, b) OCI_RT_CONCAT_(a, b)

/// TRY(f()); returns f's error to the caller, or goes on.
#define TRY(...)                                                                                   \
    do {                                                                                           \
        if (auto try_result_ = (__VA_ARGS__); !try_result_) {                                      \
            return std::move(try_result_).error();                                                 \
        }                                                                                          \
    } while (false)

/// TRY_ASSIGN(auto x, f()); as TRY, with f's value in x.
#define TRY_ASSIGN(target, ...)                                                                    \
    auto OCI_RT_CONCAT(try_result_, __LINE__) = (__VA_ARGS__);                                     \
    if (!OCI_RT_CONCAT(try_result_, __LINE__)) {                                                   \
        return std::move(OCI_RT_CONCAT(try_result_, __LINE__)).error();                            \
    }                                                                                              \
    target = *std::move(OCI_RT_CONCAT(try_result_, __LINE__))
