#include "net/signing_socket.h"

#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <chrono>
#include <optional>

#include "core/bytes.h"
#include "core/limits.h"

namespace counterfoil {
namespace {

using Local = boost::asio::local::stream_protocol;

constexpr auto patience = std::chrono::seconds(10);
constexpr char signed_answer = 0;
constexpr char refused_answer = 1;

tl::unexpected<Error> socket_failure(std::string_view what, const std::string& socket,
                                     std::string_view why) {
  return fail(ErrorCode::io, "cannot {} the signer at {}: {}. Is `counterfoil signer` running?",
              what, socket, why);
}

std::string_view why_ended(const Local::iostream& stream) {
  return stream.error() == boost::asio::error::operation_aborted ||
                 stream.error() == boost::asio::error::timed_out
             ? "it did not answer in time"
             : "it ended the connection";
}

/// A frame is its length (u32) and that many bytes.
bool put_frame(Local::iostream& stream, std::string_view bytes) {
  std::string length;
  put_big_endian(length, static_cast<std::uint32_t>(bytes.size()));
  stream << length << bytes << std::flush;
  return stream.good();
}

/// Nothing where the peer went, took too long, or sent too much.
std::optional<std::string> take_frame(Local::iostream& stream) {
  std::string length(sizeof(std::uint32_t), '\0');
  if (!stream.read(length.data(), static_cast<std::streamsize>(length.size()))) return std::nullopt;
  const auto size = get_big_endian<std::uint32_t>(length);
  if (size > limits::note_bytes) return std::nullopt;
  std::string bytes(size, '\0');
  if (!stream.read(bytes.data(), static_cast<std::streamsize>(size))) return std::nullopt;
  return bytes;
}

/// One connection for each signature: a signer that was started again is found again.
class SocketSigner final : public Signer {
 public:
  SocketSigner(std::string socket, VerifierKey key)
      : socket_(std::move(socket)), key_(std::move(key)) {}
  const VerifierKey& verifier() const override { return key_; }

  Result<std::string> sign(std::string_view message) const override {
    Local::iostream stream;
    stream.expires_after(patience);
    stream.connect(Local::endpoint(socket_));
    if (!stream) return socket_failure("reach", socket_, stream.error().message());
    const auto key = take_frame(stream);
    if (key && *key != key_.text())
      return fail(ErrorCode::refused, "the signer at {} has another key now: {}", socket_, *key);
    if (!key || !put_frame(stream, message))
      return socket_failure("talk to", socket_, why_ended(stream));
    const auto answer = take_frame(stream);
    if (!answer || answer->empty()) return socket_failure("talk to", socket_, why_ended(stream));
    if (answer->front() == signed_answer) return answer->substr(1);
    return fail(ErrorCode::refused, "the signer refuses: {}", answer->substr(1));
  }

 private:
  std::string socket_;
  VerifierKey key_;
};

/// Signs one message for whoever is on the stream.
void answer_one(Local::iostream& stream, CarefulSigner& signer) {
  stream.expires_after(patience);
  if (!put_frame(stream, signer.verifier().text())) return;
  const auto message = take_frame(stream);
  if (!message) return;
  const auto signature = signer.sign(*message);
  put_frame(stream, signature ? std::string(1, signed_answer) + *signature
                              : std::string(1, refused_answer) + signature.error().message);
}

/// Looks for a connection for a fraction of a second.
bool somebody_waits(boost::asio::io_context& context, Local::acceptor& acceptor) {
  bool ready = false;
  acceptor.async_wait(Local::acceptor::wait_read,
                      [&](const boost::system::error_code& error) { ready = !error; });
  context.restart();
  context.run_for(std::chrono::milliseconds(200));
  if (ready) return true;
  acceptor.cancel();
  context.restart();
  context.run();
  return false;
}

}  // namespace

Result<std::unique_ptr<Signer>> connect_signer(const std::string& socket) {
  Local::iostream stream;
  stream.expires_after(patience);
  stream.connect(Local::endpoint(socket));
  if (!stream) return socket_failure("reach", socket, stream.error().message());
  const auto text = take_frame(stream);
  if (!text) return socket_failure("talk to", socket, why_ended(stream));
  CF_LET(VerifierKey key, VerifierKey::parse(*text));
  return std::make_unique<SocketSigner>(socket, std::move(key));
}

Result<void> serve_signer(CarefulSigner& signer, const std::string& socket,
                          const std::function<bool()>& stopped) {
  boost::asio::io_context context;
  Local::acceptor acceptor(context);
  boost::system::error_code error;
  acceptor.open(Local(), error);
  const ::mode_t before = ::umask(0177);
  if (!error) acceptor.bind(Local::endpoint(socket), error);
  ::umask(before);
  if (error)
    return fail(ErrorCode::io,
                "cannot listen at {}: {}. If no signer runs there, remove what is left of it",
                socket, error.message());
  acceptor.listen(Local::acceptor::max_listen_connections, error);
  while (!error && !stopped()) {
    if (!somebody_waits(context, acceptor)) continue;
    Local::iostream stream;
    acceptor.accept(stream.socket(), error);
    if (!error) answer_one(stream, signer);
  }
  ::unlink(socket.c_str());
  if (error) return fail(ErrorCode::io, "cannot listen at {}: {}", socket, error.message());
  return {};
}

}  // namespace counterfoil
