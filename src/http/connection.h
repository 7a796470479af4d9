#pragma once

#include <kj/async-io.h>
#include <kj/timer.h>

#include "http/request_reader.h"
#include "http/service.h"
#include "net/tls.h"

namespace counterfoil::http {

/// How long a peer may take.
struct Patience {
  kj::Duration idle = 75 * kj::SECONDS;   // between requests
  kj::Duration head = 10 * kj::SECONDS;   // from a head's first byte to its last
  kj::Duration body = 60 * kj::SECONDS;   // for a whole body
  kj::Duration piece = 30 * kj::SECONDS;  // to take the next piece of a response
};

/// One peer: its requests are answered one after the other, in the order that they came in.
class Connection final : private BodySink {
 public:
  /// What is passed in outlives it.
  Connection(SecuredStream secured, Service& service, kj::Timer& timer, const Patience& patience);

  /// Resolves when the connection is over: by itself, or because what its session rests on was
  /// revoked.
  kj::Promise<void> run();
  /// Says 503 and ends.
  kj::Promise<void> turn_away();
  /// Ends it where it waits for a request, else behind the response at hand.
  void drain();

 private:
  enum class Next { goes_on, ends };

  kj::Promise<void> serve_all();
  kj::Promise<Next> serve_next();
  kj::Promise<Outcome<bool>> await_head(kj::Maybe<kj::TimePoint> deadline);
  kj::Promise<Next> admit();
  kj::Promise<Next> answer(kj::Own<Call> call);
  kj::Promise<Outcome<void>> await_body(Call& call, kj::TimePoint deadline);
  kj::Promise<Response> gone();

  kj::Promise<Next> send(Response response, Next next);
  kj::Promise<Next> stream(Response response);
  kj::Promise<void> write_all(std::string bytes);
  kj::Promise<void> write_in_pieces(std::shared_ptr<std::string> bytes, std::size_t from);
  kj::Promise<void> write(std::string bytes) override;
  kj::Promise<void> part();
  kj::Promise<void> discard_rest();

  kj::Promise<bool> arrives_before(kj::TimePoint deadline);
  kj::Promise<void> more();
  void arrived(std::size_t size);
  void note(unsigned status);

  kj::Own<kj::AsyncIoStream> stream_;
  Service& service_;
  kj::Timer& timer_;
  const Patience& patience_;
  Service::Peer peer_;
  kj::PromiseFulfillerPair<void> hung_up_ = kj::newPromiseAndFulfiller<void>();
  Sessions sessions_;
  RequestReader reader_;

  // The request at hand.
  Request request_;
  const Route* route_ = nullptr;
  std::string method_;
  kj::TimePoint begun_;
  bool keeps_alive_ = false;
  bool in_chunks_ = false;  // whether the peer knows of chunks

  // A read is never dropped: what it brings would be lost.
  char buffer_[16'384];
  bool is_reading_ = false;
  bool has_ended_ = false;  // the peer sends nothing more
  bool is_draining_ = false;
  bool is_parting_ = false;
  std::size_t discarded_ = 0;
  kj::Own<kj::PromiseFulfiller<void>> waiting_;
  kj::Promise<void> reading_ = kj::READY_NOW;
};

}  // namespace counterfoil::http
