// Makes the tables of R4 facts from the published definitions (FHIR 4.0.1, CC0):
//   npm pack hl7.fhir.r4.examples@4.0.1 && tar xf hl7.fhir.r4.examples-4.0.1.tgz
//   node fhir/model/generate.mjs package
// The outputs are committed, so the build needs no Node; running this again must give the same
// bytes. Each output is a C++ raw string in a line format that model.cpp and facts.cpp read:
//   r4_types.inc       types and their own elements      r4_ids.h       constants for ids
//   r4_bindings.inc    bindings of elements              r4_codes.inc   codes of bound value sets
//   r4_invariants.inc  constraints                       r4_targets.inc targets of references
//   r4_search.inc      search parameters
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Terminology, bindingsOf, bindingsText, codesText } from './generator/codes.mjs';
import { invariantsText, searchText, targetsText } from './generator/rules.mjs';
import { collectTypes, idsHeader, typesText } from './generator/types.mjs';

const source = process.argv[2];
if (!source) {
    console.error('usage: node generate.mjs <unpacked hl7.fhir.r4.examples> [output folder]');
    process.exit(2);
}
const here = path.dirname(fileURLToPath(import.meta.url));
const output = process.argv[3] ?? here;

/// All resources of a type, by file name ("StructureDefinition-Patient.json").
function load(type) {
    return fs.readdirSync(source).filter((name) => name.startsWith(`${type}-`)).sort()
        .map((name) => JSON.parse(fs.readFileSync(path.join(source, name), 'utf8')))
        .filter((resource) => resource.resourceType === type);
}

/// C++ raw string literals of at most 15,000 bytes each, so that no compiler minds their length.
function rawString(lines) {
    const parts = [];
    let part = '';
    for (const line of lines) {
        if (part.length + line.length > 15000) {
            parts.push(part);
            part = '';
        }
        part += line + '\n';
    }
    parts.push(part);
    return parts.map((text) => `R"~(${text})~"`).join('\n') + '\n';
}

function write(name, text) {
    const size = Buffer.byteLength(text);
    if (size > 256 * 1024) throw new Error(`${name} has ${size} bytes: split it by subject`);
    fs.writeFileSync(path.join(output, name), text);
    console.log(`${name}: ${size} bytes`);
}

const definitions = load('StructureDefinition').filter(
    (resource) => resource.derivation !== 'constraint' && resource.kind !== 'logical' &&
        resource.fhirVersion === '4.0.1' &&
        resource.url === `http://hl7.org/fhir/StructureDefinition/${resource.id}`,
);
const types = collectTypes(definitions);
write('r4_types.inc', rawString(typesText(types)));
write('r4_ids.h', idsHeader(types));

const bindings = bindingsOf(definitions);
const terminology = new Terminology(load('ValueSet'), load('CodeSystem'));
write('r4_bindings.inc', rawString(bindingsText(bindings)));
write('r4_codes.inc', rawString(codesText(bindings, terminology)));
write('r4_invariants.inc', rawString(invariantsText(definitions)));
write('r4_targets.inc', rawString(targetsText(definitions)));
write('r4_search.inc', rawString(searchText(load('SearchParameter'))));
