// Sends one message many times over keep-alive connections, each time with other ids, and says how
// fast it was answered: requests per second, p50, p99, and with --pid the processor time and memory
// of the server. One blocking client per thread: it costs little and disturbs the server least.
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <mutex>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <openssl/ssl.h>
#include <CLI/CLI.hpp>

namespace {

using Steady = std::chrono::steady_clock;

struct Options {
    std::string url;
    std::string token;
    std::string body;
    std::string ca;
    std::vector<std::string> headers;
    std::vector<std::string> vary;
    std::string method = "POST";
    std::size_t count = 10'000;
    std::size_t clients = 8;
    std::size_t warmUp = 0;
    int pid = 0;
    bool json = false;
};

[[noreturn]] void fail(const std::string& what) {
    throw std::runtime_error(what);
}

// ---- the message
// -----------------------------------------------------------------------------------

struct Url {
    bool tls = false;
    std::string host;
    std::string port;
    std::string target;
};

Url parseUrl(std::string_view text) {
    Url url;
    url.tls = text.starts_with("https://");
    if (!url.tls && !text.starts_with("http://")) fail("--url is http:// or https://");
    text.remove_prefix(url.tls ? 8 : 7);
    const auto slash = text.find('/');
    const auto origin = text.substr(0, slash);
    url.target = slash == std::string_view::npos ? "/" : text.substr(slash);
    const auto colon = origin.rfind(':');
    url.host = origin.substr(0, colon);
    url.port =
        colon == std::string_view::npos ? (url.tls ? "443" : "80") : origin.substr(colon + 1);
    return url;
}

std::string readFile(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) fail("cannot read " + path);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// A request's bytes with the places that change from one request to the next.
class Message {
public:
    Message(const Options& options, const Url& url, std::uint64_t seed) : random_(seed) {
        const auto body = expand(options.body.empty() ? std::string() : readFile(options.body));
        bytes_ =
            fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n", options.method, url.target, url.host);
        if (!options.token.empty()) {
            bytes_ += fmt::format("Authorization: Bearer {}\r\n", options.token);
        }
        for (const auto& header : options.headers) bytes_ += expand(header) + "\r\n";
        bytes_ += fmt::format("Content-Length: {}\r\n\r\n", body.size());
        bytes_ += body;
        addPlaces(kPlaceholder);
        for (const auto& text : options.vary) {
            addPlaces(text);
            if (groups_.back().places.empty())
                fail(fmt::format("\"{}\" is not in the message", text));
        }
    }

    /// The next request. All places of one text get the same new id.
    const std::string& next() {
        for (const auto& group : groups_) {
            const auto id = newId(group.size);
            for (const auto at : group.places) bytes_.replace(at, group.size, id);
        }
        return bytes_;
    }

private:
    static constexpr std::string_view kMark = "{uuid}";
    /// Stands for the mark at its final size.
    static constexpr std::string_view kPlaceholder = "00000000-uuid-uuid-uuid-000000000000";

    struct Group {
        std::size_t size;
        std::vector<std::size_t> places;
    };

    static std::string expand(std::string text) {
        for (auto at = text.find(kMark); at != std::string::npos; at = text.find(kMark, at)) {
            text.replace(at, kMark.size(), kPlaceholder);
        }
        return text;
    }

    void addPlaces(std::string_view text) {
        Group group{text.size(), {}};
        for (auto at = bytes_.find(text); at != std::string::npos;
             at = bytes_.find(text, at + text.size())) {
            group.places.push_back(at);
        }
        groups_.push_back(std::move(group));
    }

    std::string newId(std::size_t size) {
        static constexpr std::string_view kHex = "0123456789abcdef";
        std::string id(size, '0');
        for (auto& digit : id) digit = kHex[random_() % kHex.size()];
        if (size == kPlaceholder.size()) {
            for (const std::size_t dash : {8U, 13U, 18U, 23U}) id[dash] = '-';
            id[14] = '4';
            id[19] = 'a';
        }
        return id;
    }

