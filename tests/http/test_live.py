"""Reloading under load and in error, messages set aside and taken up again, deliveries held and sent
again, the account of all referrals, minimum sharing."""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import threading
import time
import unittest
import uuid

from stub_provider import StubProvider
from world import LINK_WORKERS, PROGRAM, ROOT, World, call, service_request

IN_MAP = "maps/servicerequest-to-referral.map"
OUT_MAP = "maps/referral-to-simple-json.map"
IN_RULE = 'request then Request(request, record) "request";'
OUT_RULE = 'record then Needs(record, out) "needs";'
RELOADS = int(os.environ.get("WAYMARK_RELOADS", "1000"))
RELOADS_LEAST = min(RELOADS, 100)  # a build without optimisation on a busy machine stops here after a minute
RELOAD_SECONDS = 60


class Live(unittest.TestCase):
    """A world with a stub for the link workers and mappings of its own."""

    def setUp(self):
        self.stub = StubProvider()
        self.world = World({LINK_WORKERS: self.stub.url})
        self.mappings = self.world.state / "mappings"
        shutil.copytree(ROOT / "mappings", self.mappings)
        self.config = pathlib.Path(self.world.facts["config"])
        self.edit(self.config / "waymark.toml", "public_base", f'mappings = "{self.mappings}"\npublic_base')
        self.assertEqual(self.reload().status, 200)

    def tearDown(self):
        self.world.close()
        self.stub.close()

    @staticmethod
    def edit(path, old, new):
        text = path.read_text()
        assert old in text, (path, old)
        path.write_text(text.replace(old, new, 1))

    def post(self, path, body=None):
        headers = {"Authorization": f"Bearer {self.world.facts['operator_token']}"}
        return call(self.world.facts["operations"], "POST", path, body, headers, timeout=120)

    def reload(self):
        return self.post("/admin/reload")

    def health(self):
        answer = self.world.operations("/health/ready")
        self.assertEqual(answer.status, 200)
        return answer.json

    def command(self, *arguments):
        return subprocess.run([PROGRAM, *arguments, "--config", str(self.config)],
                              capture_output=True, text=True, timeout=120)

    def create(self, **members):
        answer = self.world.fhir("POST", "/ServiceRequest", service_request(**members))
        self.assertEqual(answer.status, 201, answer.body)
        return answer.json["id"]

    def timeline(self, referral):
        return self.world.admin(f"/admin/referrals/{referral}").json

    def events(self, referral):
        return [event["event"] for event in self.timeline(referral)["events"]]

    def wait_for_event(self, referral, event, seconds=20):
        give_up = time.monotonic() + seconds
        while event not in self.events(referral):
            self.assertLess(time.monotonic(), give_up, self.events(referral))
            time.sleep(0.05)

    def metric(self, name):
        text = self.world.operations("/metrics").body.decode()
        found = re.search(rf"^{name}(?:{{[^}}]*}})? (\S+)$", text, re.M)
        return float(found.group(1)) if found else 0.0


