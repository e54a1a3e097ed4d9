"""A provider's side: the signed webhook, the provider API, and what the practice then reads."""
import json
import unittest
import uuid

from stub_provider import StubProvider, signature
from world import LINK_WORKERS, World, call, service_request


class Provider(unittest.TestCase):
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
        item, body = self.stub.webhook_for(referral)
        return referral, body["data"]["assignment"], item, body

    def report(self, assignment, body, **options):
        return self.world.api("POST", f"/referrals/{assignment}/status", body, **options)

    def test_the_webhook_is_signed_and_carries_the_mapped_record(self):
        referral, assignment, item, body = self.refer()
        self.assertEqual(body["type"], "referral.created")
        self.assertIn("timestamp", body)
        self.assertEqual(body["data"]["id"], referral)
        self.assertIn("reference", body["data"])
        secret = self.world.provider()["webhook_secret"]
        headers = {k.lower(): v for k, v in item["headers"].items()}
        self.assertIn(signature(secret, item), headers["webhook-signature"].split())
        self.assertIn("Testcase", json.dumps(body["data"]))

    def test_a_retried_webhook_has_the_same_id_and_bytes(self):
        self.stub.answers += [500, 503]
        referral, _, item, _ = self.refer()
        attempts = self.stub.attempts_for(item["id"])
        self.assertGreaterEqual(len(attempts), 2)
        self.assertEqual(len({attempt["body"] for attempt in attempts}), 1)

    def test_a_whole_life_is_seen_by_the_practice(self):
        referral, assignment, *_ = self.refer()
        answer = self.report(assignment, {"status": "accepted", "businessStatus": "seen"})
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual((answer.json["id"], answer.json["status"]), (assignment, "accepted"))
        self.assertEqual(self.world.task(referral)["status"], "accepted")
        self.report(assignment, {"status": "in-progress", "businessStatus": "first-contact"})
        done = self.report(assignment, {"status": "completed",
                                        "outcome": {"summary": "Joined a choir", "support": ["Choir"]}})
        self.assertEqual(done.status, 200, done.body)
        task = self.world.task(referral)
        self.assertEqual(task["status"], "completed")
        self.assertIn("Joined a choir", json.dumps(task))
        request = self.world.fhir("GET", f"/ServiceRequest/{referral}").json
        self.assertEqual(request["status"], "completed")

    def test_a_rejection_reaches_the_practice_with_its_reason(self):
        referral, assignment, *_ = self.refer()
        answer = self.report(assignment, {"status": "rejected",
                                          "reason": {"code": "at-capacity", "text": "Full until May"}})
        self.assertEqual(answer.status, 200, answer.body)
        task = self.world.wait_for_status(referral, ("rejected",))
        self.assertIn("at-capacity", json.dumps(task["statusReason"]))
        self.assertEqual(self.world.fhir("GET", f"/ServiceRequest/{referral}").json["status"], "active")

    def test_the_same_report_again_changes_nothing(self):
        _, assignment, *_ = self.refer()
        first = self.report(assignment, {"status": "accepted"})
        second = self.report(assignment, {"status": "accepted"})
        self.assertEqual((first.status, second.status), (200, 200))
        self.assertEqual(first.json["version"], second.json["version"])

    def test_an_idempotency_key_repeats_its_answer_and_refuses_another_body(self):
        _, assignment, *_ = self.refer()
        key = {"Idempotency-Key": str(uuid.uuid4())}
        first = self.report(assignment, {"status": "accepted"}, headers=key)
        self.report(assignment, {"status": "in-progress"})
        again = self.report(assignment, {"status": "accepted"}, headers=key)
        self.assertEqual((again.status, again.body), (200, first.body))
        self.assertEqual(self.report(assignment, {"status": "failed"}, headers=key).status, 409)

    def test_refusals_are_problems_that_say_what_to_mend(self):
        _, assignment, *_ = self.refer()
        cases = [
            ({"status": "done"}, 400), ({"status": "rejected"}, 422), ({}, 400),
            ({"status": "accepted", "extra": 1}, 400), ("not json", 400),
            ({"status": "rejected", "reason": {"code": "no-such-reason"}}, 422),
            ({"status": "accepted", "businessStatus": "no-such-status"}, 422),
        ]
        for body, status in cases:
            answer = self.report(assignment, body)
            self.assertEqual(answer.status, status, (body, answer.body))
            self.assertEqual(answer.headers["content-type"], "application/problem+json")
            self.assertTrue(answer.json["detail"])
        self.assertEqual(self.report(str(uuid.uuid4()), {"status": "accepted"}).status, 404)

    def test_nothing_moves_after_the_end(self):
        _, assignment, *_ = self.refer()
        self.report(assignment, {"status": "accepted"})
        self.report(assignment, {"status": "completed", "outcome": {"summary": "Done"}})
        self.assertEqual(self.report(assignment, {"status": "in-progress"}).status, 409)

    def test_another_providers_assignment_is_none(self):
        _, assignment, *_ = self.refer()
        foreign = self.world.api("GET", f"/referrals/{assignment}", provider="garden-project")
        absent = self.world.api("GET", f"/referrals/{uuid.uuid4()}", provider="garden-project")
        self.assertEqual((foreign.status, foreign.body), (404, absent.body))
        answer = self.report(assignment, {"status": "accepted"}, provider="garden-project")
        self.assertEqual(answer.status, 404)

    def test_the_list_and_the_single_referral_say_the_same(self):
        referral, assignment, _, body = self.refer()
        one = self.world.api("GET", f"/referrals/{assignment}")
        self.assertEqual(one.status, 200, one.body)
        self.assertEqual(one.json["id"], referral)
        self.assertEqual(one.json["status"], "requested")
        found, cursor = [], ""
        while True:
            page = self.world.api("GET", f"/referrals?status=requested&limit=2{cursor}").json
            found += [item["assignment"] for item in page["referrals"]]
            if page["next"] is None:
                break
            cursor = f"&cursor={page['next']}"
        self.assertIn(assignment, found)
        self.assertEqual(len(found), len(set(found)))

    def test_the_openapi_document_needs_no_token(self):
        answer = call(self.world.facts["provider_api"], "GET", "/openapi.json")
        self.assertEqual(answer.status, 200)
        self.assertIn("/referrals/{id}/status", answer.json["paths"])

    def test_no_token_is_401(self):
        answer = call(self.world.facts["provider_api"], "GET", "/referrals")
        self.assertEqual(answer.status, 401)
        self.assertIn("www-authenticate", answer.headers)


if __name__ == "__main__":
    unittest.main()
