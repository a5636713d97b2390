#include "runtime/capabilities.hpp"

#include "oci-spec/tables.hpp"
#include "runtime/base/sys.hpp"

#include <array>
#include <memory>

#include <sys/capability.h>
#include <sys/prctl.h>

namespace runtime {

using base::call_failed;
using base::cat;
using base::done;
using base::Result;
using base::Word;

namespace {

constexpr CapabilityMask bit(int capability) {
    return CapabilityMask{1} << capability;
}

using CapState = std::unique_ptr<std::remove_pointer_t<cap_t>, int (*)(void*)>;

std::string name_of(int capability) {
    const std::span<const std::string_view> names = spec::capability_names();
    const auto index = static_cast<std::size_t>(capability);
    return index < names.size() ? std::string(names[index]) : cat("capability ", capability);
}

/// The set of `names`, limited to `grantable`; what falls out is warned of once.
class Names {
  public:
    explicit Names(std::vector<std::string>& warnings) : warnings_(warnings) {}

    CapabilityMask mask(const std::vector<std::string>& names, CapabilityMask grantable) {
        CapabilityMask mask = 0;
        for (const std::string& name : names) {
            const std::optional<int> number = spec::capability_number(name);
            if (!number) {
                continue; // warned of by validate(), with its place
            }
            if ((grantable & bit(*number)) != 0) {
                mask |= bit(*number);
            } else if ((warned_ & bit(*number)) == 0) {
                warned_ |= bit(*number);
                warnings_.push_back(cat(name, " cannot be granted: the runtime does not have it"));
            }
        }
        return mask;
    }
    /// `mask` without what the kernel would refuse, which is warned of.
    CapabilityMask allowed(CapabilityMask mask, CapabilityMask others, std::string_view why) {
        for (int capability = 0; capability < 64; ++capability) {
            if ((mask & ~others & bit(capability)) != 0) {
                warnings_.push_back(cat(name_of(capability), why));
            }
        }
        return mask & others;
    }

  private:
    std::vector<std::string>& warnings_;
    CapabilityMask warned_ = 0;
};

} // namespace

CapabilityMask kernel_capabilities() {
    const int count = cap_max_bits();
    return count >= 64 ? ~CapabilityMask{0} : bit(count) - 1;
}

Result<GrantableCapabilities> own_capabilities() {
    const CapState own(cap_get_proc(), cap_free);
    if (!own) {
        return call_failed("cap_get_proc");
    }
    GrantableCapabilities grantable;
    for (int capability = 0; capability < cap_max_bits(); ++capability) {
        cap_flag_value_t has = CAP_CLEAR;
        cap_get_flag(own.get(), capability, CAP_PERMITTED, &has);
        grantable.permitted |= has == CAP_SET ? bit(capability) : 0;
        grantable.bounding |= cap_get_bound(capability) == CAP_SET ? bit(capability) : 0;
    }
    return grantable;
}

ResolvedCapabilities resolve(const spec::Capabilities& wanted,
                             const GrantableCapabilities& grantable) {
    ResolvedCapabilities result;
    Names names(result.warnings);
    CapabilitySets& sets = result.sets;
    sets.bounding = names.mask(wanted.bounding, grantable.bounding);
    sets.permitted = names.mask(wanted.permitted, grantable.permitted);
    sets.inheritable = names.mask(wanted.inheritable, grantable.permitted);
    sets.effective = names.mask(wanted.effective, grantable.permitted);
    const CapabilityMask ambient = names.mask(wanted.ambient, grantable.permitted);
    sets.effective =
        names.allowed(sets.effective, sets.permitted, " cannot be effective: it is not permitted");
    sets.ambient = names.allowed(ambient, sets.permitted & sets.inheritable,
                                 " cannot be ambient: it is not permitted and inheritable");
    return result;
}

Result<> limit_bounding(CapabilityMask keep) {
    for (int capability = 0; capability < cap_max_bits(); ++capability) {
        if ((keep & bit(capability)) == 0 && cap_drop_bound(capability) < 0) {
            return call_failed("prctl", Word{"PR_CAPBSET_DROP"}, Word{name_of(capability)});
        }
    }
    return done();
}

Result<> set_capabilities(const CapabilitySets& sets) {
    const CapState state(cap_init(), cap_free);
    if (!state) {
        return call_failed("cap_init");
    }
    const auto add = [&](cap_flag_t flag, CapabilityMask mask) {
        for (int capability = 0; capability < cap_max_bits(); ++capability) {
            const cap_value_t value = capability;
            if ((mask & bit(capability)) != 0) {
                cap_set_flag(state.get(), flag, 1, &value, CAP_SET);
            }
        }
    };
    add(CAP_EFFECTIVE, sets.effective);
    add(CAP_PERMITTED, sets.permitted);
    add(CAP_INHERITABLE, sets.inheritable);
    if (cap_set_proc(state.get()) < 0) {
        return call_failed("capset", base::Hex{sets.effective}, base::Hex{sets.permitted},
                           base::Hex{sets.inheritable});
    }
    // libcap's own way asks for each capability first.
    if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0) {
        return call_failed("prctl", Word{"PR_CAP_AMBIENT_CLEAR_ALL"});
    }
    for (int capability = 0; capability < cap_max_bits(); ++capability) {
        if ((sets.ambient & bit(capability)) != 0 && cap_set_ambient(capability, CAP_SET) < 0) {
            return call_failed("prctl", Word{"PR_CAP_AMBIENT_RAISE"}, Word{name_of(capability)});
        }
    }
    return done();
}

Result<> keep_over_change_of_user(bool keep) {
    if (::prctl(PR_SET_KEEPCAPS, keep ? 1 : 0, 0, 0, 0) < 0) {
        return call_failed("prctl", Word{"PR_SET_KEEPCAPS"}, keep ? 1 : 0);
    }
    return done();
}

} // namespace runtime