class Reload(Live):
    def test_a_changed_map_is_used_by_the_next_referral(self):
        before = self.health()["mappings"]
        self.edit(self.mappings / IN_MAP, IN_RULE,
                  IN_RULE + '\n  request -> record.instruction = \'marked anew\' "mark";')
        report = self.reload().json
        self.assertEqual((report["outcome"], report["before"], report["faults"]), ("reloaded", before, []))
        self.assertNotEqual(report["mappings"], before)
        self.assertEqual(self.health()["mappings"], report["mappings"])
        _, webhook = self.stub.webhook_for(self.create())
        self.assertIn("marked anew", json.dumps(webhook))

    def test_a_broken_map_changes_nothing_and_says_why(self):
        before = self.health()["mappings"]
        self.edit(self.mappings / IN_MAP, IN_RULE, IN_RULE + "\n  request.nmae as x -> record.reason = x;")
        refused = self.reload()
        self.assertEqual(refused.status, 422)
        report = refused.json
        self.assertEqual((report["outcome"], report["mappings"]), ("refused", before))
        fault = report["faults"][0]
        self.assertEqual((fault["file"], fault["line"] > 1, fault["code"][:5]), (IN_MAP, True, "FML-E"))
        health = self.health()
        self.assertEqual((health["status"], health["mappings"]), ("ok", before))
        self.assertEqual(health["reload"]["outcome"], "refused")
        self.assertEqual(health["reload"]["file"], IN_MAP.split("/")[1])
        self.stub.webhook_for(self.create())
        command = self.command("reload")
        self.assertEqual(command.returncode, 1)
        self.assertRegex(command.stderr, rf"{IN_MAP}:\d+:\d+: error: FML-E\d{{4}}")
        self.assertIn("reload.refused", self.world.log())
        self.assertEqual(self.metric('waymark_reloads_total{outcome="refused"}') or
                         self.metric("waymark_reloads_total"), 2)

    def test_a_broken_configuration_changes_nothing(self):
        provider = next(self.config.glob("providers/1-*.toml"))
        self.edit(provider, '"need"', '"nede"')
        report = self.reload()
        self.assertEqual(report.status, 422)
        self.assertIn("did you mean `need`?", report.json["faults"][0]["text"])
        self.assertEqual(self.command("check").returncode, 1)
        self.stub.webhook_for(self.create())
        self.edit(provider, '"nede"', '"need"')
        done = self.command("reload", "--json")
        self.assertEqual((done.returncode, json.loads(done.stdout)["outcome"]), (0, "reloaded"))

    def test_a_hangup_reloads(self):
        before = self.health()["mappings"]
        self.edit(self.mappings / OUT_MAP, OUT_RULE, "\n  " + OUT_RULE)
        os.kill(self.world.gateway_pid(), signal.SIGHUP)
        give_up = time.monotonic() + 60
        while self.health()["mappings"] == before:
            self.assertLess(time.monotonic(), give_up)
            time.sleep(0.05)

    def test_tokens_change_and_listeners_wait(self):
        client = next(p for p in self.config.glob("clients/*.toml"))
        path = self.config / re.search(r'token = \{ file = "([^"]+)"', client.read_text()).group(1)
        old = path.read_text().strip()
        path.write_text("another-token-of-the-same-client-1\n")
        self.edit(self.config / "waymark.toml", "[[listener]]", "threads = 3\n\n[[listener]]")
        report = self.reload().json
        self.assertEqual((report["outcome"], report["needsRestart"]), ("reloaded", ["threads"]))
        self.assertEqual(self.world.fhir("GET", "/Task", token=old).status, 401)
        self.assertEqual(self.world.fhir("GET", "/Task",
                                         token="another-token-of-the-same-client-1").status, 200)

    def test_only_the_operator_reloads(self):
        answer = call(self.world.facts["operations"], "POST", "/admin/reload",
                      headers={"Authorization": f"Bearer {self.world.token()}"})
        self.assertEqual(answer.status, 403)
        self.assertEqual(call(self.world.facts["operations"], "POST", "/admin/reload").status, 401)

    def test_a_later_delivery_uses_the_set_that_mapped_its_referral_also_after_a_restart(self):
        route = self.config / "routes/everyone-else.toml"
        self.edit(route, f'["{LINK_WORKERS}"]', f'["{LINK_WORKERS}", "debt-advice"]')
        provider = next(self.config.glob("providers/3-*.toml"))
        provider.write_text(re.sub(r'url = "[^"]+"', f'url = "{self.stub.url}"', provider.read_text()))
        self.mark("A")
        self.assertEqual(self.reload().status, 200)
        referral = self.create()
        _, first = self.stub.webhook_for(referral)
        self.mark("B")
        self.assertEqual(self.reload().status, 200)
        self.world.kill_gateway()
        self.world.start_gateway(60)
        self.stub.received.clear()
        rejected = self.world.api("POST", f"/referrals/{first['data']['assignment']}/status",
                                  {"status": "rejected", "reason": {"code": "at-capacity"}})
        self.assertEqual(rejected.status, 200, rejected.body)
        _, second = self.stub.webhook_for(referral)
        self.assertNotEqual(second["data"]["assignment"], first["data"]["assignment"])
        self.assertEqual(second["data"]["conditions"], ["out-A"])
        fresh = self.stub.webhook_for(self.create())[1]
        self.assertEqual(fresh["data"]["conditions"], ["out-B"])

    def mark(self, letter):
        """The map in and the map out say of which set they are."""
        shutil.copy(ROOT / "mappings" / IN_MAP, self.mappings / IN_MAP)
        shutil.copy(ROOT / "mappings" / OUT_MAP, self.mappings / OUT_MAP)
        self.edit(self.mappings / IN_MAP, IN_RULE,
                  IN_RULE + f'\n  request -> record.instruction = \'set-{letter}\' "mark";')
        self.edit(self.mappings / OUT_MAP, OUT_RULE,
                  OUT_RULE + f'\n  record -> out.conditions = \'out-{letter}\' "mark";')

    def test_a_thousand_reloads_under_load_fail_no_request_and_mix_nothing(self):
        sets = {}
        for letter in "AB":
            self.mark(letter)
            self.assertEqual(self.reload().status, 200)
            sets[letter] = {name: (self.mappings / name).read_text() for name in (IN_MAP, OUT_MAP)}
        stop, made, failures = threading.Event(), [], []

        def send():
            while not stop.is_set():
                answer = self.world.fhir("POST", "/ServiceRequest", service_request())
                if answer.status == 201:
                    made.append(answer.json["id"])
                else:
                    failures.append((answer.status, answer.body))

        def read():
            while not stop.is_set():
                if made and self.world.fhir("GET", f"/Task/{made[-1]}").status != 200:
                    failures.append("read")

        threads = [threading.Thread(target=work) for work in (send, read)]
        for thread in threads:
            thread.start()
        versions = set()
        begun = time.monotonic()
        try:
            for number in range(RELOADS):
                if number >= RELOADS_LEAST and time.monotonic() - begun > RELOAD_SECONDS:
                    break
                # What is not whole while it is read is refused or whole: two files, one rename each.
                for name, text in sets["AB"[number % 2]].items():
                    (self.mappings / (name + ".new")).write_text(text)
                    os.replace(self.mappings / (name + ".new"), self.mappings / name)
                report = self.reload()
                self.assertEqual(report.status, 200, report.body)
                versions.add(report.json["mappings"])
        finally:
            stop.set()
            for thread in threads:
                thread.join(60)
        self.assertEqual(failures, [])
        self.assertEqual(len(versions), 2)
        self.assertGreater(len(made), 20)
        letters = set()
        arrived = self.everything_received(made)
        for referral in made:
            text = json.dumps(arrived[referral])
            mapped_in = set(re.findall(r"set-([AB])", text))
            mapped_out = set(re.findall(r"out-([AB])", text))
            self.assertEqual((len(mapped_in), mapped_in), (1, mapped_out), text)
            letters |= mapped_in
        self.assertEqual(letters, {"A", "B"})


    def everything_received(self, referrals, seconds=120):
        """The stub's webhooks by referral, when there is one about each."""
        arrived, seen, give_up = {}, 0, time.monotonic() + seconds
        while not arrived.keys() >= set(referrals):
            self.assertLess(time.monotonic(), give_up, f"{len(arrived)} of {len(referrals)} arrived")
            with self.stub.changed:
                fresh = self.stub.received[seen:]
            seen += len(fresh)
            for item in fresh:
                body = json.loads(item["body"])
                arrived[body["data"]["id"]] = body
            time.sleep(0.05)
        return arrived


