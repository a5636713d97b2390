#include "cgroups/bpf.hpp"

#include "runtime/base/sys.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace cgroups {

namespace {

long bpf(bpf_cmd command, bpf_attr& attributes) {
    return ::syscall(SYS_bpf, command, &attributes, sizeof attributes);
}

std::uint64_t address_of(const void* object) {
    return reinterpret_cast<std::uintptr_t>(object); // NOLINT: how bpf(2) takes pointers
}

base::Result<base::Fd> try_load(std::span<const bpf_insn> program) {
    static constexpr std::array<char, 11> kLicense = {"Apache-2.0"};
    bpf_attr attributes{};
    attributes.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
    attributes.insns = address_of(program.data());
    attributes.insn_cnt = static_cast<std::uint32_t>(program.size());
    attributes.license = address_of(kLicense.data());
    const long fd = base::uninterrupted([&] { return bpf(BPF_PROG_LOAD, attributes); });
    if (fd < 0) {
        return base::call_failed("bpf", base::Word{"BPF_PROG_LOAD"},
                                 base::Word{"BPF_PROG_TYPE_CGROUP_DEVICE"}, program.size());
    }
    return base::Fd(static_cast<int>(fd)); // close-on-exec, as all of bpf's descriptors
}

/// Before 5.11 programs count as locked memory, of which there may be too little: EPERM.
base::Result<base::Fd> load(std::span<const bpf_insn> program) {
    base::Result<base::Fd> loaded = try_load(program);
    rlimit old{};
    if (loaded.code() != EPERM || ::getrlimit(RLIMIT_MEMLOCK, &old) < 0) {
        return loaded;
    }
    for (const rlimit& more :
         {rlimit{RLIM_INFINITY, RLIM_INFINITY}, rlimit{old.rlim_max, old.rlim_max}}) {
        if (::setrlimit(RLIMIT_MEMLOCK, &more) == 0) {
            base::Result<base::Fd> again = try_load(program);
            // The container's processes inherit our limits.
            if (::setrlimit(RLIMIT_MEMLOCK, &old) < 0) {
                return base::call_failed("setrlimit", base::Word{"RLIMIT_MEMLOCK"});
            }
            return again;
        }
    }
    return loaded;
}

base::Result<std::vector<std::uint32_t>> attached_ids(base::FdRef group) {
    constexpr std::uint32_t kMost = 64; // BPF_CGROUP_MAX_PROGS
    std::vector<std::uint32_t> ids(kMost);
    bpf_attr attributes{};
    attributes.query.target_fd = static_cast<std::uint32_t>(group.number());
    attributes.query.attach_type = BPF_CGROUP_DEVICE;
    attributes.query.prog_ids = address_of(ids.data());
    attributes.query.prog_cnt = kMost;
    if (bpf(BPF_PROG_QUERY, attributes) < 0) {
        return base::call_failed("bpf", base::Word{"BPF_PROG_QUERY"}, group,
                                 base::Word{"BPF_CGROUP_DEVICE"});
    }
    ids.resize(std::min(attributes.query.prog_cnt, kMost));
    return ids;
}

base::Result<base::Fd> program_by(std::uint32_t id) {
    bpf_attr attributes{};
    attributes.prog_id = id;
    const long fd = bpf(BPF_PROG_GET_FD_BY_ID, attributes);
    if (fd < 0) {
        return base::call_failed("bpf", base::Word{"BPF_PROG_GET_FD_BY_ID"}, id);
    }
    return base::Fd(static_cast<int>(fd));
}

bpf_attr attachment(base::FdRef group, base::FdRef program) {
    bpf_attr attributes{};
    attributes.target_fd = static_cast<std::uint32_t>(group.number());
    attributes.attach_bpf_fd = static_cast<std::uint32_t>(program.number());
    attributes.attach_type = BPF_CGROUP_DEVICE;
    // The programs of the groups above stay in force.
    attributes.attach_flags = BPF_F_ALLOW_MULTI;
    return attributes;
}

base::Result<> attach(base::FdRef group, base::FdRef program) {
    bpf_attr attributes = attachment(group, program);
    if (bpf(BPF_PROG_ATTACH, attributes) < 0) {
        return base::call_failed("bpf", base::Word{"BPF_PROG_ATTACH"}, group,
                                 base::Word{"BPF_CGROUP_DEVICE"});
    }
    return base::done();
}

base::Result<> exchange(base::FdRef group, base::FdRef program, base::FdRef old) {
    bpf_attr attributes = attachment(group, program);
    attributes.attach_flags |= BPF_F_REPLACE;
    attributes.replace_bpf_fd = static_cast<std::uint32_t>(old.number());
    if (bpf(BPF_PROG_ATTACH, attributes) < 0) {
        return base::call_failed("bpf", base::Word{"BPF_PROG_ATTACH"}, group,
                                 base::Word{"BPF_CGROUP_DEVICE"}, base::Word{"BPF_F_REPLACE"});
    }
    return base::done();
}

base::Result<> detach(base::FdRef group, base::FdRef program) {
    bpf_attr attributes = attachment(group, program);
    attributes.attach_flags = 0;
    if (bpf(BPF_PROG_DETACH, attributes) < 0) {
        return base::call_failed("bpf", base::Word{"BPF_PROG_DETACH"}, group,
                                 base::Word{"BPF_CGROUP_DEVICE"});
    }
    return base::done();
}

} // namespace

base::Result<> replace_device_program(base::FdRef group, std::span<const bpf_insn> program) {
    TRY_ASSIGN(const std::vector<std::uint32_t> ids, attached_ids(group));
    std::vector<base::Fd> old;
    for (const std::uint32_t id : ids) {
        TRY_ASSIGN(base::Fd fd, program_by(id));
        old.push_back(std::move(fd));
    }
    if (!program.empty()) {
        TRY_ASSIGN(const base::Fd fresh, load(program));
        if (old.size() == 1 && exchange(group, fresh, old.front())) {
            return base::done();
        }
        TRY(attach(group, fresh));
    }
    for (const base::Fd& one : old) {
        TRY(detach(group, one));
    }
    return base::done();
}

base::Result<std::size_t> count_device_programs(base::FdRef group) {
    TRY_ASSIGN(const std::vector<std::uint32_t> ids, attached_ids(group));
    return ids.size();
}

} // namespace cgroups
