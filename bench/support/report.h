#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace counterfoil::bench {

/// One measured figure and what it is held against, both of the same run.
struct Figure {
  std::string name;
  double value = 0;
  std::string unit;
  std::string limit_name;  // empty: none
  double limit = 0;        // in the figure's unit
  std::string goal;        // of DESIGN.md, in words; empty: none
};

/// What a benchmark found: a table for people, or one JSON object for machines.
class Report {
 public:
  explicit Report(std::string name) : name_(std::move(name)) {}
  void add(Figure figure) { figures_.push_back(std::move(figure)); }
  enum class Form { table, json };
  void print(Form form) const;

 private:
  std::string name_;
  std::vector<Figure> figures_;
};

/// Seconds since it was made.
class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// Seconds of processor time that all threads of the process have used. Figures "a core" divide by
/// it, so that they do not depend on what else the machine does.
double processor_seconds();

/// The value below which that share of the samples lies; the samples are sorted by the call.
double percentile(std::vector<double>& samples, double share);

}  // namespace counterfoil::bench
