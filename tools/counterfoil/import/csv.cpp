#include "counterfoil/import/csv.h"

#include <cstring>

#include "core/ids.h"
#include "core/limits.h"

namespace counterfoil::intake {
namespace {

constexpr std::string_view utf8_mark = "\xEF\xBB\xBF";
constexpr std::string_view gb18030_mark = "\x84\x31\x95\x33";

/// Appends a quoted field with each "" as ".
void append_unquoted(std::string_view field, std::string& out) {
  for (std::size_t i = 0; i < field.size(); ++i) {
    out += field[i];
    if (field[i] == '"') ++i;
  }
}

}  // namespace

Result<CsvReader> CsvReader::open(const std::filesystem::path& path, Encoding encoding) {
  CF_LET(auto window, Window::open(path));
  CsvReader reader(std::move(window), encoding);
  CF_TRY(reader.skip_mark());
  CsvRecord record;
  CF_LET(const bool found, reader.read(record));
  if (!found)
    return fail(ErrorCode::invalid, "{} is empty; its first line must name its columns",
                path.string());
  if (!record.refusal.empty())
    return fail(ErrorCode::invalid, "{}:{}: the header cannot be read: {}", path.string(),
                record.line, record.refusal);
  reader.header_.assign(record.fields.begin(), record.fields.end());
  return reader;
}

Result<void> CsvReader::skip_mark() {
  const std::string_view mark = encoding_ == Encoding::utf8 ? utf8_mark : gb18030_mark;
  while (window_.bytes().size() < mark.size()) {
    CF_LET(const bool more, window_.extend());
    if (!more) return {};
  }
  if (window_.bytes().starts_with(mark)) window_.drop(mark.size());
  return {};
}

Result<bool> CsvReader::next(CsvRecord& record) {
  CF_LET(const bool found, read(record));
  if (!found || !record.refusal.empty()) return found;
  if (record.fields.size() != header_.size()) {
    record.refusal = fmt::format("it has {} field{}, the header has {}", record.fields.size(),
                                 record.fields.size() == 1 ? "" : "s", header_.size());
    // A stray quote can pair with one many lines on: say what went with it.
    if (line_ - record.line > 1)
      record.refusal += fmt::format("; quotes join the lines {} to {}", record.line, line_ - 1);
    record.refusal += record.fields.size() < header_.size()
                          ? "; add what is missing, an empty field where there is nothing"
                          : "; quote a field that holds a comma";
    record.fields = {};
  }
  return true;
}

Result<bool> CsvReader::read(CsvRecord& record) {
  for (;;) {
    CF_LET(Cut found, cut());
    record = {.line = line_, .fields = {}, .refusal = {}};
    if (found.ended) return false;
    if (!found.refusal.empty()) {
      record.refusal = std::move(found.refusal);
      CF_TRY(skip_line());
      return true;
    }
    line_ += found.lines;
    if (found_.size() == 1 && found_[0].begin == 0 && found_[0].end == 0) {
      window_.drop(found.length);
      continue;
    }
    record.refusal = decode(found.length);
    if (record.refusal.empty()) record.fields = fields_;
    window_.drop(found.length);
    return true;
  }
}

/// Finds the record at the window's front and its fields, as offsets, because the window may move
/// while it grows.
Result<CsvReader::Cut> CsvReader::cut() {
  found_.clear();
  Cut result;
  State state = State::start;
  std::string_view bytes = window_.bytes();
  for (std::size_t at = 0;; ++at) {
    if (at > limits::csv_record_bytes) {
      result.refusal =
          state == State::quoted || state == State::closed
              ? fmt::format("a quote is not closed within {} bytes", limits::csv_record_bytes)
              : fmt::format("it is longer than {} bytes, the limit of a record",
                            limits::csv_record_bytes);
      return result;
    }
    if (at == bytes.size()) {
      CF_LET(const bool more, window_.extend());
      bytes = window_.bytes();
      if (!more) {
        if (at == 0)
          result.ended = true;
        else if (state == State::quoted)
          result.refusal = "a quote is not closed before the file's end";
        else
          step(state, '\n', at, result.refusal);
        result.length = at;
        ++result.lines;
        return result;
      }
    }
    const char c = bytes[at];
    const bool inside = state == State::quoted;
    state = step(state, c, at, result.refusal);
    if (!result.refusal.empty()) return result;
    if (c != '\n') continue;
    ++result.lines;
    if (inside) continue;
    result.length = at + 1;
    return result;
  }
}

/// One byte of RFC 4180. A field that ends is added to `found_`.
CsvReader::State CsvReader::step(State state, char c, std::size_t at, std::string& refusal) {
  if (state == State::start) {
    found_.push_back({.begin = at, .end = at, .doubled = false});
    if (c == '"') {
      found_.back().begin = at + 1;
      return State::quoted;
    }
    state = State::bare;
  }
  if (state == State::quoted) {
    if (c != '"') return State::quoted;
    found_.back().end = at;
    return State::closed;
  }
  if (state == State::closed && c == '"') {
    found_.back().doubled = true;
    return State::quoted;
  }
  if (state == State::returned && c != '\n') {
    refusal = "it contains a carriage return that ends no line; lines must end in LF or CRLF";
    return state;
  }
  if (state == State::bare) found_.back().end = at;
  if (c == ',' || c == '\n') return State::start;
  if (c == '\r') return State::returned;
  if (state == State::closed)
    refusal = "text follows a closing quote; a quote within a quoted field is doubled";
  if (c == '"')
    refusal = "a quote stands within a field that does not begin with one; quote the field";
  return state;
}

/// Drops what is left of the line that could not be read.
Result<void> CsvReader::skip_line() {
  ++line_;
  for (;;) {
    const std::string_view bytes = window_.bytes();
    const std::size_t end = bytes.find('\n');
    if (end != bytes.npos) {
      window_.drop(end + 1);
      return {};
    }
    window_.drop(bytes.size());
    CF_LET(const bool more, window_.extend());
    if (!more) return {};
  }
}

/// Makes the fields of the record out of what was found; the refusal, or nothing.
std::string CsvReader::decode(std::size_t length) {
  const std::string_view record = window_.bytes().substr(0, length);
  if (record.find('\0') != record.npos)
    return "it contains a NUL byte; save the file as plain text";
  if (encoding_ == Encoding::utf8 && !is_text(record))
    return "it is not UTF-8; save it so, or put encoding = \"gb18030\" in the mapping if it is "
           "that";
  text_.clear();
  text_.reserve(2 * length + 1);  // views point into it: it must not move
  fields_.clear();
  for (const Field& field : found_) {
    const std::string_view raw = record.substr(field.begin, field.end - field.begin);
    if (encoding_ == Encoding::utf8 && !field.doubled) {
      fields_.push_back(raw);
      continue;
    }
    const std::size_t begin = text_.size();
    if (encoding_ == Encoding::utf8) {
      append_unquoted(raw, text_);
    } else {
      std::string plain;
      if (field.doubled) append_unquoted(raw, plain);
      if (!decoder_->decode(field.doubled ? plain : raw, text_))
        return "it is not GB 18030; save it so, or leave encoding out of the mapping if it is "
               "UTF-8";
    }
    fields_.push_back(std::string_view(text_).substr(begin));
  }
  return {};
}

}  // namespace counterfoil::intake
