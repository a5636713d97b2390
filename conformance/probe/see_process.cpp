// What a process is: identity, limits, capabilities, scheduling, namespaces, descriptors.
#include "files.hpp"
#include "probe.hpp"

#include <array>
#include <climits>
#include <cstdint>
#include <cstring>
#include <utility>

#include <dirent.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace probe {

namespace {

int argument_count = 0;
char** argument_values = nullptr;

std::string texts(char* const* from) {
    Array all;
    for (; *from != nullptr; ++from) {
        all.text(*from);
    }
    return all.json();
}

std::string args() {
    Array all;
    for (int i = 0; i < argument_count; ++i) {
        all.text(argument_values[i]);
    }
    return all.json();
}

std::string env() {
    return texts(environ);
}

std::string cwd() {
    std::array<char, PATH_MAX> buffer{};
    return quoted(::getcwd(buffer.data(), buffer.size()) != nullptr ? buffer.data() : "");
}

std::string ids() {
    uid_t ruid = 0;
    uid_t euid = 0;
    uid_t suid = 0;
    gid_t rgid = 0;
    gid_t egid = 0;
    gid_t sgid = 0;
    ::getresuid(&ruid, &euid, &suid);
    ::getresgid(&rgid, &egid, &sgid);
    std::array<gid_t, 256> groups{};
    const int count = ::getgroups(static_cast<int>(groups.size()), groups.data());
    Array supplementary;
    for (std::size_t i = 0; i < static_cast<std::size_t>(count > 0 ? count : 0); ++i) {
        supplementary.number(groups[i]);
    }
    const mode_t mask = ::umask(0);
    ::umask(mask);
    return Object()
        .number("pid", ::getpid())
        .number("ppid", ::getppid())
        .raw("uids", Array().number(ruid).number(euid).number(suid).json())
        .raw("gids", Array().number(rgid).number(egid).number(sgid).json())
        .raw("groups", supplementary.json())
        .number("umask", mask)
        .json();
}

struct Limit {
    const char* name;
    int number;
};

// By number: glibc's enum is a type of its own and musl's is not.
constexpr std::array kLimits{
    Limit{"RLIMIT_CPU", 0},
    Limit{"RLIMIT_FSIZE", 1},
    Limit{"RLIMIT_DATA", 2},
    Limit{"RLIMIT_STACK", 3},
    Limit{"RLIMIT_CORE", 4},
    Limit{"RLIMIT_RSS", RLIMIT_RSS},
    Limit{"RLIMIT_NPROC", RLIMIT_NPROC},
    Limit{"RLIMIT_NOFILE", RLIMIT_NOFILE},
    Limit{"RLIMIT_MEMLOCK", RLIMIT_MEMLOCK},
    Limit{"RLIMIT_AS", RLIMIT_AS},
    Limit{"RLIMIT_LOCKS", 10},
    Limit{"RLIMIT_SIGPENDING", 11},
    Limit{"RLIMIT_MSGQUEUE", 12},
    Limit{"RLIMIT_NICE", 13},
    Limit{"RLIMIT_RTPRIO", 14},
    Limit{"RLIMIT_RTTIME", 15},
};

std::string rlimits() {
    Object all;
    for (const Limit& limit : kLimits) {
        std::array<std::uint64_t, 2> value{};
        if (::syscall(SYS_prlimit64, 0, limit.number, nullptr, value.data()) == 0) {
            all.raw(limit.name, Array().number(value[0]).number(value[1]).json());
        }
    }
    return all.json();
}

/// The numbers of the set bits.
std::string bits(std::uint64_t set) {
    Array numbers;
    for (int bit = 0; bit < 64; ++bit) {
        if (((set >> bit) & 1) != 0) {
            numbers.number(bit);
        }
    }
    return numbers.json();
}

std::string caps() {
    __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    std::array<__user_cap_data_struct, 2> data{};
    ::syscall(SYS_capget, &header, data.data());
    const auto both = [](std::uint32_t low, std::uint32_t high) {
        return low | (std::uint64_t{high} << 32);
    };
    std::uint64_t bounding = 0;
    std::uint64_t ambient = 0;
    for (unsigned cap = 0; cap < 64; ++cap) {
        const bool in_bounding = ::prctl(PR_CAPBSET_READ, cap, 0, 0, 0) == 1;
        const bool in_ambient = ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, cap, 0, 0) == 1;
        bounding |= std::uint64_t{in_bounding} << cap;
        ambient |= std::uint64_t{in_ambient} << cap;
    }
    return Object()
        .raw("effective", bits(both(data[0].effective, data[1].effective)))
        .raw("permitted", bits(both(data[0].permitted, data[1].permitted)))
        .raw("inheritable", bits(both(data[0].inheritable, data[1].inheritable)))
        .raw("bounding", bits(bounding))
        .raw("ambient", bits(ambient))
        .json();
}

