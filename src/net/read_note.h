#pragma once

#include <capnp/capability.h>
#include <capnp/dynamic.h>

#include <functional>
#include <string>
#include <string_view>

namespace counterfoil {

/// Told of every call of a capability that reads; empty where nobody wants to know.
using ReadNote = std::function<void(std::string_view)>;

/// "history (subject = "project/P1", limit = 100)", cut where it is long.
std::string describe_call(capnp::InterfaceSchema interface, std::uint16_t method,
                          capnp::AnyPointer::Reader params);

/// A server of that interface whose calls are noted before they are carried out.
template <typename Interface>
class NotedServer : public Interface::Server {
 public:
  explicit NotedServer(ReadNote note) : note_(std::move(note)) {}

  capnp::Capability::Server::DispatchCallResult dispatchCall(
      std::uint64_t interface_id, std::uint16_t method,
      capnp::CallContext<capnp::AnyPointer, capnp::AnyPointer> context) override {
    if (note_ && interface_id == capnp::typeId<Interface>())
      note_(describe_call(capnp::Schema::from<Interface>(), method, context.getParams()));
    return Interface::Server::dispatchCall(interface_id, method, context);
  }

 private:
  ReadNote note_;
};

}  // namespace counterfoil
