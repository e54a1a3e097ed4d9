#include "mappings/starter.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <string>
#include <system_error>
#include <utility>

#include "fhir/json/writer.h"
#include "mappings/example.h"
#include "mappings/workshop.h"

namespace waymark::mappings {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kBase = "https://waymark.health/fhir";

bool isName(std::string_view name) {
    constexpr std::size_t kLengthMax = 40;
    if (name.empty() || name.size() > kLengthMax || name.front() == '-' || name.back() == '-')
        return false;
    if (name.front() >= '0' && name.front() <= '9') return false;
    return std::ranges::all_of(name, [](char byte) {
        return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '-';
    });
}

/// "riverside-arts": "RiversideArts".
std::string camelCase(std::string_view name) {
    std::string out;
    bool begins = true;
    for (const char byte : name) {
        if (byte == '-') {
            begins = true;
            continue;
        }
        out += begins && byte >= 'a' ? static_cast<char>(byte - 'a' + 'A') : byte;
        begins = false;
    }
    return out;
}

struct Field {
    std::string_view path;
    std::string_view type;
    std::string_view max;
    std::string_view what;
};

constexpr std::array kFields = {
    Field{"reference", "string", "1", "The practice's own identifier of the referral"},
    Field{"referredOn", "dateTime", "1", "When the practice referred"},
    Field{"person", "BackboneElement", "1", "Who is referred"},
    Field{"person.nhsNumber", "string", "1", "Ten digits"},
    Field{"person.fullName", "string", "1", "The name as it is said"},
    Field{"person.dateOfBirth", "date", "1", "Date of birth"},
    Field{"person.phone", "string", "*", "Phone numbers"},
    Field{"needs", "string", "*", "What the person needs, a text each"},
    Field{"practice", "string", "1", "Name of the practice"},
};

std::string model(const std::string& type, std::string_view name) {
    std::string out;
    json::Writer writer(out, json::Layout::Indented);
    const std::string url = fmt::format("{}/StructureDefinition/{}", kBase, type);
    writer.beginObject().member("resourceType", "StructureDefinition").member("id", type);
    writer.member("url", url).member("name", type).member("status", "draft");
    writer.member("description", fmt::format("A referral as {} takes it", name));
    writer.member("fhirVersion", "4.0.1").member("kind", "logical").member("abstract", false);
    writer.member("type", url);
    writer.member("baseDefinition", "http://hl7.org/fhir/StructureDefinition/Element");
    writer.member("derivation", "specialization").key("differential").beginObject();
    writer.key("element").beginArray();
    writer.beginObject().member("id", type).member("path", type).member("min", 0);
    writer.member("max", "*").endObject();
    for (const Field& field : kFields) {
        const std::string path = fmt::format("{}.{}", type, field.path);
        writer.beginObject().member("id", path).member("path", path).member("short", field.what);
        writer.member("min", field.path == "reference" ? 1 : 0).member("max", field.max);
        writer.key("type").beginArray().beginObject().member("code", field.type);
        writer.endObject().endArray().endObject();
    }
    writer.endArray().endObject().endObject();
    return out + "\n";
}

std::string fml(const std::string& type, std::string_view camel, std::string_view name) {
    return fmt::format(
        R"(map "{0}/StructureMap/referral-to-{1}" = "ReferralTo{2}"

// The link-worker referral as {1} takes it.

uses "{0}/StructureDefinition/LinkWorkerReferral" alias LinkWorkerReferral as source
uses "{0}/StructureDefinition/{3}" alias {3} as target

group ReferralTo{2}(source record : LinkWorkerReferral, target out : {3}) {{
  // The practice's number, else the gateway's own.
  record.reference first as reference where (value.exists()) -> out.reference = (%reference.value) "reference";
  record.id as id where (%record.reference.value.empty()) -> out.reference = (%id.toString()) "ownReference";
  record.authoredOn as date -> out.referredOn = date;
  record.person as person -> out.person as to then Person(person, to) "person";
  // Each need is a line.
  record.need as need where (text.exists()) -> out.needs = (%need.text) "need";
  record.sender as sender where (name.exists()) -> out.practice = (%sender.name) "practice";
}}

group Person(source person, target out) {{
  person.nhsNumber as number where (value.exists()) -> out.nhsNumber = (%number.value) "nhsNumber";
  person.name first as name where (given.exists() or family.exists()) ->
    out.fullName = (%name.given.combine(%name.family).join(' ')) "fullName";
  person.birthDate as date -> out.dateOfBirth = date;
  person.telecom as telecom where (system = 'phone' and value.exists()) -> out.phone = (%telecom.value) "phone";
}}
)",
        kBase, name, camel, type);
}

