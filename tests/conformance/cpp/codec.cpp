#include "codec.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <unordered_map>

#include "lamp/v1/service.pb.h"

namespace {

using google::protobuf::Message;

// Reads in large blocks. What was answered goes out before it waits for more: the suite may wait for it.
bool read_exactly(void* to, std::size_t size) {
    static char block[1 << 20];
    static std::size_t begin = 0, end = 0;
    auto* out = static_cast<char*>(to);
    while (size > 0) {
        if (begin == end) {
            std::fflush(stdout);
            const ssize_t got = ::read(STDIN_FILENO, block, sizeof block);
            if (got <= 0) return false;
            begin = 0;
            end = static_cast<std::size_t>(got);
        }
        const std::size_t part = std::min(size, end - begin);
        std::memcpy(out, block + begin, part);
        begin += part;
        out += part;
        size -= part;
    }
    return true;
}

// One message object per name, used again and again.
Message* message_of(const std::string& name) {
    static std::unordered_map<std::string, std::unique_ptr<Message>> known;
    const auto found = known.find(name);
    if (found != known.end()) return found->second.get();
    lamp::v1::GetServerInfoRequest::descriptor();   // links the generated files in
    const auto* type = google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName("lamp.v1." + name);
    if (type == nullptr) return nullptr;
    const Message* prototype = google::protobuf::MessageFactory::generated_factory()->GetPrototype(type);
    return (known[name] = std::unique_ptr<Message>(prototype->New())).get();
}

void answer(std::uint8_t status, const std::string& body) {
    const auto size = static_cast<std::uint32_t>(body.size() + 1);
    const std::uint8_t head[5] = {static_cast<std::uint8_t>(size), static_cast<std::uint8_t>(size >> 8),
                                  static_cast<std::uint8_t>(size >> 16), static_cast<std::uint8_t>(size >> 24), status};
    std::fwrite(head, 1, sizeof head, stdout);
    std::fwrite(body.data(), 1, body.size(), stdout);
}

}  // namespace

int codec() {
    static char out[1 << 20];
    std::setvbuf(stdout, out, _IOFBF, sizeof out);
    google::protobuf::SetLogHandler(nullptr);   // what cannot be decoded is an answer, not a line on standard error
    std::string request, encoded;
    std::uint8_t head[4];
    while (read_exactly(head, sizeof head)) {
        const std::uint32_t size = head[0] | std::uint32_t{head[1]} << 8 | std::uint32_t{head[2]} << 16 | std::uint32_t{head[3]} << 24;
        request.resize(size);
        if (size == 0 || !read_exactly(&request[0], size)) return 2;
        const std::size_t name_size = static_cast<std::uint8_t>(request[0]);
        if (1 + name_size > request.size()) return 2;
        Message* message = message_of(request.substr(1, name_size));
        if (message == nullptr) {
            answer(2, "");
            continue;
        }
        message->Clear();
        const bool ok = message->ParseFromArray(request.data() + 1 + name_size, static_cast<int>(size - 1 - name_size));
        encoded.clear();
        if (ok && message->SerializeToString(&encoded)) {
            answer(0, encoded);
        } else {
            answer(1, "");
        }
    }
    std::fflush(stdout);
    return 0;
}