    std::string bytes_;
    std::vector<Group> groups_;
    std::mt19937_64 random_;
};

// ---- the wire
// --------------------------------------------------------------------------------------

template <auto Free>
struct Freer {
    template <class T>
    void operator()(T* object) const {
        Free(object);
    }
};

using TlsContext = std::unique_ptr<SSL_CTX, Freer<SSL_CTX_free>>;
using TlsConnection = std::unique_ptr<SSL, Freer<SSL_free>>;

TlsContext makeContext(const Options& options) {
    TlsContext context(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    const int loaded = options.ca.empty()
                           ? SSL_CTX_set_default_verify_paths(context.get())
                           : SSL_CTX_load_verify_file(context.get(), options.ca.c_str());
    if (loaded != 1) fail("cannot read the CA");
    return context;
}

class Wire {
public:
    Wire(const Url& url, SSL_CTX* context) {
        addrinfo hints{};
        hints.ai_socktype = SOCK_STREAM;
        addrinfo* found = nullptr;
        if (::getaddrinfo(url.host.c_str(), url.port.c_str(), &hints, &found) != 0) {
            fail("cannot resolve " + url.host);
        }
        const std::unique_ptr<addrinfo, Freer<::freeaddrinfo>> owner(found);
        for (const auto* one = found; one != nullptr && socket_ < 0; one = one->ai_next) {
            socket_ = ::socket(one->ai_family, one->ai_socktype, one->ai_protocol);
            if (::connect(socket_, one->ai_addr, one->ai_addrlen) != 0) {
                ::close(socket_);
                socket_ = -1;
            }
        }
        if (socket_ < 0) fail("cannot connect to " + url.host + ":" + url.port);
        const int on = 1;
        ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (url.tls) shakeHands(url, context);
    }
    ~Wire() {
        tls_.reset();
        ::close(socket_);
    }
    Wire(const Wire&) = delete;
    Wire& operator=(const Wire&) = delete;

    void write(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto n = tls_
                               ? SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size()))
                               : ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (n <= 0) fail("the server closed the connection while it was written to");
            bytes.remove_prefix(static_cast<std::size_t>(n));
        }
    }
    std::size_t read(char* to, std::size_t size) {
        const auto n =
            tls_ ? SSL_read(tls_.get(), to, static_cast<int>(size)) : ::recv(socket_, to, size, 0);
        if (n <= 0) fail("the server closed the connection");
        return static_cast<std::size_t>(n);
    }

private:
    void shakeHands(const Url& url, SSL_CTX* context) {
        tls_.reset(SSL_new(context));
        SSL_set_fd(tls_.get(), socket_);
        // The macro of SSL_set_tlsext_host_name without its C cast.
        SSL_ctrl(tls_.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                 const_cast<char*>(url.host.c_str()));
        if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls_.get()), url.host.c_str()) != 1) {
            SSL_set1_host(tls_.get(), url.host.c_str());
        }
        if (SSL_connect(tls_.get()) != 1) fail("the TLS handshake failed");
    }

    int socket_ = -1;
    TlsConnection tls_;
};

/// Reads one answer; gives its status.
class Answers {
public:
    explicit Answers(Wire& wire) : wire_(wire) {}

    unsigned next() {
        std::size_t head = 0;
        while ((head = bytes_.find("\r\n\r\n")) == std::string::npos) more();
        head += 4;
        const auto status = number(bytes_, 9);
        std::string lower = bytes_.substr(0, head);
        std::ranges::transform(lower, lower.begin(),
                               [](unsigned char c) { return std::tolower(c); });
        const auto length = lower.find("\r\ncontent-length:");
        std::size_t body = 0;
        if (length != std::string::npos) {
            body = number(lower, lower.find_first_of("0123456789", length + 17));
        }
        while (bytes_.size() < head + body) more();
        bytes_.erase(0, head + body);
        return static_cast<unsigned>(status);
    }

private:
    static std::size_t number(std::string_view text, std::size_t at) {
        std::size_t value = 0;
        std::from_chars(text.data() + std::min(at, text.size()), text.data() + text.size(), value);
        return value;
    }
    void more() {
        std::array<char, 16 * 1024> buffer;
        bytes_.append(buffer.data(), wire_.read(buffer.data(), buffer.size()));
    }

    Wire& wire_;
    std::string bytes_;
};

// ---- the measurement
// -------------------------------------------------------------------------------

struct Tally {
    std::vector<std::uint32_t> micros;
    std::size_t refused = 0;
    unsigned lastRefusal = 0;
};

void runClient(const Options& options, const Url& url, SSL_CTX* context, std::size_t count,
               std::uint64_t seed, Tally& tally) {
    Wire wire(url, context);
    Answers answers(wire);
    Message message(options, url, seed);
    tally.micros.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        const auto& bytes = message.next();
        const auto begin = Steady::now();
        wire.write(bytes);
        const auto status = answers.next();
        const auto took = Steady::now() - begin;
        tally.micros.push_back(static_cast<std::uint32_t>(
            std::chrono::duration_cast<std::chrono::microseconds>(took).count()));
        if (status / 100 != 2) {
            ++tally.refused;
            tally.lastRefusal = status;
        }
    }
}

/// Processor time of the process so far, in microseconds; 0 when there is none.
std::int64_t processorMicros(int pid) {
    std::ifstream file(fmt::format("/proc/{}/stat", pid));
    std::string text;
    std::getline(file, text);
    const auto end = text.rfind(')');
    if (end == std::string::npos) return 0;
    std::istringstream rest(text.substr(end + 2));
    std::string skipped;
    for (int i = 0; i < 11; ++i) rest >> skipped;
    std::int64_t user = 0;
    std::int64_t system = 0;
    rest >> user >> system;
    return (user + system) * 1'000'000 / ::sysconf(_SC_CLK_TCK);
}

