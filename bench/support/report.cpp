#include "support/report.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstdio>

namespace counterfoil::bench {
namespace {

std::string number(double value) {
  if (value >= 1000) return fmt::format("{:.0f}", value);
  return fmt::format("{:.3g}", value);
}

std::string ratio(const Figure& figure) {
  if (figure.limit == 0) return "";
  const double value = figure.value / figure.limit;
  return value < 10 ? fmt::format("{:.0f} %", 100 * value) : fmt::format("{:.0f} ×", value);
}

}  // namespace

void Report::print(Form form) const {
  if (form == Form::json) {
    boost::json::array figures;
    for (const Figure& figure : figures_) {
      boost::json::object one{
          {"name", figure.name}, {"value", figure.value}, {"unit", figure.unit}};
      if (figure.limit != 0) {
        one["limit"] = {{"name", figure.limit_name}, {"value", figure.limit}};
        one["ratio"] = figure.value / figure.limit;
      }
      if (!figure.goal.empty()) one["goal"] = figure.goal;
      figures.push_back(std::move(one));
    }
    const boost::json::object all{{"benchmark", name_}, {"figures", std::move(figures)}};
    fmt::print("{}\n", boost::json::serialize(all));
    return;
  }
  fmt::print("{}\n", name_);
  for (const Figure& figure : figures_) {
    fmt::print("  {:<52} {:>9} {:<9}", figure.name, number(figure.value), figure.unit);
    if (figure.limit != 0)
      fmt::print(" {:>5} of {} ({})", ratio(figure), number(figure.limit), figure.limit_name);
    if (!figure.goal.empty()) fmt::print("  goal {}", figure.goal);
    fmt::print("\n");
  }
  std::fflush(stdout);
}

double processor_seconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

double percentile(std::vector<double>& samples, double share) {
  if (samples.empty()) return 0;
  std::sort(samples.begin(), samples.end());
  const auto at = static_cast<std::size_t>(share * static_cast<double>(samples.size()));
  return samples[std::min(at, samples.size() - 1)];
}

}  // namespace counterfoil::bench
