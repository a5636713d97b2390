#include "cgroups/translate_shared.hpp"

namespace cgroups {

void add_finding(std::optional<base::Error>& all, base::Error one) {
    if (all) {
        static_cast<void>(std::move(*all).also(std::move(one)));
    } else {
        all = std::move(one);
    }
}

std::string pointer_part(std::string_view name) {
    std::string out;
    for (const char c : name) {
        if (c == '~') {
            out += "~0";
        } else if (c == '/') {
            out += "~1";
        } else {
            out += c;
        }
    }
    return out;
}

std::string device_number(std::int64_t major, std::int64_t minor) {
    return base::cat(major, ':', minor);
}

void translate_cpuset(Collector& out, const spec::CpuResources& cpu) {
    if (!cpu.cpus.empty()) {
        out.write({.controller = "cpuset",
                   .file = "cpuset.cpus",
                   .value = cpu.cpus,
                   .origin = out.origin("/cpu/cpus")});
    }
    if (!cpu.mems.empty()) {
        out.write({.controller = "cpuset",
                   .file = "cpuset.mems",
                   .value = cpu.mems,
                   .origin = out.origin("/cpu/mems")});
    }
}

void translate_pids(Collector& out, const spec::PidsResources& pids) {
    if (pids.limit) {
        out.write({.controller = "pids",
                   .file = "pids.max",
                   .value = *pids.limit == kUnlimited ? "max" : base::cat(*pids.limit),
                   .origin = out.origin("/pids/limit")});
    }
}

void translate_hugetlb(Collector& out, const std::vector<spec::HugepageLimit>& limits,
                       std::string_view suffix) {
    for (std::size_t i = 0; i < limits.size(); ++i) {
        // Reservations where the kernel counts them; and faults, which also come without one.
        for (const auto& [part, need] :
             {std::pair(".rsvd.", Need::if_present), std::pair(".", Need::required)}) {
            out.write({.controller = "hugetlb",
                       .file = base::cat("hugetlb.", limits[i].page_size, part, suffix),
                       .value = base::cat(limits[i].limit),
                       .origin = out.origin(base::cat("/hugepageLimits/", i, "/limit")),
                       .need = need});
        }
    }
}

void translate_rdma(Collector& out, const std::map<std::string, spec::RdmaLimit>& limits) {
    for (const auto& [device, limit] : limits) {
        std::string value = device;
        if (limit.hca_handles) {
            value += base::cat(" hca_handle=", *limit.hca_handles);
        }
        if (limit.hca_objects) {
            value += base::cat(" hca_object=", *limit.hca_objects);
        }
        out.write({.controller = "rdma",
                   .file = "rdma.max",
                   .value = std::move(value),
                   .origin = out.origin(base::cat("/rdma/", pointer_part(device)))});
    }
}

} // namespace cgroups
