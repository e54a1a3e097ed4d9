// The port through which host names become addresses.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>

namespace waymark::net {

using Addresses = std::vector<boost::asio::ip::address>;

class Resolver {
public:
    virtual ~Resolver() = default;
    /// The host's addresses in the order in which they should be tried; none when it has none or
    /// the deadline passed. Called on a strand, and resumes on it.
    virtual boost::asio::awaitable<Addresses> resolve(
        std::string host, std::chrono::steady_clock::time_point deadline) = 0;
};

}  // namespace waymark::net
