#include "gateway/net/runtime.h"

#include <csignal>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_future.hpp>

#include "fhir/core/result.h"

namespace waymark::net {
namespace {

namespace asio = boost::asio;
using asio::awaitable;

class RuntimeTest : public testing::Test {
protected:
    template <class T>
    T run(awaitable<T> flow) {
        return asio::co_spawn(runtime_.strand(), std::move(flow), asio::use_future).get();
    }
    Runtime runtime_{Runtime::Threads{.io = 2, .pool = 2}};
};

/// A port that answers by callback from a thread of its own, as the store does.
class CallbackPort {
public:
    void ask(std::unique_ptr<std::string> question, std::function<void(Result<std::string>)> done) {
        threads_.emplace_back([text = std::move(*question), done] { done("re: " + text); });
    }

private:
    std::vector<std::jthread> threads_;
};

TEST_F(RuntimeTest, AwaitsAPortThatAnswersByCallback) {
    CallbackPort port;
    const auto flow = [](CallbackPort* asked) -> awaitable<std::string> {
        std::string all;
        for (int i = 0; i < 50; ++i) {
            auto question = std::make_unique<std::string>(std::to_string(i));
            auto begin = [asked, question = std::move(question)](auto done) mutable {
                asked->ask(std::move(question), done);
            };
            auto waiting = awaitCallback<Result<std::string>>(std::move(begin));
            const auto answer = co_await std::move(waiting);
            all = *answer;
        }
        co_return all;
    };
    EXPECT_EQ(run(flow(&port)), "re: 49");
}

TEST_F(RuntimeTest, ResumesOnTheCallersStrand) {
    CallbackPort port;
    const auto flow = [](CallbackPort* asked) -> awaitable<bool> {
        const auto executor = co_await asio::this_coro::executor;
        const auto before = executor;
        auto begin = [asked](auto done) { asked->ask(std::make_unique<std::string>("x"), done); };
        auto waiting = awaitCallback<Result<std::string>>(std::move(begin));
        co_await std::move(waiting);
        const auto* strand = executor.target<asio::strand<asio::io_context::executor_type>>();
        co_return strand != nullptr && strand->running_in_this_thread() &&
            before == co_await asio::this_coro::executor;
    };
    EXPECT_TRUE(run(flow(&port)));
}

TEST_F(RuntimeTest, AwaitsAPortThatAnswersAtOnce) {
    const auto flow = []() -> awaitable<int> {
        int sum = 0;
        for (int i = 0; i < 10'000; ++i) {
            auto begin = [i](auto done) { done(i); };
            auto waiting = awaitCallback<int>(std::move(begin));
            sum += co_await std::move(waiting);
        }
        co_return sum;
    };
    EXPECT_EQ(run(flow()), 49'995'000);
}

TEST_F(RuntimeTest, RunsBlockingWorkOnThePool) {
    const auto flow = [](Runtime* runtime) -> awaitable<bool> {
        const auto here = std::this_thread::get_id();
        auto work = [text = std::string("a string that is longer than its small buffer")] {
            return std::pair(std::this_thread::get_id(), text);
        };
        auto working = runtime->onPool(std::move(work));
        const auto [there, text] = co_await std::move(working);
        co_return here != there&& text.size() == 45;
    };
    EXPECT_TRUE(run(flow(&runtime_)));
}

TEST_F(RuntimeTest, ThrowsHereWhatTheWorkThrewThere) {
    const auto flow = [](Runtime* runtime) -> awaitable<int> {
        auto work = []() -> int { throw std::out_of_range("work"); };
        auto working = runtime->onPool(std::move(work));
        co_return co_await std::move(working);
    };
    EXPECT_THROW(run(flow(&runtime_)), std::out_of_range);
}

TEST_F(RuntimeTest, RunsManyFlowsAtOnce) {
    std::vector<std::future<int>> answers;
    const auto flow = [](Runtime* runtime, int number) -> awaitable<int> {
        auto work = [number] { return number; };
        auto working = runtime->onPool(std::move(work));
        co_return co_await std::move(working);
    };
    for (int i = 0; i < 500; ++i) {
        answers.push_back(asio::co_spawn(runtime_.strand(), flow(&runtime_, i), asio::use_future));
    }
    for (int i = 0; i < 500; ++i) EXPECT_EQ(answers[static_cast<std::size_t>(i)].get(), i);
}

TEST_F(RuntimeTest, WaitsForASignalOrARequestToStop) {
    auto waiting = std::async(std::launch::async, [this] { runtime_.waitForSignal(); });
    runtime_.requestStop();
    waiting.get();
}

TEST(Runtime, WakesOnSigterm) {
    Runtime runtime(Runtime::Threads{.io = 1, .pool = 1});
    std::jthread waiting([&] { runtime.waitForSignal(); });
    // A signal before the runtime listens for it would end the tests.
    struct sigaction action{};
    do {
        std::this_thread::yield();
        ::sigaction(SIGTERM, nullptr, &action);
    } while (action.sa_handler == SIG_DFL);
    ::pthread_kill(waiting.native_handle(), SIGTERM);
    waiting.join();
}

TEST(Runtime, DestroysWhatStillWaits) {
    auto alive = std::make_shared<int>(1);
    std::function<void(int)> kept;
    {
        Runtime runtime(Runtime::Threads{.io = 1, .pool = 1});
        std::promise<void> begun;
        const auto flow = [](std::shared_ptr<int> held, std::function<void(int)>* done,
                             std::promise<void>* begin) -> awaitable<void> {
            auto start = [done, begin](auto callback) {
                *done = callback;
                begin->set_value();
            };
            auto waiting = awaitCallback<int>(std::move(start));
            co_await std::move(waiting);
            ++*held;
        };
        asio::co_spawn(runtime.strand(), flow(alive, &kept, &begun),
                       [](const std::exception_ptr&) {});
        begun.get_future().wait();
        kept = nullptr;  // the port is destroyed without an answer
        runtime.stop();
    }
    EXPECT_EQ(alive.use_count(), 1);
}

}  // namespace
}  // namespace waymark::net
