// A demo world for the client tests.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';

const program = process.env.WAYMARK ?? new URL('../../build/release/waymark', import.meta.url).pathname;

export async function startWorld() {
  const state = mkdtempSync(join(tmpdir(), 'waymark-clients-'));
  const demo = spawn(program, ['demo', '--plain', '--state', state], { stdio: 'ignore' });
  const file = join(state, 'demo.json');
  const giveUp = Date.now() + 30_000;
  while (!existsSync(file)) {
    if (demo.exitCode !== null || Date.now() > giveUp) throw new Error('the demo world did not start');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const facts = JSON.parse(readFileSync(file, 'utf8'));
  const stop = async () => {
    const ended = new Promise((resolve) => demo.once('exit', resolve));
    demo.kill('SIGTERM');
    await ended;
    rmSync(state, { recursive: true, force: true });
  };
  return { facts, stop };
}

export function serviceRequest() {
  return {
    resourceType: 'ServiceRequest',
    contained: [
      {
        resourceType: 'Patient',
        id: 'p',
        identifier: [{ system: 'https://fhir.nhs.uk/Id/nhs-number', value: '9990000018' }],
        name: [{ family: 'Client', given: ['Public'] }],
      },
    ],
    identifier: [{ system: 'https://clients.example/referral', value: randomUUID() }],
    status: 'active',
    intent: 'order',
    code: { coding: [{ system: 'http://snomed.info/sct', code: '871731000000106' }] },
    subject: { reference: '#p' },
    requester: {
      identifier: { system: 'https://fhir.nhs.uk/Id/ods-organization-code', value: 'G82080' },
    },
    authoredOn: '2026-11-20T09:00:00Z',
    reasonCode: [{ text: 'Wants to meet people' }],
  };
}