std::string security() {
    return Object()
        .number("no_new_privs", ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0))
        .number("seccomp", ::prctl(PR_GET_SECCOMP, 0, 0, 0, 0))
        .text("label", slurp("/proc/self/attr/current"))
        .json();
}

std::string oom() {
    return quoted(slurp("/proc/self/oom_score_adj"));
}

std::string namespaces() {
    Object all;
    for (const char* type : {"pid", "net", "mnt", "ipc", "uts", "user", "cgroup", "time"}) {
        const std::string path = std::string("/proc/self/ns/") + type;
        all.text(type, link_target(path.c_str()));
    }
    return all.json();
}

std::string fds() {
    Array all;
    DIR* directory = ::opendir("/proc/self/fd");
    if (directory == nullptr) {
        return "null";
    }
    while (const dirent* entry = ::readdir(directory)) {
        const int number = std::atoi(entry->d_name);
        if (entry->d_name[0] != '.' && number != ::dirfd(directory)) {
            const std::string path = std::string("/proc/self/fd/") + entry->d_name;
            all.raw(Object().number("fd", number).text("is", link_target(path.c_str())).json());
        }
    }
    ::closedir(directory);
    return all.json();
}

/// The first version of the kernel's struct sched_attr; glibc 2.36 does not declare it.
struct SchedulerAttributes {
    std::uint32_t size;
    std::uint32_t policy;
    std::uint64_t flags;
    std::int32_t nice;
    std::uint32_t priority;
    std::uint64_t runtime;
    std::uint64_t deadline;
    std::uint64_t period;
};

std::string scheduling() {
    SchedulerAttributes attributes{};
    ::syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0);
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    ::sched_getaffinity(0, sizeof cpus, &cpus);
    Array allowed;
    for (unsigned cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
        if (CPU_ISSET(cpu, &cpus)) {
            allowed.number(cpu);
        }
    }
    constexpr int kThisProcess = 1; // IOPRIO_WHO_PROCESS
    return Object()
        .number("policy", attributes.policy)
        .number("flags", attributes.flags)
        .number("nice", attributes.nice)
        .number("priority", attributes.priority)
        .number("runtime", attributes.runtime)
        .number("deadline", attributes.deadline)
        .number("period", attributes.period)
        .raw("cpus", allowed.json())
        .number("ioprio", ::syscall(SYS_ioprio_get, kThisProcess, 0))
        .json();
}

std::string execution_domain() {
    constexpr unsigned long kAsk = 0xffffffff;
    return std::to_string(::personality(kAsk));
}

std::string memory_policy() {
    int mode = -1;
    std::array<unsigned long, 16> nodes{};
    const long result = ::syscall(SYS_get_mempolicy, &mode, nodes.data(),
                                  nodes.size() * sizeof(unsigned long) * 8, nullptr, 0);
    return Object()
        .text("error", error_of(result))
        .number("mode", mode)
        .raw("nodes", bits(nodes[0]))
        .json();
}

std::string terminal() {
    Array ttys;
    for (int fd = 0; fd < 3; ++fd) {
        ttys.raw(::isatty(fd) == 1 ? "true" : "false");
    }
    winsize size{};
    const int sized = ::ioctl(STDIN_FILENO, TIOCGWINSZ, &size);
    struct stat stdin_is {};
    ::fstat(STDIN_FILENO, &stdin_is);
    return Object()
        .raw("isatty", ttys.json())
        .text("name", link_target("/proc/self/fd/0"))
        .flag("sized", sized == 0)
        .number("height", size.ws_row)
        .number("width", size.ws_col)
        .number("session", ::getsid(0))
        .number("foreground", ::tcgetpgrp(STDIN_FILENO))
        .number("uid", stdin_is.st_uid)
        .number("rdev", stdin_is.st_rdev)
        .json();
}

constexpr std::array kSights{
    Sight{"args", &args},
    Sight{"env", &env},
    Sight{"cwd", &cwd},
    Sight{"ids", &ids},
    Sight{"rlimits", &rlimits},
    Sight{"caps", &caps},
    Sight{"security", &security},
    Sight{"oom", &oom},
    Sight{"namespaces", &namespaces},
    Sight{"fds", &fds},
    Sight{"scheduling", &scheduling},
    Sight{"personality", &execution_domain},
    Sight{"memory_policy", &memory_policy},
    Sight{"terminal", &terminal},
};

} // namespace

std::span<const Sight> process_sights() {
    return kSights;
}

void remember_arguments(int count, char** arguments) {
    argument_count = count;
    argument_values = arguments;
}

} // namespace probe
