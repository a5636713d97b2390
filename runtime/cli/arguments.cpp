#include "runtime/cli/arguments.hpp"

#include "runtime/base/sys.hpp"

#include <algorithm>
#include <sstream>

#include <boost/program_options.hpp>
#include <unistd.h>

namespace cli {

namespace po = boost::program_options;

using base::cat;
using base::Error;
using base::Result;

struct Arguments::Described {
    po::options_description visible{"Options"};
    po::options_description hidden;
    std::vector<std::string> flags; ///< "--detach"
    bool help = false;
};

void Arguments::note_flag(std::string_view names) {
    described_->flags.push_back(cat("--", names.substr(0, names.find(','))));
}

/// Boost's flags take no value, so "--detach=true" and "--detach=false" are read here: which it is,
/// and nullopt for any other argument.
std::optional<bool> Arguments::flag_value(std::string_view argument) const {
    const std::size_t equals = argument.find('=');
    const bool is_flag =
        equals != std::string_view::npos &&
        std::ranges::find(described_->flags, argument.substr(0, equals)) != described_->flags.end();
    const std::string_view value = is_flag ? argument.substr(equals + 1) : "";
    return value == "true" || value == "false" ? std::optional(value == "true") : std::nullopt;
}

Arguments::Arguments(std::string usage, std::string summary, Order order)
    : usage_(std::move(usage)), summary_(std::move(summary)), order_(order),
      described_(std::make_unique<Described>()) {
    flag("help,h", described_->help, "print this text");
}

Arguments::~Arguments() = default;

void Arguments::flag(const char* names, bool& target, const char* help) {
    described_->visible.add_options()(names, po::bool_switch(&target), help);
    note_flag(names);
}

void Arguments::value(const char* names, std::string& target, const char* help) {
    described_->visible.add_options()(names, po::value(&target)->value_name("VALUE"), help);
}

void Arguments::value(const char* names, std::optional<std::string>& target, const char* help) {
    auto* semantic = po::value<std::string>()->value_name("VALUE");
    semantic->notifier([&target](const std::string& given) { target = given; });
    described_->visible.add_options()(names, semantic, help);
}

void Arguments::value(const char* names, unsigned& target, const char* help) {
    described_->visible.add_options()(names, po::value(&target)->value_name("N"), help);
}

void Arguments::list(const char* names, std::vector<std::string>& target, const char* help) {
    described_->visible.add_options()(names, po::value(&target)->composing()->value_name("VALUE"),
                                      help);
}

void Arguments::ignored_flag(const char* names) {
    described_->hidden.add_options()(names, po::bool_switch(), "");
    note_flag(names);
}

void Arguments::ignored_value(const char* names) {
    described_->hidden.add_options()(names, po::value<std::string>(), "");
}

std::string Arguments::help() const {
    std::ostringstream text;
    text << "usage: oci-rt " << usage_ << "\n\n" << summary_ << "\n\n" << described_->visible;
    return text.str();
}

Result<bool> Arguments::parse(std::span<const std::string> given) {
    // Behind "--", and with options_first behind the first argument that is no option, nothing is
    // an option. Boost offers the rest of the arguments to this before it looks at them itself; it
    // also offers single words, to learn whether they are a value, which they always are.
    const std::vector<std::string>* whole = nullptr;
    const auto take_first = [this, &whole](std::vector<std::string>& args) {
        std::vector<po::option> taken;
        whole = whole == nullptr ? &args : whole;
        if (&args != whole) {
            return taken;
        }
        if (const std::optional<bool> set = flag_value(args.front()); set == true) {
            args.front().resize(args.front().find('='));
        } else if (set == false) {
            args.erase(args.begin());
            taken.emplace_back(); // nothing
            return taken;
        }
        if (const std::string& front = args.front();
            front.size() > 3 && front.starts_with("--") && front.find('=') == front.size() - 1) {
            // Boost takes no empty value behind "=".
            po::option empty(front.substr(2, front.size() - 3), {""});
            empty.original_tokens = {front};
            taken.push_back(std::move(empty));
            args.erase(args.begin());
            return taken;
        }
        const bool separator = args.front() == "--";
        const bool option = args.front().size() > 1 && args.front().starts_with('-');
        if (separator || (!option && order_ == Order::options_first)) {
            po::option rest;
            rest.value.assign(args.begin() + (separator ? 1 : 0), args.end());
            taken.push_back(std::move(rest));
            args.clear();
        }
        return taken;
    };
    try {
        po::options_description all;
        all.add(described_->visible).add(described_->hidden);
        po::command_line_parser parser(std::vector<std::string>(given.begin(), given.end()));
        namespace style = po::command_line_style;
        parser.options(all)
            .style(style::unix_style & ~style::allow_guessing)
            .extra_style_parser(take_first);
        const po::parsed_options parsed = parser.run();
        for (const po::option& option : parsed.options) {
            if (option.string_key.empty()) {
                positional_.insert(positional_.end(), option.value.begin(), option.value.end());
            }
        }
        po::variables_map values;
        po::store(parsed, values);
        po::notify(values);
    } catch (const po::invalid_command_line_syntax& error) {
        // podman asks by these words of runc whether an option is there.
        return Error(error.kind() == po::invalid_syntax::missing_parameter
                         ? cat("flag needs an argument: ", error.get_option_name())
                         : error.what())
            .hint(cat("usage: oci-rt ", usage_));
    } catch (const po::error& error) {
        return Error(error.what()).hint(cat("usage: oci-rt ", usage_));
    }
    if (described_->help) {
        const std::string text = help();
        TRY(base::sys::write(base::FdRef(STDOUT_FILENO), text));
        return false;
    }
    return true;
}

Result<std::string> Arguments::only_id() const {
    if (positional_.empty()) {
        return Error("the id of a container is missing").hint(cat("usage: oci-rt ", usage_));
    }
    if (positional_.size() > 1) {
        return Error(cat("one argument too many: ", base::quoted(positional_[1])))
            .hint(cat("usage: oci-rt ", usage_));
    }
    return positional_.front();
}

} // namespace cli
