#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/problem.h"
#include "http/target.h"

namespace counterfoil::http {

/// What a route takes in its path or its query: name, form and bounds, of which both the check and
/// the description are made.
struct Parameter {
  enum class Form { text, number, flag, word, as_of, mark };
  enum class Place { query, path };

  std::string name;
  Form form = Form::text;
  std::string description;
  Place place = Place::query;
  bool is_required = false;
  bool is_repeatable = false;
  std::uint64_t least = 0;  // of a number
  std::uint64_t most = 0;
  std::vector<std::string> words = {};  // that there are, of a word
};

/// What a request gave for them, checked. Names that the route does not have are a mistake of ours.
class Arguments {
 public:
  /// Refuses what is unknown, given twice, empty, of the wrong form or out of its bounds.
  static Outcome<Arguments> of(const std::vector<Parameter>& parameters,
                               std::vector<std::pair<std::string, std::string>> in_path,
                               const Target& target);

  bool has(std::string_view name) const { return values_.contains(name); }
  /// Empty where it was not given.
  std::string text(std::string_view name) const;
  const std::vector<std::string>& all(std::string_view name) const;
  std::optional<std::uint64_t> number(std::string_view name) const;
  bool flag(std::string_view name) const { return text(name) == "true"; }
  /// The bytes that a mark stands for.
  std::string mark(std::string_view name) const;

 private:
  Outcome<void> add(const Parameter& parameter, const std::string& value);
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
};

/// Its OpenAPI description.
boost::json::value describe(const Parameter& parameter);

/// Those that most reads take.
Parameter text_parameter(std::string name, std::string description);
Parameter required(Parameter parameter);
Parameter in_path(Parameter parameter);
Parameter number_parameter(std::string name, std::string description, std::uint64_t least,
                           std::uint64_t most);
Parameter word_parameter(std::string name, std::string description, std::vector<std::string> words);
Parameter flag_parameter(std::string name, std::string description);
Parameter as_of_parameter(std::string name = "asOf");
Parameter limit_parameter();
Parameter after_parameter();
Parameter fiscal_year_parameter();

}  // namespace counterfoil::http
