// Compiled in front of better-sqlite3 by ./natives.mjs. Since Node.js 24.19 node::ObjectWrap registers a clean-up hook
// and removes it in its destructor, which asserts that a JavaScript context is entered. A garbage collection of an idle
// process has none: better-sqlite3 12 then aborts at any moment. Its binaries that were built against older headers have
// no such hooks and need none (it closes its databases by itself), so they are left out here as well.
// better-sqlite3 13 no longer uses ObjectWrap, but runs on no Node.js 20 (WiseLibs/better-sqlite3 issue 1514).
#include <node.h>

namespace node {
inline void IgnoreCleanupHook(v8::Isolate*, void (*)(void*), void*) {}
}  // namespace node

#define AddEnvironmentCleanupHook IgnoreCleanupHook
#define RemoveEnvironmentCleanupHook IgnoreCleanupHook
#include <node_object_wrap.h>
#undef AddEnvironmentCleanupHook
#undef RemoveEnvironmentCleanupHook
