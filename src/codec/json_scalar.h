#pragma once

#include <capnp/dynamic.h>

#include <boost/json/value.hpp>

#include "codec/path.h"
#include "codec/shape.h"
#include "core/result.h"

/// Parts of from_json (codec/json.h): the values that hold no other values.
namespace counterfoil::json_detail {

/// A place that one value goes to: a struct's field, or an element of a list.
class Slot {
 public:
  Slot(capnp::DynamicStruct::Builder owner, capnp::StructSchema::Field field)
      : owner_(owner), field_(field) {}
  Slot(capnp::DynamicList::Builder list, unsigned index)
      : list_(list), index_(index), is_element_(true) {}

  void set(const capnp::DynamicValue::Reader& value) {
    if (is_element_)
      list_.set(index_, value);
    else
      owner_.set(field_, value);
  }
  capnp::DynamicStruct::Builder structure() {
    if (is_element_) return list_[index_].as<capnp::DynamicStruct>();
    return owner_.init(field_).as<capnp::DynamicStruct>();
  }
  capnp::DynamicList::Builder list(std::size_t size) {
    const auto count = static_cast<unsigned>(size);
    if (is_element_) return list_.init(index_, count).as<capnp::DynamicList>();
    return owner_.init(field_, count).as<capnp::DynamicList>();
  }

 private:
  capnp::DynamicStruct::Builder owner_;
  capnp::StructSchema::Field field_;
  capnp::DynamicList::Builder list_;
  unsigned index_ = 0;
  bool is_element_ = false;
};

/// "PATH: needs WANTED, and not what is there, of kind null".
tl::unexpected<Error> wrong_form(const Path& path, std::string_view wanted,
                                 const boost::json::value& value);

/// Reads a value of any form but structure and list.
Result<void> read_scalar(const Path& path, const boost::json::value& value, const ValueShape& shape,
                         Slot slot);

}  // namespace counterfoil::json_detail
