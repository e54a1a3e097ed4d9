"""Status back by Subscriptions (R5 backport on R4): hand-shake, events, $status, $events, refusals.

Numbers in names are those of the published requirements of the guide's test kit."""
import http.server
import json
import threading
import time
import unittest

from stub_provider import StubProvider
from world import LINK_WORKERS, World, service_request

GUIDE = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/"
TASK_TOPIC = "http://hl7.org/fhir/us/sdoh-clinicalcare/SubscriptionTopic/Task"


class Hook:
    """A practice's endpoint: keeps what comes and answers as it is told."""

    def __init__(self):
        self.received = []
        self.status = 200
        self.changed = threading.Condition()
        hook = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                with hook.changed:
                    status = hook.status
                    hook.received.append((self.path, dict(self.headers), json.loads(body), status))
                    hook.changed.notify_all()
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self, name):
        return f"http://127.0.0.1:{self.server.server_address[1]}/{name}"

    def to(self, name, accept, seconds=20):
        """The first notification at /name that `accept` takes."""
        give_up = time.monotonic() + seconds
        with self.changed:
            while True:
                for path, headers, body, _ in self.received:
                    if path == f"/{name}" and accept(body):
                        return headers, body
                left = give_up - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"nothing came to /{name} in {seconds} s")
                self.changed.wait(left)

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def parameter(status, name):
    for each in status["parameter"]:
        if each["name"] == name:
            return next(v for k, v in each.items() if k.startswith("value"))
    return None


def status_of(bundle):
    return bundle["entry"][0]["resource"]


def is_type(kind):
    return lambda bundle: parameter(status_of(bundle), "type") == kind


def ends_with(status):
    """An event whose Task has that status (full-resource)."""
    return lambda bundle: any(e.get("resource", {}).get("status") == status
                              for e in bundle["entry"][1:])


