#pragma once

#include <schema/ledger.capnp.h>

#include <map>
#include <memory>
#include <string>

namespace counterfoil::http {

/// The readers of named consumers whose streams are open, so that a request on another connection
/// can acknowledge what they were sent. For one thread.
class Readings {
 public:
  struct Key {
    std::string principal;
    std::string consumer;
    std::uint32_t partition = 0;
    std::uint64_t generation = 0;
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  /// Forgets the reader when it is dropped, which may be behind the end of this.
  using Place = std::shared_ptr<void>;

  Place enter(Key key, schema::Consumption::Client consumption) {
    all_->insert_or_assign(key, kj::mv(consumption));
    return Place(nullptr, [all = all_, key = std::move(key)](void*) { all->erase(key); });
  }
  /// Null where no such reader is there any more.
  schema::Consumption::Client* find(const Key& key) {
    const auto found = all_->find(key);
    return found == all_->end() ? nullptr : &found->second;
  }

 private:
  using All = std::map<Key, schema::Consumption::Client>;
  std::shared_ptr<All> all_ = std::make_shared<All>();
};

}  // namespace counterfoil::http
