#include "gateway/simulate/fetch.h"

#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

namespace waymark::simulate {

net::ClientAnswer fetch(net::Runtime& runtime, net::HttpClient& client, net::ClientRequest request) {
    auto exchange = client.send(std::move(request));
    return boost::asio::co_spawn(runtime.strand(), std::move(exchange), boost::asio::use_future).get();
}

}  // namespace waymark::simulate
