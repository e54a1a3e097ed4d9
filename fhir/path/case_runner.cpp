#include "fhir/path/case_runner.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>

#include "fhir/json/value.h"
#include "fhir/tree/reader.h"

namespace waymark::path {
namespace {

Result<std::string> fileText(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    if (!file) {
        return fail(Kind::Incorrect, IssueType::NotFound,
                    "the file cannot be read: " + path.string());
    }
    return std::move(text).str();
}

/// A resource and what it views.
struct Input {
    std::string body;
    tree::Arena arena;
    tree::Document document;
};

struct Output {
    std::string type;  ///< empty: any
    std::string text;
    friend auto operator<=>(const Output&, const Output&) = default;
};

struct Case {
    std::string name;
    std::string input;
    std::string expression;
    std::string invalid;
    bool predicate = false;
    bool ordered = true;
    bool checkOrder = false;
    std::vector<Output> outputs;
};

/// The suite writes dates as literals.
std::string withoutSign(std::string_view text) {
    if (text.starts_with("@T")) return std::string(text.substr(2));
    return std::string(text.starts_with('@') ? text.substr(1) : text);
}

Case readCase(const json::Value& from) {
    const auto text = [&](std::string_view name) {
        return std::string(from[name].asString().value_or(""));
    };
    const auto flag = [&](std::string_view name, bool otherwise) {
        return from[name].asBoolean().value_or(otherwise);
    };
    Case made{.name = text("name"),
              .input = text("input"),
              .expression = text("expression"),
              .invalid = text("invalid"),
              .predicate = flag("predicate", false),
              .ordered = flag("ordered", true),
              .checkOrder = flag("checkOrderedFunctions", false),
              .outputs = {}};
    for (const json::Value& output : from["outputs"].items()) {
        if (output.items().size() != 2) continue;
        made.outputs.push_back({std::string(output.items()[0].asString().value_or("")),
                                std::string(output.items()[1].asString().value_or(""))});
    }
    return made;
}

std::string shown(const std::vector<Output>& outputs) {
    if (outputs.empty()) return "{}";
    std::string text;
    for (const Output& output : outputs) {
        if (!text.empty()) text += ", ";
        text.append(output.type).append(output.type.empty() ? "" : " ").append(output.text);
    }
    return text;
}

bool isSame(const Output& expected, const Output& got) {
    if (!expected.type.empty() && expected.type != got.type) return false;
    const bool isText = expected.type == "string" || expected.type == "code";
    return isText ? expected.text == got.text : withoutSign(expected.text) == withoutSign(got.text);
}

bool areSame(const Case& wanted, std::vector<Output> got) {
    std::vector<Output> expected = wanted.outputs;
    if (expected.size() != got.size()) return false;
    if (!wanted.ordered) {
        std::ranges::sort(expected);
        std::ranges::sort(got);
    }
    return std::ranges::equal(expected, got, isSame);
}

class Runner {
public:
    Runner(std::filesystem::path inputs, const model::Model& model, Instant now,
           const Services* services)
        : folder_(std::move(inputs)), model_(model) {
        environment_.now = now;
        environment_.services = services;
    }

    void run(const Case& wanted, CaseReport& report) {
        const Input* input = nullptr;
        std::string got;
        bool isReadable = true;
        if (!wanted.input.empty()) {
            const auto found = inputFor(wanted.input);
            isReadable = found.has_value();
            if (isReadable) input = *found;
            if (!isReadable) got = "an unreadable input: " + std::string(found.error().text());
        }
        if (isReadable && passes(wanted, input, got)) {
            ++report.passed;
        } else {
            const std::string expected =
                wanted.invalid.empty() ? shown(wanted.outputs) : "a fault: " + wanted.invalid;
            report.failures.push_back({wanted.name, wanted.expression, expected, std::move(got)});
        }
    }

private:
    Result<Input*> inputFor(const std::string& name) {
        auto& input = inputs_[name];
        if (input) return input.get();
        auto body = fileText(folder_ / name);
        if (!body) return std::unexpected(std::move(body.error()));
        auto made = std::make_unique<Input>();
        made->body = *std::move(body);
        tree::ReadOptions options;
        options.requireElements = false;
        auto document = tree::read(made->body, model_, made->arena, options);
        if (!document) return std::unexpected(std::move(document.error()));
        made->document = *document;
        input = std::move(made);
        return input.get();
    }

    bool passes(const Case& wanted, const Input* input, std::string& got) {
        Scope scope;
        scope.model = &model_;
        scope.checkOrder = wanted.checkOrder;
        const tree::Element root = input ? input->document.root : tree::Element();
        if (root) scope.focus = root.type();
        auto expression = Expression::compile(wanted.expression, scope);
        if (!expression) {
            got = "a fault when compiled: " + std::string(expression.error().text());
            return !wanted.invalid.empty();
        }
        if (wanted.invalid == "syntax" || wanted.invalid == "semantic") {
            got = "compiled";
            return false;
        }
        arena_.reset();
        if (wanted.predicate) return predicate(wanted, *expression, root, got);
        const auto items = expression->evaluate(root, environment_, arena_);
        if (!items) {
            got = "a fault: " + std::string(items.error().text());
            return !wanted.invalid.empty();
        }
        std::vector<Output> outputs;
        for (const Value& item : *items) {
            outputs.push_back({std::string(typeName(item, model_)), text(item)});
        }
        got = shown(outputs);
        return wanted.invalid.empty() && areSame(wanted, std::move(outputs));
    }

    bool predicate(const Case& wanted, const Expression& expression, tree::Element root,
                   std::string& got) {
        const auto holds = expression.holds(root, environment_, arena_);
        if (!holds) {
            got = "a fault: " + std::string(holds.error().text());
            return !wanted.invalid.empty();
        }
        got = *holds ? "boolean true" : "boolean false";
        return areSame(wanted, {{"boolean", *holds ? "true" : "false"}});
    }

    std::filesystem::path folder_;
    const model::Model& model_;
    Environment environment_;
    tree::Arena arena_;
    std::map<std::string, std::unique_ptr<Input>> inputs_;
};

}  // namespace

Result<CaseReport> runCases(const std::filesystem::path& cases, const std::filesystem::path& inputs,
                            const model::Model& model, Instant now, const Services* services) {
    const auto text = fileText(cases);
    if (!text) return std::unexpected(text.error());
    constexpr json::DocumentLimits kLimits{.bytes = 64U << 20U, .depth = 32, .values = 2'000'000};
    const auto document = json::Value::parse(*text, kLimits);
    if (!document) return std::unexpected(document.error());
    Runner runner(inputs, model, now, services);
    CaseReport report;
    for (const json::Value& each : (*document)["tests"].items()) {
        runner.run(readCase(each), report);
    }
    return report;
}

}  // namespace waymark::path
