#pragma once

#include <memory>

namespace counterfoil {

template <auto release>
struct OpenSslDeleter {
  template <typename T>
  void operator()(T* pointer) const {
    release(pointer);
  }
};

/// Owns what OpenSSL hands out, with the function that frees it.
template <typename T, auto release>
using OpenSslPtr = std::unique_ptr<T, OpenSslDeleter<release>>;

}  // namespace counterfoil
