"""Health, metrics, administration, the graceful stop, and that patient data goes nowhere else."""
import json
import os
import signal
import subprocess
import threading
import time
import unittest
import uuid

from stub_provider import StubProvider
from world import LINK_WORKERS, PROGRAM, World, service_request


class Operations(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World()

    @classmethod
    def tearDownClass(cls):
        cls.world.close()

    def test_health_is_json_and_never_cached(self):
        for path in ("/health/live", "/health/ready"):
            answer = self.world.operations(path)
            self.assertEqual((answer.status, answer.json["status"]), (200, "ok"))
            self.assertEqual(answer.headers["cache-control"], "no-store")

    def test_metrics_are_prometheus_text(self):
        self.world.fhir("POST", "/ServiceRequest", service_request())
        answer = self.world.operations("/metrics")
        self.assertEqual(answer.status, 200)
        self.assertTrue(answer.headers["content-type"].startswith("text/plain; version=0.0.4"))
        text = answer.body.decode()
        self.assertIn("# TYPE ", text)
        self.assertIn('/FHIR/R4/ServiceRequest"', text)

    def test_administration_needs_the_operators_token(self):
        made = self.world.fhir("POST", "/ServiceRequest", service_request()).json["id"]
        path = f"/admin/referrals/{made}"
        self.assertEqual(self.world.operations(path).status, 401)
        stranger = self.world.operations(path, {"Authorization": f"Bearer {self.world.token()}"})
        self.assertEqual(stranger.status, 403)
        timeline = self.world.admin(path).json
        self.assertEqual((timeline["id"], timeline["events"][0]["event"]), (made, "received"))
        self.assertEqual(self.world.admin(f"/admin/referrals/{uuid.uuid4()}").status, 404)

    def test_the_command_line_shows_a_timeline(self):
        made = self.world.fhir("POST", "/ServiceRequest", service_request()).json["id"]
        shown = subprocess.run([PROGRAM, "referrals", "show", made, "--json", "--config",
                                self.world.facts["config"]], capture_output=True, text=True)
        self.assertEqual(shown.returncode, 0, shown.stderr)
        self.assertEqual(json.loads(shown.stdout)["id"], made)
        absent = subprocess.run([PROGRAM, "referrals", "show", str(uuid.uuid4()), "--config",
                                 self.world.facts["config"]], capture_output=True, text=True)
        self.assertEqual(absent.returncode, 1)

    def test_operations_are_not_served_to_practices(self):
        origin = self.world.facts["fhir"].removesuffix("/FHIR/R4")
        from world import call
        self.assertEqual(call(origin, "GET", "/metrics").status, 404)


class Privacy(unittest.TestCase):
    """Marked names, numbers and addresses through every path, then every log, metric, error and
    header is searched for them."""

    MARKS = {"family": "Zzyzxmark", "given": "Qwomark", "phone": "07700912345", "line": "77 Marked Row",
             "postcode": "ZE1 9ZZ", "text": "markedreasontext", "email": "markedmail@example.org",
             "nhs": "9990008000", "note": "markedworkernote", "worker": "Markedworker"}

    def test_patient_data_reaches_no_log_metric_error_or_header(self):
        stub = StubProvider()
        world = World({LINK_WORKERS: stub.url})
        try:
            answers = self.exercise(world, stub)
            texts = {f"header of answer {i}": str(a.headers) for i, a in enumerate(answers)}
            texts |= {f"error {i}": a.body.decode() for i, a in enumerate(answers) if a.status >= 400}
            texts["metrics"] = world.operations("/metrics").body.decode()
            texts["log"] = "\n".join(p.read_text() for p in world.state.glob("gateway*.log"))
            texts["processes"] = subprocess.run(["ps", "axww"], capture_output=True, text=True).stdout
            self.assertTrue(texts["log"])
            for where, text in texts.items():
                for mark in self.MARKS.values():
                    self.assertNotIn(mark.lower(), text.lower(), f"{mark} in {where}")
        finally:
            world.close()
            stub.close()

    def exercise(self, world, stub):
        marks = self.MARKS
        patient = {"resourceType": "Patient", "id": "p",
                   "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": marks["nhs"]}],
                   "name": [{"family": marks["family"], "given": [marks["given"]]}],
                   "telecom": [{"system": "phone", "value": marks["phone"]},
                               {"system": "email", "value": marks["email"]}],
                   "address": [{"line": [marks["line"]], "postalCode": marks["postcode"]}]}
        request = service_request()
        request["contained"][0] = patient
        request["reasonCode"] = [{"text": marks["text"]}]
        answers = [world.fhir("POST", "/ServiceRequest", request)]
        self.assertEqual(answers[0].status, 201, answers[0].body)
        referral = answers[0].json["id"]
        for path in (f"/ServiceRequest/{referral}", f"/Task/{referral}",
                     f"/ServiceRequest?patient:identifier={marks['nhs']}",
                     f"/Task?patient:identifier={marks['family']}",
                     f"/ServiceRequest?name={marks['family']}", f"/{marks['family']}/{marks['given']}"):
            answers.append(world.fhir("GET", path))
        answers.append(world.fhir("GET", f"/Patient/{marks['nhs']}", headers={"X-Correlation-Id": marks["nhs"]}))
        for broken in (dict(request, birthDate=marks["family"]), dict(request, status=marks["given"]),
                       dict(request, authoredOn=marks["phone"]), dict(request, priority=marks["worker"])):
            answers.append(world.fhir("POST", "/ServiceRequest", broken))
        answers.append(world.fhir("POST", "/ServiceRequest", json.dumps(request)[:-9]))
        answers.append(world.fhir("POST", "/$process-message", request))
        _, webhook = stub.webhook_for(referral)
        status = f"/referrals/{webhook['data']['assignment']}/status"
        worker = {"name": marks["worker"], "contact": marks["email"]}
        for body in ({"status": "accepted", "note": marks["note"], "worker": worker},
                     {"status": marks["given"]}, {"status": "rejected", "reason": {"code": marks["given"]}},
                     {"status": "on-hold", "reason": {"code": "other", "text": marks["text"]}}):
            answers.append(world.api("POST", status, body))
        return answers


class Stop(unittest.TestCase):
    def test_sigterm_finishes_what_was_begun_and_loses_nothing(self):
        world = World()
        try:
            accepted, stop = [], threading.Event()

            def send():
                while not stop.is_set():
                    try:
                        answer = world.fhir("POST", "/ServiceRequest", service_request(), timeout=5)
                    except OSError:
                        return
                    if answer.status == 201:
                        accepted.append(answer.json["id"])

            senders = [threading.Thread(target=send) for _ in range(4)]
            for sender in senders:
                sender.start()
            time.sleep(1)
            pid = world.gateway_pid()
            started = time.monotonic()
            os.kill(pid, signal.SIGTERM)
            for sender in senders:
                sender.join(30)
            stop.set()
            self.assertLess(time.monotonic() - started, 25)
            self.assertGreater(len(accepted), 10)
            world.start_gateway()
            for referral in accepted:
                self.assertEqual(world.fhir("GET", f"/ServiceRequest/{referral}").status, 200)
        finally:
            world.close()


if __name__ == "__main__":
    unittest.main()
