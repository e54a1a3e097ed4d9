#include <expat.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>

#include "fhir/model/r4_ids.h"
#include "fhir/tree/json_reader.h"
#include "fhir/tree/json_writer.h"
#include "fhir/tree/xml_reader.h"
#include "fhir/tree/xml_writer.h"
#include "tests/support/shared_files.h"

namespace waymark::tree {
namespace {

const model::Model& r4() {
    return model::Model::r4();
}

/// The document's content on one line each: expanded names, sorted attributes, text; no comments,
/// no blanks outside of narratives, no schema locations.
class Canonical {
public:
    static std::string of(std::string_view xml) {
        Canonical canonical;
        const std::unique_ptr<XML_ParserStruct, void (*)(XML_Parser)> parser(
            XML_ParserCreateNS("UTF-8", ' '), XML_ParserFree);
        XML_SetUserData(parser.get(), &canonical);
        XML_SetElementHandler(parser.get(), start, end);
        XML_SetCharacterDataHandler(parser.get(), text);
        if (XML_Parse(parser.get(), xml.data(), static_cast<int>(xml.size()), 1) != XML_STATUS_OK) {
            return "not well-formed";
        }
        return canonical.out_;
    }

private:
    static void start(void* data, const char* name, const char** attributes) {
        auto& self = *static_cast<Canonical*>(data);
        self.flush();
        if (self.inDiv_ > 0 || std::string_view(name).ends_with("xhtml div")) ++self.inDiv_;
        self.out_ += std::string("<") + name;
        std::map<std::string, std::string> sorted;
        for (; *attributes; attributes += 2) sorted[attributes[0]] = attributes[1];
        for (const auto& [key, value] : sorted) {
            if (key.ends_with(" schemaLocation")) continue;
            self.out_ += " " + key + "='" + value + "'";
        }
        self.out_ += ">\n";
    }
    static void end(void* data, const char*) {
        auto& self = *static_cast<Canonical*>(data);
        self.flush();
        if (self.inDiv_ > 0) --self.inDiv_;
        self.out_ += "</>\n";
    }
    static void text(void* data, const char* text, int length) {
        static_cast<Canonical*>(data)->pending_.append(text, static_cast<std::size_t>(length));
    }
    void flush() {
        const bool blank = pending_.find_first_not_of(" \t\r\n") == std::string::npos;
        if (!blank || (inDiv_ > 0 && !pending_.empty())) out_ += "[" + pending_ + "]\n";
        pending_.clear();
    }
    std::string out_;
    std::string pending_;
    int inDiv_ = 0;
};

std::string jsonOf(Element root) {
    std::string out;
    writeJson(root, r4(), out);
    return out;
}

std::string xmlOf(Element root, Layout layout = Layout::Compact) {
    std::string out;
    const auto written = writeXml(root, r4(), out, layout);
    return written ? out : std::string(written.error().text());
}

TEST(Xml, ReadsTheSameTreeAsJson) {
    Arena arena;
    const auto xml = readXml(R"(<?xml version="1.0" encoding="UTF-8"?>
<Patient xmlns="http://hl7.org/fhir" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
         xsi:schemaLocation="http://hl7.org/fhir ../x.xsd">
  <!-- a comment -->
  <id value="a"/>
  <text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml"><p>A &amp; B</p></div></text>
  <contained><Practitioner><id value="p"/></Practitioner></contained>
  <extension url="http://e/x"><valueDecimal value="1.10"/></extension>
  <active value="true"/>
  <name id="n"><family value="Smith"/><given value="Ann"/><given><extension url="http://e/y"><valueCode value="u"/></extension></given></name>
  <birthDate id="b" value="1970-01"/>
  <deceasedBoolean value="false"/>
</Patient>)",
                             r4(), arena);
    ASSERT_TRUE(xml) << xml.error().text();
    EXPECT_EQ(jsonOf(xml->root),
              R"({"resourceType":"Patient","id":"a","text":{"status":"generated","div":)"
              R"("<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>A &amp; B</p></div>"},)"
              R"("contained":[{"resourceType":"Practitioner","id":"p"}],"extension":[{"url":)"
              R"("http://e/x","valueDecimal":1.10}],"active":true,"name":[{"id":"n","family":)"
              R"("Smith","given":["Ann",null],"_given":[null,{"extension":[{"url":"http://e/y",)"
              R"("valueCode":"u"}]}]}],"birthDate":"1970-01","_birthDate":{"id":"b"},)"
              R"("deceasedBoolean":false})");
    EXPECT_EQ(xml->positionOf(xml->root.child(model::name::active)), (Position{9, 3}));
    const std::string text = jsonOf(xml->root);
    const auto json = readJson(text, r4(), arena);
    ASSERT_TRUE(json) << json.error().text();
    EXPECT_EQ(xmlOf(json->root), xmlOf(xml->root));
}

TEST(Xml, WritesInTheOrderOfTheDefinition) {
    Arena arena;
    const auto json = readJson(
        R"({"resourceType":"Patient","gender":"male","name":[{"given":["a\tb\n\"<&>"],"id":"n"}],"id":"x"})",
        r4(), arena);
    ASSERT_TRUE(json) << json.error().text();
    EXPECT_EQ(
        xmlOf(json->root),
        R"(<?xml version="1.0" encoding="UTF-8"?><Patient xmlns="http://hl7.org/fhir">)"
        R"(<id value="x"/><name id="n"><given value="a&#9;b&#10;&quot;&lt;&amp;&gt;"/></name>)"
        R"(<gender value="male"/></Patient>)");
    const std::string xml = xmlOf(json->root, Layout::Indented);
    const auto again = readXml(xml, r4(), arena);
    ASSERT_TRUE(again) << again.error().text();
    EXPECT_EQ(follow(again->root, "name.given", r4()).text(), "a\tb\n\"<&>");
}

