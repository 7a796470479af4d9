// Runs a fuzz target where there is no libFuzzer: over each input given, and then over seeded
// mutations of them, the same ones in every run. An input that makes the target abort is written to
// ./crash-input; given as the only argument, with --mutations 0, it fails again at once.

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Input = std::vector<std::uint8_t>;

constexpr std::size_t input_bytes_max = 1u << 16;

// A sanitizer reports the other signals itself, and then aborts.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int fatal_signals[] = {SIGABRT};
#else
constexpr int fatal_signals[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};
#endif

Input current;  // what the target is busy with, for the handler below

/// Only calls that are safe in a signal handler.
extern "C" void keep_input(int signal_number) {
  const int file = open("crash-input", O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (file >= 0) {
    [[maybe_unused]] const auto written = write(file, current.data(), current.size());
    close(file);
  }
  std::signal(signal_number, SIG_DFL);
  std::raise(signal_number);
}

void run(Input input) {
  current = std::move(input);
  LLVMFuzzerTestOneInput(current.data(), current.size());
}

std::vector<Input> read_inputs(const std::vector<std::string>& paths) {
  std::vector<std::filesystem::path> files;
  for (const std::string& path : paths) {
    if (!std::filesystem::is_directory(path)) {
      files.emplace_back(path);
      continue;
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path))
      if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());  // a directory lists in no order, and the seed needs one

  std::vector<Input> inputs;
  for (const auto& path : files) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
      std::fprintf(stderr, "fuzz: cannot read %s\n", path.c_str());
      std::exit(2);
    }
    inputs.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return inputs;
}

/// Changes inputs at random. Takes numbers from the engine as they come: the standard's
/// distributions differ between libraries, and a seed has to mean the same everywhere.
class Mutator {
 public:
  Mutator(std::uint64_t seed, const std::vector<Input>& inputs) : engine_(seed), inputs_(inputs) {}

  Input next() {
    Input input = inputs_[below(inputs_.size())];
    for (std::size_t changes = 1 + below(6); changes != 0; --changes) change(input);
    if (input.size() > input_bytes_max) input.resize(input_bytes_max);
    return input;
  }

 private:
  std::size_t below(std::size_t limit) { return engine_() % limit; }
  auto place(Input& input, std::size_t at) {
    return input.begin() + static_cast<Input::difference_type>(at);
  }

  void change(Input& input) {
    constexpr std::uint8_t telling[] = {0x00, 0x01, 0x7f, 0x80, 0xff, '0', '9', '-', '/', '"'};
    const std::size_t at = input.empty() ? 0 : below(input.size());
    switch (input.empty() ? 0 : below(7)) {
      case 0:
        input.insert(place(input, at), static_cast<std::uint8_t>(below(256)));
        break;
      case 1:
        input[at] = static_cast<std::uint8_t>(input[at] ^ (1u << below(8)));
        break;
      case 2:
        input[at] = telling[below(std::size(telling))];
        break;
      case 3:
        input[at] = static_cast<std::uint8_t>(input[at] + (below(2) == 0 ? 1 : -1));
        break;
      case 4:
        input.erase(place(input, at), place(input, at + 1 + below(input.size() - at)));
        break;
      case 5:
        input.resize(at);
        break;
      default:
        splice(input, at);
        break;
    }
  }

  /// Puts a piece of any input, often the same, in at that place.
  void splice(Input& input, std::size_t at) {
    const Input& other = inputs_[below(inputs_.size())];
    if (other.empty()) return;
    const std::size_t from = below(other.size());
    const std::size_t length = 1 + below(std::min<std::size_t>(other.size() - from, 64));
    const auto first = other.begin() + static_cast<Input::difference_type>(from);
    input.insert(place(input, at), first, first + static_cast<Input::difference_type>(length));
  }

  std::mt19937_64 engine_;
  const std::vector<Input>& inputs_;
};

int usage() {
  std::fputs("usage: fuzz_NAME [--seed N] [--mutations N] FILE|DIRECTORY…\n", stderr);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t seed = 1;
  std::uint64_t mutations = 100'000;
  std::vector<std::string> paths;
  const std::vector<std::string_view> arguments(argv + 1, argv + argc);
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (!arguments[i].starts_with("--")) {
      paths.emplace_back(arguments[i]);
      continue;
    }
    const bool is_seed = arguments[i] == "--seed";
    if ((!is_seed && arguments[i] != "--mutations") || i + 1 == arguments.size()) return usage();
    (is_seed ? seed : mutations) = std::strtoull(arguments[++i].data(), nullptr, 10);
  }
  if (paths.empty()) return usage();

  for (const int signal_number : fatal_signals) std::signal(signal_number, keep_input);

  std::vector<Input> inputs = read_inputs(paths);
  const std::size_t given = inputs.size();
  if (given == 0) {
    std::fputs("fuzz: no inputs there\n", stderr);
    return 2;
  }
  for (const Input& input : inputs) run(input);
  inputs.emplace_back();  // the empty input is always one to start from
  Mutator mutator(seed, inputs);
  for (std::uint64_t i = 0; i < mutations; ++i) run(mutator.next());
  std::printf("fuzz: %zu inputs and %llu mutations of seed %llu passed\n", given,
              static_cast<unsigned long long>(mutations), static_cast<unsigned long long>(seed));
}
