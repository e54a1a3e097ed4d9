import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import Client from 'fhir-kit-client';
import { serviceRequest, startWorld } from './world.mjs';

let world;
let client;

before(async () => {
  world = await startWorld();
  client = new Client({ baseUrl: world.facts.fhir, bearerToken: world.facts.practices[0].token });
});
after(() => world.stop());

test('reads the capability statement', async () => {
  const statement = await client.capabilityStatement();
  assert.equal(statement.fhirVersion, '4.0.1');
  assert.equal(statement.implementation.url, world.facts.fhir);
});

test('creates, reads and vreads a ServiceRequest', async () => {
  const made = await client.create({ resourceType: 'ServiceRequest', body: serviceRequest() });
  assert.match(made.id, /^[0-9a-f-]{36}$/);
  const read = await client.read({ resourceType: 'ServiceRequest', id: made.id });
  assert.equal(read.id, made.id);
  const version = await client.vread({
    resourceType: 'ServiceRequest',
    id: made.id,
    version: made.meta.versionId,
  });
  assert.equal(version.meta.versionId, made.meta.versionId);
});

test('searches and follows pages', async () => {
  for (let i = 0; i < 3; ++i) await client.create({ resourceType: 'ServiceRequest', body: serviceRequest() });
  const seen = new Set();
  let bundle = await client.search({ resourceType: 'Task', searchParams: { _count: 2 } });
  while (bundle) {
    assert.equal(bundle.resourceType, 'Bundle');
    for (const entry of bundle.entry ?? []) {
      assert.ok(!seen.has(entry.resource.id));
      seen.add(entry.resource.id);
    }
    bundle = await client.nextPage({ bundle });
  }
  assert.ok(seen.size >= 3);
});

test('searches by POST', async () => {
  const made = await client.create({ resourceType: 'ServiceRequest', body: serviceRequest() });
  const bundle = await client.resourceSearch({
    resourceType: 'ServiceRequest',
    searchParams: { _id: made.id },
    options: { postSearch: true },
  });
  assert.equal(bundle.entry.length, 1);
});

test('sends a transaction', async () => {
  const request = serviceRequest();
  const [patient] = request.contained;
  delete request.contained;
  delete patient.id;
  const fullUrl = 'urn:uuid:0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b';
  request.subject = { reference: fullUrl };
  const answer = await client.transaction({
    body: {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [
        { fullUrl, resource: patient, request: { method: 'POST', url: 'Patient' } },
        { resource: request, request: { method: 'POST', url: 'ServiceRequest' } },
      ],
    },
  });
  assert.equal(answer.type, 'transaction-response');
  assert.equal(answer.entry.length, 2);
});

test('sees the sentence of a refusal', async () => {
  const broken = serviceRequest();
  delete broken.subject;
  await assert.rejects(client.create({ resourceType: 'ServiceRequest', body: broken }), (error) => {
    assert.equal(error.response.status, 400);
    assert.match(error.response.data.issue[0].details.text, /subject/);
    return true;
  });
});