class SetAside(Live):
    FRAGILE = IN_RULE + '\n  request where (note.exists()) -> record.instruction = ' \
                        '(%request.note.text.single()) "fragile";'

    def test_what_a_map_cannot_handle_is_kept_alarmed_and_taken_up_after_a_reload(self):
        self.edit(self.mappings / IN_MAP, IN_RULE, self.FRAGILE)
        self.assertEqual(self.reload().status, 200)
        before = self.metric("waymark_set_aside_total")
        notes = [{"text": "first markedsecret"}, {"text": "second"}]
        referral = self.create(note=notes)
        events = self.timeline(referral)["events"]
        self.assertEqual([event["event"] for event in events], ["received", "set-aside"])
        self.assertIn("ServiceRequestToReferral|ServiceRequestToReferral|fragile", events[1]["detail"]["note"])
        self.assertEqual(self.world.task(referral)["status"], "requested")
        self.assertEqual(self.metric("waymark_set_aside_total"), before + 1)
        self.assertEqual(self.health()["setAside"], 1)
        alarm = [line for line in self.world.log().splitlines() if "referral.set-aside" in line]
        self.assertEqual(len(alarm), 1)
        self.assertIn("fragile", alarm[0])
        self.assertNotIn("markedsecret", self.world.log())
        account = self.world.admin("/admin/reconcile").json
        self.assertEqual((account["setAside"], account["broken"]), (1, 0))

        again = self.command("referrals", "remap", referral)
        self.assertEqual(again.returncode, 1, again.stderr)
        self.assertIn("set-aside", again.stdout)
        shutil.copy(ROOT / "mappings" / IN_MAP, self.mappings / IN_MAP)
        self.assertEqual(self.reload().json["remapped"], 1)
        _, webhook = self.stub.webhook_for(referral)
        self.assertIn("first markedsecret", json.dumps(webhook))
        self.wait_for_event(referral, "delivered")
        self.assertEqual([event for event in self.events(referral) if event != "shared"],
                         ["received", "set-aside", "mapped", "asked", "delivered"])
        self.assertEqual(self.health()["setAside"], 0)
        self.assertNotIn("markedsecret", json.dumps(self.timeline(referral)))

    def test_a_stored_message_is_mapped_again_and_compared(self):
        referral = self.create()
        same = self.post(f"/admin/referrals/{referral}/remap").json
        self.assertEqual((same["outcome"], same["differences"]), ("same", []))
        self.edit(self.mappings / IN_MAP, IN_RULE,
                  IN_RULE + '\n  request -> record.instruction = \'anew\' "mark";')
        self.assertEqual(self.reload().status, 200)
        differs = self.post(f"/admin/referrals/{referral}/remap?apply=true").json
        self.assertEqual(differs["outcome"], "differs")
        self.assertEqual(differs["differences"], [{"path": "instruction", "change": "added"}])
        self.assertNotIn("mapped", self.events(referral))
        self.assertEqual(self.post(f"/admin/referrals/{uuid.uuid4()}/remap").status, 404)
        self.assertEqual(self.command("referrals", "remap", str(uuid.uuid4())).returncode, 1)


