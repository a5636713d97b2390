#include "runtime/criu_message.hpp"

#include "runtime/base/text.hpp"

#include <cerrno>

#include <sched.h>

// The numbers are those of images/rpc.proto, which are never given to another field.

namespace runtime::criu {

using base::Error;
using base::Result;

namespace {

enum class WireType : std::uint8_t { number = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

/// Fields of one message, one behind the other.
class Writer {
  public:
    Writer& number(unsigned field, std::int64_t value) {
        tag(field, WireType::number);
        // A negative number is a long one of ten bytes.
        varint(static_cast<std::uint64_t>(value));
        return *this;
    }
    Writer& bytes(unsigned field, std::string_view value) {
        tag(field, WireType::bytes);
        varint(value.size());
        bytes_ += value;
        return *this;
    }
    /// Left away where it is the default.
    Writer& flag(unsigned field, bool value) { return value ? number(field, 1) : *this; }
    Writer& text(unsigned field, std::string_view value) {
        return value.empty() ? *this : bytes(field, value);
    }

    [[nodiscard]] const std::string& bytes() const { return bytes_; }

  private:
    void tag(unsigned field, WireType type) { varint(field << 3U | static_cast<unsigned>(type)); }
    void varint(std::uint64_t value) {
        for (; value > 0x7f; value >>= 7U) {
            bytes_ += static_cast<char>(value | 0x80U);
        }
        bytes_ += static_cast<char>(value);
    }

    std::string bytes_;
};

struct Field {
    unsigned id = 0;
    std::uint64_t number = 0;
    std::string_view bytes;
};

/// The fields of a message; `broken` once one cannot be read.
class Reader {
  public:
    explicit Reader(std::string_view bytes) : rest_(bytes) {}

    /// False at the end, and where it is broken.
    bool next(Field& field) {
        if (rest_.empty() || broken_) {
            return false;
        }
        const std::uint64_t tag = varint();
        field = {.id = static_cast<unsigned>(tag >> 3U), .number = 0, .bytes = {}};
        switch (static_cast<WireType>(tag & 7U)) {
        case WireType::number:
            field.number = varint();
            break;
        case WireType::bytes:
            field.bytes = take(varint());
            break;
        case WireType::fixed64:
            take(8);
            break;
        case WireType::fixed32:
            take(4);
            break;
        default:
            broken_ = true;
        }
        return !broken_;
    }
    [[nodiscard]] bool broken() const { return broken_; }

  private:
    std::uint64_t varint() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            const std::string_view byte = take(1);
            if (broken_) {
                return 0;
            }
            const auto bits = static_cast<unsigned char>(byte.front());
            value |= std::uint64_t{bits & 0x7fU} << shift;
            if ((bits & 0x80U) == 0) {
                return value;
            }
        }
        broken_ = true;
        return 0;
    }
    std::string_view take(std::uint64_t size) {
        if (size > rest_.size()) {
            broken_ = true;
            return {};
        }
        const std::string_view taken = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return taken;
    }

