#pragma once

#include <ostream>
#include <set>
#include <utility>

#include "counterfoil/explained.h"
#include "counterfoil/output.h"

namespace counterfoil {

/// Prints the graph of evidence in Graphviz's DOT language: numbers, the events that make them up,
/// and arrows from each event to what it rests on.
class ExplanationGraph {
 public:
  ExplanationGraph(const OutputOptions& options, std::ostream& out)
      : options_(options), out_(out) {}
  void add(const Explained& page);
  void finish();

 private:
  void begin();
  void event(std::uint64_t sequence, std::string_view label);
  void arrow(std::string_view from, std::string_view to, std::string_view label = {});

  OutputOptions options_;
  std::ostream& out_;
  bool begun_ = false;
  std::set<std::uint64_t> events_;
  std::set<std::pair<std::string, std::string>> arrows_;
};

}  // namespace counterfoil