class Deliveries(Live):
    def delivery_of(self, referral):
        found = self.world.admin(f"/admin/deliveries?referral={referral}").json["deliveries"]
        self.assertEqual(len(found), 1)
        return found[0]

    def wait_for_state(self, referral, state, seconds=20):
        give_up = time.monotonic() + seconds
        while self.delivery_of(referral)["state"] != state:
            self.assertLess(time.monotonic(), give_up, self.delivery_of(referral))
            time.sleep(0.05)
        return self.delivery_of(referral)

    def test_a_delivered_one_is_sent_again_with_the_same_bytes_and_key(self):
        referral = self.create()
        item, _ = self.stub.webhook_for(referral)
        delivery = self.wait_for_state(referral, "delivered")
        dry = self.command("deliveries", "replay", delivery["id"], "--dry-run")
        self.assertEqual((dry.returncode, "1 of 1 would be changed" in dry.stdout), (0, True), dry.stderr)
        self.assertEqual(len(self.stub.attempts_for(item["id"])), 1)
        done = self.command("deliveries", "replay", delivery["id"])
        self.assertEqual(done.returncode, 0, done.stderr)
        give_up = time.monotonic() + 20
        while len(self.stub.attempts_for(item["id"])) < 2:
            self.assertLess(time.monotonic(), give_up)
            time.sleep(0.05)
        first, second = self.stub.attempts_for(item["id"])[:2]
        self.assertEqual(first["body"], second["body"])
        self.wait_for_state(referral, "delivered")
        self.assertEqual(self.world.task(referral)["status"], "requested")

    def test_what_is_held_is_not_sent_until_it_is_released(self):
        self.stub.answers = [503]
        referral = self.create()
        give_up = time.monotonic() + 20
        while not self.delivery_of(referral)["attempts"]:
            self.assertLess(time.monotonic(), give_up)
            time.sleep(0.02)
        delivery = self.delivery_of(referral)
        self.assertEqual(delivery["state"], "due")
        self.assertIn("503", delivery["problem"])
        held = self.post("/admin/deliveries/hold", {"id": delivery["id"]}).json
        self.assertEqual((held["matched"], held["changed"]), (1, 1))
        self.assertIn("waits for release", self.delivery_of(referral)["nextStep"])
        sent = len(self.stub.attempts_for(delivery["id"]))
        self.assertEqual(self.post("/admin/deliveries/hold", {"id": delivery["id"]}).json["changed"], 0)
        refused = self.command("deliveries", "replay", delivery["id"])
        self.assertEqual((refused.returncode, "release it" in refused.stdout), (1, True))
        self.assertEqual(len(self.stub.attempts_for(delivery["id"])), sent)
        released = self.command("deliveries", "release", "--referral", referral)
        self.assertEqual(released.returncode, 0, released.stderr)
        self.stub.webhook_for(referral)
        self.wait_for_state(referral, "delivered")

    def test_a_dead_letter_says_why_and_what_is_next(self):
        self.stub.answers = [400]
        referral = self.create()
        delivery = self.wait_for_state(referral, "dead")
        self.assertEqual(delivery["attempts"], 1)
        self.assertIn("400", delivery["problem"])
        self.assertIn("refers again", delivery["nextStep"])
        left = self.post("/admin/deliveries/replay", {"id": delivery["id"]}).json
        self.assertEqual((left["changed"], left["deliveries"][0]["outcome"]), (0, "left"))
        self.assertIn("has ended", left["deliveries"][0]["why"])
        shown = self.command("deliveries", "show", delivery["id"])
        self.assertEqual(shown.returncode, 0)
        self.assertIn("1 attempt, ", shown.stdout)

    def test_a_range_is_sent_again_at_a_rate_and_nobody_elses(self):
        referrals = [self.create() for _ in range(4)]
        for referral in referrals:
            self.wait_for_state(referral, "delivered")
        start = self.timeline(referrals[1])["events"][0]["at"]
        page = self.world.admin(f"/admin/deliveries?provider={LINK_WORKERS}&limit=2").json
        self.assertEqual((len(page["deliveries"]), page["next"]), (2, page["deliveries"][1]["id"]))
        rest = self.world.admin(f"/admin/deliveries?provider={LINK_WORKERS}&limit=50&after={page['next']}").json
        self.assertIsNone(rest["next"])
        order = {"provider": LINK_WORKERS, "from": start, "state": "delivered", "rate": 2}
        done = self.post("/admin/deliveries/replay", order).json
        self.assertEqual((done["matched"], done["changed"]), (3, 3))
        dues = [self.delivery_of(referral)["due"] for referral in referrals]
        self.assertEqual(self.delivery_of(referrals[0])["state"], "delivered")
        self.assertEqual(sorted(dues[1:]), dues[1:])
        self.assertEqual(len(set(dues[1:])), 3)
        for referral in referrals[1:]:
            self.wait_for_state(referral, "delivered")
        nobody = self.post("/admin/deliveries/replay", {"provider": "nobody"}).json
        self.assertEqual(nobody["matched"], 0)

    def test_orders_that_make_no_sense_are_refused(self):
        for body in ({}, {"id": "x"}, {"provider": ""}, {"from": "yesterday"}, [], {"state": "dead"},
                     {"provider": "p", "state": "lost"}, {"provider": "p", "rate": 0},
                     {"provider": "p", "dryRun": "yes"}, {"provider": "p", "colour": "red"}):
            answer = self.post("/admin/deliveries/replay", body)
            self.assertEqual(answer.status, 400, (body, answer.body))
        self.assertEqual(self.post("/admin/deliveries/explode", {"provider": "p"}).status, 404)
        self.assertEqual(self.post("/admin/deliveries/replay", {"id": str(uuid.uuid4())}).status, 404)
        self.assertEqual(self.world.admin(f"/admin/deliveries/{uuid.uuid4()}").status, 404)
        self.assertEqual(self.world.admin("/admin/deliveries?limit=0").status, 400)
        self.assertEqual(self.command("deliveries", "hold", str(uuid.uuid4())).returncode, 1)


