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
  using Read = kj::Maybe<capnp::MessageReaderAndFds>;
  return stream_.tryReadMessage(fds, options, scratch)
      .then([this, fds, options, scratch](Read read) mutable -> kj::Promise<Read> {
        if (hung_up_ && read != nullptr) {
          read = nullptr;
          return tryReadMessage(fds, options, scratch);
        }
        options.traversalLimitInWords *= walks;
        KJ_IF_MAYBE (message, read)
          return Read(capnp::MessageReaderAndFds{
              kj::heap<WalkedMessage>(kj::mv(message->reader), options), message->fds});
        return Read();
      });
}

kj::Promise<void> MessageStream::hang_up() {
  auto said = stream_.end();
  hung_up_ = true;
  return said;
}

kj::Maybe<int> MessageStream::getSendBufferSize() {
  KJ_IF_MAYBE (size, stream_.getSendBufferSize())
    return std::min(*size, static_cast<int>(window_bytes_max));
  return nullptr;
}

}  // namespace counterfoil