/// A record with a synthetic person: the number is one of those set aside for tests, the phone
/// number one of those for fiction.
std::string input() {
    std::string out;
    json::Writer writer(out, json::Layout::Indented);
    writer.beginObject().key("sender").beginObject().member("name", "Larch Surgery");
    writer.member("ods", "Y90001").endObject();
    writer.key("reference").beginArray().beginObject();
    writer.member("system", "https://example.org/Id/referral").member("value", "LS-1");
    writer.endObject().endArray().member("authoredOn", "2026-10-05T10:12:00+01:00");
    writer.key("need").beginArray();
    for (const std::string_view text : {"Lonely since a move", "Help with a heating bill"})
        writer.beginObject().member("text", text).endObject();
    writer.endArray().key("person").beginObject();
    writer.key("nhsNumber").beginObject().member("value", "9990000018").endObject();
    writer.key("name").beginArray().beginObject().member("family", "Ash").key("given");
    writer.beginArray().string("Ada").endArray().endObject().endArray();
    writer.member("birthDate", "1950-02-03").key("telecom").beginArray().beginObject();
    writer.member("system", "phone").member("value", "01632 960001").endObject().endArray();
    writer.endObject().endObject();
    return out + "\n";
}

Result<void> write(const fs::path& file, const std::string& text) {
    std::error_code error;
    fs::create_directories(file.parent_path(), error);
    std::ofstream stream(file, std::ios::binary);
    stream << text << std::flush;
    if (stream.good()) return {};
    return fail(Kind::NotFound, IssueType::NoStore,
                fmt::format("{} cannot be written", file.string()));
}

Result<std::string> output(const fs::path& set, const Example& example) {
    const auto workshop = Workshop::open(set);
    if (!workshop) return std::unexpected(workshop.error());
    ExampleRun run(*workshop);
    if (auto done = run.read(example); !done) return std::unexpected(std::move(done.error()));
    const auto made = run.run();
    if (!made) return std::unexpected(made.error());
    return shown(*made, workshop->model());
}

}  // namespace

Result<std::vector<fs::path>> newProvider(const fs::path& set, std::string_view name) {
    std::error_code error;
    if (!isName(name))
        return fail(Kind::Incorrect, IssueType::Value,
                    fmt::format("`{}` is no name: lower-case letters, digits and dashes, a letter "
                                "first, at most 40",
                                name));
    if (!fs::is_directory(set / "maps", error) || !fs::is_directory(set / "models", error))
        return fail(Kind::NotFound, IssueType::NotFound,
                    fmt::format("{} is no mapping set: it has no maps/ and models/", set.string()));
    const fs::path folder = set / "providers" / name;
    if (fs::exists(folder, error))
        return fail(Kind::Conflict, IssueType::Duplicate,
                    fmt::format("{} is there already", folder.string()));
    const std::string camel = camelCase(name);
    const std::string type = camel + "Referral";
    const Example example{.map = fmt::format("referral-to-{}", name),
                          .name = "first",
                          .folder = folder / "examples" / fmt::format("referral-to-{}", name)};
    const std::vector<std::pair<fs::path, std::string>> files = {
        {folder / (type + ".model.json"), model(type, name)},
        {folder / (std::string(name) + ".map"), fml(type, camel, name)},
        {example.file(".in.json"), input()},
    };
    std::vector<fs::path> out;
    for (const auto& [file, text] : files) {
        if (auto done = write(file, text); !done) return std::unexpected(std::move(done.error()));
        out.push_back(file);
    }
    auto made = output(set, example);
    if (!made) return std::unexpected(std::move(made.error()));
    out.push_back(example.file(".out.json"));
    if (auto done = write(out.back(), *made); !done)
        return std::unexpected(std::move(done.error()));
    return out;
}

}  // namespace waymark::mappings