class Account(Live):
    def test_everything_that_came_in_is_accounted_for(self):
        give_up = time.monotonic() + 20
        while self.metric("waymark_referrals") < len(list((ROOT / "config/demo/referrals").iterdir())):
            self.assertLess(time.monotonic(), give_up)
            time.sleep(0.05)
        start = self.world.admin("/admin/reconcile").json
        self.create()
        self.create()
        self.assertEqual(self.world.fhir("POST", "/ServiceRequest",
                                         service_request(status="draft")).status, 422)
        account = self.world.admin("/admin/reconcile").json
        self.assertEqual(account["in"], start["in"] + 3)
        self.assertEqual(account["refused"], start["refused"] + 1)
        self.assertTrue(account["balanced"])
        self.assertEqual(account["in"], account["finished"] + account["openWithClock"] + account["refused"])
        self.assertEqual(self.metric("waymark_reconciliation_in"), account["in"])
        self.assertEqual(self.metric("waymark_reconciliation_broken"), 0)
        proof = self.command("audit", "reconcile")
        self.assertEqual(proof.returncode, 0, proof.stderr)
        self.assertIn(f"in {account['in']} = finished ", proof.stdout)
        empty = self.command("audit", "reconcile", "--json", "--to", "2020-01-01T00:00:00Z")
        self.assertEqual(json.loads(empty.stdout)["in"], 0)
        self.assertEqual(self.command("audit", "reconcile", "--from", "yesterday").returncode, 1)


