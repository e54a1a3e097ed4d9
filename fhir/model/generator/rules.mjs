// Invariants, reference targets and search parameters as lines.

const escape = (text) => (text ?? '').replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
    .replaceAll('\r', '').replaceAll('\t', ' ').trim();

/// Lines, fields separated by tabs: "<e|w><!> <path> <key> <human> <expression>", each constraint
/// where it is defined; "!" marks best practice.
export function invariantsText(definitions) {
    const lines = [];
    for (const definition of definitions) {
        for (const element of definition.differential.element) {
            for (const constraint of element.constraint ?? []) {
                if (!constraint.expression) throw new Error(`${constraint.key} has no expression`);
                const best = (constraint.extension ?? []).some((extension) =>
                    extension.url.endsWith('elementdefinition-bestpractice') && extension.valueBoolean);
                lines.push([`${constraint.severity[0]}${best ? '!' : ''}`,
                    element.path.replace('[x]', ''), constraint.key, escape(constraint.human),
                    escape(constraint.expression)].join('\t'));
            }
        }
    }
    return lines;
}

const typeName = (profile) => profile.slice(profile.lastIndexOf('/') + 1);

/// Lines: "<path> <type>..." for every element of type Reference that does not take any resource.
/// Profiles on types (SimpleQuantity) are no reference targets.
export function targetsText(definitions) {
    const lines = [];
    for (const definition of definitions) {
        for (const element of definition.snapshot.element) {
            if (element.base && element.base.path !== element.path) continue;
            const targets = new Set((element.type ?? []).filter((type) => type.code === 'Reference')
                .flatMap((type) => type.targetProfile ?? []).map(typeName));
            if (targets.size === 0 || targets.has('Resource')) continue;
            lines.push(`${element.path.replace('[x]', '')} ${[...targets].join(' ')}`);
        }
    }
    return lines;
}

/// Targets of a reference to anything are listed one by one as published; "*" says the same.
const targets = (names) => (names.length > 100 ? '*' : names.join(','));

/// Lines, fields separated by tabs: "<type> <code> <base,...> <target,...> <expression>".
export function searchText(parameters) {
    return parameters
        .filter((parameter) => parameter.url === `http://hl7.org/fhir/SearchParameter/${parameter.id}`)
        .filter((parameter) => parameter.expression)
        .map((parameter) => [parameter.type, parameter.code, parameter.base.join(','),
            targets(parameter.target ?? []), escape(parameter.expression)].join('\t'));
}
