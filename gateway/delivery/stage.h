// What the delivery loop stands on: strands, a pool for work that blocks, and a timer. The real one
// is the Runtime's; a test's or a simulation's runs in one thread and moves its own clock.
#pragma once

#include <functional>
#include <future>
#include <type_traits>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "fhir/core/world.h"
#include "gateway/net/runtime.h"

namespace waymark::delivery {

/// Any thread.
class Stage {
public:
    virtual ~Stage() = default;
    /// A new strand.
    [[nodiscard]] virtual boost::asio::any_io_executor strand() = 0;
    /// Runs it where it may block. It does not throw.
    virtual void runOnPool(std::move_only_function<void()> work) = 0;
    /// Calls `fire` once, about `wait` from now, on any thread.
    virtual void after(Milliseconds wait, std::function<void()> fire) = 0;
    /// Nobody sleeps longer: the machine's clock may be set while they do.
    [[nodiscard]] virtual Milliseconds longestSleep() const { return std::chrono::seconds(30); }
};

/// The Runtime outlives it.
class RuntimeStage final : public Stage {
public:
    explicit RuntimeStage(net::Runtime& runtime) : runtime_(runtime) {}
    [[nodiscard]] boost::asio::any_io_executor strand() override;
    void runOnPool(std::move_only_function<void()> work) override;
    void after(Milliseconds wait, std::function<void()> fire) override;

private:
    net::Runtime& runtime_;
};

/// Runs `work()` on the pool and resumes on the caller's executor with what it gave; what it threw
/// is thrown here.
template <class Work>
boost::asio::awaitable<std::invoke_result_t<Work&>> onPool(Stage* stage, Work work) {
    std::packaged_task<std::invoke_result_t<Work&>()> task(std::move(work));
    auto outcome = task.get_future();
    auto begin = [stage, task = std::move(task)](auto done) mutable {
        stage->runOnPool([task = std::move(task), done = std::move(done)]() mutable {
            task();
            done(true);
        });
    };
    auto finished = net::awaitCallback<bool>(std::move(begin));
    co_await std::move(finished);
    co_return outcome.get();
}

/// Resumes on the caller's executor, about `wait` from now.
boost::asio::awaitable<void> pause(Stage* stage, Milliseconds wait);

}  // namespace waymark::delivery
