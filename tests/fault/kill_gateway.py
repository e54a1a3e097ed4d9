#!/usr/bin/env python3
"""Kills the gateway at random moments under load and counts what is left. usage: kill_gateway.py [KILLS]"""
import json
import os
import pathlib
import random
import sys
import threading
import time
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "http"))
from stub_provider import StubProvider  # noqa: E402
from world import LINK_WORKERS, World, service_request  # noqa: E402

CLIENTS = 8
SETTLE_SECONDS = 60


class Client(threading.Thread):
    """Sends one referral after the other; what got no answer is sent again with the same key."""

    def __init__(self, world, number, stop):
        super().__init__(daemon=True)
        self.world, self.number, self.stop = world, number, stop
        self.accepted = {}  # identifier -> referral id
        self.sent = set()
        self.faults = []

    def run(self):
        count = 0
        while not self.stop.is_set():
            count += 1
            identifier = f"kill-{self.number}-{count}"
            resource = service_request(identifier=identifier, seed=self.number * 1000 + count)
            key = {"Idempotency-Key": str(uuid.uuid4())}
            self.sent.add(identifier)
            while True:
                try:
                    answer = self.world.fhir("POST", "/ServiceRequest", resource, headers=key, timeout=10)
                except OSError:
                    answer = None
                if answer is not None and answer.status == 201:
                    self.accepted[identifier] = answer.json["id"]
                    break
                if answer is not None and answer.status not in (425, 503):
                    self.faults.append((identifier, answer.status, answer.body[:300]))
                    break
                if self.stop.is_set():
                    return
                time.sleep(0.02)


def check(world, stub, clients):
    accepted = {k: v for client in clients for k, v in client.accepted.items()}
    sent = {identifier for client in clients for identifier in client.sent}
    faults = [fault for client in clients for fault in client.faults]
    give_up = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < give_up:
        with stub.changed:
            delivered = {json.loads(item["body"])["data"]["id"] for item in stub.received}
        if set(accepted.values()) <= delivered:
            break
        time.sleep(0.1)
    by_key = {}
    referrals = {}
    with stub.changed:
        received = list(stub.received)
    for item in received:
        body = json.loads(item["body"])
        identifier = body["data"]["reference"]
        if by_key.setdefault(item["id"], item["body"]) != item["body"]:
            faults.append(("other bytes under one key", item["id"]))
        referrals.setdefault(body["data"]["id"], set()).add(item["id"])
        if not any(identifier.endswith(known) for known in sent) and "kill-" in identifier:
            faults.append(("never sent", identifier))
    for referral, keys in referrals.items():
        if len(keys) > 1:
            faults.append(("delivered under several keys", referral, keys))
    identifiers = [json.loads(body)["data"]["reference"] for body in by_key.values()]
    ours = [identifier for identifier in identifiers if "kill-" in identifier]
    if len(ours) != len(set(ours)):
        faults.append(("one identifier twice at the provider",))
    lost = set(accepted.values()) - set(referrals)
    if lost:
        faults.append(("accepted and not delivered", len(lost), sorted(lost)[:5]))
    if len(set(accepted.values())) != len(accepted):
        faults.append(("one referral for two identifiers",))
    for identifier, referral in accepted.items():
        found = world.fhir("GET", f"/ServiceRequest?identifier=https://tests.example/referral|{identifier}")
        ids = [entry["resource"]["id"] for entry in found.json.get("entry", [])]
        if ids != [referral]:
            faults.append(("not there once", identifier, ids))
    return accepted, len(received), faults


def main():
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    seed = int(os.environ.get("WAYMARK_SEED", random.SystemRandom().randrange(1 << 32)))
    print(f"seed {seed}, {kills} kills, {CLIENTS} clients", flush=True)
    chance = random.Random(seed)
    stub = StubProvider()
    world = World({LINK_WORKERS: stub.url})
    stop = threading.Event()
    try:
        clients = [Client(world, number, stop) for number in range(CLIENTS)]
        for client in clients:
            client.start()
        for _ in range(kills):
            time.sleep(chance.uniform(0.02, 0.5))
            world.kill_gateway()
            world.start_gateway()
        time.sleep(0.5)
        stop.set()
        for client in clients:
            client.join(30)
        accepted, attempts, faults = check(world, stub, clients)
        for fault in faults[:20]:
            print("FAULT", fault)
        print(f"{len(accepted)} referrals accepted, {attempts} attempts seen by the provider, "
              f"{len(faults)} faults")
        return 1 if faults or not accepted else 0
    finally:
        stop.set()
        world.close()
        stub.close()


if __name__ == "__main__":
    sys.exit(main())
