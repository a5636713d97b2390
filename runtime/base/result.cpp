#include "runtime/base/result.hpp"

#include "runtime/base/errno_name.hpp"
#include "runtime/base/text.hpp"

namespace base {

Error::Error(std::string fact) : failure_(std::make_unique<Failure>()) {
    failure_->facts.push_back(std::move(fact));
}

Error::Error(Failure failure) : failure_(std::make_unique<Failure>(std::move(failure))) {}

Error Error::system(int code, std::string call) {
    return Error(Failure{.call = std::move(call), .code = code});
}

Error&& Error::in(std::string fact) && {
    failure_->facts.insert(failure_->facts.begin(), std::move(fact));
    return std::move(*this);
}

Error&& Error::at(std::string_view pointer) && {
    if (failure_->pointer.empty()) {
        failure_->pointer = pointer;
    }
    return std::move(*this);
}

Error&& Error::hint(std::string advice) && {
    if (failure_->hint.empty()) {
        failure_->hint = std::move(advice);
    }
    return std::move(*this);
}

Error&& Error::placed(std::string place) && {
    failure_->place = std::move(place);
    return std::move(*this);
}

Error&& Error::also(Error other) && {
    others_.push_back(std::move(other));
    return std::move(*this);
}

std::string Error::text() const {
    std::string line = join(failure_->facts, ": ");
    const std::string& place = failure_->place.empty() ? failure_->pointer : failure_->place;
    if (!place.empty()) {
        line += cat(line.empty() ? "" : " ", "(", place, ")");
    }
    const auto add = [&line](std::string_view part) {
        line += cat(line.empty() ? "" : ": ", part);
    };
    if (!failure_->call.empty()) {
        add(failure_->call);
    }
    if (failure_->code != 0) {
        add(errno_text(failure_->code));
    }
    return line;
}

} // namespace base
