#include "net/stream_core.h"

#include <kj/debug.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <utility>

#include "net/asio_loop.h"
#include "net/socket_error.h"

namespace counterfoil::stream_detail {

void Outgoing::add(const void* data, std::size_t size) {
  if (size > 0) pieces_.push_back({const_cast<void*>(data), size});  // sendmsg() only reads it
}

int Outgoing::send(int fd) {
  while (!done()) {
    msghdr message{};
    message.msg_iov = pieces_.data() + next_;
    message.msg_iovlen = std::min<std::size_t>(pieces_.size() - next_, IOV_MAX);
    const ssize_t sent = ::sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0)
      consume(static_cast<std::size_t>(sent));
    else if (errno != EINTR)
      return errno;
  }
  return 0;
}

void Outgoing::consume(std::size_t size) {
  started_ = true;
  for (; !done() && size >= pieces_[next_].iov_len; ++next_) size -= pieces_[next_].iov_len;
  if (size == 0) return;
  pieces_[next_].iov_base = static_cast<char*>(pieces_[next_].iov_base) + size;
  pieces_[next_].iov_len -= size;
}

int Incoming::receive(int fd) {
  while (got < max) {
    const ssize_t size = ::recv(fd, buffer + got, max - got, MSG_DONTWAIT);
    if (size == 0) return 0;
    if (size > 0)
      got += static_cast<std::size_t>(size);
    else if (errno != EINTR)
      return errno == EAGAIN && min == 0 ? 0 : errno;
    if (got > 0 && got >= min) return 0;
  }
  return 0;
}

/// A read that waits for more to arrive. It lives in its promise: dropping that destroys it.
class ReadOp {
 public:
  ReadOp(kj::PromiseFulfiller<std::size_t>& fulfiller, std::shared_ptr<Core> core, Incoming bytes)
      : fulfiller_(fulfiller), core_(std::move(core)), bytes_(bytes) {
    core_->wait_readable();
    core_->reader_ = this;
  }

  ~ReadOp() {
    if (core_->reader_ != this) return;
    core_->reader_ = nullptr;
    if (bytes_.got > 0) core_->read_broken_ = true;
  }
  KJ_DISALLOW_COPY(ReadOp);

  /// The socket is ready, or (with an error) will never be.
  void proceed(int error) {
    if (error == 0) error = bytes_.receive(core_->fd());
    if (error == EAGAIN) return core_->wait_readable();
    core_->reader_ = nullptr;
    if (error == 0)
      fulfiller_.fulfill(kj::cp(bytes_.got));
    else
      fulfiller_.reject(core_->failure("cannot read from the connection", error));
  }

 private:
  kj::PromiseFulfiller<std::size_t>& fulfiller_;
  std::shared_ptr<Core> core_;
  Incoming bytes_;
};

/// A write that waits for the peer to take more. It lives in its promise, like ReadOp.
class WriteOp {
 public:
  WriteOp(kj::PromiseFulfiller<void>& fulfiller, std::shared_ptr<Core> core, Outgoing bytes)
      : fulfiller_(fulfiller), core_(std::move(core)), bytes_(std::move(bytes)) {
    core_->wait_writable();
    core_->writer_ = this;
  }

  ~WriteOp() {
    if (core_->writer_ != this) return;
    core_->writer_ = nullptr;
    if (!bytes_.started()) return;
    core_->write_broken_ = true;
    core_->write_is_over();
  }
  KJ_DISALLOW_COPY(WriteOp);

  void proceed(int error) {
    if (error == 0) error = bytes_.send(core_->fd());
    if (error == EAGAIN) return core_->wait_writable();
    core_->writer_ = nullptr;
    if (error == 0)
      fulfiller_.fulfill();
    else
      fulfiller_.reject(core_->failure("cannot write to the connection", error));
  }

 private:
  kj::PromiseFulfiller<void>& fulfiller_;
  std::shared_ptr<Core> core_;
  Outgoing bytes_;
};

