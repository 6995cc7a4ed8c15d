// Tells the thread sanitizer what absl's locks order: Debian's absl is not instrumented, so it
// would take everything that they guard for a race. Linked into the programs of the preset tsan,
// with --wrap for each function here (tools/CMakeLists.txt).
//
// Source: gcc's tsan_interface.h (__tsan_acquire, __tsan_release); ld(1), --wrap.

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"

extern "C" void __tsan_acquire(void* address);
extern "C" void __tsan_release(void* address);

namespace {

using absl::Condition;
using absl::CondVar;
using absl::Duration;
using absl::Mutex;
using absl::Notification;
using absl::Time;

void Acquire(const void* address) { __tsan_acquire(const_cast<void*>(address)); }
void Release(const void* address) { __tsan_release(const_cast<void*>(address)); }

}  // namespace

// A member function takes the object as its first argument (Itanium C++ ABI).
#define WRAPPED(symbol, result, name, ...)              \
  result Real##name(__VA_ARGS__) asm("__real_" symbol); \
  result Wrap##name(__VA_ARGS__) asm("__wrap_" symbol); \
  result Wrap##name(__VA_ARGS__)

WRAPPED("_ZN4absl7debian35Mutex4LockEv", void, Lock, Mutex* mutex) {
  RealLock(mutex);
  Acquire(mutex);
}

WRAPPED("_ZN4absl7debian35Mutex6UnlockEv", void, Unlock, Mutex* mutex) {
  Release(mutex);
  RealUnlock(mutex);
}

WRAPPED("_ZN4absl7debian35Mutex5AwaitERKNS0_9ConditionE", void, Await, Mutex* mutex,
        const Condition& condition) {
  Release(mutex);
  RealAwait(mutex, condition);
  Acquire(mutex);
}

WRAPPED("_ZN4absl7debian35Mutex16AwaitWithTimeoutERKNS0_9ConditionENS0_8DurationE", bool,
        AwaitWithTimeout, Mutex* mutex, const Condition& condition, Duration timeout) {
  Release(mutex);
  const bool result = RealAwaitWithTimeout(mutex, condition, timeout);
  Acquire(mutex);
  return result;
}

WRAPPED("_ZN4absl7debian37CondVar4WaitEPNS0_5MutexE", void, Wait, CondVar* variable, Mutex* mutex) {
  Release(mutex);
  RealWait(variable, mutex);
  Acquire(mutex);
}

WRAPPED("_ZN4absl7debian37CondVar15WaitWithTimeoutEPNS0_5MutexENS0_8DurationE", bool,
        WaitWithTimeout, CondVar* variable, Mutex* mutex, Duration timeout) {
  Release(mutex);
  const bool result = RealWaitWithTimeout(variable, mutex, timeout);
  Acquire(mutex);
  return result;
}

WRAPPED("_ZN4absl7debian37CondVar16WaitWithDeadlineEPNS0_5MutexENS0_4TimeE", bool, WaitWithDeadline,
        CondVar* variable, Mutex* mutex, Time deadline) {
  Release(mutex);
  const bool result = RealWaitWithDeadline(variable, mutex, deadline);
  Acquire(mutex);
  return result;
}

WRAPPED("_ZN4absl7debian312Notification6NotifyEv", void, Notify, Notification* notification) {
  Release(notification);
  RealNotify(notification);
}

WRAPPED("_ZNK4absl7debian312Notification19WaitForNotificationEv", void, WaitForNotification,
        const Notification* notification) {
  RealWaitForNotification(notification);
  Acquire(notification);
}

WRAPPED("_ZNK4absl7debian312Notification30WaitForNotificationWithTimeoutENS0_8DurationE", bool,
        WaitForNotificationWithTimeout, const Notification* notification, Duration timeout) {
  const bool result = RealWaitForNotificationWithTimeout(notification, timeout);
  Acquire(notification);
  return result;
}
