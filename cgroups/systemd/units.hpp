// Units made, changed and ended by a service manager: systemd as pid 1, or the one of a user
// (org.freedesktop.systemd1(5)).
#pragma once

#include "cgroups/systemd/bus.hpp"
#include "cgroups/systemd/unit.hpp"
#include "cgroups/systemd/value.hpp"
#include "runtime/base/deadline.hpp"
#include "runtime/base/result.hpp"

#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace systemd {

/// A conversation about one unit. A bus that is busy, just restarts or is not there yet is tried
/// again for some seconds, on a host that systemd runs; so is one that goes away in the middle.
/// Every answer is waited for with a bound (ETIMEDOUT).
class UnitManager {
  public:
    /// Connects, and does not wait for the greeting's answer. The system's manager:
    /// $DBUS_SYSTEM_BUS_ADDRESS, or the bus at its usual place, or systemd's own socket, which only
    /// root may use and which is there without a bus. The user's: $DBUS_SESSION_BUS_ADDRESS, or the
    /// same two in $XDG_RUNTIME_DIR.
    static base::Result<UnitManager> connect(Unit unit);

    /// Makes and starts the unit and waits until it stands. EEXIST if there is one of that name
    /// that has not failed. A property that is refused is named, with its origin.
    base::Result<> start(std::vector<Property> properties);
    /// Changes properties until the next boot, all or none, and waits until systemd has written
    /// what follows from them. One that is refused is named, with its origin.
    base::Result<> set(std::vector<Property> properties);
    /// Stops the unit if it is still there and waits for that; forgets that it failed.
    base::Result<> stop();

  private:
    /// What came back for a call.
    struct Answer {
        std::string error; ///< its D-Bus name; "" for success
        std::string text;  ///< the error's, or the path of the job that was begun
    };
    using Deed = std::function<base::Result<Answer>(const base::Deadline&)>;

    UnitManager(Unit unit, Bus bus) : unit_(std::move(unit)), bus_(std::move(bus)) {}
    void watch_jobs();
    base::Result<> reconnect(const base::Deadline& deadline);
    base::Result<Answer> persistently(const Deed& deed);
    std::uint32_t queue_call(std::string member, std::string signature, std::string body);
    std::uint32_t queue_reset();
    base::Result<Answer> answer_to(std::uint32_t serial, const base::Deadline& deadline);
    /// How a job ended: "done", "failed", "canceled", …
    base::Result<std::string> end_of_job(const std::string& job, const base::Deadline& deadline);
    base::Result<Answer> try_to_start(std::span<const Property> properties,
                                      const base::Deadline& deadline);
    base::Result<Answer> try_to_set(std::span<const Property> properties,
                                    const base::Deadline& deadline);
    base::Result<Answer> try_to_stop(const base::Deadline& deadline);
    void take_signal(const Message& message);
    static bool spare(const Answer& answer, std::vector<Property>& properties);
    [[nodiscard]] base::Error refused(std::string_view deed, const Answer& answer,
                                      std::span<const Property> properties) const;

    Unit unit_;
    Bus bus_;
    std::map<std::string, std::string> ended_jobs_; ///< path and result
};

} // namespace systemd