/// Waits for the moment from which writes can only fail.
class DisconnectOp {
 public:
  DisconnectOp(kj::PromiseFulfiller<void>& fulfiller, std::shared_ptr<Core> core)
      : fulfiller_(fulfiller), core_(std::move(core)) {
    core_->wait_error();
    core_->watcher_ = this;
    if (core_->write_broken_ || core_->hung_up()) core_->write_is_over();
  }
  ~DisconnectOp() {
    if (core_->watcher_ == this) core_->watcher_ = nullptr;
  }
  KJ_DISALLOW_COPY(DisconnectOp);

  void finish() {
    core_->watcher_ = nullptr;
    fulfiller_.fulfill();
  }

 private:
  kj::PromiseFulfiller<void>& fulfiller_;
  std::shared_ptr<Core> core_;
};

Core::Core(AsioLoop& loop, kj::AutoCloseFd fd) : socket_(loop.context()) {
  int family = 0;
  socklen_t size = sizeof(family);
  KJ_SYSCALL(::getsockopt(fd.get(), SOL_SOCKET, SO_DOMAIN, &family, &size));
  boost::system::error_code error;
  socket_.assign(boost::asio::generic::stream_protocol(family, 0), fd.get(), error);
  if (error) kj::throwFatalException(socket_exception("cannot use the socket", error.value()));
  fd.release();  // the socket owns it now
}

void Core::close() {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

kj::Promise<std::size_t> Core::read(kj::byte* buffer, std::size_t min, std::size_t max) {
  KJ_REQUIRE(reader_ == nullptr, "a read is pending on this stream already");
  if (read_broken_) return disconnected("an earlier read was dropped after it had consumed bytes");
  Incoming bytes{buffer, min, max};
  const int error = bytes.receive(fd());
  if (error == EAGAIN) return kj::newAdaptedPromise<std::size_t, ReadOp>(shared_from_this(), bytes);
  if (error != 0) return failure("cannot read from the connection", error);
  return bytes.got;
}

kj::Promise<void> Core::write(Outgoing bytes) {
  KJ_REQUIRE(writer_ == nullptr, "a write is pending on this stream already");
  if (write_broken_) return disconnected("an earlier write was dropped half sent");
  const int error = bytes.send(fd());
  if (error == EAGAIN)
    return kj::newAdaptedPromise<void, WriteOp>(shared_from_this(), std::move(bytes));
  if (error != 0) return failure("cannot write to the connection", error);
  return kj::READY_NOW;
}

kj::Promise<void> Core::when_write_disconnected() {
  return kj::newAdaptedPromise<void, DisconnectOp>(shared_from_this());
}

void Core::wait_readable() {
  if (waits_readable_) return;
  socket_.async_wait(Socket::wait_read, [weak = weak_from_this()](boost::system::error_code error) {
    const auto self = weak.lock();
    if (!self) return;
    self->waits_readable_ = false;
    if (self->reader_) self->reader_->proceed(error.value());
  });
  waits_readable_ = true;
}

void Core::wait_writable() {
  if (waits_writable_) return;
  socket_.async_wait(Socket::wait_write,
                     [weak = weak_from_this()](boost::system::error_code error) {
                       const auto self = weak.lock();
                       if (!self) return;
                       self->waits_writable_ = false;
                       if (self->writer_) self->writer_->proceed(error.value());
                     });
  waits_writable_ = true;
}

void Core::wait_error() {
  socket_.async_wait(Socket::wait_error,
                     [weak = weak_from_this()](boost::system::error_code error) {
                       const auto self = weak.lock();
                       // Urgent data ends this wait too, and would end the next one at once. Then
                       // the watcher must do with what reads and writes find out.
                       if (self && (error || self->hung_up())) self->write_is_over();
                     });
}

bool Core::hung_up() {
  pollfd state{fd(), 0, 0};  // errors and hang-ups are always reported
  return ::poll(&state, 1, 0) > 0;
}

void Core::write_is_over() {
  if (watcher_) watcher_->finish();
}

kj::Exception Core::failure(std::string_view what, int error_number) {
  // ECANCELED: close() came first.
  if (error_number == ECANCELED) return disconnected("the stream was closed");
  kj::Exception exception = socket_exception(what, error_number);
  if (exception.getType() == kj::Exception::Type::DISCONNECTED) write_is_over();
  return exception;
}

}  // namespace counterfoil::stream_detail
