// The conversation between the runtime (parent) and the container's first process (child).
//
//      parent                              child
//        │  mapped            ───────────────>│  [user ns]  ids are mapped: take root, exec
//        │  begin             ───────────────>│  the plan and its descriptors
//        │<─────────────────  sibling         │  [relay]    the relay's last word: who is the child
//        │  mapped            ───────────────>│  [relay + user ns]
//        │  sources …         ───────────────>│  [user ns]  bind sources and nodes from the host
//        │<─────────────────  mounted         │  [hooks]    the tree stands, "/" is still the
//        host's │  hooked            ───────────────>│  [hooks]    prestart and createRuntime hooks
//        ran │<─────────────────  console         │  [terminal] the master side of its pty
//        │<─────────────────  listener        │  [notify]   the number that its listener will have
//        │<─────────────────  ready           │  all is applied; what the parent adds comes now
//        │  release           ───────────────>│  the container is saved: live on without us
//
// `failed` and `log` may come from the child at any time. Both ends walk the list that
// script_of() makes; a packet that is not the next turn ends the conversation. The child takes
// EOF without `release` as: die.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace runtime {

enum class Message : std::uint8_t {
    mapped,
    begin,
    sibling,
    sources,
    mounted,
    hooked,
    console,
    listener,
    ready,
    release,
    failed, ///< from the child: an encoded base::Error; the last packet
    log,    ///< from the child: a level and a line
};

enum class Side : std::uint8_t { parent, child };

std::string_view name_of(Message message);
/// Who sends it.
Side sender_of(Message message);

/// What the conversation depends on.
struct ScriptFacts {
    bool relay = false;
    bool new_user_namespace = false;
    std::uint32_t source_packets = 0; ///< so many `sources`: a packet takes 253 descriptors
    bool hooks_before_pivot = false;  ///< prestart or createRuntime
    bool terminal = false;
    bool notifies = false; ///< the filter has a listener
};

using Script = std::vector<Message>;

/// How many descriptors go with one packet; the kernel takes 253.
constexpr std::size_t kMostFdsPerPacket = 200;

/// Pure: the turns, in order.
Script script_of(const ScriptFacts& facts);

} // namespace runtime
