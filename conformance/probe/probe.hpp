// The program inside the container. Its arguments are a script of steps, divided by ",":
//
//     /probe see ids mounts , touch /etc/x , exit 3
//
// Each step writes one line "@probe {JSON}" to its standard output, or, after "--log FILE", to the
// end of that file. A step never ends the script by failing: what went wrong is in its line.
#pragma once

#include "json.hpp"

#include <span>
#include <string>
#include <string_view>

namespace probe {

using Words = std::span<char* const>;

/// Writes one line of the report.
void tell(const Object& line);

/// One part of what can be seen, as JSON.
struct Sight {
    std::string_view name;
    std::string (*json)();
};
std::span<const Sight> process_sights();
std::span<const Sight> system_sights();

/// One kind of step. `run` gets the words behind its name, at least `words` of them.
struct Step {
    std::string_view name;
    std::size_t words;
    void (*run)(Words words, Object& line);
};
std::span<const Step> file_steps();
std::span<const Step> process_steps();

/// Every argument and the environment of this process, as the kernel gave them.
void remember_arguments(int count, char** arguments);

} // namespace probe
