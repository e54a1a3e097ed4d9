// Makes fhir/model/ucum_units.inc from the unit definitions in the npm package @lhncbc/ucum-lhc:
//   node fhir/model/generator/ucum.mjs <folder of the package> > fhir/model/ucum_units.inc
// Each unit is worked out here, exactly, to a fraction of the base units and a power of ten.
import { readFileSync } from 'node:fs';

const folder = process.argv[2];
const { prefixes, units } = JSON.parse(readFileSync(`${folder}/data/ucumDefs.min.json`, 'utf8'));
const rowsOf = ({ config, data }) =>
    data.map((row) => Object.fromEntries(config.map((name, i) => [[name].flat().at(-1), row[i]])));

const BASE = ['m', 's', 'g', 'rad', 'K', 'C', 'cd'];
// K = (value + offset) * factor, for the units whose scale does not begin at zero.
const OFFSETS = {
    Cel: { factor: '1', offset: '27315', scale: 2 },
    '[degF]': { factor: '5/9', offset: '45967', scale: 2 },
    '[degRe]': { factor: '5/4', offset: '21852', scale: 2 },
};

// Definitions that the package holds cut short.
const DEFINITIONS = { Oe: '/[pi].A/m', '[mu_0]': '4.[pi].10*-7.N/A2', '[S]': '10*-13.s' };

const gcd = (a, b) => (b === 0n ? a : gcd(b, a % b));
const abs = (a) => (a < 0n ? -a : a);

// {num, den, exp}: num / den * 10^exp, num and den without common divisors or factors of ten.
function normal(num, den, exp) {
    const common = gcd(abs(num), den);
    num /= common;
    den /= common;
    for (; num !== 0n && num % 10n === 0n; num /= 10n) ++exp;
    for (; den % 10n === 0n; den /= 10n) --exp;
    // 1/2 is 5 tenths, so that a division that ends is no division.
    for (; den % 2n === 0n; den /= 2n, num *= 5n) --exp;
    for (; den % 5n === 0n; den /= 5n, num *= 2n) --exp;
    for (; num !== 0n && num % 10n === 0n; num /= 10n) ++exp;
    if (num.toString().length > 30 || den.toString().length > 30) return rounded(num, den, exp);
    return { num, den, exp };
}

// Thirty significant digits, for the few constants of nature with longer fractions.
function rounded(num, den, exp) {
    const shift = 30 - (num.toString().length - den.toString().length);
    const scaled = shift >= 0 ? (num * 10n ** BigInt(shift)) / den : num / (den * 10n ** BigInt(-shift));
    return { num: scaled, den: 1n, exp: exp - shift };
}

function number(text) {
    const [, whole, fraction = '', exponent = '0'] = /^(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(text);
    return normal(BigInt(whole + fraction), 1n, Number(exponent) - fraction.length);
}

const times = (a, b) => normal(a.num * b.num, a.den * b.den, a.exp + b.exp);
const inverse = (a) => normal(a.den, a.num, -a.exp);

const atoms = new Map(rowsOf(units).filter((u) => u.source_ === 'UCUM').map((u) => [u.csCode_, u]));
const prefixOf = new Map(rowsOf(prefixes).map((p) => [p.code_, p]));
const known = new Map();

function atom(code) {
    if (known.has(code)) return known.get(code);
    const unit = atoms.get(code);
    if (!unit) return undefined;
    const result = { dims: Array(7).fill(0), factor: { num: 1n, den: 1n, exp: 0 } };
    if (unit.isBase_) {
        result.dims[BASE.indexOf(code)] = 1;
    } else if (OFFSETS[code]) {
        const [num, den = '1'] = OFFSETS[code].factor.split('/');
        result.dims = [...atom('K').dims];
        result.factor = normal(BigInt(num), BigInt(den), 0);
    } else if (!unit.isSpecial_ && !unit.isArbitrary_) {
        const definition = term(DEFINITIONS[code] ?? unit.csUnitString_);
        result.dims = definition.dims;
        result.factor = times(definition.factor, number(String(unit.baseFactorStr_)));
    }
    known.set(code, result);
    return result;
}

function prefixed(code) {
    const whole = atom(code);
    if (whole) return whole;
    for (const length of [2, 1]) {
        const prefix = prefixOf.get(code.slice(0, length));
        const base = prefix && atom(code.slice(length));
        if (!base) continue;
        const factor = prefix.exp_ === null ? normal(BigInt(prefix.value_), 1n, 0)
            : { num: 1n, den: 1n, exp: Number(prefix.exp_) };
        return { dims: base.dims, factor: times(base.factor, factor) };
    }
    throw new Error(`no unit ${code}`);
}

function component(text) {
    if (/^\d+$/.test(text)) return { dims: Array(7).fill(0), factor: number(text) };
    const [, code, exponent = '1'] = /^(10[*^]|.*?[^\d+-])([+-]?\d+)?$/.exec(text);
    const unit = prefixed(code);
    let factor = { num: 1n, den: 1n, exp: 0 };
    for (let i = 0; i < Math.abs(Number(exponent)); ++i) factor = times(factor, unit.factor);
    if (Number(exponent) < 0) factor = inverse(factor);
    return { dims: unit.dims.map((d) => d * Number(exponent)), factor };
}

function term(text) {
    let result = { dims: Array(7).fill(0), factor: { num: 1n, den: 1n, exp: 0 } };
    for (const [, operator = '.', part] of text.matchAll(/([./])?((?:\[[^\]]*\]|[^./[])+)/g)) {
        const next = component(part);
        const sign = operator === '/' ? -1 : 1;
        result = {
            dims: result.dims.map((d, i) => d + sign * next.dims[i]),
            factor: times(result.factor, sign < 0 ? inverse(next.factor) : next.factor),
        };
    }
    return result;
}

const rows = [...atoms.values()].map((unit) => {
    const { dims, factor } = atom(unit.csCode_);
    const offset = OFFSETS[unit.csCode_];
    const kind = offset ? 'Offset' : unit.isSpecial_ ? 'Special' : unit.isArbitrary_ ? 'Arbitrary' : 'Plain';
    return { code: unit.csCode_, text:
        `{"${unit.csCode_}", "${factor.num}", "${factor.den}", ${factor.exp}, {${dims}}, ` +
        `UnitKind::${kind}, ${unit.isMetric_ || unit.isBase_}, ${offset ? `${offset.offset}, ${offset.scale}` : '0, 0'}},` };
});
rows.sort((a, b) => (a.code < b.code ? -1 : 1));
console.log(`// Generated by generator/ucum.mjs; do not edit. Sorted by code. The units of measure are those of
// UCUM, Copyright (C) 1999-2024 Regenstrief Institute, Inc. and the UCUM Organization, used under
// the licence at https://ucum.org/license; read from @lhncbc/ucum-lhc.`);
for (const { text } of rows) console.log(text);
