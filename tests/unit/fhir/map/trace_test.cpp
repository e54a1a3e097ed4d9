// What a watcher of a run is told.
#include "fhir/map/trace.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "map_bench.h"

namespace waymark::map {
namespace {

using tests::Bench;

/// Every step as a line: what a watcher is told.
class Lines final : public Trace {
public:
    explicit Lines(const model::Model& model) : model_(model) {}
    void enterGroup(const TracePlace& at) override { line("group " + place(at)), ++depth_; }
    void exitGroup() override { --depth_; }
    void enterRule(const TracePlace& at) override { line("rule " + place(at)), ++depth_; }
    void exitRule() override { --depth_; }
    void apply(const path::Value* item) override { line(item ? "apply" : "apply none"), ++depth_; }
    void applied() override { --depth_; }
    void condition(std::string_view said, bool holds) override {
        line(std::string(said) + (holds ? " holds" : " does not hold"));
    }
    void bind(std::string_view name, const path::Value& value, bool target) override {
        line(std::string(name) + (target ? " => " : " = ") +
             (value.isElement() ? tree::expressionTo(value.element(), model_) : "value"));
    }
    void made(tree::Element element) override {
        line("made " + tree::expressionTo(element, model_));
    }
    std::string text;

private:
    static std::string place(const TracePlace& at) {
        return std::string(at.file) + ":" + std::to_string(at.at.line) + " " + std::string(at.path);
    }
    void line(const std::string& said) { text += std::string(depth_, ' ') + said + "\n"; }
    const model::Model& model_;
    std::size_t depth_ = 0;
};

TEST(MapTrace, TellsAWatcherEveryStep) {
    Bench bench;
    const auto set = bench.compile({R"(map "http://x/m" = "M"
uses "http://hl7.org/fhir/StructureDefinition/Patient" alias Patient as source
uses "http://hl7.org/fhir/StructureDefinition/Patient" alias Patient as target
group main(source src : Patient, target tgt : Patient) {
  src.name as n where (use = 'usual') -> tgt.name as o then Name(n, o) "name";
  src.active as a -> tgt.active = a;
}
group Name(source n : HumanName, target o : HumanName) {
  n.family as f -> o.family = f "family";
})"});
    ASSERT_TRUE(set);
    Lines lines(bench.model());
    auto run = bench.run();
    run.trace = &lines;
    const tree::Element input = bench.read(
        R"({"resourceType":"Patient","name":[{"use":"old"},{"use":"usual","family":"F"}]})");
    ASSERT_TRUE(set->transform("http://x/m", std::vector{input}, run));
    EXPECT_EQ(lines.text, R"(group m1.map:4 M|main
 src = Patient
 tgt => Patient
 rule m1.map:5 M|main|name
  use = 'usual' does not hold
  use = 'usual' holds
  apply
   n = Patient.name[1]
   o => Patient.name[0]
   made Patient.name[0]
   group m1.map:8 M|Name
    n = Patient.name[1]
    o => Patient.name[0]
    rule m1.map:9 M|Name|family
     apply
      f = Patient.name[1].family
      made Patient.name[0].family
 rule m1.map:6 M|main|active
)");
}

}  // namespace
}  // namespace waymark::map
