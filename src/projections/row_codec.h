#pragma once

#include <capnp/message.h>
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

/// A stored row: the canonical words of a struct of schema/views.capnp. Read in place, changed by
/// copying, written canonically, so that equal rows are equal bytes.
template <typename Row>
class RowBuffer {
 public:
  /// Valid until the next call. The bytes come from the views' database, which checks them.
  typename Row::Reader read(std::string_view bytes) {
    COUNTERFOIL_ASSERT(bytes.size() % sizeof(capnp::word) == 0);
    words_.resize(bytes.size() / sizeof(capnp::word));
    std::memcpy(words_.data(), bytes.data(), bytes.size());
    segment_ = kj::arrayPtr(static_cast<const capnp::word*>(words_.data()), words_.size());
    reader_.emplace(kj::arrayPtr(&segment_, 1));
    return reader_->template getRoot<Row>();
  }

  /// The bytes of the row after `change` was applied to a builder that holds it.
  template <typename Change>
  std::string changed(std::string_view bytes, Change change) {
    capnp::MallocMessageBuilder message;
    message.setRoot(read(bytes));
    auto builder = message.getRoot<Row>();
    change(builder);
    return std::string(bytes_of(canonical_row(builder.asReader())));
  }

 private:
  std::vector<capnp::word> words_;
  kj::ArrayPtr<const capnp::word> segment_;
  std::optional<capnp::SegmentArrayMessageReader> reader_;
};

}  // namespace counterfoil
