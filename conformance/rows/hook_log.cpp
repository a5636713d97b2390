#include "conformance/rows/hook_log.hpp"

namespace conformance {

namespace {

fs::path log_file(Case& c) {
    return c.rootfs() / "log";
}

} // namespace

Json& add_hook(Case& c, const HookKind& kind, const std::string& name, const std::string& script) {
    if (!fs::exists(log_file(c))) {
        write_text(log_file(c), "", 0666);
    }
    const std::string log = kind.path_inside ? "/log" : log_file(c).string();
    Json arguments = {"probe", "--log", log, "hook", name};
    if (!script.empty()) {
        arguments.push_back(",");
        for (const std::string& word : words_of(script)) {
            arguments.push_back(word);
        }
    }
    const std::string path = kind.path_inside ? kProbe : c.probe().string();
    Json& list = c.config()["hooks"][kind.name];
    list.push_back({{"path", path}, {"args", arguments}});
    return list.back();
}

Report hook_log(Case& c) {
    return Report(try_read(log_file(c)).value_or(""));
}

std::vector<std::string> hooks_run(Case& c) {
    std::vector<std::string> names;
    for (const Json& line : hook_log(c).lines()) {
        if (line.value("do", "") == "hook" || line.value("do", "") == "mark") {
            names.push_back(line.value("on", ""));
        }
    }
    return names;
}

} // namespace conformance
