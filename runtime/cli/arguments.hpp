// The arguments of a verb, as data: what there is, what it means, what was given.
#pragma once

#include "runtime/base/result.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

/// Whether options may stand behind the first positional argument ("kill ID --all"), or everything
/// from there on is somebody else's ("exec ID ls -l").
enum class Order { mixed, options_first };

/// Declares the options and positional arguments of one verb and parses them. Targets are borrowed
/// and keep their value when an option is not given. `names` is "bundle,b": the long name, and the
/// short one if there is one. Values are taken as `--name value` and `--name=value`, also "-1".
class Arguments {
  public:
    /// `usage` is what stands behind "oci-rt ": "kill [options] ID [SIGNAL]".
    Arguments(std::string usage, std::string summary, Order order = Order::mixed);
    ~Arguments();
    Arguments(const Arguments&) = delete;
    Arguments& operator=(const Arguments&) = delete;

    /// Also taken as --name=true and --name=false.
    void flag(const char* names, bool& target, const char* help);
    void value(const char* names, std::string& target, const char* help);
    void value(const char* names, std::optional<std::string>& target, const char* help);
    void value(const char* names, unsigned& target, const char* help);
    void list(const char* names, std::vector<std::string>& target, const char* help);
    /// Accepted and ignored, with a value or without: an option of another runtime that changes
    /// nothing here.
    void ignored_flag(const char* names);
    void ignored_value(const char* names);

    /// Parses. An error names the argument; with --help the text is printed and false returned.
    base::Result<bool> parse(std::span<const std::string> given);

    /// The positional arguments, in order.
    [[nodiscard]] const std::vector<std::string>& positional() const { return positional_; }
    /// Exactly one positional argument, as most verbs want it: the id.
    [[nodiscard]] base::Result<std::string> only_id() const;
    [[nodiscard]] std::string help() const;

  private:
    void note_flag(std::string_view names);
    [[nodiscard]] std::optional<bool> flag_value(std::string_view argument) const;

    struct Described;
    std::string usage_;
    std::string summary_;
    Order order_;
    std::unique_ptr<Described> described_;
    std::vector<std::string> positional_;
};

} // namespace cli
