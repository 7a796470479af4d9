#pragma once

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "support/catch.h"

namespace counterfoil::kit {

/// Compares with the file of that name in tests/golden, or writes it where
/// COUNTERFOIL_WRITE_GOLDEN is set.
inline void compare_golden(const std::string& file, const std::string& text) {
  const std::string path = std::string(COUNTERFOIL_SOURCE_DIR "/tests/golden/") + file;
  if (std::getenv("COUNTERFOIL_WRITE_GOLDEN") != nullptr) {
    std::ofstream(path, std::ios::binary) << text;
    return;
  }
  std::ifstream in(path, std::ios::binary);
  std::ostringstream golden;
  golden << in.rdbuf();
  INFO("tests/golden/README.md says what to do when " << file << " differs on purpose");
  CHECK(text == golden.str());
}

}  // namespace counterfoil::kit
