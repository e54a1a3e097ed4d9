// The threads. Runtime is the only class of the gateway that starts them for input and output: n of
// them run one io_context, a few more run work that blocks. A flow runs on a strand of its own and
// comes back to it from every bridge here.
#pragma once

#include <cstddef>
#include <functional>
#include <future>
#include <memory>
#include <type_traits>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace boost::asio {
class io_context;
}

namespace waymark::net {

/// Awaits a port that answers by callback: `begin(done)` starts the operation, and `done(T)` is
/// called once, from any thread, also from within `begin`. Resumes on the caller's executor. It
/// cannot be cancelled: the port always answers. Name `begin` before the call (house rule on
/// co_await): `auto operation = awaitCallback<Result<X>>(std::move(begin))`, then
/// `co_await std::move(operation)`.
template <class T, class Begin>
boost::asio::awaitable<T> awaitCallback(Begin begin) {
    auto initiate = [](auto handler, Begin start) {
        // Shared, because ports take a std::function, which wants to be copied.
        auto waiting = std::make_shared<decltype(handler)>(std::move(handler));
        start([waiting](T value) {
            auto executor = boost::asio::get_associated_executor(*waiting);
            boost::asio::post(executor, [waiting, value = std::move(value)]() mutable {
                auto resume = std::move(*waiting);
                resume(std::move(value));
            });
        });
    };
    return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(T)>(
        initiate, boost::asio::use_awaitable, std::move(begin));
}

class Runtime {
public:
    struct Threads {
        std::size_t io = 0;    ///< 0: one per core
        std::size_t pool = 4;  ///< for work that blocks: reads of the store, files
    };

    /// Starts the threads.
    explicit Runtime(Threads threads);
    /// As stop().
    ~Runtime();
    Runtime(const Runtime&) = delete;
    Runtime& operator=(const Runtime&) = delete;

    /// For tasks that need no order; flows take strand().
    [[nodiscard]] boost::asio::any_io_executor executor();
    /// A new strand: what runs on it never runs twice at once.
    [[nodiscard]] boost::asio::any_io_executor strand();
    [[nodiscard]] boost::asio::io_context& context();
    [[nodiscard]] std::size_t ioThreads() const;

    /// Runs `work()` on the pool and resumes on the caller's executor with what it gave; what it
    /// threw is thrown here.
    template <class Work>
    boost::asio::awaitable<std::invoke_result_t<Work&>> onPool(Work work) {
        std::packaged_task<std::invoke_result_t<Work&>()> task(std::move(work));
        auto outcome = task.get_future();
        auto begin = [this, task = std::move(task)](auto done) mutable {
            runOnPool([task = std::move(task), done = std::move(done)]() mutable {
                task();
                done(true);
            });
        };
        auto finished = awaitCallback<bool>(std::move(begin));
        co_await std::move(finished);
        co_return outcome.get();
    }
    /// Runs it on the pool, some time soon. It does not throw.
    void runOnPool(std::move_only_function<void()> work);

    /// From now on SIGHUP runs it on the pool, each time; it does not throw. Once.
    void onHangup(std::function<void()> work);

    /// Blocks the calling thread, which is not one of the runtime's, until SIGTERM or SIGINT.
    void waitForSignal();
    /// What waitForSignal() waits for, from any thread.
    void requestStop();

    /// Ends the threads after what they are running now. Servers and loops are stopped before. What
    /// still waits is destroyed with the runtime, so all that it refers to outlives the runtime.
    void stop();

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

/// Raises this process's limit of open descriptors to the most that the system allows; gives it.
std::size_t raiseDescriptorLimit();

}  // namespace waymark::net
