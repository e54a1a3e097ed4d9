#include "gateway/simulate/fetch.h"

#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

namespace waymark::simulate {

net::ClientAnswer Fetcher::fetch(net::ClientRequest request) {
    auto exchange = client_.send(std::move(request));
    return boost::asio::co_spawn(runtime_.strand(), std::move(exchange), boost::asio::use_future)
        .get();
}

}  // namespace waymark::simulate
