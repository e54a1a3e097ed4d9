#include "gateway/net/runtime.h"

#include <algorithm>
#include <csignal>
#include <mutex>
#include <thread>
#include <vector>

#include <sys/resource.h>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>

namespace waymark::net {

namespace asio = boost::asio;

namespace {

std::size_t ioThreadsFor(std::size_t wanted) {
    return wanted > 0 ? wanted : std::max(1U, std::thread::hardware_concurrency());
}

}  // namespace

struct Runtime::Parts {
    Parts(std::size_t ioThreads, std::size_t poolThreads)
        : io(static_cast<int>(ioThreads)), work(io.get_executor()), pool(poolThreads) {}

    void awaitHangup();

    asio::io_context io;
    asio::executor_work_guard<asio::io_context::executor_type> work;
    asio::thread_pool pool;
    std::vector<std::thread> threads;
    asio::signal_set hangups{io};
    std::function<void()> onHangup;
    std::mutex lock;
    std::condition_variable stopWanted;
    bool stopRequested = false;
};

Runtime::Runtime(Threads threads)
    : parts_(std::make_unique<Parts>(ioThreadsFor(threads.io),
                                     std::max<std::size_t>(threads.pool, 1))) {
    for (std::size_t i = ioThreadsFor(threads.io); i > 0; --i) {
        parts_->threads.emplace_back([io = &parts_->io] { io->run(); });
    }
}

Runtime::~Runtime() {
    stop();
}

asio::any_io_executor Runtime::executor() {
    return parts_->io.get_executor();
}

asio::any_io_executor Runtime::strand() {
    return asio::make_strand(parts_->io);
}

asio::io_context& Runtime::context() {
    return parts_->io;
}

std::size_t Runtime::ioThreads() const {
    return parts_->threads.size();
}

void Runtime::runOnPool(std::move_only_function<void()> work) {
    asio::post(parts_->pool, std::move(work));
}

void Runtime::Parts::awaitHangup() {
    hangups.async_wait([this](const boost::system::error_code& error, int) {
        if (error) return;
        asio::post(pool, onHangup);
        awaitHangup();
    });
}

void Runtime::onHangup(std::function<void()> work) {
    parts_->onHangup = std::move(work);
    parts_->hangups.add(SIGHUP);
    parts_->awaitHangup();
}

void Runtime::waitForSignal() {
    asio::signal_set signals(parts_->io, SIGTERM, SIGINT);
    signals.async_wait([this](const boost::system::error_code& error, int) {
        if (!error) requestStop();
    });
    std::unique_lock guard(parts_->lock);
    parts_->stopWanted.wait(guard, [this] { return parts_->stopRequested; });
}

void Runtime::requestStop() {
    {
        const std::lock_guard guard(parts_->lock);
        parts_->stopRequested = true;
    }
    parts_->stopWanted.notify_all();
}

void Runtime::stop() {
    parts_->work.reset();
    parts_->io.stop();
    for (auto& thread : parts_->threads) {
        if (thread.joinable()) thread.join();
    }
    parts_->pool.join();
}

std::size_t raiseDescriptorLimit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
    const auto before = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max;
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) return before;
    return limit.rlim_cur;
}

}  // namespace waymark::net
