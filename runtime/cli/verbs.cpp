#include "runtime/cli/verbs.hpp"

#include <array>

namespace cli {

namespace {

constexpr int kNoSuchProcess = 255; // what engines expect of an exec that could not be started

constexpr std::array kVerbs = {
    Verb{"checkpoint", "save a running container as an image of CRIU", checkpoint_verb},
    Verb{"create", "create a container from a bundle", create_verb},
    Verb{"delete", "delete a container with all that create made", delete_verb},
    Verb{"events", "show what a container uses, and when it runs out of memory", events_verb},
    Verb{"exec", "start a further process in a container", exec_verb, kNoSuchProcess},
    Verb{"features", "say what this oci-rt can do, as JSON", features_verb},
    Verb{"kill", "send a signal to a container", kill_verb},
    Verb{"list", "list the containers", list_verb},
    Verb{"mounts", "add mounts to a container that runs, or remove some", mounts_verb},
    Verb{"pause", "stop all processes of a container", pause_verb},
    Verb{"ps", "list the processes of a container", ps_verb},
    Verb{"restore", "make a container of an image of CRIU, run it and wait for it", restore_verb},
    Verb{"resume", "let the processes of a container go on", resume_verb},
    Verb{"run", "create and start a container and wait for it", run_verb},
    Verb{"spec", "write a config.json to begin with", spec_verb},
    Verb{"start", "start the program of a created container", start_verb},
    Verb{"state", "show the state of a container as JSON", state_verb},
    Verb{"update", "change the resource limits of a container", update_verb},
};

} // namespace

std::span<const Verb> verbs() {
    return kVerbs;
}

} // namespace cli
