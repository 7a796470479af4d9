#include "service/notary.h"

#include "service/ledger.h"
#include "support/catch.h"
#include "support/ledger_kit.h"

using namespace counterfoil;
using Catch::Matchers::Contains;

namespace {

std::unique_ptr<Ledger> open_in(const TempFolder& temp) {
  return must(Ledger::open(temp / "ledger", kit::ticking(), [](const auto&) {}));
}

SignerSource signing_with(std::string_view suite) {
  return [suite](const VerifierKey&) -> Result<std::unique_ptr<Signer>> {
    return std::make_unique<SigningKey>(kit::signing_key(suite));
  };
}

}  // namespace

TEST_CASE("a checkpoint is of all that is acknowledged, signed by the log's key, and kept") {
  const auto suite = GENERATE(default_suite, national_suite);
  const TempFolder temp;
  kit::create_ledger_in(temp / "ledger", "observe", suite);
  const auto ledger = open_in(temp);
  ledger->sign_with(signing_with(suite));
  ledger->start();
  const std::string first = must(ledger->notary().checkpoint());
  const auto opened = must(open_checkpoint(first, {ledger->facts().keys.current()}));
  CHECK(opened.checkpoint == Checkpoint{std::string(kit::origin), 2, ledger->journal().root()});
  CHECK(must(ledger->journal().newest_checkpoint()) == first);
  // A second one of the same size is the same: nothing new is signed.
  CHECK(must(ledger->notary().checkpoint()) == first);

  must(kit::send(ledger->writer(), kit::command("c-1", kit::unit("101"))));
  const auto next =
      must(open_checkpoint(must(ledger->notary().checkpoint()), {ledger->facts().keys.current()}));
  CHECK(next.checkpoint.size == 3);
  CHECK(must(ledger->journal().checkpoint(2)) == first);
}

TEST_CASE("without the key in force nothing is signed, and the reason says what to do") {
  const TempFolder temp;
  kit::create_ledger_in(temp / "ledger");
  const auto ledger = open_in(temp);
  CHECK(error_of(ledger->notary().checkpoint()).code == ErrorCode::io);
  ledger->sign_with([](const VerifierKey&) -> Result<std::unique_ptr<Signer>> {
    CF_LET(SigningKey other, SigningKey::generate(default_suite, kit::origin));
    return std::make_unique<SigningKey>(std::move(other));
  });
  CHECK(error_of(ledger->notary().checkpoint()).code == ErrorCode::refused);
  CHECK_FALSE(must(ledger->journal().newest_checkpoint()).has_value());
}

TEST_CASE("a journal that does not begin with what was signed last is not signed") {
  const TempFolder temp;
  kit::create_ledger_in(temp / "ledger");
  {
    // A checkpoint that this log signed for another history, as a copied folder would have.
    const auto ledger = open_in(temp);
    const SigningKey key = kit::signing_key();
    const std::string other = must(sign_checkpoint({std::string(kit::origin), 1, Hash{}}, {&key}));
    must(ledger->journal().put_checkpoint(1, other));
  }
  const auto ledger = open_in(temp);
  ledger->sign_with(signing_with(default_suite));
  const Error error = error_of(ledger->notary().checkpoint());
  CHECK(error.code == ErrorCode::corrupt);
  CHECK_THAT(error.message, Contains("checkpoint of 1 records"));
}
