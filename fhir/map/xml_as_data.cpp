#include "fhir/map/xml_as_data.h"

#include <expat.h>
#include <fmt/format.h>

#include <memory>
#include <utility>
#include <vector>

#include "fhir/json/writer.h"

namespace waymark::map {
namespace {

constexpr std::size_t kDepthMax = 64;

struct Element {
    std::string name;
    std::string text;
    /// Attributes and elements in their order; a value is JSON.
    std::vector<std::pair<std::string, std::string>> members;
};

std::string quoted(std::string_view text) {
    std::string out;
    json::Writer(out).string(text);
    return out;
}

/// Members of one name stand together as a list.
std::string written(const Element& element) {
    std::string out;
    json::Writer writer(out);
    writer.beginObject();
    for (std::size_t i = 0; i < element.members.size(); ++i) {
        const std::string& name = element.members[i].first;
        std::vector<const std::string*> same;
        bool first = true;
        for (std::size_t j = 0; j < element.members.size(); ++j) {
            if (element.members[j].first != name) continue;
            first = first && j >= i;
            same.push_back(&element.members[j].second);
        }
        if (!first) continue;
        writer.key(name);
        if (same.size() > 1) writer.beginArray();
        for (const std::string* value : same) writer.raw(*value);
        if (same.size() > 1) writer.endArray();
    }
    if (!element.text.empty()) writer.member("data", element.text);
    writer.endObject();
    return out;
}

class Reading {
public:
    Reading() : parser_(XML_ParserCreate(nullptr), XML_ParserFree) {
        XML_SetUserData(parser_.get(), this);
        XML_SetElementHandler(parser_.get(), begin, end);
        XML_SetCharacterDataHandler(parser_.get(), text);
        XML_SetDoctypeDeclHandler(parser_.get(), doctype, nullptr);
    }

    Result<std::string> run(std::string_view xml) {
        if (xml.starts_with("\xEF\xBB\xBF")) xml.remove_prefix(3);
        const auto done =
            XML_Parse(parser_.get(), xml.data(), static_cast<int>(xml.size()), XML_TRUE);
        if (done == XML_STATUS_OK && !refused_) return std::move(result_);
        return fail(Kind::Incorrect, IssueType::Structure,
                    fmt::format("line {}: no XML that can be compared",
                                XML_GetCurrentLineNumber(parser_.get())));
    }

private:
    static Reading& of(void* user) { return *static_cast<Reading*>(user); }

    /// Entities could make a small text large: none are read.
    static void doctype(void* user, const XML_Char*, const XML_Char*, const XML_Char*, int) {
        of(user).refuse();
    }
    static void begin(void* user, const XML_Char* name, const XML_Char** attributes) {
        Reading& reading = of(user);
        if (reading.open_.size() >= kDepthMax) return reading.refuse();
        Element& element = reading.open_.emplace_back();
        element.name = name;
        for (; *attributes; attributes += 2) {
            const std::string_view attribute = attributes[0];
            if (attribute == "xmlns" || attribute.starts_with("xmlns:") ||
                attribute.starts_with("xsi:"))
                continue;
            element.members.emplace_back(attribute, quoted(attributes[1]));
        }
    }
    static void end(void* user, const XML_Char*) {
        Reading& reading = of(user);
        if (reading.refused_) return;
        const Element done = std::move(reading.open_.back());
        reading.open_.pop_back();
        std::string value = written(done);
        if (reading.open_.empty())
            reading.result_ = std::move(value);
        else
            reading.open_.back().members.emplace_back(done.name, std::move(value));
    }
    static void text(void* user, const XML_Char* bytes, int length) {
        Reading& reading = of(user);
        if (reading.open_.empty()) return;
        std::string& text = reading.open_.back().text;
        const std::string_view more(bytes, static_cast<std::size_t>(length));
        // Layout is no content.
        if (text.empty() && more.find_first_not_of(" \t\r\n") == std::string_view::npos) return;
        text += more;
    }
    void refuse() {
        refused_ = true;
        XML_StopParser(parser_.get(), XML_FALSE);
    }

    std::unique_ptr<XML_ParserStruct, decltype(&XML_ParserFree)> parser_;
    std::vector<Element> open_;
    std::string result_ = "{}";
    bool refused_ = false;
};

}  // namespace

Result<std::string> xmlAsData(std::string_view xml) {
    return Reading().run(xml);
}

}  // namespace waymark::map
