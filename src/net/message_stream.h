#pragma once

#include <capnp/serialize-async.h>

namespace counterfoil {

/// Cap'n Proto messages over a byte stream, with our limits where the library's own would not do.
///
/// The library has one number for how long a message may be and for how much of it may be read,
/// counting what is read twice twice. A request is walked several times before it is recorded
/// (measured, checked, brought into canonical form), so a message may be read `walks` times over.
/// What a peer has not acknowledged of one stream of events stays below
/// limits::unacknowledged_bytes, whatever the system's socket buffers grow to.
///
/// Hanging up loses nothing that was said: a socket that is closed with something unread resets the
/// connection, and what the peer has not read yet is gone. So the peer closes it.
class MessageStream final : public capnp::MessageStream {
 public:
  /// The stream outlives it.
  explicit MessageStream(kj::AsyncIoStream& stream) : stream_(stream) {}

  using capnp::MessageStream::tryReadMessage;
  using capnp::MessageStream::writeMessage;
  using capnp::MessageStream::writeMessages;
  kj::Promise<kj::Maybe<capnp::MessageReaderAndFds>> tryReadMessage(
      kj::ArrayPtr<kj::AutoCloseFd> fds, capnp::ReaderOptions options,
      kj::ArrayPtr<capnp::word> scratch) override;
  kj::Promise<void> writeMessage(
      kj::ArrayPtr<const int> fds,
      kj::ArrayPtr<const kj::ArrayPtr<const capnp::word>> segments) override {
    return hung_up_ ? kj::READY_NOW : stream_.writeMessage(fds, segments);
  }
  kj::Promise<void> writeMessages(
      kj::ArrayPtr<kj::ArrayPtr<const kj::ArrayPtr<const capnp::word>>> messages) override {
    return hung_up_ ? kj::READY_NOW : stream_.writeMessages(messages);
  }
  kj::Maybe<int> getSendBufferSize() override;
  kj::Promise<void> end() override { return hung_up_ ? kj::READY_NOW : stream_.end(); }

  /// Says nothing more, and hears nothing more until the peer ends the connection: its messages are
  /// read and dropped. Nothing may be waiting to be written.
  kj::Promise<void> hang_up();

 private:
  capnp::AsyncIoMessageStream stream_;
  bool hung_up_ = false;
};

}  // namespace counterfoil