std::int64_t residentKilobytes(int pid) {
    std::ifstream file(fmt::format("/proc/{}/status", pid));
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("VmRSS:")) return std::stoll(line.substr(6));
    }
    return 0;
}

struct Figures {
    std::size_t count = 0;
    std::size_t refused = 0;
    unsigned lastRefusal = 0;
    double perSecond = 0;
    std::uint32_t p50 = 0;
    std::uint32_t p99 = 0;
    std::uint32_t worst = 0;
    double processorMicros = 0;
    std::int64_t residentKilobytes = 0;
};

Figures run(const Options& options, const Url& url, std::size_t count) {
    const auto context = url.tls ? makeContext(options) : nullptr;
    std::vector<Tally> tallies(options.clients);
    const auto before = processorMicros(options.pid);
    const auto begin = Steady::now();
    std::exception_ptr failure;
    std::mutex lock;
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < options.clients; ++i) {
            const auto share = count / options.clients + (i < count % options.clients ? 1 : 0);
            threads.emplace_back([&, i, share] {
                try {
                    runClient(options, url, context.get(), share, std::random_device()(),
                              tallies[i]);
                } catch (const std::exception&) {
                    const std::lock_guard guard(lock);
                    failure = std::current_exception();
                }
            });
        }
    }
    if (failure) std::rethrow_exception(failure);
    const std::chrono::duration<double> took = Steady::now() - begin;
    Figures figures;
    std::vector<std::uint32_t> micros;
    for (const auto& tally : tallies) {
        micros.insert(micros.end(), tally.micros.begin(), tally.micros.end());
        figures.refused += tally.refused;
        figures.lastRefusal = std::max(figures.lastRefusal, tally.lastRefusal);
    }
    std::ranges::sort(micros);
    figures.count = micros.size();
    if (micros.empty()) return figures;
    figures.perSecond = static_cast<double>(micros.size()) / took.count();
    figures.p50 = micros[micros.size() / 2];
    figures.p99 = micros[micros.size() * 99 / 100];
    figures.worst = micros.back();
    if (options.pid != 0) {
        const auto spent = processorMicros(options.pid) - before;
        figures.processorMicros = static_cast<double>(spent) / static_cast<double>(micros.size());
        figures.residentKilobytes = residentKilobytes(options.pid);
    }
    return figures;
}

void print(const Figures& figures, const Options& options) {
    // Numbers only, so a format string is enough of a JSON writer.
    const auto* format =
        options.json
            ? "{{\"requests\":{},\"refused\":{},\"perSecond\":{:.0f},\"p50Micros\":{},"
              "\"p99Micros\":{},\"worstMicros\":{},\"cpuMicros\":{:.2f},\"residentKb\":{}}}\n"
            : "{} requests, {} refused, {:.0f}/s, p50 {} us, p99 {} us, worst {} us, server {:.2f} "
              "us of CPU each, {} KB resident\n";
    fmt::print(fmt::runtime(format), figures.count, figures.refused, figures.perSecond, figures.p50,
               figures.p99, figures.worst, figures.processorMicros, figures.residentKilobytes);
    if (figures.refused > 0) fmt::print(stderr, "last refusal: {}\n", figures.lastRefusal);
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    CLI::App app("Sends one message many times and measures the answers");
    app.add_option("--url", options.url, "Where to")->required();
    app.add_option("--method", options.method, "HTTP method");
    app.add_option("--token", options.token, "Bearer token");
    app.add_option("--header", options.headers, "\"Name: value\"; {uuid} in it is new each time");
    app.add_option("--body", options.body, "File with the message; {uuid} in it is new each time");
    app.add_option("--vary", options.vary, "A text of the message that is another id each time");
    app.add_option("--ca", options.ca, "PEM file of the trusted root");
    app.add_option("--count", options.count, "Requests in all");
    app.add_option("--warm-up", options.warmUp, "Requests before that are not measured");
    app.add_option("--clients", options.clients, "Connections");
    app.add_option("--pid", options.pid, "Process of the server, to measure it");
    app.add_flag("--json", options.json, "Print JSON");
    CLI11_PARSE(app, argc, argv);
    try {
        const auto url = parseUrl(options.url);
        if (options.warmUp > 0) run(options, url, options.warmUp);
        const auto figures = run(options, url, options.count);
        print(figures, options);
        return figures.refused > 0 ? 1 : 0;
    } catch (const std::exception& error) {
        fmt::print(stderr, "{}\n", error.what());
        return 3;
    }
}
