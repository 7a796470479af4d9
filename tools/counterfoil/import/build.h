#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <vector>

#include "counterfoil/import/mapping.h"

namespace counterfoil::intake {

/// A command in JSON, and its id.
struct Draft {
  std::string id;
  boost::json::value command;
  bool once = false;  // several groups give it, and all must give the same; it is sent once
};

/// The commands that a group of the table's rows becomes. An error refuses the whole group and
/// names its line. The same rows always give the same commands.
Result<std::vector<Draft>> build(const Table& table, const Scope& scope);

}  // namespace counterfoil::intake
