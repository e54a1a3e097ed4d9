// Bindings and the codes of the value sets that they name. A value set is expanded as far as the
// package's own code systems go; a part that would need another terminology (SNOMED CT as a whole,
// UCUM, MIME types) is marked as open, so that nobody takes "not listed" for "not allowed".

const withoutVersion = (url) => url?.split('|')[0];

function allConcepts(concepts, parents = []) {
    return (concepts ?? []).flatMap((concept) => {
        const isA = (concept.property ?? []).filter((p) => p.code === 'subsumedBy' || p.code === 'parent')
            .map((p) => p.valueCode);
        return [{ code: concept.code, parents: [...parents, ...isA], concept },
            ...allConcepts(concept.concept, [...parents, concept.code])];
    });
}

export class Terminology {
    constructor(valueSets, codeSystems) {
        this.valueSets = new Map(valueSets.map((resource) => [resource.url, resource]));
        this.systems = new Map();
        for (const system of codeSystems) {
            if (system.content === 'complete') this.systems.set(system.url, allConcepts(system.concept));
        }
        this.expansions = new Map();
    }

    /// Map from system to a set of codes, or null when the system's part is open.
    expand(url) {
        const known = this.expansions.get(url);
        if (known !== undefined) return known;
        this.expansions.set(url, null);  // a value set that includes itself is open
        const valueSet = this.valueSets.get(url);
        const expansion = valueSet?.compose ? this.compose(valueSet.compose) : null;
        this.expansions.set(url, expansion);
        return expansion;
    }

    compose(compose) {
        const result = new Map();
        for (const include of compose.include ?? []) {
            const part = this.part(include);
            if (!part) return null;
            for (const [system, codes] of part) {
                const before = result.get(system);
                if (codes === null || before === null) result.set(system, null);
                else result.set(system, new Set([...(before ?? []), ...codes]));
            }
        }
        for (const exclude of compose.exclude ?? []) {
            const part = this.part(exclude);
            if (!part) return null;
            for (const [system, codes] of part) {
                if (codes === null) result.delete(system);
                else codes.forEach((code) => result.get(system)?.delete(code));
            }
        }
        return result;
    }

    part(include) {
        let result = null;
        if (include.system) {
            result = new Map([[include.system, this.systemPart(include)]]);
        }
        for (const url of include.valueSet ?? []) {
            const other = this.expand(withoutVersion(url));
            if (!other) return null;
            result = result ? intersection(result, other) : new Map(other);
        }
        return result;
    }

    systemPart(include) {
        if (include.concept) return new Set(include.concept.map((concept) => concept.code));
        const all = this.systems.get(include.system);
        if (!all) return null;
        let selected = all;
        for (const filter of include.filter ?? []) {
            if (filter.op !== 'is-a' && filter.op !== 'is-not-a') return null;
            const within = descendants(all, filter.value);
            selected = selected.filter(({ code }) => within.has(code) === (filter.op === 'is-a'));
        }
        return new Set(selected.filter(({ concept }) => !isAbstract(concept)).map(({ code }) => code));
    }
}

/// Concepts that only group others ("notSelectable") are no codes to send.
function isAbstract(concept) {
    return (concept.property ?? []).some((p) => p.code === 'notSelectable' && p.valueBoolean === true);
}

function descendants(all, root) {
    const within = new Set([root]);
    for (let grew = true; grew;) {
        grew = false;
        for (const { code, parents } of all) {
            if (!within.has(code) && parents.some((parent) => within.has(parent))) {
                within.add(code);
                grew = true;
            }
        }
    }
    return within;
}

function intersection(one, other) {
    const both = new Map();
    for (const [system, codes] of one) {
        if (!other.has(system)) continue;
        const others = other.get(system);
        if (codes === null || others === null) both.set(system, codes ?? others);
        else both.set(system, new Set([...codes].filter((code) => others.has(code))));
    }
    return both;
}

/// Bindings of all elements except examples: { path, strength, valueSet }.
export function bindingsOf(definitions) {
    const bindings = [];
    for (const definition of definitions) {
        for (const element of definition.snapshot.element) {
            const binding = element.binding;
            if (!binding?.valueSet || binding.strength === 'example') continue;
            // Age, Distance and Duration bind themselves; their invariants say the same.
            if (!element.path.includes('.')) continue;
            // An inherited element is bound where it is defined.
            if (element.base && element.base.path !== element.path) continue;
            const maximum = binding.extension?.find((x) => x.url.endsWith('elementdefinition-maxValueSet'));
            bindings.push({
                path: element.path,
                strength: binding.strength,
                valueSet: withoutVersion(binding.valueSet),
                maximum: withoutVersion(maximum?.valueCanonical),
            });
        }
    }
    return bindings;
}

const letter = { required: 'r', extensible: 'e', preferred: 'p' };
const kPrefix = 'http://hl7.org/fhir/ValueSet/';
const short = (url) => (url.startsWith(kPrefix) ? `~${url.slice(kPrefix.length)}` : url);

/// Lines: "<strength> <path> <value set>[ <maximum value set>]"; "~" stands for HL7's prefix.
export function bindingsText(bindings) {
    return bindings.map(({ path, strength, valueSet, maximum }) =>
        `${letter[strength]} ${path.replace('[x]', '')} ${short(valueSet)}${maximum ? ` ${short(maximum)}` : ''}`);
}

/// Lines, fields separated by tabs: "<value set>" begins a set, followed by one line per system:
/// " <system> <code>...", or " <system> *" when that system's part is open. A set that is open as a
/// whole has the single line " *".
export function codesText(bindings, terminology) {
    const urls = new Set();
    for (const binding of bindings) {
        if (binding.strength === 'preferred') continue;
        urls.add(binding.valueSet);
        if (binding.maximum) urls.add(binding.maximum);
    }
    const lines = [];
    for (const url of [...urls].sort()) {
        lines.push(short(url));
        const expansion = terminology.expand(url);
        if (!expansion) lines.push(' *');
        for (const [system, codes] of expansion ?? []) {
            if (codes === null) lines.push(` ${system}\t*`);
            else lines.push(` ${system}\t${[...codes].join('\t')}`);
        }
    }
    return lines;
}
