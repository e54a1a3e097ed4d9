"""POST ServiceRequest: what is accepted, what comes back, what a repeat gets, what is refused."""
import unittest
import uuid

from world import World, service_request


class Create(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World()

    @classmethod
    def tearDownClass(cls):
        cls.world.close()

    def create(self, resource, **options):
        return self.world.fhir("POST", "/ServiceRequest", resource, **options)

    def test_answers_201_with_location_etag_and_the_resource(self):
        sent = service_request()
        answer = self.create(sent)
        self.assertEqual(answer.status, 201, answer.body)
        made = answer.json
        uuid.UUID(made["id"])
        self.assertEqual(answer.headers["location"],
                         f"{self.world.facts['fhir']}/ServiceRequest/{made['id']}/_history/"
                         f"{made['meta']['versionId']}")
        self.assertEqual(answer.headers["etag"], f'W/"{made["meta"]["versionId"]}"')
        self.assertIn("last-modified", answer.headers)
        self.assertEqual(made["identifier"], sent["identifier"])
        self.assertEqual(made["status"], "active")

    def test_the_location_can_be_read_also_as_a_version(self):
        location = self.create(service_request()).headers["location"]
        path = location.removeprefix(self.world.facts["fhir"])
        version = self.world.fhir("GET", path)
        self.assertEqual(version.status, 200)
        current = self.world.fhir("GET", path.split("/_history/")[0])
        self.assertEqual(current.status, 200)
        self.assertEqual(current.json["id"], version.json["id"])

    def test_prefer_says_what_comes_back(self):
        minimal = self.create(service_request(), headers={"Prefer": "return=minimal"})
        self.assertEqual((minimal.status, minimal.body), (201, b""))
        self.assertIn("location", minimal.headers)
        outcome = self.create(service_request(), headers={"Prefer": "return=OperationOutcome"})
        self.assertEqual(outcome.status, 201)
        self.assertEqual(outcome.json["resourceType"], "OperationOutcome")

    def test_an_idempotency_key_gives_the_first_answer_again(self):
        sent, key = service_request(), {"Idempotency-Key": str(uuid.uuid4())}
        first, second = self.create(sent, headers=key), self.create(sent, headers=key)
        self.assertEqual((first.status, second.status), (201, 201))
        self.assertEqual(first.json, second.json)
        self.assertEqual(first.headers["location"], second.headers["location"])

    def test_an_idempotency_key_with_other_content_is_a_conflict(self):
        key = {"Idempotency-Key": str(uuid.uuid4())}
        self.assertEqual(self.create(service_request(), headers=key).status, 201)
        answer = self.create(service_request(), headers=key)
        self.assertEqual(answer.status, 409, answer.body)
        self.assertEqual(answer.issue()["code"], "conflict")

    def test_keys_of_two_clients_do_not_meet(self):
        key = {"Idempotency-Key": str(uuid.uuid4())}
        self.assertEqual(self.create(service_request(), headers=key).status, 201)
        other = service_request(ods="B86030")
        self.assertEqual(self.create(other, headers=key, practice=1).status, 201)

    def test_the_same_identifier_and_content_gives_the_first_referral(self):
        sent = service_request()
        first, second = self.create(sent), self.create(sent)
        self.assertEqual((first.status, second.status), (201, 200), second.body)
        self.assertEqual(first.json["id"], second.json["id"])

    def test_the_same_identifier_with_other_content_is_a_conflict(self):
        sent = service_request()
        self.create(sent)
        sent["priority"] = "urgent"
        self.assertEqual(self.create(sent).status, 409)

    def test_if_none_exist_finds_the_first_referral(self):
        sent = service_request()
        first = self.create(sent)
        identifier = sent["identifier"][0]
        condition = {"If-None-Exist": f"identifier={identifier['system']}|{identifier['value']}"}
        second = self.create(sent, headers=condition)
        self.assertEqual(second.status, 200, second.body)
        self.assertEqual(second.headers["location"].split("/_history")[0],
                         first.headers["location"].split("/_history")[0])

    def test_a_patient_of_an_earlier_answer_may_be_named(self):
        patient = service_request()["contained"][0] | {"id": "x"}
        bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [
            {"fullUrl": "urn:uuid:0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b", "resource": patient,
             "request": {"method": "POST", "url": "Patient"}},
            {"resource": service_request(contained=[], requester={
                "identifier": {"system": "https://fhir.nhs.uk/Id/ods-organization-code", "value": "G82080"}},
                subject={"reference": "urn:uuid:0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"}),
             "request": {"method": "POST", "url": "ServiceRequest"}}]}
        for entry in bundle["entry"]:
            if entry["resource"].get("contained") == []:
                del entry["resource"]["contained"]
        answer = self.world.fhir("POST", "", bundle)
        self.assertEqual(answer.status, 200, answer.body)
        location = answer.json["entry"][0]["response"]["location"]
        reference = location.removeprefix(self.world.facts["fhir"] + "/").split("/_history")[0]
        again = service_request(subject={"reference": reference}, requester={
            "identifier": {"system": "https://fhir.nhs.uk/Id/ods-organization-code", "value": "G82080"}})
        del again["contained"]
        answer = self.create(again)
        self.assertEqual(answer.status, 201, answer.body)
        self.assertEqual(answer.json["subject"]["reference"], reference)
        foreign = self.create(again, practice=2)
        self.assertEqual(foreign.status, 422)

    def test_refusals_say_what_to_mend(self):
        no_subject = service_request()
        del no_subject["subject"]
        unknown = service_request()
        unknown["sttatus"] = "active"
        bad_date = service_request(authoredOn="20/11/2026")
        bad_code = service_request(status="activ")
        cases = [
            (no_subject, 400, "ServiceRequest", "subject"),
            (unknown, 400, "ServiceRequest", "sttatus"),
            (bad_date, 400, "ServiceRequest.authoredOn", None),
            (bad_code, 400, "ServiceRequest.status", None),
            ({"resourceType": "Patient"}, 400, None, "ServiceRequest"),
            (service_request(subject={"reference": "Patient/123"}), 422, "ServiceRequest.subject", None),
            ("{", 400, None, None),
            ("[]", 400, None, None),
            ("", 400, None, None),
        ]
        for body, status, expression, word in cases:
            answer = self.create(body)
            self.assertEqual(answer.status, status, (body, answer.body))
            issue = answer.issue()
            self.assertIn(issue["severity"], ("error", "fatal"))
            self.assertTrue(issue["details"]["text"])
            if expression:
                self.assertTrue(issue["expression"][0].startswith(expression), issue)
            if word:
                self.assertIn(word, issue["details"]["text"])

    def test_media_types_are_negotiated(self):
        self.assertEqual(self.create(service_request(), headers={"Content-Type": "text/plain"}).status, 415)
        self.assertEqual(self.create(service_request(), headers={"Accept": "text/html"}).status, 406)
        plain = self.create(service_request(), headers={"Content-Type": "application/json; charset=utf-8"})
        self.assertEqual(plain.status, 201)

    def test_a_client_acts_only_for_its_organisations(self):
        answer = self.create(service_request(ods="G82080"), practice=1)
        self.assertEqual(answer.status, 403, answer.body)
        self.assertNotIn("G82080", answer.body.decode())


