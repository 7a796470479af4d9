#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "counterfoil/import/encoding.h"
#include "counterfoil/import/window.h"

namespace counterfoil::intake {

/// One record of a file: a row, or what could not be read as one.
struct CsvRecord {
  std::uint64_t line = 0;                    // on which it begins, from 1
  std::span<const std::string_view> fields;  // in UTF-8; valid until the next record is read
  std::string refusal;                       // a sentence saying why it is no row, else empty
};

/// Reads comma-separated values (RFC 4180) in memory that does not grow with the file. Lines end in
/// LF or CRLF, a byte order mark is skipped, and so are empty lines. What cannot be read is refused
/// record by record: reading goes on at the next line, which behind an unclosed quote is the line
/// after the one that opened it. A record is at most `limits::csv_record_bytes` long.
class CsvReader {
 public:
  /// Reads the header too; a header that cannot be read is an error.
  static Result<CsvReader> open(const std::filesystem::path& path, Encoding encoding);

  const std::vector<std::string>& header() const { return header_; }
  /// The next record, with as many fields as the header or with a refusal. False: there is none.
  Result<bool> next(CsvRecord& record);

  std::uint64_t bytes_done() const { return window_.offset(); }
  std::uint64_t bytes_total() const { return window_.file_bytes(); }

 private:
  struct Field {
    std::size_t begin;
    std::size_t end;
    bool doubled;  // contains "" for "
  };
  struct Cut {
    std::size_t length = 0;   // of the record with its line end
    std::uint64_t lines = 0;  // that it spans
    std::string refusal;      // empty where the record is well formed
    bool ended = false;       // there was nothing more
  };
  enum class State { start, bare, quoted, closed, returned };

  CsvReader(Window window, Encoding encoding) : window_(std::move(window)), encoding_(encoding) {
    if (encoding == Encoding::gb18030) decoder_.emplace();
  }
  Result<void> skip_mark();
  Result<bool> read(CsvRecord& record);
  Result<Cut> cut();
  State step(State state, char c, std::size_t at, std::string& refusal);
  Result<void> skip_line();
  std::string decode(std::size_t length);

  Window window_;
  Encoding encoding_;
  std::optional<Gb18030> decoder_;
  std::vector<std::string> header_;
  std::vector<Field> found_;
  std::vector<std::string_view> fields_;
  std::string text_;  // of fields that are not in the window as they are meant
  std::uint64_t line_ = 1;
};

}  // namespace counterfoil::intake
