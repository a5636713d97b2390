#include "runtime/protocol.hpp"

namespace runtime {

std::string_view name_of(Message message) {
    switch (message) {
    case Message::mapped:
        return "mapped";
    case Message::begin:
        return "begin";
    case Message::sibling:
        return "sibling";
    case Message::sources:
        return "sources";
    case Message::mounted:
        return "mounted";
    case Message::hooked:
        return "hooked";
    case Message::console:
        return "console";
    case Message::listener:
        return "listener";
    case Message::ready:
        return "ready";
    case Message::release:
        return "release";
    case Message::failed:
        return "failed";
    case Message::log:
        return "log";
    }
    return "unknown";
}

Side sender_of(Message message) {
    switch (message) {
    case Message::mapped:
    case Message::begin:
    case Message::sources:
    case Message::hooked:
    case Message::release:
        return Side::parent;
    case Message::sibling:
    case Message::mounted:
    case Message::console:
    case Message::listener:
    case Message::ready:
    case Message::failed:
    case Message::log:
        return Side::child;
    }
    return Side::child;
}

Script script_of(const ScriptFacts& facts) {
    Script script;
    const auto add = [&script](bool wanted, Message message) {
        if (wanted) {
            script.push_back(message);
        }
    };
    add(facts.new_user_namespace && !facts.relay, Message::mapped);
    add(true, Message::begin);
    add(facts.relay, Message::sibling);
    add(facts.new_user_namespace && facts.relay, Message::mapped);
    script.insert(script.end(), facts.source_packets, Message::sources);
    add(facts.hooks_before_pivot, Message::mounted);
    add(facts.hooks_before_pivot, Message::hooked);
    add(facts.terminal, Message::console);
    add(facts.notifies, Message::listener);
    add(true, Message::ready);
    add(true, Message::release);
    return script;
}

} // namespace runtime
