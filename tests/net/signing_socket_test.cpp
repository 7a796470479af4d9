#include "net/signing_socket.h"

#include <atomic>
#include <filesystem>
#include <thread>

#include "proof/checkpoint.h"
#include "support/catch.h"
#include "support/must.h"
#include "support/temp_folder.h"

using namespace counterfoil;

namespace {

const std::string origin = "ledger.example.org/city";

/// A signer's process, as a thread.
class Process {
 public:
  Process(const TempFolder& temp, SigningKey key)
      : signer_(must(
            CarefulSigner::open(std::move(key), temp / "state", CarefulSigner::Rotation::refused))),
        thread_([this, socket = temp / "socket"] {
          served_ = serve_signer(signer_, socket, [this] { return stopped_.load(); });
        }) {
    while (!std::filesystem::exists(temp / "socket")) std::this_thread::yield();
  }
  ~Process() { stop(); }
  void stop() {
    stopped_ = true;
    if (thread_.joinable()) thread_.join();
  }
  const Result<void>& served() const { return served_; }

 private:
  CarefulSigner signer_;
  std::atomic<bool> stopped_{false};
  Result<void> served_;
  std::thread thread_;
};

std::string text_of_size(std::uint64_t size) {
  return format_checkpoint({origin, size, Hash{}});
}

/// The socket is there before anybody listens at it.
std::unique_ptr<Signer> connected(const std::string& socket) {
  for (;;)
    if (auto signer = connect_signer(socket)) return std::move(*signer);
}

}  // namespace

TEST_CASE("a signer behind a socket signs for its key, and refuses what it would refuse") {
  const auto suite = GENERATE(default_suite, national_suite);
  const TempFolder temp;
  SigningKey key = must(SigningKey::generate(suite, origin));
  const VerifierKey verifier = key.verifier();
  Process process(temp, std::move(key));
  const auto signer = connected(temp / "socket");
  CHECK(signer->verifier() == verifier);
  CHECK(verifier.verifies(text_of_size(3), must(signer->sign(text_of_size(3)))));
  const Error error = error_of(signer->sign(text_of_size(2)));
  CHECK(error.code == ErrorCode::refused);
  CHECK(error.message.find("3 records were signed before") != std::string::npos);
  CHECK(error_of(signer->sign(std::string(300'000, 'x'))).code == ErrorCode::io);
  CHECK(std::filesystem::status(temp / "socket").permissions() ==
        (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
  process.stop();
  CHECK(process.served());
  CHECK_FALSE(std::filesystem::exists(temp / "socket"));
  const Error gone = error_of(signer->sign(text_of_size(3)));
  CHECK(gone.code == ErrorCode::io);
  CHECK(gone.message.find("Is `counterfoil signer` running?") != std::string::npos);
}

TEST_CASE("a signer that was started again is found again, another one is not taken for it") {
  const TempFolder temp;
  SigningKey key = must(SigningKey::generate(default_suite, origin));
  const std::string pem = must(key.to_pem());
  std::unique_ptr<Signer> signer;
  {
    Process process(temp, std::move(key));
    signer = connected(temp / "socket");
    must(signer->sign(text_of_size(1)));
  }
  {
    const Process again(temp, must(SigningKey::from_pem(origin, pem)));
    connected(temp / "socket");
    must(signer->sign(text_of_size(2)));
  }
  const Process other(temp, must(SigningKey::generate(default_suite, origin)));
  connected(temp / "socket");
  CHECK(error_of(signer->sign(text_of_size(3))).code == ErrorCode::refused);
}
