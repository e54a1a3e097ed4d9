"""The practice takes its referral back, by REST and by BaRS message, and its providers learn of it."""
import json
import time
import unittest
import uuid

from stub_provider import StubProvider
from test_bars import bars_headers, own_message, resources
from world import LINK_WORKERS, World, service_request


class Lifecycle(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stub = StubProvider()
        cls.world = World({LINK_WORKERS: cls.stub.url})

    @classmethod
    def tearDownClass(cls):
        cls.world.close()
        cls.stub.close()

    def refer(self, **members):
        answer = self.world.fhir("POST", "/ServiceRequest", service_request(**members))
        self.assertEqual(answer.status, 201, answer.body)
        referral = answer.json["id"]
        _, body = self.stub.webhook_for(referral)
        return referral, body["data"]["assignment"], answer

    def cancelled_webhook(self, referral, seconds=20):
        give_up = time.monotonic() + seconds
        while time.monotonic() < give_up:
            with self.stub.changed:
                for item in self.stub.received:
                    body = json.loads(item["body"])
                    if body["type"] == "referral.cancelled" and body["data"]["id"] == referral:
                        return body
            time.sleep(0.02)
        raise AssertionError("the provider was not told")

    def patch(self, path, operations, headers=None):
        return self.world.fhir("PATCH", path, operations, headers={
            "Content-Type": "application/json-patch+json; charset=utf-8", **(headers or {})})

    def test_patch_of_the_service_request_reaches_the_provider(self):
        referral, assignment, created = self.refer()
        answer = self.patch(f"/ServiceRequest/{referral}",
                            [{"op": "replace", "path": "/status", "value": "revoked"}])
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual(answer.json["status"], "revoked")
        self.assertNotEqual(answer.headers["etag"], created.headers["etag"])
        self.assertEqual(self.world.task(referral)["status"], "cancelled")
        told = self.cancelled_webhook(referral)
        self.assertEqual(told["data"]["status"], "cancelled")
        late = self.world.api("POST", f"/referrals/{assignment}/status", {"status": "accepted"})
        self.assertEqual(late.status, 409, late.body)

    def test_put_of_the_task_with_its_reason(self):
        referral, *_ = self.refer()
        answer = None
        while answer is None or answer.status == 412:  # until delivery has been noted
            task = self.world.fhir("GET", f"/Task/{referral}")
            changed = {**task.json, "status": "cancelled",
                       "statusReason": {"text": "The person has moved away"}}
            answer = self.world.fhir("PUT", f"/Task/{referral}", changed,
                                     headers={"If-Match": task.headers["etag"]})
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual(answer.json["statusReason"]["text"], "The person has moved away")
        self.assertEqual(self.cancelled_webhook(referral)["data"]["reason"]["text"],
                         "The person has moved away")
        again = self.world.fhir("PUT", f"/Task/{referral}", {**answer.json})
        self.assertEqual(again.status, 200, again.body)
        self.assertEqual(again.headers["etag"], answer.headers["etag"])

    def test_entered_in_error_after_the_end(self):
        referral, assignment, _ = self.refer()
        done = self.world.api("POST", f"/referrals/{assignment}/status", {"status": "completed"})
        self.assertEqual(done.status, 200, done.body)
        cancel = [{"op": "replace", "path": "/status", "value": "cancelled"}]
        self.assertEqual(self.patch(f"/Task/{referral}", cancel).status, 409)
        mistaken = [{"op": "replace", "path": "/status", "value": "entered-in-error"}]
        self.assertEqual(self.patch(f"/Task/{referral}", mistaken).status, 200)
        self.assertEqual(self.cancelled_webhook(referral)["data"]["status"], "entered-in-error")

    def test_what_is_refused(self):
        referral, *_ = self.refer()
        revoke = [{"op": "replace", "path": "/status", "value": "revoked"}]
        current = self.world.fhir("GET", f"/ServiceRequest/{referral}")
        for operations, headers, status in [
            (revoke, {"If-Match": 'W/"99"'}, 412),
            (revoke, {"If-Match": "x"}, 412),
            (revoke, {"Content-Type": "application/merge-patch+json"}, 415),
            ([{"op": "replace", "path": "/status", "value": "completed"}], {}, 422),
            ([{"op": "replace", "path": "/subject", "value": {}}], {}, 422),
            ([{"op": "test", "path": "/status", "value": "draft"}, *revoke], {}, 412),
            ({"op": "replace"}, {}, 400),
        ]:
            answer = self.patch(f"/ServiceRequest/{referral}", operations, headers)
            self.assertEqual(answer.status, status, (operations, answer.body))
        edited = {**current.json, "status": "revoked", "note": [{"text": "more"}]}
        answer = self.world.fhir("PUT", f"/ServiceRequest/{referral}", edited)
        self.assertEqual(answer.status, 422, answer.body)
        self.assertIn("note", answer.issue()["expression"][0])
        for path in (f"/ServiceRequest/{uuid.uuid4()}", "/Task/x"):
            self.assertEqual(self.patch(path, revoke).status, 404)
        self.assertEqual(self.patch(f"/ServiceRequest/{referral}", revoke).status, 200)
        other = self.patch(f"/ServiceRequest/{referral}",
                           [{"op": "test", "path": "/status", "value": "revoked"}])
        self.assertEqual(other.status, 200)

    def test_another_practice_cannot(self):
        referral, *_ = self.refer()
        practices = len(self.world.facts["practices"])
        if practices < 2:
            self.skipTest("the demo world has one practice")
        answer = self.world.fhir(
            "PATCH", f"/Task/{referral}", [{"op": "replace", "path": "/status", "value": "cancelled"}],
            practice=1, headers={"Content-Type": "application/json-patch+json"})
        self.assertEqual(answer.status, 404)

    def cancel_message(self, created, status="revoked", reason="update"):
        message = own_message()
        message["id"] = str(uuid.uuid4())
        header = resources(message, "MessageHeader")[0]
        header["reason"]["coding"][0]["code"] = reason
        header["definition"] = ("https://fhir.nhs.uk/MessageDefinition/"
                                "bars-message-servicerequest-request-cancelled")
        request = resources(message, "ServiceRequest")[0]
        request["id"] = resources(created, "ServiceRequest")[0]["id"]
        request["status"] = status
        request["reasonCode"] = [{"text": "No longer needed"}]
        keep = ("MessageHeader", "ServiceRequest", "Patient", "Organization")
        message["entry"] = [e for e in message["entry"] if e["resource"]["resourceType"] in keep]
        return message

    def process(self, message, headers=None):
        return self.world.fhir("POST", "/$process-message", message,
                               headers=headers or bars_headers())

    def test_cancellation_by_message(self):
        for status, reason, then in [("revoked", "update", "cancelled"),
                                     ("entered-in-error", "delete", "entered-in-error")]:
            created = self.process(own_message())
            self.assertEqual(created.status, 200, created.body)
            referral = resources(created.json, "ServiceRequest")[0]["id"]
            self.stub.webhook_for(referral)
            headers = bars_headers()
            message = self.cancel_message(created.json, status, reason)
            answer = self.process(message, headers)
            self.assertEqual(answer.status, 200, answer.body)
            self.assertEqual(answer.json["type"], "message")
            self.assertEqual(self.world.task(referral)["status"], then)
            told = self.cancelled_webhook(referral)
            self.assertEqual(told["data"]["reason"]["text"], "No longer needed")
            again = self.process(message, headers)
            self.assertEqual((again.status, again.issue()["code"]), (409, "duplicate"))

    def test_cancellation_by_message_of_the_wrong_patient(self):
        created = self.process(own_message())
        message = self.cancel_message(created.json)
        patient = resources(message, "Patient")[0]
        for identifier in patient["identifier"]:
            identifier["value"] = "9990000026"
        answer = self.process(message)
        self.assertEqual(answer.status, 422, answer.body)
        referral = resources(created.json, "ServiceRequest")[0]["id"]
        self.assertNotEqual(self.world.task(referral)["status"], "cancelled")

    def test_cancellation_by_message_of_what_is_not_known(self):
        created = self.process(own_message())
        message = self.cancel_message(created.json)
        resources(message, "ServiceRequest")[0]["id"] = str(uuid.uuid4())
        self.assertEqual(self.process(message).status, 404)


if __name__ == "__main__":
    unittest.main()