class Sharing(Live):
    def test_a_provider_gets_what_its_agreement_covers_and_the_timeline_names_the_rest(self):
        provider = next(self.config.glob("providers/1-*.toml"))
        text = re.sub(r"shares = \[.*?\]\n", 'shares = ["need", "person.name"]\n', provider.read_text(), flags=re.S)
        provider.write_text(text.replace("share_free_text = true", "share_free_text = false")
                            .replace("share_attachments = true", "share_attachments = false"))
        self.assertEqual(self.reload().status, 200)
        referral = self.create(note=[{"text": "marked free text"}])
        _, webhook = self.stub.webhook_for(referral)
        data = json.dumps(webhook["data"])
        self.assertIn("Testcase", data)
        for mark in ("marked free text", "07700900999", "1 Test Street", "Would like company", "1970-01-31"):
            self.assertNotIn(mark, data)
        self.assertTrue(webhook["data"]["reference"])
        view = self.world.api("GET", f"/referrals/{webhook['data']['assignment']}")
        self.assertNotIn("07700900999", view.body.decode())
        self.wait_for_event(referral, "delivered")
        shared = next(e for e in self.timeline(referral)["events"] if e["event"] == "shared")
        self.assertEqual(shared["detail"]["provider"], LINK_WORKERS)
        self.assertLessEqual({"note", "person.telecom", "person.address", "need.text"},
                             set(shared["detail"]["withheld"]))
        self.assertNotIn("marked", json.dumps(self.timeline(referral)))
        self.assertIn("withheld: ", self.command("referrals", "show", referral).stdout)