    std::string_view rest_;
    bool broken_ = false;
};

constexpr int kDebugLog = 4; // what CRIU's developers ask for when something is reported to them

void write_lists(Writer& writer, const Options& options) {
    for (const ExternalMount& mount : options.external_mounts) {
        writer.bytes(23, Writer().bytes(1, mount.key).bytes(2, mount.value).bytes());
    }
    for (const CgroupRoot& root : options.cgroup_roots) {
        writer.bytes(25, Writer().bytes(1, root.controller).bytes(2, root.path).bytes());
    }
    for (const InheritedFd& fd : options.inherited_fds) {
        writer.bytes(27, Writer().bytes(1, fd.key).number(2, fd.number).bytes());
    }
    for (const std::string& external : options.external) {
        writer.bytes(37, external);
    }
    for (const JoinedNamespace& joined : options.joined_namespaces) {
        writer.bytes(39, Writer().bytes(1, joined.type).bytes(2, joined.path).bytes());
    }
}

std::string bytes_of(const Options& options) {
    Writer writer;
    writer.number(1, options.images);
    if (options.pid != 0) {
        writer.number(2, options.pid);
    }
    writer.flag(3, options.leave_running)
        .flag(4, options.ext_unix_sk)
        .flag(5, options.tcp_established)
        .flag(6, options.evasive_devices)
        .flag(7, options.shell_job)
        .flag(8, options.file_locks)
        .number(9, kDebugLog)
        .text(10, options.log_file);
    if (options.page_server) {
        writer.bytes(11, Writer()
                             .bytes(1, options.page_server->address)
                             .number(2, options.page_server->port)
                             .bytes());
    }
    writer
        .flag(12, true) // notices
        .text(13, options.root)
        .text(14, options.parent_images)
        .flag(15, options.track_memory)
        .flag(16, options.auto_dedup);
    if (options.work >= 0) {
        writer.number(17, options.work);
    }
    writer.flag(18, options.link_remap)
        .flag(26, options.restore_sibling)
        .number(34, static_cast<int>(options.cgroup_mode))
        .number(38, CLONE_NEWNET) // what a network namespace holds is the caller's matter, and ours
        .text(44, options.freeze_cgroup)
        .flag(46, options.tcp_skip_in_flight)
        .flag(48, options.lazy_pages)
        .flag(50, true) // the masters of terminals are sent to us
        .text(51, options.config_file)
        .text(53, options.lsm_profile)
        .text(63, options.lsm_mount_context);
    write_lists(writer, options);
    return writer.bytes();
}

Writer request(Subject subject) {
    return std::move(Writer().number(1, static_cast<int>(subject)));
}

void read(std::string_view bytes, Notice& notice) {
    Reader reader(bytes);
    for (Field field; reader.next(field);) {
        switch (field.id) {
        case 1:
            notice.moment = field.bytes;
            break;
        case 2:
            notice.pid = static_cast<pid_t>(field.number);
            break;
        default:
            break;
        }
    }
}

void read(std::string_view bytes, Features& features) {
    Reader reader(bytes);
    for (Field field; reader.next(field);) {
        if (field.id == 1) {
            features.memory_tracking = field.number != 0;
        } else if (field.id == 2) {
            features.lazy_pages = field.number != 0;
        }
    }
}

void read(std::string_view bytes, Version& version) {
    Reader reader(bytes);
    for (Field field; reader.next(field);) {
        const int number = static_cast<int>(field.number);
        if (field.id == 1) {
            version.major = number;
        } else if (field.id == 2) {
            version.minor = number;
        } else if (field.id == 4) {
            version.sublevel = number;
        }
    }
}

/// criu_restore_resp.
pid_t restored_pid(std::string_view bytes) {
    Reader reader(bytes);
    pid_t pid = 0;
    for (Field field; reader.next(field);) {
        pid = field.id == 1 ? static_cast<pid_t>(field.number) : pid;
    }
    return pid;
}

void read(const Field& field, Response& response) {
    switch (field.id) {
    case 1:
        response.subject = static_cast<Subject>(field.number);
        break;
    case 2:
        response.success = field.number != 0;
        break;
    case 4:
        response.restored = restored_pid(field.bytes);
        break;
    case 5:
        read(field.bytes, response.notice);
        break;
    case 7:
        response.code = static_cast<int>(field.number);
        break;
    case 8:
        read(field.bytes, response.features);
        break;
    case 9:
        response.message = field.bytes;
        break;
    case 10:
        read(field.bytes, response.version);
        break;
    default:
        break;
    }
}

} // namespace

std::string encode(Subject subject, const Options& options) {
    return request(subject).bytes(2, bytes_of(options)).bytes();
}

std::string encode_version_request() {
    return request(Subject::version).flag(4, true).bytes();
}

std::string encode_features_request() {
    return request(Subject::features)
        .flag(4, true)
        .bytes(5, Writer().flag(1, true).flag(2, true).bytes())
        .bytes();
}

std::string encode_notice_answer(bool go_on) {
    return request(Subject::notify).number(3, go_on ? 1 : 0).bytes();
}

Result<Response> decode_response(std::string_view bytes) {
    Response response;
    Reader reader(bytes);
    for (Field field; reader.next(field);) {
        read(field, response);
    }
    if (reader.broken() || bytes.empty()) {
        return Error::system(EBADMSG, "CRIU's answer cannot be read");
    }
    return response;
}

} // namespace runtime::criu
