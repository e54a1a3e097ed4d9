#include "gateway/crypto/key_ring.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "gateway/crypto/aead.h"
#include "gateway/crypto/base64.h"
#include "gateway/crypto/digest.h"
#include "gateway/crypto/secret_file.h"

namespace waymark::crypto {
namespace {

constexpr std::string_view kHeading = "waymark-key-ring 1";

/// Enough of the key's digest to see a slip in copying the file, too little to help anyone.
std::string checkOf(const Key& key) {
    const Digest digest = sha256(key.view());
    return hex(view(digest)).substr(0, 8);
}

std::unexpected<Failure> wrongLine(std::uint32_t line, std::string text) {
    auto failure = fail(Kind::Incorrect, IssueType::Value, std::move(text));
    failure.error().issues.front().at = {line, 1};
    return failure;
}

std::string_view nextWord(std::string_view& line) {
    const auto end = std::min(line.find(' '), line.size());
    const auto word = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
    return word;
}

/// "<base64> <check>" to the end of the line.
std::optional<Key> parseKey(std::string_view rest) {
    const auto encoded = nextWord(rest);
    const auto checked = nextWord(rest);
    if (!rest.empty()) return std::nullopt;
    auto bytes = fromBase64(encoded);
    if (!bytes) return std::nullopt;
    auto key = Key::from(*bytes);
    wipe(*bytes);
    if (!key || checkOf(*key) != checked) return std::nullopt;
    return *key;
}

std::optional<std::uint32_t> parseId(std::string_view word) {
    std::uint32_t id = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), id);
    if (error != std::errc() || end != word.data() + word.size() || id == 0) return std::nullopt;
    return id;
}

void printKey(std::string& out, const Key& key) {
    std::string encoded = base64(key.view());
    out += encoded;
    wipe(encoded);
    out += ' ';
    out += checkOf(key);
    out += '\n';
}

}  // namespace

KeyRing KeyRing::fresh(Random& random) {
    KeyRing ring;
    ring.index_ = Key::random(random);
    ring.keys_.push_back({.id = 1, .key = Key::random(random)});
    return ring;
}

Result<KeyRing> KeyRing::init(const std::filesystem::path& path, Random& random) {
    KeyRing ring = fresh(random);
    std::string text = ring.print();
    auto written = writeSecretFile(path, text, Existing::Keep);
    wipe(text);
    if (!written) return std::unexpected(std::move(written).error());
    return ring;
}

Result<KeyRing> KeyRing::load(const std::filesystem::path& path) {
    auto text = readSecretFile(path);
    if (!text) return std::unexpected(std::move(text).error());
    auto ring = parse(*text);
    wipe(*text);
    if (!ring) ring.error().issues.front().file = path.string();
    return ring;
}

Result<KeyRing> KeyRing::loadOrInit(const std::filesystem::path& path, Random& random) {
    auto ring = load(path);
    if (ring || ring.error().kind != Kind::NotFound) return ring;
    return init(path, random);
}

Result<KeyRing> KeyRing::rotate(const std::filesystem::path& path, Random& random) const {
    KeyRing ring = *this;
    ring.keys_.push_back({.id = newest() + 1, .key = Key::random(random)});
    std::string text = ring.print();
    auto written = writeSecretFile(path, text, Existing::Replace);
    wipe(text);
    if (!written) return std::unexpected(std::move(written).error());
    return ring;
}

Result<KeyRing> KeyRing::parse(std::string_view text) {
    KeyRing ring;
    bool indexed = false;
    std::uint32_t number = 0;
    while (!text.empty()) {
        ++number;
        const auto end = std::min(text.find('\n'), text.size());
        auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (number == 1) {
            if (line == kHeading) continue;
            return wrongLine(1, "A key ring begins with the line 'waymark-key-ring 1'.");
        }
        if (line.empty() || line.front() == '#') continue;
        const auto word = nextWord(line);
        if (word == "index" && !indexed) {
            const auto key = parseKey(line);
            if (!key) return wrongLine(number, "The key or its check is damaged.");
            ring.index_ = *key;
            indexed = true;
        } else if (word == "key") {
            const auto id = parseId(nextWord(line));
            if (!id || (!ring.keys_.empty() && *id <= ring.newest())) {
                return wrongLine(number, "Keys have ascending ids from 1.");
            }
            const auto key = parseKey(line);
            if (!key) return wrongLine(number, "The key or its check is damaged.");
            ring.keys_.push_back({.id = *id, .key = *key});
        } else {
            return wrongLine(number, "A line of a key ring is one 'index' or a 'key'.");
        }
    }
    if (!indexed || ring.keys_.empty()) {
        return wrongLine(number, "A key ring has an 'index' and at least one 'key'.");
    }
    return ring;
}

std::string KeyRing::print() const {
    std::string out(kHeading);
    out += "\nindex ";
    printKey(out, index_);
    for (const Entry& entry : keys_) {
        out += "key " + std::to_string(entry.id) + ' ';
        printKey(out, entry.key);
    }
    return out;
}

WrappedKey KeyRing::wrap(const Key& key, std::string_view associated, Random& random) const {
    const Entry& entry = keys_.back();
    return {.ring = entry.id, .bytes = seal(entry.key, freshNonce(random), associated, key.view())};
}

Result<Key> KeyRing::unwrap(const WrappedKey& wrapped, std::string_view associated) const {
    const auto at = std::find_if(keys_.begin(), keys_.end(),
                                 [&](const Entry& entry) { return entry.id == wrapped.ring; });
    if (at == keys_.end()) {
        return fail(
            Kind::Fault, IssueType::Exception,
            "The key ring has no key " + std::to_string(wrapped.ring) +
                "; this is not the ring that the store was written with, or an older copy.");
    }
    auto opened = open(at->key, associated, wrapped.bytes);
    if (!opened) return std::unexpected(std::move(opened).error());
    auto key = Key::from(*opened);
    wipe(*opened);
    return key;
}

}  // namespace waymark::crypto
