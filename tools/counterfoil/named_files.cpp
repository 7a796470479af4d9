#include "counterfoil/named_files.h"

#include <iostream>

#include "core/files.h"
#include "counterfoil/standard_output.h"

namespace counterfoil {
Result<std::string> read_input(const std::string& file) {
  return could_not(read_file(file));
}

Result<void> write_out(const std::string& file, std::string_view contents) {
  if (!file.empty()) return could_not(replace_file(file, contents, 0644));
  std::cout << contents;
  return flush_output();
}

}  // namespace counterfoil
