#include <sys/stat.h>
#include <sys/wait.h>

#include <cstdio>

#include "published_log.h"
#include "support/catch.h"

using namespace counterfoil;

namespace {

struct Outcome {
  int status = -1;
  std::string out;
  std::string err;
};

/// The program in a folder, as a user runs it: arguments as in a shell.
struct Program {
  Outcome run(const std::string& arguments) const {
    const std::string command = fmt::format("cd {} && >out 2>err {}/counterfoil-verify {}",
                                            folder.path(), COUNTERFOIL_BINARY_DIR, arguments);
    const int status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, must(read_file(folder / "out")),
            must(read_file(folder / "err"))};
  }
  std::string file(std::string_view name, std::string_view bytes) const {
    return write(folder / name, bytes);
  }
  TempFolder folder;
};

bool says(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the program's exit status is 0 proved, 1 no, 2 wrong usage, 3 could not") {
  PublishedLog log(GENERATE(default_suite, national_suite));
  log.grow(40);
  const Program program;
  program.file("key", log.first_key().text() + "\n");
  program.file("r", log.receipt(7, 40));
  program.file("b", log.bundle("project/3", 40));
  program.file("kept", log.checkpoint(30));
  program.file("request", log.request(30, 40));
  log.publish(program.folder / "log", 40);
  for (const std::string& arguments :
       {std::string("receipt r --key @key"), "receipt --key " + log.first_key().text() + " r",
        std::string("bundle b --key @key"), std::string("log log --key @key --since kept"),
        std::string("consistency kept --log log --key @key"),
        std::string("consistency kept log/checkpoint --log log --key @key"),
        std::string("consistency kept --proof request --key @key")}) {
    const Outcome done = program.run(arguments);
    CAPTURE(arguments, done.err);
    CHECK(done.status == 0);
    CHECK(done.out.starts_with("Proved: "));
    CHECK(says(done.out, "\nNot proved: "));
    CHECK(done.err.empty());
  }
  const PublishedLog other(log.suite);
  program.file("other", other.first_key().text());
  program.file("bad", "bad");
  for (const std::string arguments :
       {"receipt r --key @other", "receipt bad --key @key", "bundle b --key @other",
        "bundle bad --key @key", "log log --key @other", "log log --key @key --since bad",
        "consistency bad --log log --key @key", "consistency kept --proof bad --key @key"}) {
    const Outcome done = program.run(arguments);
    CAPTURE(arguments, done.err);
    CHECK(done.status == 1);
    CHECK(done.out.empty());
    CHECK(done.err.starts_with("counterfoil-verify: "));
  }
  for (const std::string arguments :
       {"", "reciept r", "receipt r", "receipt --key @key", "receipt r --key bad",
        "receipt r --key @bad", "receipt r --key @key --witness @key",
        "consistency kept --key @key", "consistency kept x --proof request --key @key",
        "consistency kept --log log --proof request --key @key", "new-key --name 'a b' --out x",
        "new-key --name a --suite rsa --out x"}) {
    const Outcome done = program.run(arguments);
    CAPTURE(arguments, done.err);
    CHECK(done.status == 2);
    CHECK(done.err.starts_with("counterfoil-verify: "));
  }
  for (const std::string arguments :
       {"receipt none --key @key", "receipt r --key @none", "bundle none --key @key",
        "log none --key @key", "log log --key @key --since none",
        "consistency none --log log --key @key", "verifier-key none --name a",
        "receipt r --key @key >/dev/full"}) {
    const Outcome done = program.run(arguments);
    CAPTURE(arguments, done.err);
    CHECK(done.status == 3);
  }
}

TEST_CASE("records are shown on standard output alone, as lines of JSON") {
  PublishedLog log(default_suite);
  log.grow(40);
  const Program program;
  program.file("key", log.first_key().text());
  program.file("r", log.receipt(7, 40));
  program.file("b", log.bundle("project/3", 40));
  Outcome done = program.run("receipt r --key @key --show");
  CHECK(std::ranges::count(done.out, '\n') == 1);
  CHECK(done.err.starts_with("Proved: "));
  done = program.run("bundle b --key @key --show");
  CHECK(std::ranges::count(done.out, '\n') == 6);
  CHECK(says(done.out, R"("name":"of 2024")"));
  CHECK(done.err.starts_with("Proved: "));
}

TEST_CASE("a key is made once, private, and its verifier key is printed again") {
  const std::string suite(GENERATE(default_suite, national_suite));
  const std::string witness = GENERATE("", " --witness");
  const Program program;
  const Outcome made =
      program.run("new-key --name w.example.org --out w.key --suite " + suite + witness);
  REQUIRE(made.status == 0);
  struct stat about {};
  REQUIRE(::stat((program.folder / "w.key").c_str(), &about) == 0);
  CHECK((about.st_mode & 0777) == 0600);
  const auto key = must(VerifierKey::parse(made.out.substr(0, made.out.size() - 1)));
  CHECK(suite_of(key.type()) == suite);
  CHECK(is_cosignature(key.type()) == !witness.empty());
  CHECK(program.run("verifier-key w.key --name w.example.org" + witness).out == made.out);
  const std::string pem = must(read_file(program.folder / "w.key"));
  CHECK(program.run("new-key --name w.example.org --out w.key").status == 3);
  CHECK(must(read_file(program.folder / "w.key")) == pem);
  ::chmod((program.folder / "w.key").c_str(), 0644);
  CHECK(program.run("verifier-key w.key --name w.example.org").status == 3);
}

TEST_CASE("a witness answers requests, and what it cosigned verifies with its key") {
  PublishedLog log(GENERATE(default_suite, national_suite));
  log.grow(40);
  const Program program;
  program.file("key", log.first_key().text());
  program.file("w.pub",
               program.run("new-key --witness --name w --out w.key --suite " + log.suite).out);
  program.file("request", log.request(0, 30));
  const std::string witness = "witness --state seen --key w.key --name w --log @key ";
  CHECK(program.run(witness + "request").status == 3);  // no folder
  std::filesystem::create_directory(program.folder / "seen");
  const Outcome first = program.run(witness + "<request");
  CAPTURE(first.err);
  CHECK(first.status == 0);
  program.file("first", first.out);
  CHECK(program.run(witness + "request").status == 1);
  program.file("request", log.request(30, 40));
  const Outcome second = program.run(witness + "request --out second");
  CHECK(second.status == 0);
  CHECK(second.out.empty());
  log.publish(program.folder / "log", 40);
  std::filesystem::copy_file(program.folder / "second", program.folder / "log/checkpoint",
                             std::filesystem::copy_options::overwrite_existing);
  const Outcome checked = program.run("log log --key @key --witness @w.pub --since first");
  CAPTURE(checked.err);
  CHECK(checked.status == 0);
  CHECK(says(checked.out, "The witness w+"));
}

TEST_CASE("every command has an example") {
  const Program program;
  const std::string whole = program.run("--help").out;
  for (const std::string command :
       {"receipt", "bundle", "log", "consistency", "witness", "new-key", "verifier-key"}) {
    CHECK(says(whole, command));
    const std::string help = program.run(command + " --help").out;
    CHECK(says(help, "counterfoil-verify " + command + " "));
    CHECK(says(help, "Example"));
  }
}
