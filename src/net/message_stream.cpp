#include "net/message_stream.h"

#include <algorithm>

#include "core/limits.h"

namespace counterfoil {
namespace {

constexpr std::uint64_t walks = 8;

/// Room for the call to a sink that is under way when the window is found full.
constexpr std::size_t window_bytes_max = limits::unacknowledged_bytes / 2;

/// A message that was read whole, with another limit on how much of it may be looked at.
class WalkedMessage final : public capnp::MessageReader {
 public:
  WalkedMessage(kj::Own<capnp::MessageReader> message, capnp::ReaderOptions limits)
      : MessageReader(limits), message_(kj::mv(message)) {}
  kj::ArrayPtr<const capnp::word> getSegment(unsigned id) override {
    return message_->getSegment(id);
  }

 private:
  kj::Own<capnp::MessageReader> message_;
};

}  // namespace

kj::Promise<kj::Maybe<capnp::MessageReaderAndFds>> MessageStream::tryReadMessage(
    kj::ArrayPtr<kj::AutoCloseFd> fds, capnp::ReaderOptions options,
    kj::ArrayPtr<capnp::word> scratch) {
  return stream_.tryReadMessage(fds, options, scratch)
      .then([options](kj::Maybe<capnp::MessageReaderAndFds> read) mutable
            -> kj::Maybe<capnp::MessageReaderAndFds> {
        options.traversalLimitInWords *= walks;
        KJ_IF_MAYBE (message, read)
          return capnp::MessageReaderAndFds{
              kj::heap<WalkedMessage>(kj::mv(message->reader), options), message->fds};
        return nullptr;
      });
}

kj::Maybe<int> MessageStream::getSendBufferSize() {
  KJ_IF_MAYBE (size, stream_.getSendBufferSize())
    return std::min(*size, static_cast<int>(window_bytes_max));
  return nullptr;
}

}  // namespace counterfoil