FML = """map "https://tests.example/StructureMap/caf\u00e9" = "Names"
uses "http://hl7.org/fhir/StructureDefinition/Patient" alias Patient as source
uses "http://hl7.org/fhir/StructureDefinition/Person" alias Person as target
group Names(source src : Patient, target tgt : Person) {
  src.name as name -> tgt.name = name "name";
  src.gender as gender where (%gender = 'female') -> tgt.gender = gender "gender";
}
"""
CURSOR = "http://fhirpath-lab.com/StructureDefinition/Cursor"
VARIABLE = "http://fhirpath-lab.com/StructureDefinition/Variable"


class Transform(Live):
    PATIENT = {"resourceType": "Patient", "name": [{"family": "Markedname"}], "gender": "male"}

    def setUp(self):
        super().setUp()
        for path in self.config.glob("clients/*.toml"):
            if "hillcrest" in path.name:
                path.write_text(path.read_text() + "may_transform = true\n")
        self.assertEqual(self.reload().status, 200)
        self.allowed = next(n for n in range(len(self.world.facts["practices"]))
                            if self.ask({"resourceType": "Parameters"}, practice=n).status != 403)

    def ask(self, body, query="", practice=None):
        return self.world.fhir("POST", "/StructureMap/$transform" + query, body,
                               practice=self.allowed if practice is None else practice)

    @staticmethod
    def parameters(*pairs):
        return {"resourceType": "Parameters", "parameter": [{"name": n, **v} for n, v in pairs]}

    def test_both_spellings_give_the_same(self):
        text = {"valueString": FML}
        r5 = self.ask(self.parameters(("srcMap", text), ("content", {"resource": self.PATIENT})))
        tools = self.ask(self.parameters(("map", text), ("resource", {"valueString": json.dumps(self.PATIENT)})))
        self.assertEqual((r5.status, r5.json), (200, {"resourceType": "Person", "name": [{"family": "Markedname"}]}))
        self.assertEqual(tools.json, r5.json)

    def test_debug_gives_a_trace_that_tools_replay(self):
        answer = self.ask(self.parameters(("map", {"valueString": FML}), ("resource", {"resource": self.PATIENT})),
                          "?debug=true")
        self.assertEqual(answer.status, 200, answer.body)
        given = {p["name"]: p for p in answer.json["parameter"]}
        self.assertEqual(json.loads(given["result"]["valueString"])["name"][0]["family"], "Markedname")
        self.assertEqual(given["outcome"]["resource"]["issue"][0]["severity"], "information")
        self.assertEqual(given["traceStatus"]["valueCode"], "complete")
        self.assertRegex(given["parameters"]["part"][0]["valueString"], "^waymark ")
        events = given["trace"]["part"]
        texts = [event["valueString"].strip() for event in events]
        self.assertEqual(texts[0], "Group : Names")
        self.assertIn("rule : name", texts)
        self.assertIn("made Person.name[0]", texts)
        self.assertTrue(any(text.endswith("does not hold") for text in texts), texts)
        rule = events[texts.index("rule : name")]
        cursor = next(e["valueString"] for e in rule["extension"] if e["url"] == CURSOR)
        start, end = map(int, cursor.split(" - "))
        self.assertTrue(FML[start:end].startswith("src.name as name"), FML[start:end])
        group = events[0]
        variables = {v["extension"][0]["valueString"]: {e["url"]: e.get("valueString") for e in v["extension"]}
                     for v in group["extension"] if v["url"] == VARIABLE}
        self.assertEqual(variables["src"]["path"], "Patient")
        self.assertEqual(variables["src"]["datatype"], "Patient")
        self.assertIn("name-OUTPUT", variables["tgt"])
        self.assertNotIn("Markedname", json.dumps(given["trace"]))

    def test_a_live_map_is_named_and_a_broken_one_named_its_faults(self):
        request = service_request()
        patient = request["contained"][0]
        source = {"valueUri": "https://waymark.health/fhir/StructureMap/servicerequest-to-referral"}
        live = self.ask(self.parameters(("source", source), ("content", {"resource": request}),
                                        ("content", {"resource": patient})), "?debug=true")
        self.assertEqual(live.status, 200, live.body)
        self.assertIn("need", json.dumps(live.json))
        broken = self.ask(self.parameters(("map", {"valueString": FML.replace("src.gender", "src.gendr")}),
                                          ("resource", {"resource": self.PATIENT})))
        self.assertEqual(broken.status, 400)
        self.assertIn("gendr", broken.body.decode())
        unknown = self.ask(self.parameters(("source", {"valueUri": "https://nowhere.example/x"}),
                                           ("content", {"resource": self.PATIENT})))
        self.assertEqual(unknown.status, 404)
        for body in ({"resourceType": "Parameters"}, self.parameters(("map", {"valueString": FML})),
                     self.parameters(("content", {"resource": self.PATIENT})), [], "nonsense"):
            self.assertEqual(self.ask(body).status, 400, body)

    def test_a_failing_map_tells_the_rule_in_its_trace(self):
        fragile = FML.replace("tgt.name = name", "tgt.id = (%src.name.single().family)")
        patient = dict(self.PATIENT, name=[{"family": "A"}, {"family": "B"}])
        body = self.parameters(("map", {"valueString": fragile}), ("resource", {"resource": patient}))
        self.assertEqual(self.ask(body).status, 422)
        answer = self.ask(body, "?debug=true")
        self.assertEqual(answer.status, 200, answer.body)
        given = {p["name"]: p for p in answer.json["parameter"]}
        self.assertEqual(given["traceStatus"]["valueCode"], "failed")
        self.assertIn("name", given["outcome"]["resource"]["issue"][0]["expression"][0])
        self.assertEqual(given["trace"]["part"][-1]["name"], "error")
        self.assertNotIn("result", given)

    def test_models_that_come_along_are_used(self):
        model = {"resourceType": "StructureDefinition", "url": "https://tests.example/StructureDefinition/Tiny",
                 "name": "Tiny", "status": "draft", "kind": "logical", "abstract": False,
                 "type": "https://tests.example/StructureDefinition/Tiny",
                 "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Element", "derivation": "specialization",
                 "differential": {"element": [{"id": "Tiny", "path": "Tiny", "min": 0, "max": "*"},
                                              {"id": "Tiny.family", "path": "Tiny.family", "min": 0, "max": "1",
                                               "type": [{"code": "string"}]}]}}
        fml = """map "https://tests.example/StructureMap/tiny" = "Tiny"
uses "http://hl7.org/fhir/StructureDefinition/Patient" alias Patient as source
uses "https://tests.example/StructureDefinition/Tiny" alias Tiny as target
group Tiny(source src : Patient, target tgt : Tiny) {
  src.name first as name then { name.family as family -> tgt.family = family "family"; } "name";
}
"""
        for value in ({"resource": model}, {"valueString": json.dumps(model)},
                      {"resource": {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": model}]}}):
            answer = self.ask(self.parameters(("map", {"valueString": fml}), ("model", value),
                                              ("resource", {"resource": self.PATIENT})))
            self.assertEqual((answer.status, answer.json), (200, {"family": "Markedname"}), answer.body)

    def test_only_clients_that_may(self):
        others = [n for n in range(len(self.world.facts["practices"])) if n != self.allowed]
        body = self.parameters(("map", {"valueString": FML}), ("resource", {"resource": self.PATIENT}))
        self.assertEqual(self.ask(body, practice=others[0]).status, 403)
        self.assertEqual(self.world.fhir("POST", "/StructureMap/$transform", body, token="").status, 401)
        self.assertNotIn("Markedname", self.world.log())


if __name__ == "__main__":
    unittest.main()
