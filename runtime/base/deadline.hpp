// Bounded waiting: how long still, and how long to sleep where the kernel has no event to wait for.
#pragma once

#include <algorithm>
#include <chrono>
#include <ctime>

namespace base {

class Deadline {
  public:
    explicit Deadline(std::chrono::milliseconds patience) : end_(Clock::now() + patience) {}
    [[nodiscard]] bool passed() const { return Clock::now() >= end_; }
    /// For poll(2): never negative, at most `most`.
    [[nodiscard]] int milliseconds(int most) const {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end_ - Clock::now()).count();
        return static_cast<int>(std::clamp<decltype(left)>(left, 0, most));
    }

  private:
    using Clock = std::chrono::steady_clock;
    Clock::time_point end_;
};

/// Sleeps that double, from 20 microseconds up to 10 milliseconds.
class BackOff {
  public:
    void sleep() {
        const timespec time{0, nanoseconds_};
        ::nanosleep(&time, nullptr);
        nanoseconds_ = std::min(nanoseconds_ * 2, kLongest);
    }

  private:
    static constexpr long kShortest = 20'000;
    static constexpr long kLongest = 10'000'000;
    long nanoseconds_ = kShortest;
};

} // namespace base
