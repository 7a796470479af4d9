#pragma once

#include <capnp/dynamic.h>
#include <capnp/message.h>
#include <capnp/schema.h>
#include <capnp/serialize.h>

#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codec/canonical.h"

namespace counterfoil {

template <typename Reader>
Words canonical_row(Reader row) {
  return capnp::canonicalize(std::move(row));
}

/// The canonical bytes of a row, which holds numbers and texts; texts that are set but empty are
/// left out.
template <typename Builder>
std::string present_row(Builder row) {
  for (auto pointer : capnp::toAny(row).getPointerSection())
    if (!pointer.isNull() && pointer.template getAs<capnp::Text>().size() == 0) pointer.clear();
  return std::string(bytes_of(canonical_row(row.asReader())));
}

/// Where rows are built before they are stored: as much as most of them take.
class RowBuilder final : public capnp::MallocMessageBuilder {
 public:
  RowBuilder() : MallocMessageBuilder(128) {}  // words
};

/// A builder over words that hold a message already. Only numbers can be set: it has no room.
class BuilderInPlace final : public capnp::MessageBuilder {
 public:
  explicit BuilderInPlace(SegmentInit words) : MessageBuilder(kj::arrayPtr(&words, 1)) {}
  kj::ArrayPtr<capnp::word> allocateSegment(unsigned) override {
    COUNTERFOIL_ASSERT(!"a number changed in place needs no room");
    return {};
  }
};

/// A stored row: the canonical words of a struct of schema/views.capnp, so that equal rows are
/// equal bytes.
template <typename Row>
class RowBuffer {
 public:
  /// Valid until the next call. The bytes come from the views' database, which checks them.
  typename Row::Reader read(std::string_view bytes) {
    COUNTERFOIL_ASSERT(bytes.size() % sizeof(capnp::word) == 0);
    words_.resize(bytes.size() / sizeof(capnp::word));
    std::memcpy(words_.data(), bytes.data(), bytes.size());
    segment_ = kj::arrayPtr(reinterpret_cast<const capnp::word*>(words_.data()), words_.size());
    reader_.emplace(kj::arrayPtr(&segment_, 1));
    return reader_->template getRoot<Row>();
  }

  /// Lets `change` set numbers, and nothing else, in a builder that holds the row. The usual row,
  /// of which nothing at the end is cut off, is changed where it is.
  template <typename Change>
  void change_numbers(std::string& bytes, Change change) {
    if (is_whole(bytes)) {
      auto* const words = reinterpret_cast<capnp::word*>(bytes.data());
      const std::size_t count = bytes.size() / sizeof(capnp::word);
      BuilderInPlace message({kj::arrayPtr(words, count), count});
      auto builder = message.template getRoot<Row>();
      change(builder);
      if (!ends_in_zero(bytes)) return;
      bytes = std::string(bytes_of(canonical_row(builder.asReader())));
    } else {
      RowBuilder message;
      message.setRoot(read(bytes));
      auto builder = message.template getRoot<Row>();
      change(builder);
      bytes = std::string(bytes_of(canonical_row(builder.asReader())));
    }
  }

 private:
  /// The canonical form cuts zero words off the end of the numbers, and null pointers off the end
  /// of the texts. A row that lost none has room for every number.
  static bool is_whole(const std::string& bytes) {
    static const auto shape = capnp::Schema::from<Row>().getProto().getStruct();
    static const std::uint16_t numbers = shape.getDataWordCount();
    static const std::uint16_t pointers = shape.getPointerCount();
    const bool aligned = reinterpret_cast<std::uintptr_t>(bytes.data()) % sizeof(capnp::word) == 0;
    return aligned && bytes.size() >= sizeof(capnp::word) && size_at(bytes, 4) == numbers &&
           size_at(bytes, 6) == pointers;
  }

  static bool ends_in_zero(const std::string& bytes) {
    std::uint64_t last = 0;
    std::memcpy(&last, bytes.data() + sizeof(capnp::word) * size_at(bytes, 4), sizeof(last));
    return last == 0;
  }

  /// One of the two sizes in the root's pointer, the message's first word; capnp's encoding.md.
  static std::uint16_t size_at(const std::string& bytes, std::size_t at) {
    return static_cast<std::uint16_t>(static_cast<unsigned char>(bytes[at]) |
                                      static_cast<unsigned char>(bytes[at + 1]) << 8);
  }

  std::vector<std::uint64_t> words_;
  kj::ArrayPtr<const capnp::word> segment_;
  std::optional<capnp::SegmentArrayMessageReader> reader_;
};

/// Rows of a struct that is known only when the program runs, also from a network.
class AnyRowBuffer {
 public:
  explicit AnyRowBuffer(capnp::StructSchema schema) : schema_(schema) {}
  ~AnyRowBuffer() noexcept {}  // see RecordBuffer

  /// Valid until the next call. `corrupt` where the bytes are not whole words.
  Result<capnp::DynamicStruct::Reader> read(std::string_view bytes) {
    if (bytes.empty() || bytes.size() % sizeof(capnp::word) != 0)
      return fail(ErrorCode::corrupt, "a row of {} bytes cannot be read", bytes.size());
    words_.resize(bytes.size() / sizeof(capnp::word));
    std::memcpy(words_.data(), bytes.data(), bytes.size());
    segment_ = kj::arrayPtr(reinterpret_cast<const capnp::word*>(words_.data()), words_.size());
    reader_.emplace(kj::arrayPtr(&segment_, 1));
    return reader_->getRoot<capnp::DynamicStruct>(schema_);
  }

 private:
  capnp::StructSchema schema_;
  std::vector<std::uint64_t> words_;
  kj::ArrayPtr<const capnp::word> segment_;
  std::optional<capnp::SegmentArrayMessageReader> reader_;
};

}  // namespace counterfoil
