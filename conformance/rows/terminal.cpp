// C. process: terminal and consoleSize.
#include "conformance/rows/rows.hpp"

#include <sys/ioctl.h>

namespace conformance {

namespace {

constexpr auto kMust = Level::must;
constexpr auto kProcess = "config.md#process";
constexpr auto kDevices = "config-linux.md#default-devices";

/// A container with a terminal that reports what its streams are.
Report on_terminal(Case& c, std::string_view script) {
    c.process()["terminal"] = true;
    c.script(script);
    return c.run({.terminal = true});
}

void streams(Case& c) {
    const Json seen = on_terminal(c, "see terminal").seen("terminal");
    c.same(seen["isatty"], {true, true, true}, "isatty of 0, 1 and 2");
}

void controlling(Case& c) {
    const Report report = on_terminal(c, "see terminal , open /dev/tty rw");
    c.same(report.error("open"), "", "opening /dev/tty");
    const Json& seen = report.seen("terminal");
    c.expect(seen["foreground"] == seen["session"], "the program is not in the foreground");
}

void console(Case& c) {
    const Report report = on_terminal(c, "see mounts terminal , stat /dev/console");
    c.same(report.step("stat")["is"]["type"], "c", "the type of /dev/console");
    c.expect(report.has_mount_at("/dev/console"), "/dev/console is not a mount");
    const Json& facts = report.step("stat")["is"];
    const Json rdev = facts["major"].get<unsigned>() * 256 + facts["minor"].get<unsigned>();
    c.same(rdev, report.seen("terminal")["rdev"], "the device of /dev/console");
}

void size(Case& c) {
    c.process()["consoleSize"] = {{"height", 25}, {"width", 132}};
    const Json seen = on_terminal(c, "see terminal").seen("terminal");
    c.same({seen["height"], seen["width"]}, {25, 132}, "height and width");
}

void resize(Case& c) {
    c.process()["terminal"] = true;
    c.script("wait , see terminal");
    Container& container = c.started({.terminal = true});
    container.wait_for_step("waiting");
    const winsize wanted{.ws_row = 30, .ws_col = 99, .ws_xpixel = 0, .ws_ypixel = 0};
    ::ioctl(container.terminal(), TIOCSWINSZ, &wanted);
    container.kill("USR1");
    container.wait_for_end();
    const Json seen = container.report().seen("terminal");
    c.same({seen["height"], seen["width"]}, {30, 99}, "height and width after a resize");
}

void owner(Case& c) {
    c.process()["user"] = {{"uid", 1000}, {"gid", 1000}};
    const Report report = on_terminal(c, "see terminal , open /dev/tty rw");
    c.same(report.seen("terminal")["uid"], 1000, "the owner of the terminal");
}

void size_ignored(Case& c) {
    c.process()["consoleSize"] = {{"height", 25}, {"width", 132}};
    c.script("see terminal");
    const Json seen = c.run().seen("terminal");
    c.same(seen["isatty"], {false, false, false}, "isatty of 0, 1 and 2");
}

void no_console(Case& c) {
    c.script("stat /dev/console");
    const Report report = c.run();
    c.note("/dev/console without a terminal: " + report.step("stat")["is"].dump());
}

void no_socket(Case& c) {
    c.process()["terminal"] = true;
    c.observe();
}

void height_missing(Case& c) {
    c.process()["terminal"] = true;
    c.process()["consoleSize"] = {{"width", 80}};
    Container& container = c.container();
    c.expect_refused(container.create({.terminal = true}));
}

} // namespace

Rows terminal_rows() {
    return {
        {"P1.streams", kMust, "1.0", kProcess, "a terminal is on descriptors 0, 1 and 2", &streams},
        {"P1.controlling", Level::should, "1.0", kProcess,
         "it is the controlling terminal, and the program in its foreground", &controlling},
        {"P1.owner", Level::should, "1.0", kProcess, "the terminal belongs to the user", &owner},
        {"D2.console", kMust, "1.0", kDevices, "/dev/console is the terminal, as a bind mount",
         &console},
        {"D2.no-console", Level::may, "1.0", kDevices, "/dev/console without a terminal",
         &no_console},
        {"P1.no-socket", Level::may, "1.0", kProcess, "a terminal without a console socket",
         &no_socket},
        {"P2.size", kMust, "1.0", kProcess, "consoleSize is the size of the terminal", &size},
        {"P1.resize", Level::should, "1.0", kProcess, "a resize of the master reaches the program",
         &resize},
        {"P2.ignored", kMust, "1.0", kProcess, "consoleSize without a terminal is ignored",
         &size_ignored},
        {"P2.height-missing", Level::should, "1.0", kProcess,
         "a consoleSize without height is an error", &height_missing},
    };
}

} // namespace conformance
