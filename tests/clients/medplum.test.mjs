import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { MedplumClient, OperationOutcomeError } from '@medplum/core';
import { serviceRequest, startWorld } from './world.mjs';

let world;
let client;

before(async () => {
  world = await startWorld();
  client = new MedplumClient({
    baseUrl: world.facts.fhir.replace('/FHIR/R4', '/'),
    fhirUrlPath: 'FHIR/R4',
    accessToken: world.facts.practices[0].token,
    fetch,
    cacheTime: 0,
  });
});
after(() => world.stop());

test('creates and reads a ServiceRequest', async () => {
  const made = await client.createResource(serviceRequest());
  const read = await client.readResource('ServiceRequest', made.id);
  assert.deepEqual(read.identifier, made.identifier);
  const version = await client.readVersion('ServiceRequest', made.id, made.meta.versionId);
  assert.equal(version.id, made.id);
});

test('creates a ServiceRequest only once with createResourceIfNoneExist', async () => {
  const request = serviceRequest();
  const { system, value } = request.identifier[0];
  const query = `identifier=${system}|${value}`;
  const first = await client.createResourceIfNoneExist(request, query);
  const second = await client.createResourceIfNoneExist(request, query);
  assert.equal(second.id, first.id);
});

test('searches Tasks and reads the one of a referral', async () => {
  const made = await client.createResource(serviceRequest());
  const found = await client.search('Task', { _id: made.id });
  assert.equal(found.entry.length, 1);
  assert.equal(found.entry[0].resource.focus.reference, `ServiceRequest/${made.id}`);
});

test('turns a refusal into its OperationOutcome', async () => {
  const broken = serviceRequest();
  delete broken.status;
  await assert.rejects(client.createResource(broken), (error) => {
    assert.ok(error instanceof OperationOutcomeError);
    assert.match(error.outcome.issue[0].details.text, /status/);
    return true;
  });
});