class Subscriptions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stub = StubProvider()
        cls.hook = Hook()
        cls.world = World({LINK_WORKERS: cls.stub.url})

    @classmethod
    def tearDownClass(cls):
        cls.world.close()
        cls.stub.close()
        cls.hook.close()

    def resource(self, name, content="full-resource", **changes):
        made = {
            "resourceType": "Subscription", "status": "requested", "reason": "tests",
            "criteria": TASK_TOPIC,
            "channel": {
                "type": "rest-hook", "endpoint": self.hook.url(name),
                "payload": "application/fhir+json",
                "_payload": {"extension": [{"url": GUIDE + "backport-payload-content",
                                            "valueCode": content}]},
                "header": ["X-Secret: very"],
            },
        }
        made.update(changes)
        return made

    def subscribe(self, name, content="full-resource"):
        answer = self.world.fhir("POST", "/Subscription", self.resource(name, content))
        self.assertEqual(answer.status, 201, answer.body)
        self.hook.to(name, is_type("handshake"))
        self.wait_for(answer.json["id"], "active")
        return answer.json["id"]

    def wait_for(self, subscription, status, seconds=20):
        give_up = time.monotonic() + seconds
        while True:
            found = self.world.fhir("GET", f"/Subscription/{subscription}").json
            if found["status"] == status:
                return found
            self.assertLess(time.monotonic(), give_up, found)
            time.sleep(0.02)

    def finish(self):
        answer = self.world.fhir("POST", "/ServiceRequest", service_request())
        self.assertEqual(answer.status, 201, answer.body)
        _, body = self.stub.webhook_for(answer.json["id"])
        done = self.world.api("POST", f"/referrals/{body['data']['assignment']}/status",
                              {"status": "completed", "outcome": {"summary": "Done"}})
        self.assertEqual(done.status, 200, done.body)
        return answer.json["id"]

    def test_026_027_031_the_handshake(self):
        self.subscribe("handshake")
        headers, bundle = self.hook.to("handshake", is_type("handshake"))
        self.assertEqual(headers["Content-Type"], "application/fhir+json")
        self.assertEqual(headers["X-Secret"], "very")
        self.assertEqual(bundle["type"], "history")
        self.assertEqual(parameter(status_of(bundle), "events-since-subscription-start"), "0")
        with self.hook.changed:
            self.hook.status = 404
        try:
            failing = self.world.fhir("POST", "/Subscription", self.resource("refuses"))
            self.assertIn("error", self.wait_for(failing.json["id"], "error"))
        finally:
            self.hook.status = 200

    def test_044_a_full_resource_tells_the_end(self):
        self.subscribe("full")
        referral = self.finish()
        _, bundle = self.hook.to("full", ends_with("completed"))
        self.assertEqual(bundle["entry"][1]["resource"]["id"], referral)
        self.assertTrue(bundle["entry"][1]["fullUrl"].endswith(f"/Task/{referral}"))
        give_up = time.monotonic() + 20
        events = []
        while "told" not in events and time.monotonic() < give_up:
            shown = self.world.admin(f"/admin/referrals/{referral}")
            events = [e["event"] for e in shown.json["events"]]
        self.assertIn("told", events)

    def test_042_id_only_has_addresses_and_no_resources(self):
        self.subscribe("ids", "id-only")
        referral = self.finish()
        _, bundle = self.hook.to("ids", lambda b: is_type("event-notification")(b) and
                                 b["entry"][1]["fullUrl"].endswith(referral))
        self.assertNotIn("resource", bundle["entry"][1])
        self.assertIn(f"Task/{referral}", bundle["entry"][1]["request"]["url"] +
                      bundle["entry"][1]["fullUrl"])

    def test_115_118_events_have_no_gaps(self):
        subscription = self.subscribe("events")
        for _ in range(3):
            self.finish()
        status = self.world.fhir("GET", f"/Subscription/{subscription}/$status").json
        self.assertEqual(status["type"], "searchset")
        give_up = time.monotonic() + 20
        while True:
            answer = self.world.fhir(
                "GET", f"/Subscription/{subscription}/$events?eventsSinceNumber=1")
            self.assertEqual(answer.status, 200, answer.body)
            bundle = answer.json
            numbers = [int(parameter({"parameter": each["part"]}, "event-number"))
                       for each in status_of(bundle)["parameter"]
                       if each["name"] == "notification-event"]
            if len(numbers) >= 3 or time.monotonic() > give_up:
                break
        self.assertEqual(bundle["type"], "history")
        self.assertEqual(numbers, list(range(1, len(numbers) + 1)))
        self.assertGreaterEqual(len(numbers), 3)
        part = self.world.fhir("POST", f"/Subscription/{subscription}/$events", {
            "resourceType": "Parameters", "parameter": [
                {"name": "eventsSinceNumber", "valueString": "2"},
                {"name": "eventsUntilNumber", "valueString": "2"},
                {"name": "content", "valueCode": "id-only"}]})
        self.assertEqual(part.status, 200, part.body)
        self.assertEqual(len(part.json["entry"]), 2)
        self.assertNotIn("resource", part.json["entry"][1])

    def test_106_112_status_of_all(self):
        subscription = self.subscribe("status")
        for query, wanted in [("", True), (f"?id={subscription}", True), ("?id=other", False),
                              ("?status=active,off", True), ("?status=off", False)]:
            answer = self.world.fhir("GET", "/Subscription/$status" + query)
            self.assertEqual(answer.status, 200, answer.body)
            names = [parameter(e["resource"], "subscription")["reference"]
                     for e in answer.json["entry"]]
            self.assertEqual(any(n.endswith(subscription) for n in names), wanted, query)

    def test_060_063_066_074_090_what_is_refused(self):
        def channel(**changes):
            return {"channel": {**self.resource("x")["channel"], **changes}}

        for changes, place in [
            (channel(type="email"), "Subscription.channel.type"),
            (channel(endpoint="http://example.org/x"), "Subscription.channel.endpoint"),
            (channel(payload="text/plain"), "Subscription.channel.payload"),
            (channel(_payload={"extension": [{"url": GUIDE + "backport-payload-content",
                                               "valueCode": "everything"}]}),
             "Subscription.channel.payload.extension"),
            ({"criteria": "Task?status=completed"}, "Subscription.criteria"),
            ({"_criteria": {"extension": [{"url": GUIDE + "backport-filter-criteria",
                                           "valueString": "Task?owner=x"}]}},
             "Subscription.criteria.extension"),
            ({"status": "error"}, "Subscription.status"),
        ]:
            answer = self.world.fhir("POST", "/Subscription", self.resource("x", **changes))
            self.assertEqual(answer.status, 422, (changes, answer.body))
            self.assertEqual(answer.issue()["expression"], [place])

    def test_124_129_read_search_change_delete(self):
        subscription = self.subscribe("crud")
        found = self.world.fhir("GET", f"/Subscription?url={self.hook.url('crud')}")
        self.assertEqual(found.json["total"], 1, found.body)
        changed = {**self.world.fhir("GET", f"/Subscription/{subscription}").json, "status": "off"}
        answer = self.world.fhir("PUT", f"/Subscription/{subscription}", changed)
        self.assertEqual((answer.status, answer.json["status"]), (200, "off"), answer.body)
        self.assertEqual(self.world.fhir("DELETE", f"/Subscription/{subscription}").status, 204)
        self.assertEqual(self.world.fhir("GET", f"/Subscription/{subscription}").status, 404)
        self.assertEqual(self.world.fhir("GET", f"/Subscription/{subscription}/$events").status, 404)

    def test_everything_is_there_after_a_crash(self):
        subscription = self.subscribe("crash")
        self.finish()
        self.hook.to("crash", ends_with("completed"))
        before = self.world.fhir("GET", f"/Subscription/{subscription}/$status").json
        self.world.kill_gateway()
        self.world.start_gateway()
        after = self.world.fhir("GET", f"/Subscription/{subscription}/$status").json
        counted = [int(parameter(each["entry"][0]["resource"], "events-since-subscription-start"))
                   for each in (before, after)]
        self.assertLessEqual(counted[0], counted[1])  # a last change may be counted meanwhile
        found = self.world.fhir("GET", f"/Subscription/{subscription}").json
        self.assertEqual(found["status"], "active", found)


if __name__ == "__main__":
    unittest.main()
