#include "fhir/path/compare.h"

#include <algorithm>
#include <cstring>
#include <functional>

#include "fhir/model/quantity.h"
#include "fhir/path/unicode.h"

namespace waymark::path {
namespace {

bool isNumber(ValueKind kind) {
    return kind == ValueKind::Integer || kind == ValueKind::Decimal;
}
bool isDay(ValueKind kind) {
    return kind == ValueKind::Date || kind == ValueKind::DateTime;
}

model::Decimal asDecimal(const Value& value) {
    return value.is(ValueKind::Integer) ? model::Decimal(value.integer()) : value.decimal();
}

model::Quantity asQuantity(const Value& value) {
    if (value.is(ValueKind::Quantity)) return value.quantity();
    return {asDecimal(value), "1", false};
}

/// Whether the two kinds have a common kind that both convert to without being asked.
bool isQuantityPair(ValueKind a, ValueKind b) {
    return (a == ValueKind::Quantity && (b == a || isNumber(b))) ||
           (b == ValueKind::Quantity && isNumber(a));
}

Answer answer(bool yes) {
    return yes ? Answer::Yes : Answer::No;
}
Answer answer(std::optional<bool> open) {
    return open ? answer(*open) : Answer::Open;
}

/// No beats open: one pair that differs decides.
Answer both(Answer a, Answer b) {
    if (a == Answer::No || b == Answer::No) return Answer::No;
    return a == Answer::Open || b == Answer::Open ? Answer::Open : Answer::Yes;
}

/// Trees are bounded by their reader; this bounds those that others build.
constexpr int kMostDepth = 200;

Answer equalTrees(tree::Element a, tree::Element b, Comparing& by, int depth);
Answer equalItems(const Value& a, const Value& b, Comparing& by, int depth);

Answer equalChildren(tree::Element a, tree::Element b, Comparing& by, int depth) {
    if (depth > kMostDepth) return Answer::No;
    Answer result = Answer::Yes;
    tree::Element left = a.firstChild();
    tree::Element right = b.firstChild();
    for (; left && right; left = left.next(), right = right.next()) {
        if (left.name() != right.name()) return Answer::No;
        result = both(result, equalItems(Value::of(left), Value::of(right), by, depth + 1));
        if (result == Answer::No) return result;
    }
    return left || right ? Answer::No : result;
}

Answer equalTrees(tree::Element a, tree::Element b, Comparing& by, int depth) {
    if (a == b) return Answer::Yes;
    if (a.hasValue() != b.hasValue() || a.text() != b.text()) return Answer::No;
    return equalChildren(a, b, by, depth);
}

/// Both are System values now.
Answer equalValues(const Value& a, const Value& b) {
    const ValueKind kind = a.kind();
    if (isNumber(kind) && isNumber(b.kind())) {
        if (kind == b.kind() && kind == ValueKind::Integer)
            return answer(a.integer() == b.integer());
        return answer(asDecimal(a) == asDecimal(b));
    }
    if (isDay(kind) && isDay(b.kind())) return answer(model::equal(a.temporal(), b.temporal()));
    if (isQuantityPair(kind, b.kind())) {
        const auto order = model::compare(asQuantity(a), asQuantity(b));
        return order ? answer(*order == 0) : Answer::Open;
    }
    if (kind != b.kind()) return Answer::No;
    switch (kind) {
        case ValueKind::Boolean:
            return answer(a.boolean() == b.boolean());
        case ValueKind::String:
            return answer(a.string() == b.string());
        case ValueKind::Time:
            return answer(model::equal(a.temporal(), b.temporal()));
        case ValueKind::TypeInfo:
            return answer(a.typeInfo().name == b.typeInfo().name &&
                          a.typeInfo().nameSpace == b.typeInfo().nameSpace);
        default:
            return Answer::No;
    }
}

Answer equalItems(const Value& a, const Value& b, Comparing& by, int depth) {
    if (++by.pairs > Comparing::kMostPairs) return Answer::No;
    const Value left = systemValue(a, by.arena);
    const Value right = systemValue(b, by.arena);
    if (!left.isElement() && !right.isElement()) return equalValues(left, right);
    if (left.isElement() && right.isElement()) {
        return equalTrees(left.element(), right.element(), by, depth);
    }
    // Two FHIR Quantities of which one is no System.Quantity are still elements of one type.
    if (a.isElement() && b.isElement()) return equalTrees(a.element(), b.element(), by, depth);
    return Answer::No;
}

/// The next character of a text for ~: small letters, white space all the same.
char32_t foldedAt(std::string_view text, std::size_t& at) {
    const char32_t code = unicode::decode(text, at);
    at += unicode::length(text, at);
    return unicode::isBlank(code) ? U' ' : unicode::lower(code);
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kBlanks = " \t\n\r";
    const std::size_t begin = text.find_first_not_of(kBlanks);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

bool equivalentTexts(std::string_view a, std::string_view b) {
    a = trimmed(a);
    b = trimmed(b);
    std::size_t left = 0;
    std::size_t right = 0;
    const auto skipBlanks = [](std::string_view text, std::size_t& at) {
        while (at < text.size() && unicode::isBlank(unicode::decode(text, at))) {
            at += unicode::length(text, at);
        }
    };
    while (left < a.size() && right < b.size()) {
        const char32_t one = foldedAt(a, left);
        if (one != foldedAt(b, right)) return false;
        if (one != U' ') continue;
        skipBlanks(a, left);
        skipBlanks(b, right);
    }
    return left == a.size() && right == b.size();
}

bool equivalentItems(const Value& a, const Value& b, Comparing& by, int depth);

/// Children of any order, each with one of its own on the other side.
bool equivalentChildren(tree::Element a, tree::Element b, Comparing& by, int depth) {
    if (depth > kMostDepth) return false;
    const auto count = [](tree::Element of) {
        return static_cast<std::size_t>(std::distance(of.children().begin(), of.children().end()));
    };
    if (count(a) != count(b)) return false;
    const auto taken = by.arena.array<bool>(count(b));
    std::ranges::fill(taken, false);
    for (const tree::Element child : a.children()) {
        bool found = false;
        std::size_t at = 0;
        for (const tree::Element other : b.children()) {
            ++by.pairs;
            if (!taken[at] && child.name() == other.name() &&
                equivalentItems(Value::of(child), Value::of(other), by, depth + 1)) {
                taken[at] = true;
                found = true;
                break;
            }
            ++at;
        }
        if (!found) return false;
    }
    return true;
}

bool equivalentValues(const Value& a, const Value& b) {
    const ValueKind kind = a.kind();
    if (isNumber(kind) && isNumber(b.kind())) return asDecimal(a).equivalent(asDecimal(b));
    if (isDay(kind) && isDay(b.kind())) return model::equivalent(a.temporal(), b.temporal());
    if (isQuantityPair(kind, b.kind())) return model::equivalent(asQuantity(a), asQuantity(b));
    if (kind != b.kind()) return false;
    if (kind == ValueKind::String) return equivalentTexts(a.string(), b.string());
    if (kind == ValueKind::Time) return model::equivalent(a.temporal(), b.temporal());
    return equalValues(a, b) == Answer::Yes;
}

bool equivalentItems(const Value& a, const Value& b, Comparing& by, int depth) {
    if (++by.pairs > Comparing::kMostPairs) return false;
    const Value left = systemValue(a, by.arena);
    const Value right = systemValue(b, by.arena);
    if (!left.isElement() && !right.isElement()) return equivalentValues(left, right);
    if (!a.isElement() || !b.isElement()) return false;
    if (a.element() == b.element()) return true;
    return a.element().hasValue() == b.element().hasValue() &&
           equivalentTexts(a.element().text(), b.element().text()) &&
           equivalentChildren(a.element(), b.element(), by, depth);
}

std::uint64_t hashText(std::string_view text) {
    return std::hash<std::string_view>()(text);
}

/// Equal values have equal hashes; kinds whose equality looks at units or zones share one hash
/// each.
std::uint64_t hashOf(const Value& value) {
    constexpr std::uint64_t kSpread = 0x9E3779B97F4A7C15;
    switch (value.kind()) {
        case ValueKind::String:
            return hashText(value.string());
        case ValueKind::Integer:
            return static_cast<std::uint64_t>(value.integer()) * kSpread;
        case ValueKind::Decimal: {
            const auto whole = value.decimal().toInteger();
            if (whole) return static_cast<std::uint64_t>(*whole) * kSpread;
            const auto digits = value.decimal().trimmed().coefficient();
            return static_cast<std::uint64_t>(digits) * kSpread;
        }
        case ValueKind::Boolean:
            return value.boolean() ? kSpread : ~kSpread;
        case ValueKind::Element: {
            // The texts of the first few children tell most elements apart.
            std::uint64_t hash = hashText(value.element().text());
            int looked = 0;
            for (const tree::Element child : value.element().children()) {
                if (++looked > 4) break;
                if (systemKind(child.type()) == ValueKind::String) {
                    hash = (hash ^ hashText(child.text())) * kSpread;
                }
            }
            return hash;
        }
        default:
            return kSpread;
    }
}

}  // namespace

Answer equal(const Value& a, const Value& b, Comparing& by) {
    return equalItems(a, b, by, 0);
}

Answer equal(const Collection& a, const Collection& b, Comparing& by) {
    if (a.size() != b.size()) return Answer::No;
    Answer result = Answer::Yes;
    for (std::size_t i = 0; i < a.size() && result != Answer::No; ++i) {
        result = both(result, equal(a[i], b[i], by));
    }
    return result;
}

bool equivalent(const Value& a, const Value& b, Comparing& by) {
    return equivalentItems(a, b, by, 0);
}

bool equivalent(const Collection& a, const Collection& b, Comparing& by) {
    if (a.size() != b.size()) return false;
    const auto taken = by.arena.array<bool>(b.size());
    std::ranges::fill(taken, false);
    for (const Value& item : a) {
        std::size_t at = 0;
        for (; at < b.size() && (taken[at] || !equivalent(item, b[at], by)); ++at) ++by.pairs;
        if (at == b.size() || by.exhausted()) return false;
        taken[at] = true;
    }
    return true;
}

Order order(const Value& a, const Value& b) {
    const auto ofInt = [](int sign) {
        return sign < 0 ? Order::Less : (sign > 0 ? Order::Greater : Order::Same);
    };
    const auto ofOpen = [&](std::optional<int> sign) { return sign ? ofInt(*sign) : Order::Open; };
    const ValueKind kind = a.kind();
    if (isNumber(kind) && isNumber(b.kind())) return ofInt(asDecimal(a).compare(asDecimal(b)));
    if (isDay(kind) && isDay(b.kind())) return ofOpen(model::compare(a.temporal(), b.temporal()));
    if (isQuantityPair(kind, b.kind())) return ofOpen(model::compare(asQuantity(a), asQuantity(b)));
    if (kind != b.kind()) return Order::Mismatch;
    // UTF-8 orders as its code points do.
    if (kind == ValueKind::String) return ofInt(a.string().compare(b.string()));
    if (kind == ValueKind::Time) return ofOpen(model::compare(a.temporal(), b.temporal()));
    return Order::Mismatch;
}

bool DistinctValues::find(const Value& value, std::uint64_t hash) const {
    if (slots_.empty()) return false;
    for (std::uint32_t at = slots_[hash & (slots_.size() - 1)]; at != 0;
         at = entries_[at - 1].next) {
        if (entries_[at - 1].hash == hash &&
            equal(entries_[at - 1].value, value, by_) == Answer::Yes) {
            return true;
        }
    }
    return false;
}

bool DistinctValues::contains(const Value& value) const {
    const Value system = systemValue(value, by_.arena);
    return find(system, hashOf(system));
}

bool DistinctValues::add(const Value& value) {
    const Value system = systemValue(value, by_.arena);
    const std::uint64_t hash = hashOf(system);
    if (find(system, hash)) return false;
    if (count_ == entries_.size()) grow();
    auto& slot = slots_[hash & (slots_.size() - 1)];
    entries_[count_] = {system, hash, slot};
    slot = static_cast<std::uint32_t>(++count_);
    return true;
}

void DistinctValues::grow() {
    const std::size_t size = entries_.empty() ? 8 : entries_.size() * 2;
    const auto entries = by_.arena.array<Entry>(size);
    std::copy_n(entries_.begin(), count_, entries.begin());
    entries_ = entries;
    slots_ = by_.arena.array<std::uint32_t>(size * 2);
    std::ranges::fill(slots_, 0U);
    for (std::size_t i = 0; i < count_; ++i) {
        auto& slot = slots_[entries_[i].hash & (slots_.size() - 1)];
        entries_[i].next = slot;
        slot = static_cast<std::uint32_t>(i + 1);
    }
}

}  // namespace waymark::path