struct Fault {
    const char* name;
    const char* body;
    std::vector<std::string> wanted;
};

class XmlFaults : public testing::TestWithParam<Fault> {};

TEST_P(XmlFaults, AreToldWithTheirPlace) {
    Arena arena;
    const auto document = readXml(GetParam().body, r4(), arena);
    ASSERT_FALSE(document);
    std::vector<std::string> found;
    for (const Issue& issue : document.error().issues) {
        found.push_back(issue.expression + " @" + std::to_string(issue.at.line) + ":" +
                        std::to_string(issue.at.column) + " " + issue.text);
    }
    EXPECT_EQ(found, GetParam().wanted);
}

INSTANTIATE_TEST_SUITE_P(
    Structure, XmlFaults,
    testing::Values(
        Fault{"Unknown",
              "<Patient xmlns='http://hl7.org/fhir'>\n<nmae><family value='x'/></nmae></Patient>",
              {"Patient.nmae @2:1 Patient has no element nmae (did you mean `name`?)."}},
        Fault{
            "Order",
            "<Task xmlns='http://hl7.org/fhir'><intent value='order'/><status "
            "value='draft'/></Task>",
            {"Task.status @1:58 status stands behind intent; in XML the elements keep the order of "
             "the definition."}},
        Fault{"Twice",
              "<Patient xmlns='http://hl7.org/fhir'><active value='true'/><active "
              "value='true'/></Patient>",
              {"Patient.active @1:60 The element active stands here twice."}},
        Fault{"Value",
              "<Patient xmlns='http://hl7.org/fhir'><birthDate value='2026-13'/></Patient>",
              {"Patient.birthDate @1:38 birthDate (date) must be a date that exists, as YYYY, "
               "YYYY-MM or YYYY-MM-DD."}},
        Fault{
            "Code",
            "<Patient xmlns='http://hl7.org/fhir'><gender value='m'/></Patient>",
            {"Patient.gender @1:38 gender must be one of the codes female, male, other, unknown."}},
        Fault{"Empty",
              "<Patient xmlns='http://hl7.org/fhir'><name/></Patient>",
              {"Patient.name[0] @1:45 An element must have a value, an extension or children "
               "beside its id; leave it out."}},
        Fault{"Text",
              "<Patient xmlns='http://hl7.org/fhir'><name>Smith</name></Patient>",
              {"Patient.name[0] @1:44 Text between elements has no place in FHIR; values stand in "
               "attributes.",
               "Patient.name[0] @1:49 An element must have a value, an extension or children "
               "beside its id; leave it out."}},
        Fault{"Namespace",
              "<Patient xmlns='http://hl7.org/fhir'><name xmlns='urn:x'/></Patient>",
              {"Patient @1:38 The element name must be in the namespace http://hl7.org/fhir."}},
        Fault{"RootNamespace",
              "<Patient/>",
              {" @1:1 The root element must be in the namespace http://hl7.org/fhir."}},
        Fault{"Attribute",
              "<Patient xmlns='http://hl7.org/fhir'><active val='true' value='true'/></Patient>",
              {"Patient.active @1:38 The attribute val has no place here."}},
        Fault{"Dtd",
              "<!DOCTYPE x [<!ENTITY a 'b'>]><Patient xmlns='http://hl7.org/fhir'/>",
              {" @1:13 A document type declaration is not allowed; remove it."}},
        Fault{"Entity",
              "<Patient xmlns='http://hl7.org/fhir'><active value='&nbsp;'/></Patient>",
              {"Patient @1:38 This is not well-formed XML here: undefined entity."}},
        Fault{"EmptyWrapper",
              "<Bundle xmlns='http://hl7.org/fhir'><type value='collection'/>"
              "<entry><resource/></entry></Bundle>",
              {"Bundle.entry[0].resource @1:81 resource must hold a resource."}},
        Fault{"Missing",
              "<Bundle xmlns='http://hl7.org/fhir'><type value='collection'/>"
              "<entry><fullUrl value='urn:x:1'/></entry><entry><resource><Task><status "
              "value='draft'/></Task></resource></entry></Bundle>",
              {"Bundle.entry[1].resource.intent @1:150 Task needs the element intent."}}),
    [](const testing::TestParamInfo<Fault>& each) { return each.param.name; });

