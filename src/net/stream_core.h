#pragma once

// The working part of asio_stream.cpp. It includes Asio: for net/*.cpp only.

#include <kj/async.h>
#include <kj/io.h>
#include <sys/uio.h>

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace counterfoil {
class AsioLoop;
}

namespace counterfoil::stream_detail {

class ReadOp;
class WriteOp;
class DisconnectOp;

/// Pieces of memory to be sent in order. It borrows them from the caller of write().
class Outgoing {
 public:
  void add(const void* data, std::size_t size);
  bool done() const { return next_ == pieces_.size(); }
  bool started() const { return started_; }

  /// Sends what fits. Gives 0 when all is sent, EAGAIN when the socket's buffer is full, or the
  /// error number.
  int send(int fd);

 private:
  void consume(std::size_t size);

  std::vector<iovec> pieces_;
  std::size_t next_ = 0;
  bool started_ = false;
};

/// Memory to be read into. It borrows it from the caller of tryRead().
struct Incoming {
  kj::byte* buffer;
  std::size_t min;
  std::size_t max;
  std::size_t got = 0;

  /// Reads until `min` is reached. Gives 0 then or at the end of file, EAGAIN when more must
  /// arrive first, or the error number.
  int receive(int fd);
};

/// A socket, and the at most one read and one write that wait on it.
///
/// Asio is asked only to say when the socket is ready, never to read or write by itself: the bytes
/// are moved in the handler, and only if the operation is still wanted. So neither Asio nor the
/// kernel ever holds a caller's buffer, and a dropped promise leaves nothing to be cancelled and no
/// bytes that went astray. It costs no copy, and one epoll_ctl for an operation that must wait. A
/// wait whose operation was dropped stays for the next one. Handlers hold a weak reference, so they
/// own nothing either.
class Core : public std::enable_shared_from_this<Core> {
 public:
  Core(AsioLoop& loop, kj::AutoCloseFd fd);

  int fd() { return socket_.native_handle(); }
  void close();

  kj::Promise<std::size_t> read(kj::byte* buffer, std::size_t min, std::size_t max);
  kj::Promise<void> write(Outgoing bytes);
  kj::Promise<void> when_write_disconnected();

 private:
  friend class ReadOp;
  friend class WriteOp;
  friend class DisconnectOp;
  using Socket = boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol,
                                                  boost::asio::io_context::executor_type>;

  void wait_readable();
  void wait_writable();
  void wait_error();
  bool hung_up();
  void write_is_over();
  kj::Exception failure(std::string_view what, int error_number);

  Socket socket_;
  ReadOp* reader_ = nullptr;         // nulled by itself when it is done or dropped
  WriteOp* writer_ = nullptr;        // likewise
  DisconnectOp* watcher_ = nullptr;  // likewise
  bool waits_readable_ = false;
  bool waits_writable_ = false;
  bool read_broken_ = false;   // a read was dropped in the middle of its minimum
  bool write_broken_ = false;  // a write was dropped half sent
};

}  // namespace counterfoil::stream_detail
