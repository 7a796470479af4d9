#include "service/careful_signer.h"

#include "core/files.h"
#include "proof/rotation.h"
#include "support/catch.h"
#include "support/must.h"
#include "support/temp_folder.h"

using namespace counterfoil;
using Catch::Matchers::Contains;

namespace {

const std::string origin = "ledger.example.org/city";

std::string text_of_size(std::uint64_t size, std::uint8_t root = 0) {
  Hash hash{};
  hash[0] = root;
  return format_checkpoint({origin, size, hash});
}

struct Rig {
  CarefulSigner open(CarefulSigner::Rotation rotation = CarefulSigner::Rotation::refused) const {
    return must(
        CarefulSigner::open(must(SigningKey::from_pem(origin, pem)), temp / "state", rotation));
  }
  TempFolder temp;
  std::string pem = must(must(SigningKey::generate(default_suite, origin)).to_pem());
};

}  // namespace

TEST_CASE("it signs what grows, and the same again") {
  const Rig rig;
  CarefulSigner signer = rig.open();
  for (const std::uint64_t size : {2U, 2U, 5U, 5U}) {
    const std::string signature = must(signer.sign(text_of_size(size)));
    CHECK(signer.verifier().verifies(text_of_size(size), signature));
  }
}

TEST_CASE("it signs no older and no other tree, also when it was started again") {
  const Rig rig;
  const auto refuses = [](CarefulSigner& signer) {
    CHECK_THAT(error_of(signer.sign(text_of_size(4))).message, Contains("5 records were signed"));
    CHECK_THAT(error_of(signer.sign(text_of_size(5, 1))).message, Contains("another tree of 5"));
  };
  {
    CarefulSigner first = rig.open();
    must(first.sign(text_of_size(5)));
    refuses(first);
  }
  CarefulSigner again = rig.open();
  refuses(again);
  must(again.sign(text_of_size(6)));
}

// Cause: each had read the state when it started, and knew nothing of what the other one signed.
TEST_CASE("two signers do not have one state") {
  const Rig rig;
  const CarefulSigner first = rig.open();
  const auto second = CarefulSigner::open(must(SigningKey::from_pem(origin, rig.pem)),
                                          rig.temp / "state", CarefulSigner::Rotation::refused);
  CHECK(error_of(second).code == ErrorCode::busy);
}

TEST_CASE("it signs nothing but checkpoints of its log") {
  const Rig rig;
  CarefulSigner signer = rig.open();
  for (const std::string& message :
       {std::string(), std::string("pay 100\n"), text_of_size(1) + "extension\n",
        format_checkpoint({"ledger.example.org/other", 1, Hash{}})})
    CHECK_FALSE(signer.sign(message));
}

TEST_CASE("it takes part in a rotation only when that is allowed, and of its own key") {
  const Rig rig;
  const VerifierKey own = must(SigningKey::from_pem(origin, rig.pem)).verifier();
  const VerifierKey other = must(SigningKey::generate(default_suite, origin)).verifier();
  const VerifierKey third = must(SigningKey::generate(default_suite, origin)).verifier();
  CarefulSigner allowed = rig.open(CarefulSigner::Rotation::allowed);
  CHECK(allowed.sign(rotation_message(origin, 0, 7, own, other)));
  CHECK(allowed.sign(rotation_message(origin, 0, 7, other, own)));
  CHECK_FALSE(allowed.sign(rotation_message(origin, 0, 7, other, third)));
  CHECK_FALSE(allowed.sign(rotation_message("ledger.example.org/other", 0, 7, own, other)));
  CHECK_FALSE(allowed.sign("counterfoil/key-rotation/v1\nold " + own.text() + "\n"));
  CHECK_FALSE(allowed.sign(rotation_message(origin, 0, 7, own, other) + "more\n"));
}

TEST_CASE("it takes no part in a rotation unless told to") {
  const Rig rig;
  CarefulSigner signer = rig.open();
  const VerifierKey other = must(SigningKey::generate(default_suite, origin)).verifier();
  CHECK_THAT(
      error_of(signer.sign(rotation_message(origin, 0, 7, signer.verifier(), other))).message,
      Contains("--allow-rotation"));
}

TEST_CASE("it does not start on a state that is damaged or of another log") {
  const Rig rig;
  must(rig.open().sign(text_of_size(5)));
  const auto start = [&] {
    return CarefulSigner::open(must(SigningKey::from_pem(origin, rig.pem)), rig.temp / "state",
                               CarefulSigner::Rotation::refused);
  };
  must(replace_file(rig.temp / "state", ""));
  CHECK(error_of(start()).code == ErrorCode::corrupt);
  must(replace_file(rig.temp / "state", format_checkpoint({"other", 1, Hash{}})));
  CHECK(error_of(start()).code == ErrorCode::refused);
}
