#include "net/asio_stream.h"

#include <kj/debug.h>
#include <sys/socket.h>

#include <utility>

#include "net/stream_core.h"

namespace counterfoil {
namespace {

using stream_detail::Core;
using stream_detail::Outgoing;

class AsioStream final : public kj::AsyncIoStream {
 public:
  explicit AsioStream(std::shared_ptr<Core> core) : core_(std::move(core)) {}

  /// Operations whose promises outlive the stream, against KJ's rules, fail instead of dangling.
  ~AsioStream() noexcept(false) { core_->close(); }
  KJ_DISALLOW_COPY(AsioStream);

  kj::Promise<size_t> tryRead(void* buffer, size_t min_bytes, size_t max_bytes) override {
    return core_->read(static_cast<kj::byte*>(buffer), min_bytes, max_bytes);
  }

  kj::Promise<void> write(const void* buffer, size_t size) override {
    Outgoing bytes;
    bytes.add(buffer, size);
    return core_->write(std::move(bytes));
  }

  kj::Promise<void> write(kj::ArrayPtr<const kj::ArrayPtr<const kj::byte>> pieces) override {
    Outgoing bytes;
    for (const auto& piece : pieces) bytes.add(piece.begin(), piece.size());
    return core_->write(std::move(bytes));
  }

  kj::Promise<void> whenWriteDisconnected() override {
    KJ_IF_MAYBE (fork, write_disconnected_) return fork->addBranch();
    return write_disconnected_.emplace(core_->when_write_disconnected().fork()).addBranch();
  }

  void shutdownWrite() override { shut_down(SHUT_WR); }
  void abortRead() override { shut_down(SHUT_RD); }

  void getsockopt(int level, int option, void* value, kj::uint* length) override {
    socklen_t size = *length;
    KJ_SYSCALL(::getsockopt(core_->fd(), level, option, value, &size));
    *length = size;
  }

  void setsockopt(int level, int option, const void* value, kj::uint length) override {
    KJ_SYSCALL(::setsockopt(core_->fd(), level, option, value, length));
  }

  void getsockname(struct sockaddr* address, kj::uint* length) override {
    socklen_t size = *length;
    KJ_SYSCALL(::getsockname(core_->fd(), address, &size));
    *length = size;
  }

  void getpeername(struct sockaddr* address, kj::uint* length) override {
    socklen_t size = *length;
    KJ_SYSCALL(::getpeername(core_->fd(), address, &size));
    *length = size;
  }

  kj::Maybe<int> getFd() const override { return core_->fd(); }

 private:
  void shut_down(int how) {
    // ENOTCONN: the peer has reset the connection, which shuts down more than was asked for.
    int error = 0;
    KJ_SYSCALL_HANDLE_ERRORS(::shutdown(core_->fd(), how)) {
      case ENOTCONN:
        break;
      default:
        error = errno;
    }
    if (error != 0) KJ_FAIL_SYSCALL("shutdown", error);
  }

  std::shared_ptr<Core> core_;
  kj::Maybe<kj::ForkedPromise<void>> write_disconnected_;
};

}  // namespace

kj::Own<kj::AsyncIoStream> wrap_socket(AsioLoop& loop, kj::AutoCloseFd socket) {
  return kj::heap<AsioStream>(std::make_shared<Core>(loop, std::move(socket)));
}

}  // namespace counterfoil
