// Types and elements: from StructureDefinition snapshots to lines. A type's lines hold its own
// elements only; what it inherits is checked here to be exactly what its base has.

const kSystem = ['Any', 'Boolean', 'String', 'Integer', 'Decimal', 'Date', 'DateTime', 'Time',
    'Quantity'];

/// Element types whose published type code is FHIRPath's name for the primitive.
function typeCode(element, type) {
    if (!type.code.startsWith('http://hl7.org/fhirpath/')) return type.code;
    if (element.base.path === 'Resource.id') return 'id';  // published as string
    if (element.base.path === 'Element.id') return 'string';
    const extension = type.extension?.find((x) => x.url.endsWith('structuredefinition-fhir-type'));
    return extension?.valueUrl ?? extension?.valueUri ?? 'string';
}

function cardinality(element) {
    if (element.max === '0') return '0';
    if (!['1', '*'].includes(element.max)) throw new Error(`${element.path}: max ${element.max}`);
    if (element.min > 1) throw new Error(`${element.path}: min ${element.min}`);
    if (element.max === '1') return element.min ? '1' : '?';
    return element.min ? '+' : '*';
}

const lastPart = (dotted) => dotted.slice(dotted.lastIndexOf('.') + 1);
const parentOf = (dotted) => dotted.slice(0, dotted.lastIndexOf('.'));

/// One definition to its types: the root and one for each element with children.
function typesOf(definition) {
    const snapshot = definition.snapshot.element;
    const parents = new Set(snapshot.slice(1).map((element) => parentOf(element.path)));
    const found = new Map();
    for (const element of snapshot) {
        if (!parents.has(element.path)) continue;
        const isRoot = element.path === definition.type;
        const kind = definition.kind === 'resource' ? 'R'
            : definition.kind === 'primitive-type' ? 'P' : 'C';
        found.set(element.path, {
            name: element.path,
            kind: isRoot ? kind : 'B',
            base: isRoot ? lastPart(definition.baseDefinition?.replaceAll('/', '.') ?? '')
                : element.type[0].code,
            abstract: isRoot && definition.abstract,
            elements: [],
        });
    }
    for (const element of snapshot.slice(1)) {
        const owner = found.get(parentOf(element.path));
        if (owner.kind === 'P' && lastPart(element.path) === 'value') continue;
        owner.elements.push(describe(element, parents));
    }
    return [...found.values()];
}

function describe(element, parents) {
    const name = lastPart(element.path);
    const choice = name.endsWith('[x]');
    let codes;
    if (element.contentReference) codes = [element.contentReference.slice(1)];
    else if (parents.has(element.path)) codes = [element.path];
    else codes = [...new Set(element.type.map((type) => typeCode(element, type)))];
    if (!choice && codes.length !== 1) throw new Error(`${element.path}: ${codes}`);
    return {
        name: choice ? name.slice(0, -3) : name,
        choice,
        cardinality: cardinality(element),
        attribute: (element.representation ?? []).includes('xmlAttr'),
        codes,
    };
}

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/// All types in the order of their ids: abstract ones and bases first, then by name, each followed
/// by its backbone types so that what is used together lies together.
export function collectTypes(definitions) {
    const groups = new Map();
    for (const definition of definitions) groups.set(definition.type, typesOf(definition));
    const all = new Map([...groups.values()].flat().map((type) => [type.name, type]));
    const order = [];
    const placed = new Set();
    const place = (name) => {
        if (!name || placed.has(name)) return;
        const group = groups.get(name);
        if (!group) throw new Error(`no definition of ${name}`);
        placed.add(name);
        place(group[0].base);
        order.push(...group);
    };
    const rank = { P: 0, C: 1, R: 2 };
    place('Element');
    const names = [...groups.keys()].sort((a, b) =>
        rank[groups.get(a)[0].kind] - rank[groups.get(b)[0].kind] || (a < b ? -1 : 1));
    names.forEach(place);
    for (const type of order) dropInherited(type, all);
    return order;
}

function inheritedElements(type, all) {
    const base = all.get(type.base);
    return base ? [...inheritedElements(base, all), ...(base.own ?? base.elements)] : [];
}

