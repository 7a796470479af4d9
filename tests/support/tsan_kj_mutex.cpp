// Linked into every program under ThreadSanitizer, and only then. KJ's mutex is made of futexes
// inside libkj, which is not instrumented, so TSan does not see that it orders threads, and reports
// whatever KJ hands from thread to thread under it (kj::Executor, cross-thread fulfillers) as a
// race. These definitions take the place of libkj's, call them, and tell TSan what they guarantee.
// Unlike a suppression, this hides no race that the mutex does not prevent.
#include <dlfcn.h>
#include <kj/mutex.h>
#include <sanitizer/tsan_interface.h>

#include <utility>

namespace kj::_ {
namespace {

template <typename Function>
Function* next(const char* symbol) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, symbol));
}

}  // namespace

bool Mutex::lock(Exclusivity exclusivity, Maybe<Duration> timeout, LockSourceLocationArg where) {
  static auto* const real = next<bool(Mutex*, Exclusivity, Maybe<Duration>, LockSourceLocationArg)>(
      "_ZN2kj1_5Mutex4lockENS1_11ExclusivityENS_5MaybeINS_8QuantityIlNS0_15NanosecondLabelEEEEE"
      "NS_18NoopSourceLocationE");
  const bool locked = real(this, exclusivity, std::move(timeout), where);
  if (locked) __tsan_acquire(this);
  return locked;
}

void Mutex::unlock(Exclusivity exclusivity, Waiter* waiter_to_skip) {
  static auto* const real = next<void(Mutex*, Exclusivity, Waiter*)>(
      "_ZN2kj1_5Mutex6unlockENS1_11ExclusivityEPNS1_6WaiterE");
  __tsan_release(this);
  real(this, exclusivity, waiter_to_skip);
}

void Mutex::wait(Predicate& predicate, Maybe<Duration> timeout, LockSourceLocationArg where) {
  static auto* const real = next<void(Mutex*, Predicate&, Maybe<Duration>, LockSourceLocationArg)>(
      "_ZN2kj1_5Mutex4waitERNS1_9PredicateENS_5MaybeINS_8QuantityIlNS0_15NanosecondLabelEEEEE"
      "NS_18NoopSourceLocationE");
  __tsan_release(this);
  real(this, predicate, std::move(timeout), where);
  __tsan_acquire(this);
}

}  // namespace kj::_
