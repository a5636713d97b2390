#include "conformance/harness/workshop.hpp"

#include "conformance/harness/namespaces.hpp"
#include "conformance/harness/probe_image.hpp"

#include <iostream>

#include <sys/stat.h>
#include <unistd.h>

namespace conformance {

Workshop::Workshop(bool keep)
    : tag_("ocic" + std::to_string(::getpid())), directory_("/run/" + tag_), keep_(keep) {
    make_directories(directory_);
    if (!keep_) {
        mount_.emplace(Mount::tmpfs(directory_));
    }
    make_directories(root());
    write_text(probe(), probe_image(), 0755);
    // Some runtimes change the owner of their standard input: never the host's own device.
    make_node(null_device(), S_IFCHR | 0666, 1, 3);
}

Workshop::~Workshop() {
    mount_.reset();
    if (keep_) {
        std::cerr << "kept: " << directory_.string() << "\n";
    } else {
        remove_tree(directory_);
    }
}

Place Workshop::place(const std::string& name) const {
    return {
        .directory = directory_ / name, .probe = probe(), .tag = tag_ + "-" + name, .keep = keep_};
}

namespace {

/// Whether the runtime runs the plain bundle, under each version of the specification. Without
/// that a row means nothing: every refusal would pass for the one that it asks for.
class Ground {
  public:
    Ground(const Runtime& runtime, const Host& host, const Workshop& workshop)
        : runtime_(runtime), host_(host), workshop_(workshop) {}

    /// What is wrong; "" if nothing is.
    const std::string& fault(const std::string& since) {
        const auto [known, is_new] = faults_.try_emplace(since);
        if (is_new) {
            const Row plain{"plain", Level::must, since, "", "", &run_plain_bundle};
            const Outcome outcome =
                run_row(plain, runtime_, host_, workshop_.place("plain" + since));
            if (outcome.verdict != Verdict::pass) {
                known->second =
                    "the plain bundle of version " + since + " does not run: " + outcome.text;
            }
        }
        return known->second;
    }

  private:
    static void run_plain_bundle(Case& c) {
        c.script("see ids");
        static_cast<void>(c.run().seen("ids"));
    }

    const Runtime& runtime_;
    const Host& host_;
    const Workshop& workshop_;
    std::map<std::string, std::string> faults_;
};

} // namespace

void work(const Options& options, const std::vector<const Row*>& rows,
          const std::function<void(const Outcome&)>& on_outcome) {
    become_reaper();
    const Watch watch(options.timeout);
    enter_own_namespaces();
    const Workshop workshop(options.keep);
    const Host host = Host::look();
    const Runtime runtime(options.runtime, options.runtime_arguments, workshop.root(),
                          workshop.null_device(), watch);
    Ground ground(runtime, host, workshop);
    for (const Row* row : rows) {
        const std::string& fault = ground.fault(row->since);
        on_outcome(fault.empty() ? run_row(*row, runtime, host, workshop.place(row->id))
                                 : Outcome{.row = row, .verdict = Verdict::fail, .text = fault});
    }
}

} // namespace conformance
