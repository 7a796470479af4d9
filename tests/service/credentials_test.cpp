#include "service/credentials.h"

#include <sys/stat.h>

#include "core/files.h"
#include "support/catch.h"
#include "support/must.h"
#include "support/temp_folder.h"

using namespace counterfoil;
using Catch::Matchers::Contains;

namespace {

constexpr Instant now{1'700'000'000'000'000};
constexpr Instant later{now.microseconds + 1};

struct Place {
  TempFolder temp;
  std::string path = temp / "credentials";
  Credentials open() { return must(Credentials::open(path)); }
};

}  // namespace

TEST_CASE("a token opens for whom it was issued to, also when the file is read again") {
  Place place;
  Credentials credentials = place.open();
  CHECK(credentials.all().empty());
  const auto ann = must(credentials.issue("ann", TokenScope::record, now, std::nullopt));
  const auto bob = must(credentials.issue("bob", TokenScope::read, now, later));
  CHECK(ann.token != bob.token);
  const Credentials again = place.open();
  for (const Credentials* const one : {&std::as_const(credentials), &again}) {
    CHECK(must(one->check(ann.token, later)).principal == "ann");
    CHECK(must(one->check(bob.token, now)).principal == "bob");
    CHECK(one->all().size() == 2);
    CHECK_THAT(error_of(one->check(bob.token, later)).message, Contains("expired at 2023-11-14"));
  }
  struct stat status {};
  REQUIRE(::stat(place.path.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
}

TEST_CASE("the file holds no token, nor what one could be made from") {
  Place place;
  Credentials credentials = place.open();
  const std::string token =
      must(credentials.issue("ann", TokenScope::record, now, std::nullopt)).token;
  const std::string secret = token.substr(token.rfind('_') + 1);
  CHECK(secret.size() == 64);
  CHECK(must(read_file(place.path)).find(secret) == std::string::npos);
}

TEST_CASE("a token that was withdrawn, changed or made up opens nothing") {
  Place place;
  Credentials credentials = place.open();
  const auto ann = must(credentials.issue("ann", TokenScope::record, now, std::nullopt));
  const auto bob = must(credentials.issue("bob", TokenScope::read, now, std::nullopt));
  const auto refused = [&](const std::string& token) {
    const auto checked = credentials.check(token, now);
    return !checked && checked.error().code == ErrorCode::denied &&
           checked.error().message.find(ann.token.substr(24)) == std::string::npos;
  };
  for (std::size_t i = 0; i < ann.token.size(); ++i) {
    std::string changed = ann.token;
    changed[i] = changed[i] == '0' ? '1' : '0';
    CHECK(refused(changed));
  }
  CHECK(refused(""));
  CHECK(refused("cf_"));
  CHECK(refused(ann.token + "0"));
  CHECK(refused(ann.token.substr(0, ann.token.size() - 1)));
  // The id of one with the secret of another.
  CHECK(refused(ann.token.substr(0, 20) + bob.token.substr(20)));
  CHECK(must(credentials.withdraw(ann.credential.id)).principal == "ann");
  CHECK(refused(ann.token));
  CHECK(error_of(place.open().check(ann.token, now)).code == ErrorCode::denied);
  CHECK(must(place.open().check(bob.token, now)).principal == "bob");
  CHECK(error_of(credentials.withdraw(ann.credential.id)).code == ErrorCode::not_found);
}

TEST_CASE("a file of credentials that is not whole is refused, and says where") {
  Place place;
  must(place.open().issue("ann", TokenScope::record, now, std::nullopt));
  const std::string whole = must(read_file(place.path));
  const auto of = [&](const std::string& text) {
    must(replace_file(place.path, text));
    return error_of(Credentials::open(place.path)).message;
  };
  CHECK_THAT(of(""), Contains("line 1"));
  CHECK_THAT(of(whole.substr(0, whole.size() - 1)), Contains("line 2: is cut short"));
  CHECK_THAT(of(whole + "x\n"), Contains("line 3: has 1 fields"));
  const std::string line = whole.substr(whole.find('\n') + 1);
  CHECK_THAT(of(whole + line), Contains("line 3: repeats an id"));
  must(replace_file(place.path, whole, 0644));
  CHECK(error_of(Credentials::open(place.path)).message.find("chmod 600") != std::string::npos);
}

TEST_CASE("a token is issued to an id, and to expire later than now") {
  Place place;
  Credentials credentials = place.open();
  CHECK(error_of(credentials.issue("a b", TokenScope::record, now, std::nullopt)).code ==
        ErrorCode::invalid);
  CHECK(error_of(credentials.issue("ann", TokenScope::record, now, now)).code ==
        ErrorCode::invalid);
  CHECK_FALSE(must(file_exists(place.path)));
}
