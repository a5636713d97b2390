// oci-conformance: shows, row by row, what an OCI runtime does of the runtime specification.
#include "conformance/options.hpp"

#include <exception>
#include <iostream>

int main(int count, char** arguments) {
    using namespace conformance;
    int status = 0;
    try {
        const std::optional<Options> options = parse_options(count, arguments, status);
        if (!options) {
            return status;
        }
        if (options->list) {
            print_rows(selected_rows(*options), options->format, std::cout);
            return 0;
        }
        return run_suite(*options);
    } catch (const std::exception& failure) {
        std::cerr << "oci-conformance: " << failure.what() << "\n";
        constexpr int kBroken = 3;
        return kBroken;
    }
}
