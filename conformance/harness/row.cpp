#include "conformance/harness/row.hpp"

namespace conformance {

std::string_view level_name(Level level) {
    switch (level) {
    case Level::must:
        return "MUST";
    case Level::should:
        return "SHOULD";
    case Level::may:
        return "MAY";
    }
    return "";
}

std::string_view verdict_name(Verdict verdict) {
    switch (verdict) {
    case Verdict::pass:
        return "pass";
    case Verdict::fail:
        return "fail";
    case Verdict::skip:
        return "skip";
    case Verdict::broken:
        return "broken";
    }
    return "";
}

} // namespace conformance