TEST(Xml, KeepsNarrativesThatNeedANamespaceFromOutside) {
    Arena arena;
    const auto document = readXml(
        R"(<Patient xmlns="http://hl7.org/fhir" xmlns:h="http://www.w3.org/1999/xhtml"><text>)"
        R"(<status value="generated"/><h:div><h:p class="x">a &lt; b<h:br/></h:p></h:div></text></Patient>)",
        r4(), arena);
    ASSERT_TRUE(document) << document.error().text();
    EXPECT_EQ(follow(document->root, "text.div", r4()).text(),
              R"(<div xmlns="http://www.w3.org/1999/xhtml"><p class="x">a &lt; b<br/></p></div>)");
}

TEST(Xml, RefusesToWriteWhatXmlCannotCarry) {
    for (
        const char* body :
        {R"({"resourceType":"Patient","name":[{"text":"a\u000bb"}]})",
         R"({"resourceType":"Patient","name":[{"text":"a\uFFFEb"}]})",
         R"({"resourceType":"Patient","text":{"status":"generated","div":"<div>no namespace</div>"}})",
         R"({"resourceType":"Patient","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><p></div>"}})",
         R"({"resourceType":"Patient","text":{"status":"generated","div":"<!DOCTYPE a><div xmlns=\"http://www.w3.org/1999/xhtml\"/>"}})",
         R"({"resourceType":"Patient","text":{"status":"generated","div":"</text></Patient>"}})"}) {
        Arena arena;
        const auto json = readJson(body, r4(), arena);
        ASSERT_TRUE(json) << json.error().text();
        std::string out = "before";
        const auto written = writeXml(json->root, r4(), out);
        ASSERT_FALSE(written) << out;
        EXPECT_EQ(written.error().kind, Kind::NotAcceptable);
        EXPECT_EQ(out, "before");
    }
}

TEST(Xml, HasLimits) {
    Arena arena;
    ReadOptions options;
    std::string deep = "<Questionnaire xmlns='http://hl7.org/fhir'><status value='draft'/>";
    for (int i = 0; i < 100; ++i) deep += "<item><linkId value='1'/>";
    EXPECT_EQ(readXml(deep, r4(), arena).error().issues.back().type, IssueType::TooCostly);
    std::string div =
        "<Patient xmlns='http://hl7.org/fhir'><text><status value='generated'/>"
        "<div xmlns='http://www.w3.org/1999/xhtml'>";
    for (int i = 0; i < 100; ++i) div += "<p>";
    EXPECT_EQ(readXml(div, r4(), arena).error().issues.back().type, IssueType::TooCostly);
    options.limits.bodyBytes = 10;
    EXPECT_EQ(readXml(deep, r4(), arena, options).error().kind, Kind::TooLarge);
}

class PublishedXml : public testing::TestWithParam<const char*> {};

TEST_P(PublishedXml, ConvertsToJsonAndBackWithoutLoss) {
    WAYMARK_NEEDS_SHARED(GetParam());
    int files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(tests::shared(GetParam()))) {
        if (entry.path().extension() != ".xml") continue;
        const std::string body = tests::readFile(entry.path());
        Arena arena;
        const auto document = readXml(body, r4(), arena);
        if (!document) {
            const Issue& issue = document.error().issues.front();
            ADD_FAILURE() << entry.path() << ":" << issue.at.line << " " << issue.expression << " "
                          << issue.text << " (" << document.error().issues.size() << ")";
            continue;
        }
        const std::string json = jsonOf(document->root);
        const auto again = readJson(json, r4(), arena);
        ASSERT_TRUE(again) << entry.path() << " " << again.error().text();
        EXPECT_EQ(Canonical::of(xmlOf(again->root)), Canonical::of(body)) << entry.path();
        EXPECT_EQ(Canonical::of(xmlOf(again->root, Layout::Indented)), Canonical::of(body));
        ++files;
    }
    EXPECT_GT(files, 3);
}

INSTANTIATE_TEST_SUITE_P(Examples, PublishedXml,
                         testing::Values("examples/bars-messages", "examples/bars-definitions",
                                         "examples/bars-profiles", "examples/ukcore"));

}  // namespace
}  // namespace waymark::tree
