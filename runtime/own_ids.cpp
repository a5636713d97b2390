#include "runtime/own_ids.hpp"

#include "namespaces/id_maps.hpp"
#include "namespaces/spawn_plan.hpp"

#include <algorithm>

namespace runtime {

using base::cat;
using base::done;
using base::Error;
using base::Result;

namespace {

bool leaves_ids_open(const spec::Linux& linux) {
    const auto user =
        std::ranges::find(linux.namespaces, spec::NamespaceType::user, &spec::Namespace::type);
    return user != linux.namespaces.end() && user->path.empty() && linux.uid_mappings.empty() &&
           linux.gid_mappings.empty();
}

Result<> require_mapped(std::uint32_t id, const std::vector<spec::IdMapping>& mappings,
                        const char* file, std::string_view pointer) {
    if (namespaces::host_id(mappings, id)) {
        return done();
    }
    return Error(cat("the id ", id, " is none that this user can have in a container"))
        .at(pointer)
        .hint(namespaces::line_for(file));
}

} // namespace

Result<> map_own_ids(spec::Spec& config, const HostFacts& facts) {
    spec::Linux& linux = config.linux;
    if (!leaves_ids_open(linux)) {
        return done();
    }
    if (facts.rights != Rights::user) {
        return Error("a new user namespace needs \"uidMappings\" and \"gidMappings\": without them "
                     "the container has no ids, not even root")
            .at("/linux");
    }
    namespaces::OwnMappings own = namespaces::own_mappings();
    linux.uid_mappings = std::move(own.uids);
    linux.gid_mappings = std::move(own.gids);
    if (!config.process) {
        return done();
    }
    const spec::User& user = config.process->user;
    TRY(require_mapped(user.uid, linux.uid_mappings, "/etc/subuid", "/process/user/uid"));
    TRY(require_mapped(user.gid, linux.gid_mappings, "/etc/subgid", "/process/user/gid"));
    for (std::size_t i = 0; i < user.additional_gids.size(); ++i) {
        TRY(require_mapped(user.additional_gids[i], linux.gid_mappings, "/etc/subgid",
                           cat("/process/user/additionalGids/", i)));
    }
    return done();
}

} // namespace runtime
