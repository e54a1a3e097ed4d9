#include "fhir/tree/xml_handler.h"

#include <fmt/format.h>

#include <bit>

#include "fhir/model/format.h"
#include "fhir/model/r4_ids.h"
#include "fhir/tree/narrative.h"
#include "fhir/tree/sentences.h"

namespace waymark::tree {
namespace {

constexpr std::string_view kFhir = "http://hl7.org/fhir";
constexpr std::string_view kSchemaInstance = "http://www.w3.org/2001/XMLSchema-instance";

bool isResource(const model::Shape& shape) {
    return shape.kind == model::TypeKind::Resource;
}

/// "Patient" of "Patient", "walk" of "LinkWorkerReferral.walk": what an element of that type as a
/// root is called.
std::string_view rootName(const model::Model& model, model::TypeId type) {
    const std::string_view name = model.type(type).name;
    return name.substr(name.rfind('.') + 1);
}

}  // namespace

XmlName::XmlName(std::string_view joined) : local(joined) {
    const std::size_t end = joined.find(kSeparator);
    if (end == std::string_view::npos) return;
    space = joined.substr(0, end);
    local = joined.substr(end + 1);
}

XmlHandler::XmlHandler(std::string_view body, const model::Model& model, Arena& arena,
                       const ReadOptions& options)
    : body_(body),
      model_(model),
      arena_(arena),
      options_(options),
      issues_(body, options.limits.issues),
      frames_(arena.array<Frame>(options.limits.depth).data()) {}

bool XmlHandler::push(const Frame& frame, std::size_t at) {
    if (depth_ == options_.limits.depth) {
        return issues_.stop(at, IssueType::TooCostly, expression(),
                            sentences::tooDeep("XML", options_.limits.depth));
    }
    new (&frames_[depth_++]) Frame(frame);
    return true;
}

Node* XmlHandler::newNode(const Node* parent, const model::ElementDef& def, std::size_t at) {
    if (++elements_ > options_.limits.elements) {
        issues_.stop(at, IssueType::TooCostly, expression(),
                     sentences::tooMany(options_.limits.elements));
        return nullptr;
    }
    return arena_.make<Node>(Node{.parent = parent,
                                  .offset = static_cast<std::uint32_t>(at) + 1,
                                  .type = def.type,
                                  .name = def.name,
                                  .flags = def.repeats ? std::uint16_t{kInArray} : std::uint16_t{0},
                                  .local = def.json});
}

Node* XmlHandler::append(Frame& frame, const model::ElementDef& def, std::size_t at) {
    Node* const node = newNode(frame.node, def, at);
    if (!node) return nullptr;
    *frame.tail = node;
    frame.tail = &node->next;
    return node;
}

// ---- elements
// ------------------------------------------------------------------------------------

bool XmlHandler::start(std::string_view joined, const char** attributes, std::size_t at) {
    if (skip_ > 0) {
        ++skip_;
        return true;
    }
    const XmlName name(joined);
    if (inDiv_ > 0) return startInDiv(name, attributes, at);
    if (depth_ == 0) return startRoot(name, attributes, at);
    if (top().wrapper) return startWrapped(name, attributes, at);
    return startChild(name, attributes, at);
}

bool XmlHandler::startRoot(const XmlName& name, const char** attributes, std::size_t at) {
    const auto refused = [&](std::string text) {
        return issues_.stop(at, IssueType::Structure, {}, std::move(text));
    };
    if (name.space != kFhir) {
        return refused(fmt::format("The root element must be in the namespace {}.", kFhir));
    }
    const bool anyResource =
        options_.root == model::kNoType || model_.shape(options_.root).isAbstract;
    const model::TypeId type = anyResource ? model_.resourceNamed(name.local) : options_.root;
    if (type == model::kNoType) return refused(sentences::unknownResource(model_, name.local));
    if (rootName(model_, type) != name.local) {
        return refused(fmt::format("A {} is expected here, not a {}.", rootName(model_, type),
                                   sentences::quoted(name.local)));
    }
    root_ = newNode(nullptr, {}, at);
    if (!root_) return false;
    root_->type = type;
    root_->local = 0;
    return push({.node = root_, .tail = &root_->firstChild, .shape = &model_.shape(type)}, at) &&
           this->attributes(attributes, at);
}

/// The resource inside <resource> or <contained>.
bool XmlHandler::startWrapped(const XmlName& name, const char** attributes, std::size_t at) {
    Frame& frame = top();
    const model::TypeId type =
        name.space == kFhir ? model_.resourceNamed(name.local) : model::kNoType;
    if (type == model::kNoType || !model_.isA(type, frame.wrapper->def.type)) {
        skip();
        return refuse(at, IssueType::Structure, sentences::unknownResource(model_, name.local));
    }
    if (frame.filled) {
        skip();
        return refuse(at, IssueType::Structure,
                      fmt::format("{} holds one resource; write the element again for the next.",
                                  model_.name(frame.wrapper->def.json)));
    }
    frame.filled = true;
    Node* const node = append(frames_[depth_ - 2], frame.wrapper->def, at);
    if (!node) return false;
    node->type = type;
    node->local = 0;
    return push({.node = node, .tail = &node->firstChild, .shape = &model_.shape(type)}, at) &&
           this->attributes(attributes, at);
}

bool XmlHandler::startChild(const XmlName& name, const char** attributes, std::size_t at) {
    Frame& frame = top();
    frame.filled = true;
    const model::Member* const member =
        name.local.size() > 255 || name.local.empty()
            ? nullptr
            : frame.shape->find(model::NameKey::of(name.local), name.local.data());
    const bool isDiv = member && member->format == model::Format::Xhtml;
    if (!member || member->def.xmlAttribute || name.space != (isDiv ? kXhtmlNamespace : kFhir)) {
        skip();
        if (member && member->def.xmlAttribute) {
            return refuse(
                at, IssueType::Structure,
                fmt::format("{} is written as an attribute of its parent element.", name.local));
        }
        if (member) {
            return refuse(at, IssueType::Structure,
                          fmt::format("The element {} must be in the namespace {}.", name.local,
                                      isDiv ? kXhtmlNamespace : kFhir));
        }
        return issues_.add(at, IssueType::Structure,
                           fmt::format("{}.{}", elementPath(), sentences::quoted(name.local)),
                           sentences::unknownElement(model_, frame.node->type, name.local));
    }
    if (!admit(frame, *member, at)) {
        skip();
        return !issues_.stopped();
    }
    if (isDiv) return startDiv(frame, *member, attributes, at);
    return startElement(frame, *member, attributes, at);
}

/// Cardinality, alternatives and order. False when the element has no place here.
bool XmlHandler::admit(Frame& frame, const model::Member& member, std::size_t at) {
    const model::ElementDef& def = member.def;
    const std::uint64_t bit = std::uint64_t{1} << def.ordinal;
    const bool again = (frame.seen & bit) != 0;
    const model::Member* const before = frame.member;
    frame.repetition = again ? frame.repetition + 1 : 0;
    frame.member = &member;
    frame.seen |= bit;
    if (def.ordinal < frame.ordinal) {
        refuse(at, IssueType::Structure,
               fmt::format("{} stands behind {}; in XML the elements keep the order of the "
                           "definition.",
                           model_.name(def.json), model_.name(before->def.json)));
        return false;
    }
    if (again && !def.repeats) {
        const Element first = Element(frame.node).child(def.name);
        refuse(at, IssueType::Structure,
               first && first.node()->local != def.json
                   ? sentences::twoAlternatives(model_, def, first.node()->local)
                   : fmt::format("The element {} stands here twice.", model_.name(def.json)));
        return false;
    }
    frame.ordinal = def.ordinal;
    return true;
}

bool XmlHandler::startElement(Frame& frame, const model::Member& member, const char** attributes,
                              std::size_t at) {
    const model::Shape& shape = model_.shape(member.def.type);
    if (isResource(shape)) return push({.node = frame.node, .wrapper = &member}, at);
    if (shape.kind == model::TypeKind::Open) {
        skip();
        return refuse(at, IssueType::NotSupported,
                      fmt::format("{} has no XML form; send JSON.", model_.name(member.def.json)));
    }
    Node* const node = append(frame, member.def, at);
    if (!node) return false;
    return push({.node = node, .tail = &node->firstChild, .shape = &shape}, at) &&
           this->attributes(attributes, at);
}

bool XmlHandler::end(std::string_view joined, std::size_t at, std::size_t after) {
    if (skip_ > 0) {
        --skip_;
        return true;
    }
    if (inDiv_ > 0) {
        narrative_.end(XmlName(joined).local);
        if (--inDiv_ == 0) endDiv(after);
        return true;
    }
    if (!finish(at)) return false;
    --depth_;
    return true;
}

bool XmlHandler::finish(std::size_t at) {
    Frame& frame = top();
    frame.member = nullptr;
    if (frame.wrapper) {
        if (frame.filled) return true;
        return refuse(
            at, IssueType::Structure,
            fmt::format("{} must hold a resource.", model_.name(frame.wrapper->def.json)));
    }
    if (!isResource(*frame.shape)) {
        const Node* content = frame.node->firstChild;
        const bool hasId = content && content->name == model::name::id;
        if (hasId) content = content->next;
        const bool empty = !content && !frame.node->text && (hasId || !frame.filled);
        if (empty) return refuse(at, IssueType::Structure, sentences::kOnlyAnId);
    }
    const std::uint64_t absent = frame.shape->required & ~frame.seen;
    return absent == 0 || !options_.requireElements || missing(frame, absent, at);
}

bool XmlHandler::missing(const Frame& frame, std::uint64_t ordinals, std::size_t at) {
    for (; ordinals != 0; ordinals &= ordinals - 1) {
        const int ordinal = std::countr_zero(ordinals);
        std::size_t i = 0;
        while (frame.shape->members[i].def.ordinal != ordinal) ++i;
        const model::ElementDef& def = frame.shape->members[i].def;
        if (!issues_.add(at, IssueType::Required,
                         fmt::format("{}.{}", elementPath(), model_.name(def.name)),
                         sentences::missing(model_, frame.node->type, def))) {
            return false;
        }
    }
    return true;
}

// ---- attributes and text -----------------------------------------------------------------------

bool XmlHandler::attributes(const char** attributes, std::size_t at) {
    for (; *attributes; attributes += 2) {
        if (!attribute(XmlName(attributes[0]), attributes[1], at)) return false;
    }
    return true;
}

bool XmlHandler::attribute(const XmlName& name, std::string_view value, std::size_t at) {
    if (name.space == kSchemaInstance)
        return true;  // xsi:schemaLocation says nothing about content
    Frame& frame = top();
    const bool isValue = frame.shape->kind == model::TypeKind::Primitive && name.local == "value";
    if (!name.space.empty()) return refuseAttribute(name.local, at);
    frame.filled = true;
    if (isValue) {
        // The member of the parent knows the format and the codes.
        return setValue(frame.node, *frames_[depth_ - 2].member, value, at);
    }
    const model::Member* const member =
        frame.shape->find(model::NameKey::of(name.local), name.local.data());
    if (!member || !member->def.xmlAttribute) return refuseAttribute(name.local, at);
    frame.seen |= std::uint64_t{1} << member->def.ordinal;
    frame.member = member;
    frame.repetition = 0;
    Node* const node = append(frame, member->def, at);
    const bool goesOn = node && setValue(node, *member, value, at);
    frame.member = nullptr;
    return goesOn;
}

bool XmlHandler::setValue(Node* node, const model::Member& member, std::string_view text,
                          std::size_t at) {
    const bool isCode = member.codes != 0;
    const bool fits =
        isCode ? text.size() <= 255 && !text.empty() &&
                     model_.codeList(member.codes).find(model::NameKey::of(text), text.data()) !=
                         nullptr
               : model::matches(member.format, text);
    if (!fits) {
        node->text = "";                           // there is a value, if a wrong one
        if (member.format == model::Format::Id) {  // a wrong name still says what is meant
            const std::string_view kept = arena_.copy(text);
            node->text = kept.data();
            node->textLength = static_cast<std::uint32_t>(kept.size());
        }
        return refuse(at, isCode ? IssueType::CodeInvalid : IssueType::Value,
                      isCode ? sentences::wrongCode(model_, member)
                             : sentences::wrongFormat(model_, member, text));
    }
    const std::string_view kept = arena_.copy(text);
    node->text = kept.data();
    node->textLength = static_cast<std::uint32_t>(kept.size());
    return true;
}

bool XmlHandler::text(std::string_view text, std::size_t at) {
    if (skip_ > 0) return true;
    if (inDiv_ > 0) {
        narrative_.text(text);
        return true;
    }
    if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return true;
    return issues_.add(at, IssueType::Structure, elementPath(),
                       "Text between elements has no place in FHIR; values stand in attributes.");
}

// ---- narrative
// -----------------------------------------------------------------------------------

bool XmlHandler::startDiv(Frame& frame, const model::Member& member, const char** attributes,
                          std::size_t at) {
    div_ = append(frame, member.def, at);
    divAt_ = at;
    inDiv_ = 1;
    narrative_.begin();
    if (!div_) return false;
    return narrative_.start("div", attributes, body_.substr(at)) ||
           refuseAttribute("with a namespace", at);
}

bool XmlHandler::startInDiv(const XmlName& name, const char** attributes, std::size_t at) {
    if (++inDiv_ > options_.limits.depth) {
        return issues_.stop(at, IssueType::TooCostly, expression(),
                            sentences::tooDeep("narrative", options_.limits.depth));
    }
    if (name.space != kXhtmlNamespace) {
        if (!refuse(at, IssueType::Structure, "A narrative holds XHTML elements only."))
            return false;
    }
    return narrative_.start(name.local, attributes, body_.substr(at)) ||
           refuseAttribute("with a namespace", at);
}

/// A narrative's text is the markup as it came if that stands alone, else it is written anew.
void XmlHandler::endDiv(std::size_t after) {
    const std::string_view raw = body_.substr(divAt_, after - divAt_);
    const std::string markup =
        narrative_.standsAlone() ? withPlainLineEnds(raw) : narrative_.markup();
    const std::string_view kept = arena_.copy(markup);
    div_->text = kept.data();
    div_->textLength = static_cast<std::uint32_t>(kept.size());
}

// ---- issues
// --------------------------------------------------------------------------------------

std::string XmlHandler::elementPath() const {
    if (!root_) return {};
    std::string path(model_.type(root_->type).name);
    for (std::uint32_t i = 0; i + 1 < depth_; ++i) {
        const Frame& frame = frames_[i];
        if (frame.wrapper || !frame.member) continue;
        path += fmt::format(".{}", model_.name(frame.member->def.name));
        if (frame.member->def.repeats) path += fmt::format("[{}]", frame.repetition);
    }
    return path;
}

std::string XmlHandler::expression() const {
    std::string path = elementPath();
    if (depth_ == 0) return path;
    const Frame& frame = frames_[depth_ - 1];
    if (frame.wrapper || !frame.member) return path;
    path += fmt::format(".{}", model_.name(frame.member->def.name));
    if (frame.member->def.repeats) path += fmt::format("[{}]", frame.repetition);
    return path;
}

bool XmlHandler::refuse(std::size_t at, IssueType type, std::string text) {
    return issues_.add(at, type, expression(), std::move(text));
}

bool XmlHandler::refuseAttribute(std::string_view name, std::size_t at) {
    return refuse(at, IssueType::Structure,
                  fmt::format("The attribute {} has no place here.", sentences::quoted(name)));
}

bool XmlHandler::refuseText(std::size_t at, std::string text) {
    return issues_.stop(at, IssueType::Structure, expression(), std::move(text));
}

}  // namespace waymark::tree
