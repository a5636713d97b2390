// C. process: capabilities, no_new_privs, oom_score_adj, security labels.
#include "conformance/rows/rows.hpp"

#include <algorithm>

namespace conformance {

namespace {

constexpr auto kMust = Level::must;
constexpr auto kShould = Level::should;
constexpr auto kLinux = "config.md#linux-process";

/// The numbers of capabilities by their names, sorted.
Json numbers_of(const std::vector<std::string>& names) {
    std::vector<long> numbers;
    numbers.reserve(names.size());
    for (const std::string& name : names) {
        numbers.push_back(std::ranges::find(capability_names(), name) - capability_names().begin());
    }
    std::ranges::sort(numbers);
    return numbers;
}

void sets(Case& c) {
    c.process()["capabilities"] = {{"bounding", {"CAP_CHOWN", "CAP_KILL", "CAP_SYS_CHROOT"}},
                                   {"permitted", {"CAP_CHOWN", "CAP_KILL"}},
                                   {"inheritable", {"CAP_CHOWN"}},
                                   {"effective", {"CAP_CHOWN", "CAP_KILL"}}};
    // A root whose exec gains everything that is bounding would hide the permitted set.
    c.process()["noNewPrivileges"] = true;
    c.script("see caps");
    const Json caps = c.run().seen("caps");
    c.same(caps["bounding"], numbers_of({"CAP_CHOWN", "CAP_KILL", "CAP_SYS_CHROOT"}), "bounding");
    c.same(caps["inheritable"], numbers_of({"CAP_CHOWN"}), "inheritable");
    c.expect(holds(caps["effective"], 0) && holds(caps["effective"], 5),
             "effective lacks what is configured: " + caps["effective"].dump());
}

void usual(Case& c) {
    const std::vector<std::string> names = {"CAP_CHOWN", "CAP_NET_RAW"};
    for (const char* set : {"bounding", "effective", "permitted", "inheritable", "ambient"}) {
        c.process()["capabilities"][set] = names;
    }
    c.script("see caps");
    const Json caps = c.run().seen("caps");
    for (const char* set : {"bounding", "effective", "permitted", "inheritable", "ambient"}) {
        c.same(caps[set], numbers_of(names), set);
    }
}

void empty_sets(Case& c) {
    c.process()["capabilities"] = {{"bounding", Json::array()},
                                   {"effective", Json::array()},
                                   {"permitted", Json::array()},
                                   {"inheritable", Json::array()},
                                   {"ambient", Json::array()}};
    c.script("see caps");
    const Json caps = c.run().seen("caps");
    for (const char* set : {"bounding", "effective", "permitted", "inheritable", "ambient"}) {
        c.same(caps[set], Json::array(), set);
    }
}

void ambient_for_a_user(Case& c) {
    // Without ambient capabilities a user who is not root has none after exec.
    const std::vector<std::string> names = {"CAP_NET_BIND_SERVICE"};
    c.process()["user"] = {{"uid", 1000}, {"gid", 1000}};
    for (const char* set : {"bounding", "effective", "permitted", "inheritable", "ambient"}) {
        c.process()["capabilities"][set] = names;
    }
    c.script("see caps");
    const Json caps = c.run().seen("caps");
    c.same(caps["effective"], numbers_of(names), "effective");
    c.same(caps["ambient"], numbers_of(names), "ambient");
}

void user_without_ambient(Case& c) {
    c.process()["user"] = {{"uid", 1000}, {"gid", 1000}};
    c.script("see caps");
    const Json caps = c.run().seen("caps");
    c.same(caps["effective"], Json::array(), "effective");
    c.same(caps["permitted"], Json::array(), "permitted");
}

void with_capability(Case& c, const std::string& name) {
    for (const char* set : {"bounding", "effective", "permitted"}) {
        c.process()["capabilities"][set] = {"CAP_CHOWN", name};
    }
    c.script("see caps");
}

void unknown_accepted(Case& c) {
    with_capability(c, "CAP_NO_SUCH_THING");
    c.same(c.run().seen("caps")["effective"], numbers_of({"CAP_CHOWN"}), "effective");
}

void unknown_warned_of(Case& c) {
    with_capability(c, "CAP_NO_SUCH_THING");
    Container& container = c.container();
    const Said created = container.create();
    const Said started = created.ok() ? container.start() : created;
    // Engines read the error stream and the log; without --log they are one.
    const std::string all = created.err + started.err + container.err();
    c.expect(all.find("NO_SUCH_THING") != std::string::npos, "no warning names the capability");
}

void ungrantable(Case& c) {
    std::string missing;
    for (const std::string& name : capability_names()) {
        if (missing.empty() && !c.host().has_capability(name)) {
            missing = name;
        }
    }
    c.needs(!missing.empty(), "this host gives the runtime every capability");
    with_capability(c, missing);
    c.note(missing);
    c.same(c.run().seen("caps")["effective"], numbers_of({"CAP_CHOWN"}), "effective");
}

void absent(Case& c) {
    c.process().erase("capabilities");
    c.observe();
}

void no_new_privileges(Case& c) {
    c.process()["noNewPrivileges"] = true;
    c.script("see security");
    c.same(c.run().seen("security")["no_new_privs"], 1, "no_new_privs");
}

void new_privileges(Case& c) {
    c.process()["noNewPrivileges"] = false;
    c.script("see security");
    c.same(c.run().seen("security")["no_new_privs"], 0, "no_new_privs");
}

void oom_set(Case& c) {
    c.process()["oomScoreAdj"] = 543;
    c.script("see oom");
    c.same(trimmed(c.run().seen("oom").get<std::string>()), "543", "oom_score_adj");
}

void oom_lowered(Case& c) {
    c.needs(c.host().has_capability("CAP_SYS_RESOURCE"),
            "lowering oom_score_adj needs CAP_SYS_RESOURCE, which this host does not give");
    c.process()["oomScoreAdj"] = -321;
    c.script("see oom");
    c.same(trimmed(c.run().seen("oom").get<std::string>()), "-321", "oom_score_adj");
}

void oom_unset(Case& c) {
    c.script("see oom");
    const auto raise = [] { write_kernel_file("/proc/self/oom_score_adj", "77"); };
    const std::string seen = c.run({.prepare = raise}).seen("oom");
    c.same(trimmed(seen), "77", "oom_score_adj (77 is that of the runtime's caller)");
}

void apparmor_absent(Case& c) {
    c.needs(!c.host().has_apparmor(), "AppArmor is active here");
    c.process()["apparmorProfile"] = "acme_secure_profile";
    c.refused(Stage::start);
}

void apparmor_unknown(Case& c) {
    c.needs(c.host().has_apparmor(), "AppArmor is not active here");
    c.process()["apparmorProfile"] = "acme_no_such_profile";
    c.refused(Stage::start);
}

void selinux_absent(Case& c) {
    c.needs(!c.host().has_selinux(), "SELinux is active here");
    c.process()["selinuxLabel"] = "system_u:system_r:svirt_lxc_net_t:s0:c124,c675";
    c.refused(Stage::start);
}

void selinux_set(Case& c) {
    c.needs(c.host().has_selinux(), "SELinux is not active here");
    const std::string label = with_own_categories(read_text("/proc/self/attr/current"));
    c.process()["selinuxLabel"] = label;
    c.script("read /proc/self/attr/current");
    const std::string seen = c.run().step("read")["text"];
    c.same(seen.substr(0, seen.find('\0')), label, "the label");
}

constexpr Refusal kRefusals[] = {
    {"P10.out-of-range", kMust, "1.0", kLinux, "an oomScoreAdj beyond 1000 is an error",
     R"({"process": {"oomScoreAdj": 1001}})", Stage::start},
};

} // namespace

Rows privilege_rows() {
    return Rows{
               {"P7.absent", kMust, "1.0", kLinux, "apparmorProfile without AppArmor is an error",
                &apparmor_absent},
               {"P7.unknown", kMust, "1.0", kLinux, "an unknown AppArmor profile is an error",
                &apparmor_unknown},
               {"P8.sets", kMust, "1.0", kLinux,
                "bounding, inheritable and effective as configured", &sets},
               {"P8.all-five", kMust, "1.0", kLinux, "all five sets as configured", &usual},
               {"P8.empty", kMust, "1.0", kLinux, "empty sets leave no capability", &empty_sets},
               {"P8.absent", Level::may, "1.0", kLinux, "a process without capabilities", &absent},
               {"P8.ambient", kMust, "1.0", kLinux,
                "ambient capabilities reach a user who is not root", &ambient_for_a_user},
               {"P8.user", kMust, "1.0", kLinux,
                "without ambient ones a user who is not root has none", &user_without_ambient},
               {"P8.unknown", kShould, "1.1", kLinux, "an unknown capability is no error",
                &unknown_accepted},
               {"P8.warned", kMust, "1.1", kLinux, "an unknown capability is warned of",
                &unknown_warned_of},
               {"P8.ungrantable", kShould, "1.1", kLinux,
                "a capability that the runtime lacks is no error", &ungrantable},
               {"P9.set", kMust, "1.0", kLinux, "noNewPrivileges sets no_new_privs",
                &no_new_privileges},
               {"P9.unset", kMust, "1.0", kLinux, "without noNewPrivileges it is not set",
                &new_privileges},
               {"P10.set", kMust, "1.0", kLinux, "oomScoreAdj is set", &oom_set},
               {"P10.lowered", kMust, "1.0", kLinux, "a negative oomScoreAdj is set", &oom_lowered},
               {"P10.unset", kMust, "1.0", kLinux, "without oomScoreAdj the value is not changed",
                &oom_unset},
               {"P12.absent", kMust, "1.0", kLinux, "selinuxLabel without SELinux is an error",
                &selinux_absent},
               {"P12.set", kMust, "1.0", kLinux, "the process has its selinuxLabel", &selinux_set},
           } +
           refusal_rows(kRefusals);
}

} // namespace conformance
