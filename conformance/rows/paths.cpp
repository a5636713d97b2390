// B. maskedPaths, readonlyPaths and mountLabel.
#include "conformance/rows/rows.hpp"

#include <array>

#include <sys/xattr.h>

namespace conformance {

namespace {

constexpr auto kMust = Level::must;
constexpr auto kMasked = "config-linux.md#masked-paths";
constexpr auto kReadonly = "config-linux.md#readonly-paths";
constexpr auto kMountLabel = "config-linux.md#mount-label";

void secret_files(Case& c) {
    make_directories(c.rootfs() / "secret");
    write_text(c.rootfs() / "secret/file", "secret");
    write_text(c.rootfs() / "file", "secret");
}

void masked_file(Case& c) {
    secret_files(c);
    c.linux_part()["maskedPaths"] = {"/file"};
    c.script("read /file");
    c.expect(c.run().step("read").value("text", "") != "secret", "the file can be read");
    c.same(read_text(c.rootfs() / "file"), "secret", "the file in the bundle");
}

void masked_directory(Case& c) {
    secret_files(c);
    c.linux_part()["maskedPaths"] = {"/secret"};
    c.script("list /secret , read /secret/file");
    const Report report = c.run();
    c.same(report.step("list")["entries"], Json::object(), "what is in the directory");
    c.expect(!report.error("read").empty(), "a file in the directory can be read");
}

void masked_proc(Case& c) {
    c.linux_part()["maskedPaths"] = {"/proc/version", "/proc/irq"};
    c.script("read /proc/version , list /proc/irq");
    const Report report = c.run();
    c.same(report.step("read").value("text", ""), "", "what /proc/version gives");
    c.same(report.step("list")["entries"], Json::object(), "what is in /proc/irq");
}

void masked_missing(Case& c) {
    c.linux_part()["maskedPaths"] = {"/no/such/path", "/proc/no-such-file"};
    c.observe();
}

void masked_through_link(Case& c) {
    // A link in the root file system may not turn the mask to a file of the host.
    write_text(c.directory() / "outside", "host");
    fs::create_symlink(c.directory() / "outside", c.rootfs() / "link");
    c.linux_part()["maskedPaths"] = {"/link"};
    const Snapshot before = c.snapshot();
    c.observe();
    c.same(c.snapshot().mounts.size(), before.mounts.size(), "the number of mounts on the host");
    c.same(read_text(c.directory() / "outside"), "host", "the file of the host");
}

void readonly_file(Case& c) {
    secret_files(c);
    c.linux_part()["readonlyPaths"] = {"/file"};
    c.script("read /file , write /file x");
    const Report report = c.run();
    c.same(report.step("read")["text"], "secret", "what the file gives");
    c.same(report.error("write"), "EROFS", "writing to it");
}

void readonly_directory(Case& c) {
    secret_files(c);
    c.linux_part()["readonlyPaths"] = {"/secret"};
    c.script("read /secret/file , touch /secret/new , touch /elsewhere");
    const Report report = c.run();
    c.same(report.step("read")["text"], "secret", "what a file in it gives");
    c.same(report.error("touch", "/secret/new"), "EROFS", "writing in it");
    c.same(report.error("touch", "/elsewhere"), "", "writing elsewhere");
}

void readonly_proc(Case& c) {
    c.linux_part()["readonlyPaths"] = {"/proc/sys"};
    c.script("write /proc/sys/kernel/domainname x , read /proc/sys/kernel/ostype");
    const Report report = c.run();
    c.same(report.error("write"), "EROFS", "writing to /proc/sys");
    c.same(report.step("read")["text"], "Linux\n", "what a file in it gives");
}

void readonly_keeps_flags(Case& c) {
    c.mount({{"destination", "/m"},
             {"type", "tmpfs"},
             {"source", "tmpfs"},
             {"options", {"nosuid", "nodev", "noexec"}}});
    c.linux_part()["readonlyPaths"] = {"/m"};
    c.script("see mounts");
    const Report report = c.run();
    const Json options = report.mount_at("/m")["options"];
    for (const char* option : {"ro", "nosuid", "nodev", "noexec"}) {
        c.expect(holds(options, option), std::string(option) + " is missing: " + options.dump());
    }
}

void readonly_missing(Case& c) {
    c.linux_part()["readonlyPaths"] = {"/no/such/path"};
    c.observe();
}

void mount_label(Case& c) {
    c.needs(!c.host().has_selinux(), "SELinux is active here");
    c.linux_part()["mountLabel"] = "system_u:object_r:svirt_sandbox_file_t:s0:c715,c811";
    c.observe();
}

void mount_label_set(Case& c) {
    c.needs(c.host().has_selinux(), "SELinux is not active here");
    std::array<char, 512> root{};
    c.needs(::getxattr("/", "security.selinux", root.data(), root.size() - 1) > 0,
            "the files of this host have no SELinux labels");
    const std::string label = with_own_categories(root.data());
    c.linux_part()["mountLabel"] = label;
    c.mount({{"destination", "/m"}, {"type", "tmpfs"}, {"source", "tmpfs"}});
    c.script("read /proc/self/mountinfo");
    bool labelled = false;
    for (const std::string& line : lines_of(c.run().step("read")["text"].get<std::string>())) {
        labelled = labelled || (line.find(" /m ") != std::string::npos &&
                                line.find("context=\"" + label + "\"") != std::string::npos);
    }
    c.expect(labelled, "no tmpfs has the context " + label);
}

constexpr Refusal kRefusals[] = {
    {"M16.relative", kMust, "1.0", kMasked, "a relative masked path is an error",
     R"({"linux": {"maskedPaths": ["proc/version"]}})"},
    {"M17.relative", kMust, "1.0", kReadonly, "a relative read-only path is an error",
     R"({"linux": {"readonlyPaths": ["proc/sys"]}})"},
};

} // namespace

Rows path_rows() {
    return Rows{
               {"M16.file", kMust, "1.0", kMasked, "a masked file cannot be read", &masked_file},
               {"M16.directory", kMust, "1.0", kMasked, "a masked directory is empty",
                &masked_directory},
               {"M16.proc", kMust, "1.0", kMasked, "files and directories of /proc can be masked",
                &masked_proc},
               {"M16.missing", Level::may, "1.0", kMasked, "a masked path that does not exist",
                &masked_missing},
               {"M16.link", kMust, "1.0", kMasked,
                "a masked path that is a link masks nothing outside", &masked_through_link},
               {"M17.file", kMust, "1.0", kReadonly, "a read-only file cannot be written",
                &readonly_file},
               {"M17.directory", kMust, "1.0", kReadonly,
                "nothing in a read-only directory can be written", &readonly_directory},
               {"M17.proc", kMust, "1.0", kReadonly, "/proc/sys can be made read-only",
                &readonly_proc},
               {"M17.keeps-flags", Level::should, "1.0", kReadonly,
                "a read-only mount keeps its other options", &readonly_keeps_flags},
               {"M14.absent", Level::may, "1.0", kMountLabel,
                "a mountLabel on a host without SELinux", &mount_label},
               {"M14.set", kMust, "1.0", kMountLabel, "a mount has the mountLabel",
                &mount_label_set},
               {"M17.missing", Level::may, "1.0", kReadonly, "a read-only path that does not exist",
                &readonly_missing},
           } +
           refusal_rows(kRefusals);
}

} // namespace conformance
