// Counts the heap allocations of a test program. Include it in exactly one file of the program: it
// replaces operator new. Sanitizers do so themselves; there WAYMARK_SANITIZED is defined and
// nothing is counted.
#pragma once

#include <atomic>
#include <cstdlib>
#include <new>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define WAYMARK_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define WAYMARK_SANITIZED 1
#endif
#endif

namespace waymark::tests {

inline std::atomic<long> allocations = 0;

}  // namespace waymark::tests

#ifndef WAYMARK_SANITIZED
void* operator new(std::size_t size) {
    ++waymark::tests::allocations;
    if (void* const at = std::malloc(size)) return at;
    throw std::bad_alloc();
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    ++waymark::tests::allocations;
    return std::malloc(size);
}
void operator delete(void* at) noexcept {
    std::free(at);
}
void operator delete(void* at, std::size_t) noexcept {
    std::free(at);
}
#endif
