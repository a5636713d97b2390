#include "namespaces/cover.hpp"
#include "namespaces/devices.hpp"
#include "namespaces/from_host.hpp"
#include "namespaces/mounts.hpp"
#include "namespaces/rootfs.hpp"
#include "runtime/base/sys.hpp"
#include "runtime/console.hpp"
#include "runtime/stage2.hpp"

#include <algorithm>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace runtime {

using base::cat;
using base::done;
using base::Fd;
using base::FdRef;
using base::Result;

namespace {

constexpr mode_t kTreeUmask = 022; // directories and files that we make on the way

} // namespace

Result<> run_hooks_inside(const Stage2& stage, const HookList& list, spec::Status status,
                          const std::string& directory) {
    if (list.hooks.empty()) {
        return done();
    }
    const spec::State state{.id = stage.plan.id,
                            .status = status,
                            .pid = ::getpid(),
                            .bundle = stage.plan.bundle,
                            .annotations = stage.plan.annotations};
    return run_hooks(list, spec::to_json(state, spec::JsonWriter::Form::compact), directory);
}

namespace steps {

Result<> copy_shared_sources(Stage2& stage) {
    TRY_ASSIGN(stage.shared_binds, namespaces::copy_shared_sources(stage.plan.mounts));
    return done();
}

Result<> isolate_mounts(Stage2& stage) {
    stage.inherited_umask = ::umask(kTreeUmask);
    return namespaces::isolate_tree(stage.plan.mounts.root);
}

Result<> receive_sources(Stage2& stage) {
    std::vector<Fd> all;
    while (stage.channel.next() == Message::sources) {
        TRY_ASSIGN(Received received, stage.channel.expect(Message::sources));
        std::ranges::move(received.fds, std::back_inserter(all));
    }
    TRY_ASSIGN(namespaces::HostSources sources,
               namespaces::apart(std::move(all), stage.plan.mounts));
    if (sources.root) {
        stage.root.emplace(*std::move(sources.root));
    }
    stage.binds = std::move(sources.binds);
    stage.nodes = std::move(sources.nodes);
    return done();
}

Result<> install_root(Stage2& stage) {
    if (stage.root) {
        return done(); // came with the sources
    }
    TRY_ASSIGN(Fd root, namespaces::install_root(stage.plan.mounts.root)
                            .at("/root/path")
                            .in(cat("mount the root ", base::quoted(stage.plan.mounts.root.path))));
    stage.root.emplace(std::move(root));
    return done();
}

Result<> mount_all(Stage2& stage) {
    auto bind = stage.binds.begin();
    auto shared_bind = stage.shared_binds.begin();
    for (const namespaces::MountStep& step : stage.plan.mounts.steps) {
        Fd source;
        if (step.from_host) {
            source = std::move(*bind++);
        } else if (step.shared_with_host) {
            source = std::move(*shared_bind++);
        }
        TRY(namespaces::apply(*stage.root, step, std::move(source)));
    }
    stage.binds.clear();
    stage.shared_binds.clear();
    return done();
}

Result<> make_devices(Stage2& stage) {
    const namespaces::MountPlan& mounts = stage.plan.mounts;
    ::umask(0); // nodes get their modes at once
    Result<> made = namespaces::make_nodes(*stage.root, mounts.nodes, std::move(stage.nodes));
    ::umask(kTreeUmask);
    TRY(std::move(made));
    return mounts.device_links ? namespaces::make_device_links(*stage.root) : done();
}

Result<> let_runtime_hooks_run(Stage2& stage) {
    if (!stage.has_turn(Message::mounted)) {
        return done();
    }
    TRY(stage.channel.send(Message::mounted));
    TRY(stage.channel.expect(Message::hooked));
    return done();
}

Result<> run_create_container_hooks(Stage2& stage) {
    return run_hooks_inside(stage, {"createContainer", stage.plan.create_container_hooks},
                            spec::Status::creating, stage.plan.bundle);
}

Result<> enter_root(Stage2& stage) {
    TRY(namespaces::enter_root(stage.plan.mounts.root, stage.root->root())
            .at("/root/path")
            .in("enter the root"));
    if (stage.plan.mounts.root.entry == namespaces::RootPlan::Entry::detached) {
        return done(); // with another descriptor than its own the tree could not be finished
    }
    TRY_ASSIGN(Fd top, base::sys::open(FdRef::cwd(), "/", O_PATH | O_DIRECTORY));
    stage.root.emplace(std::move(top));
    return done();
}

Result<> open_terminal(Stage2& stage) {
    const std::optional<ProcessPlan>& process = stage.plan.process;
    if (!process || !process->terminal) {
        return done();
    }
    TRY_ASSIGN(Pty pty, open_pty(*stage.root, process->uid, process->console_size)
                            .at(cat(process->origin, "/terminal"))
                            .in("open a terminal"));
    if (stage.plan.mounts.console) {
        TRY(namespaces::bind_console(*stage.root, pty.slave).at(cat(process->origin, "/terminal")));
    }
    const FdRef sent[] = {pty.master};
    TRY(stage.channel.send(Message::console, {}, sent));
    TRY(use_terminal(pty.slave).at(cat(process->origin, "/terminal")));
    return done();
}

Result<> finish_tree(Stage2& stage) {
    const namespaces::MountPlan& mounts = stage.plan.mounts;
    TRY(namespaces::finish_root(mounts.root));
    TRY(namespaces::make_readonly(*stage.root, mounts.readonly));
    return namespaces::mask(*stage.root, mounts.masked, mounts.mask_label);
}

Result<> open_container_root(Stage2& stage) {
    stage.inherited_umask = ::umask(kTreeUmask);
    if (stage.container_root) {
        TRY(namespaces::enter_root({.entry = namespaces::RootPlan::Entry::joined},
                                   stage.container_root)
                .in("enter the container's root"));
        stage.container_root.close();
    }
    TRY_ASSIGN(Fd top, base::sys::open(FdRef::cwd(), "/", O_PATH | O_DIRECTORY));
    stage.root.emplace(std::move(top));
    return done();
}

} // namespace steps

} // namespace runtime