class Authentication(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World()

    @classmethod
    def tearDownClass(cls):
        cls.world.close()

    def test_no_token_or_a_wrong_one_is_401_with_a_challenge(self):
        for token in ("", "wrong-token-that-nobody-has"):
            answer = self.world.fhir("POST", "/ServiceRequest", service_request(), token=token)
            self.assertEqual(answer.status, 401)
            self.assertTrue(answer.headers["www-authenticate"].startswith("Bearer"))
            self.assertEqual(answer.json["resourceType"], "OperationOutcome")

    def test_a_providers_token_opens_no_practice_door(self):
        token = self.world.provider()["token"]
        answer = self.world.fhir("GET", "/ServiceRequest", token=token)
        self.assertEqual(answer.status, 403)

    def test_metadata_needs_no_token(self):
        self.assertEqual(self.world.fhir("GET", "/metadata", token="").status, 200)

    def test_another_practices_referral_and_none_look_the_same(self):
        made = self.world.fhir("POST", "/ServiceRequest", service_request()).json["id"]
        never = str(uuid.uuid4())
        for kind in ("ServiceRequest", "Task", "Patient"):
            foreign = self.world.fhir("GET", f"/{kind}/{made}", practice=2)
            absent = self.world.fhir("GET", f"/{kind}/{never}", practice=2)
            self.assertEqual((foreign.status, absent.status), (404, 404))
            self.assertEqual(foreign.body, absent.body)
        found = self.world.fhir("GET", f"/ServiceRequest?_id={made}", practice=2)
        self.assertEqual(found.json["total"], 0)


if __name__ == "__main__":
    unittest.main()
