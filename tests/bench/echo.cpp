// The floor for every figure about accepting: the least that an HTTP server can do with the same
// compiler, flags and libraries. Beast reads each request whole and answers 201; nothing is logged,
// limited, parsed or kept. Usage: bench_echo [threads]; prints the port that it listens on.
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using Strand = asio::strand<asio::io_context::executor_type>;
using Socket = asio::basic_stream_socket<tcp, Strand>;

constexpr auto tok = asio::as_tuple(asio::use_awaitable);
constexpr std::string_view kAnswer =
    "HTTP/1.1 201 Created\r\nContent-Length: 2\r\nContent-Type: application/json\r\n\r\n{}";

asio::awaitable<void> serve(Socket socket) {
    boost::beast::flat_buffer buffer;
    buffer.reserve(32 * 1024);  // Beast reads as much at once as there is room for
    while (true) {
        http::request_parser<http::string_body> parser;
        parser.body_limit(8 * 1024 * 1024);
        const auto [readError, bytesRead] = co_await http::async_read(socket, buffer, parser, tok);
        if (readError) co_return;
        const auto [writeError, bytesWritten] =
            co_await asio::async_write(socket, asio::buffer(kAnswer.data(), kAnswer.size()), tok);
        if (writeError) co_return;
    }
}

void report(const std::exception_ptr& failure) {
    if (failure) std::rethrow_exception(failure);
}

asio::awaitable<void> accept(asio::io_context& io, tcp::acceptor& acceptor) {
    while (true) {
        auto [error, socket] = co_await acceptor.async_accept(asio::make_strand(io), tok);
        if (error) co_return;
        socket.set_option(tcp::no_delay(true));
        auto executor = socket.get_executor();
        asio::co_spawn(executor, serve(std::move(socket)), report);
    }
}

}  // namespace

int main(int argc, char** argv) {
    const int threads = argc > 1 ? std::atoi(argv[1]) : 2;
    asio::io_context io(threads);
    tcp::acceptor acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    std::cout << acceptor.local_endpoint().port() << std::endl;
    asio::co_spawn(io, accept(io, acceptor), report);
    std::vector<std::jthread> pool;
    for (int i = 1; i < threads; ++i) pool.emplace_back([&io] { io.run(); });
    io.run();
}
