#include "http/connection.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include "core/limits.h"
#include "http/response_head.h"
#include "net/failure.h"

namespace counterfoil::http {
namespace {

constexpr std::size_t piece_bytes = 256u << 10;
/// How long, and how much, is still read of a peer that was told its last: closing at once would
/// take the answer from it.
constexpr auto parting_max = 2 * kj::SECONDS;
constexpr std::size_t discarded_max = 1u << 20;
/// How long an answer is still worked on for a peer that has ended its side. It may wait for it;
/// most are gone.
constexpr auto left_grace = 2 * kj::SECONDS;

bool is_on_this_machine(kj::AsyncIoStream& stream) {
  sockaddr_storage address{};
  kj::uint length = sizeof(address);
  bool is_local = false;
  const auto failed = kj::runCatchingExceptions([&] {
    stream.getpeername(reinterpret_cast<sockaddr*>(&address), &length);
    if (address.ss_family == AF_INET) {
      const auto& four = reinterpret_cast<const sockaddr_in&>(address);
      is_local = ntohl(four.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
    } else if (address.ss_family == AF_INET6) {
      const auto& six = reinterpret_cast<const sockaddr_in6&>(address);
      is_local = IN6_IS_ADDR_LOOPBACK(&six.sin6_addr) != 0;
    }
  });
  return failed == nullptr && is_local;
}

}  // namespace

Connection::Connection(SecuredStream secured, Service& service, kj::Timer& timer,
                       const Patience& patience)
    : stream_(kj::mv(secured.stream)),
      service_(service),
      timer_(timer),
      patience_(patience),
      peer_{is_on_this_machine(*stream_)},
      sessions_(service.hall(),
                {std::move(secured.common_name), [this] { hung_up_.fulfiller->fulfill(); }}),
      begun_(timer.now()) {}

kj::Promise<void> Connection::run() {
  return serve_all().exclusiveJoin(
      hung_up_.promise.then([this] { return timer_.afterDelay(parting_words); }));
}

kj::Promise<void> Connection::serve_all() {
  return serve_next().then([this](Next next) -> kj::Promise<void> {
    if (next == Next::ends) return part();
    // An event of its own at the end of the loop's queue: whoever sends a thousand requests at once
    // does not hold up the others.
    return kj::evalLater([this] { return serve_all(); });
  });
}

kj::Promise<void> Connection::turn_away() {
  Problem problem = problem_of(
      {ErrorCode::busy, "as many connections are open as may be: connect again in a moment"});
  return send(response_of(problem), Next::ends).then([this](Next) { return part(); });
}

void Connection::drain() {
  is_draining_ = true;
  if (waiting_.get() != nullptr && !reader_.has_begun()) waiting_->fulfill();
}

kj::Promise<Connection::Next> Connection::serve_next() {
  route_ = nullptr;
  method_.clear();
  return await_head(nullptr).then([this](Outcome<bool> arrived) -> kj::Promise<Next> {
    begun_ = timer_.now();
    if (!arrived) return send(response_of(arrived.error()), Next::ends);
    if (!*arrived) return Next::ends;
    return admit();
  });
}

/// False where the peer went, or said nothing for too long, before a request began.
kj::Promise<Outcome<bool>> Connection::await_head(kj::Maybe<kj::TimePoint> deadline) {
  auto head = reader_.head(request_);
  if (!head || *head) return head;
  const bool has_begun = reader_.has_begun();
  if (has_ended_ && has_begun)
    return Outcome<bool>(refuse(400, ErrorCode::invalid, "the request ends before its head does"));
  if (has_ended_ || (is_draining_ && !has_begun)) return Outcome<bool>(false);
  if (has_begun && deadline == nullptr) deadline = timer_.now() + patience_.head;
  const kj::TimePoint until = deadline.orDefault(timer_.now() + patience_.idle);
  return arrives_before(until).then(
      [this, deadline, has_begun](bool arrived) -> kj::Promise<Outcome<bool>> {
        if (arrived) return await_head(deadline);
        if (!has_begun) return Outcome<bool>(false);
        return Outcome<bool>(refuse(408, ErrorCode::limit,
                                    fmt::format("the head of the request took longer than {} s",
                                                patience_.head / kj::SECONDS)));
      });
}

kj::Promise<Connection::Next> Connection::admit() {
  method_ = request_.method;
  keeps_alive_ = request_.keeps_alive;
  in_chunks_ = request_.version >= 11;
  const bool has_body = request_.has_body;
  const bool waits = equals_ignoring_case(request_.header("Expect"), "100-continue") && in_chunks_;
  return service_.admit(std::move(request_), sessions_, peer_)
      .then([this, has_body, waits](Service::Admission admission) -> kj::Promise<Next> {
        if (!admission) {
          // Where a body follows that nobody wants, there is nothing behind it to be read.
          Request none;
          const bool goes_on = !has_body && keeps_alive_ && reader_.body(none, 0);
          return send(response_of(admission.error()), goes_on ? Next::goes_on : Next::ends);
        }
        route_ = &(*admission)->route;
        Call& call = **admission;
        auto ready = kj::Promise<void>(kj::READY_NOW);
        if (has_body && waits) ready = write_all("HTTP/1.1 100 Continue\r\n\r\n");
        return ready.then([this, &call] { return await_body(call, timer_.now() + patience_.body); })
            .then([this, call = kj::mv(*admission)](Outcome<void> read) mutable {
              if (read) return answer(kj::mv(call));
              return send(response_of(read.error()), Next::ends);
            });
      });
}

kj::Promise<Outcome<void>> Connection::await_body(Call& call, kj::TimePoint deadline) {
  const auto whole = reader_.body(call.request, limits::request_bytes);
  if (!whole) return Outcome<void>(tl::make_unexpected(whole.error()));
  if (*whole) return Outcome<void>();
  if (has_ended_)
    return Outcome<void>(refuse(400, ErrorCode::invalid, "the request ends before its body does"));
  return arrives_before(deadline).then(
      [this, &call, deadline](bool arrived) -> kj::Promise<Outcome<void>> {
        if (arrived) return await_body(call, deadline);
        return Outcome<void>(refuse(408, ErrorCode::limit,
                                    fmt::format("the body of the request took longer than {} s",
                                                patience_.body / kj::SECONDS)));
      });
}

kj::Promise<Connection::Next> Connection::answer(kj::Own<Call> call) {
  auto answered = service_.answer(*call);
  if (method_ != "POST") answered = answered.exclusiveJoin(gone());
  return answered
      .then([this](Response response) {
        if (response.stream) return stream(std::move(response));
        return send(std::move(response),
                    keeps_alive_ && !is_draining_ ? Next::goes_on : Next::ends);
      })
      .attach(kj::mv(call));
}

/// Fails some time after the peer ended its side. What it sends meanwhile is kept.
kj::Promise<Response> Connection::gone() {
  if (has_ended_)
    return timer_.afterDelay(left_grace).then([]() -> kj::Promise<Response> {
      return KJ_EXCEPTION(DISCONNECTED, "the peer left");
    });
  if (reader_.has_begun()) return kj::NEVER_DONE;
  return more().then([this] { return gone(); });
}

kj::Promise<Connection::Next> Connection::send(Response response, Next next) {
  note(response.status);
  std::string bytes = format_head(response, response.body.size(), next == Next::goes_on);
  if (method_ != "HEAD") bytes += response.body;
  return write_all(std::move(bytes)).then([next] { return next; });
}

kj::Promise<Connection::Next> Connection::stream(Response response) {
  note(response.status);
  // A peer of HTTP/1.0 reads to the end of the connection.
  auto written = write_all(
      format_head(response, in_chunks_ ? BodyLength::in_chunks : BodyLength::to_the_end, false));
  if (method_ == "HEAD") return written.then([] { return Next::ends; });
  return written.then([this, body = std::move(response.stream)] { return body(*this); })
      .exclusiveJoin(gone().ignoreResult())
      .then([this] {
        return in_chunks_ ? write_all(format_chunk("")) : kj::Promise<void>(kj::READY_NOW);
      })
      .then([] { return Next::ends; });
}

kj::Promise<void> Connection::write(std::string bytes) {
  if (bytes.empty()) return kj::READY_NOW;  // an empty chunk would be the last one
  if (in_chunks_) bytes = format_chunk(bytes);
  return write_all(std::move(bytes));
}

kj::Promise<void> Connection::write_all(std::string bytes) {
  return write_in_pieces(std::make_shared<std::string>(std::move(bytes)), 0);
}

kj::Promise<void> Connection::write_in_pieces(std::shared_ptr<std::string> bytes,
                                              std::size_t from) {
  if (from == bytes->size()) return kj::READY_NOW;
  const std::size_t size = std::min(piece_bytes, bytes->size() - from);
  auto late = timer_.afterDelay(patience_.piece).then([]() -> kj::Promise<void> {
    return KJ_EXCEPTION(DISCONNECTED, "the peer does not take its response");
  });
  return stream_->write(bytes->data() + from, size)
      .exclusiveJoin(kj::mv(late))
      .then([this, bytes, from, size] { return write_in_pieces(bytes, from + size); });
}

kj::Promise<void> Connection::part() {
  is_parting_ = true;
  if (has_ended_) return kj::READY_NOW;
  stream_->shutdownWrite();
  return discard_rest().exclusiveJoin(timer_.afterDelay(parting_max));
}

kj::Promise<void> Connection::discard_rest() {
  if (has_ended_ || discarded_ > discarded_max) return kj::READY_NOW;
  return more().then([this] { return discard_rest(); });
}

kj::Promise<bool> Connection::arrives_before(kj::TimePoint deadline) {
  return more().then([] { return true; }).exclusiveJoin(timer_.atTime(deadline).then([] {
    return false;
  }));
}

kj::Promise<void> Connection::more() {
  auto pair = kj::newPromiseAndFulfiller<void>();
  waiting_ = kj::mv(pair.fulfiller);
  if (is_reading_) return kj::mv(pair.promise);
  is_reading_ = true;
  reading_ = stream_->tryRead(buffer_, 1, sizeof(buffer_))
                 .then([this](std::size_t size) { arrived(size); })
                 .eagerlyEvaluate([this](kj::Exception&&) { arrived(0); });
  return kj::mv(pair.promise);
}

/// 0: the peer has ended its side, or is gone.
void Connection::arrived(std::size_t size) {
  is_reading_ = false;
  has_ended_ = size == 0;
  discarded_ += size;
  if (!is_parting_) reader_.add({buffer_, size});
  waiting_->fulfill();
}

void Connection::note(unsigned status) {
  service_.note(method_, route_, status, timer_.now() - begun_);
}

}  // namespace counterfoil::http
