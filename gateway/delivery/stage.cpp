#include "gateway/delivery/stage.h"

#include <memory>

#include <boost/asio/steady_timer.hpp>

namespace waymark::delivery {

boost::asio::any_io_executor RuntimeStage::strand() {
    return runtime_.strand();
}

void RuntimeStage::runOnPool(std::move_only_function<void()> work) {
    runtime_.runOnPool(std::move(work));
}

void RuntimeStage::after(Milliseconds wait, std::function<void()> fire) {
    auto timer = std::make_shared<boost::asio::steady_timer>(runtime_.executor(), wait);
    timer->async_wait([timer, fire = std::move(fire)](const boost::system::error_code& error) {
        if (!error) fire();
    });
}

boost::asio::awaitable<void> pause(Stage* stage, Milliseconds wait) {
    auto begin = [stage, wait](auto done) {
        stage->after(wait, [done = std::move(done)]() mutable { done(true); });
    };
    auto over = net::awaitCallback<bool>(std::move(begin));
    co_await std::move(over);
}

}  // namespace waymark::delivery