function dropInherited(type, all) {
    const inherited = inheritedElements(type, all);
    const refused = [];
    inherited.forEach((element, i) => {
        const here = type.elements[i];
        if (here.cardinality === '0') refused.push(here);
        else if (!same(element, here)) {
            throw new Error(`${type.name}.${element.name} is not as inherited`);
        }
    });
    type.own = [...refused, ...type.elements.slice(inherited.length)];
}

/// Lines: "<kind>[!] <name> <base>" begins a type ("!" abstract); " <name><cardinality> <types>" is
/// an element. Cardinality ? 0..1, * 0..*, 1 1..1, + 1..*, 0 inherited but not allowed here; "[" after the name a choice, "@" an XML
/// attribute; "." as type means the backbone type of that element; "&" the type list of
/// Extension.value.
export function typesText(types) {
    const open = types.find((type) => type.name === 'Extension').elements.at(-1).codes.join('|');
    const lines = [];
    for (const name of kSystem) {
        lines.push(`S System.${name}${name === 'Any' ? '' : ' System.Any'}`);
    }
    for (const type of types) {
        lines.push(`${type.kind}${type.abstract ? '!' : ''} ${type.name} ${type.base}`.trimEnd());
        for (const element of type.own) {
            let codes = element.codes.join('|');
            if (codes === open && type.name !== 'Extension') codes = '&';
            if (codes === `${type.name}.${element.name}`) codes = '.';
            lines.push(` ${element.name}${element.attribute ? '@' : ''}` +
                `${element.choice ? '[' : ''}${element.cardinality} ${codes}`);
        }
    }
    return lines;
}

const kKeywords = new Set(['abstract', 'and', 'auto', 'case', 'class', 'const', 'default', 'delete',
    'do', 'double', 'else', 'enum', 'explicit', 'export', 'float', 'for', 'friend', 'if', 'import',
    'int', 'long', 'module', 'namespace', 'new', 'not', 'operator', 'or', 'private', 'protected',
    'public', 'register', 'requires', 'return', 'short', 'signed', 'static', 'struct', 'switch',
    'template', 'this', 'throw', 'true', 'try', 'typedef', 'union', 'unsigned', 'using', 'virtual',
    'void', 'volatile', 'while', 'xor', 'concept', 'false', 'goto', 'inline', 'break', 'char']);

const capital = (text) => text[0].toUpperCase() + text.slice(1);
const identifier = (text) => {
    const plain = text.replaceAll('.', '_');
    return kKeywords.has(plain) ? `${plain}_` : plain;
};

/// Ids as the loader will give them: types in order from 2 (0 is none, 1 is Open), names in order
/// of first use (an element's own name, then the JSON names of its alternatives).
export function idsHeader(types) {
    const names = new Map();
    const intern = (name) => names.has(name) || names.set(name, names.size + 1);
    for (const type of types) {
        for (const element of type.own) {
            intern(element.name);
            if (element.choice) {
                for (const code of element.codes) intern(element.name + capital(code));
            }
        }
    }
    const lines = ['// Generated by generate.mjs from the FHIR 4.0.1 definitions; do not edit. Ids of the R4 types',
        '// and names in every Model: type::Bundle_entry, name::valueQuantity. C++ keywords end in "_".',
        '#pragma once', '', '#include "fhir/model/model.h"', '', '// clang-format off',
        'namespace waymark::model::type {', '', 'inline constexpr TypeId Open = kOpen;'];
    let id = 2;
    for (const name of kSystem) lines.push(`inline constexpr TypeId System_${name} = ${id++};`);
    for (const type of types) {
        lines.push(`inline constexpr TypeId ${identifier(type.name)} = ${id++};`);
    }
    lines.push(`inline constexpr TypeId kCount = ${id};`, '', '}  // namespace waymark::model::type',
        '', 'namespace waymark::model::name {', '');
    for (const [name, number] of names) {
        lines.push(`inline constexpr NameId ${identifier(name)} = ${number};`);
    }
    lines.push(`inline constexpr NameId kCount = ${names.size + 1};`, '',
        '}  // namespace waymark::model::name', '// clang-format on', '');
    return lines.join('\n');
}
