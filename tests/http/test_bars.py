"""POST $process-message: BaRS referrals, their headers, repeats and refusals."""
import base64
import copy
import json
import unittest
import uuid

from stub_provider import StubProvider
from world import LINK_WORKERS, ROOT, SHARED, World

OURS = {"system": "https://fhir.nhs.uk/Id/dos-service-id", "value": "111111111"}


def b64(value):
    return base64.b64encode(json.dumps(value).encode()).decode()


def bars_headers(**changes):
    headers = {
        "X-Request-Id": str(uuid.uuid4()),
        "X-Correlation-Id": str(uuid.uuid4()),
        "NHSD-Target-Identifier": b64(OURS),
        "NHSD-End-User-Organisation": b64({"resourceType": "Organization", "identifier": [
            {"system": "https://fhir.nhs.uk/Id/ods-organization-code", "value": "RND"}]}),
        "NHSD-Requesting-Software": b64({"resourceType": "Device"}),
        "Accept": "application/fhir+json; version=1.4.0",
        "Content-Type": "application/fhir+json; version=1.4.0",
        "use-context": "x-sp-1|referral|servicerequest-request|new",
    }
    for name, value in changes.items():
        header = name.replace("_", "-")
        if value is None:
            headers.pop(header)
        else:
            headers[header] = value
    return headers


def own_message():
    return json.loads(next((ROOT / "mappings/examples/bars-to-referral").glob("*.in.json")).read_text())


def resources(bundle, kind):
    return [e["resource"] for e in bundle["entry"] if e.get("resource", {}).get("resourceType") == kind]


def references(value):
    """Every Reference.reference below a JSON value."""
    if isinstance(value, dict):
        for name, member in value.items():
            if name == "reference" and isinstance(member, str):
                yield member
            else:
                yield from references(member)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


class Bars(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.provider = StubProvider()
        cls.world = World({LINK_WORKERS: cls.provider.url})

    @classmethod
    def tearDownClass(cls):
        cls.world.close()
        cls.provider.close()

    def process(self, message, headers=None):
        return self.world.fhir("POST", "/$process-message", message, headers=headers or bars_headers())

    def issue_of(self, answer, status, code):
        self.assertEqual(answer.status, status, answer.body)
        issue = answer.issue()
        self.assertEqual(issue["code"], code, issue)
        coding = issue["details"]["coding"][0]
        self.assertEqual(coding["system"], "https://fhir.nhs.uk/CodeSystem/http-error-codes")
        self.assertTrue(coding["code"].startswith("REC_"), coding)
        return issue

    def check_loop(self, message):
        headers = bars_headers()
        answer = self.process(message, headers)
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual(answer.headers["x-request-id"], headers["X-Request-Id"])
        self.assertEqual(answer.headers["x-correlation-id"], headers["X-Correlation-Id"])
        bundle = answer.json
        self.assertEqual((bundle["resourceType"], bundle["type"]), ("Bundle", "message"))
        referral = resources(bundle, "ServiceRequest")[0]["id"]
        self.check_references(message, referral)
        item, webhook = self.provider.webhook_for(referral)
        self.assertEqual(webhook["type"], "referral.created")
        return referral, webhook

    def check_references(self, message, referral):
        """Each reference that resolved in the message resolves in what the practice reads."""
        resolvable = {e["fullUrl"] for e in message["entry"]}
        sent = sum(1 for r in references(resources(message, "ServiceRequest")[0]) if r in resolvable)
        todo, seen, followed = [f"ServiceRequest/{referral}"], set(), 0
        while todo:
            reference = todo.pop()
            answer = self.world.fhir("GET", "/" + reference)
            self.assertEqual(answer.status, 200, reference)
            for found in references(answer.json):
                self.assertFalse(found.startswith("urn:uuid:"), found)
                if found.startswith("#") or found.startswith("EpisodeOfCare/") or found in seen:
                    continue
                seen.add(found)
                todo.append(found)
                followed += 1
        self.assertGreaterEqual(followed, sent)

    def test_our_own_example_goes_round(self):
        message = own_message()
        referral, webhook = self.check_loop(message)
        patient = resources(message, "Patient")[0]
        self.assertIn(patient["name"][0]["family"], json.dumps(webhook["data"]))

    def test_the_published_example_goes_round_unchanged(self):
        path = SHARED / "examples/social-prescribing-bars.json"
        if not path.exists():
            self.skipTest("the published examples are not beside the checkout")
        text = path.read_text()
        referral, webhook = self.check_loop(json.loads(text))
        data = json.dumps(webhook["data"])
        for wanted in ("Jones", "3478526985", "1959-05-04", "22 Brightside Crescent", "LS10 4YU",
                       "SP-2026-000123", "Debt advice needed", "Prefers phone contact after 2pm."):
            self.assertIn(wanted, data)
        record = self.world.admin(f"/admin/referrals/{referral}")
        self.assertEqual(record.status, 200)

    def test_the_same_header_pair_again_is_a_duplicate(self):
        message, headers = own_message(), bars_headers()
        self.assertEqual(self.process(message, headers).status, 200)
        self.issue_of(self.process(message, headers), 409, "duplicate")

    def test_a_new_header_pair_is_a_new_referral(self):
        message = own_message()
        first = resources(self.process(message).json, "ServiceRequest")[0]["id"]
        second = resources(self.process(message).json, "ServiceRequest")[0]["id"]
        self.assertNotEqual(first, second)

    def test_a_refused_pair_gets_the_first_refusal_again(self):
        broken, headers = own_message(), bars_headers()
        del broken["meta"]["versionId"]
        first = self.process(broken, headers)
        self.issue_of(first, 400, "invariant")
        again = self.process(own_message(), headers)
        self.assertEqual((again.status, again.body), (first.status, first.body))

    def test_header_faults(self):
        wrong = {"system": OURS["system"], "value": "999999999"}
        for changes, status, code in [
            ({"X_Request_Id": None}, 400, "required"),
            ({"X_Correlation_Id": "abc"}, 400, "invalid"),
            ({"NHSD_Target_Identifier": None}, 400, "required"),
            ({"NHSD_Target_Identifier": "not base64!"}, 400, "invalid"),
            ({"NHSD_Target_Identifier": b64({"value": "", "system": "x"})}, 400, "invalid"),
            ({"NHSD_Target_Identifier": b64(wrong)}, 404, "not-found"),
        ]:
            self.issue_of(self.process(own_message(), bars_headers(**changes)), status, code)

    def test_missing_organisation_headers_are_a_warning(self):
        headers = bars_headers(NHSD_End_User_Organisation=None, NHSD_Requesting_Software=None)
        answer = self.process(own_message(), headers)
        self.assertEqual(answer.status, 200, answer.body)
        warnings = resources(answer.json, "OperationOutcome")[0]["issue"]
        self.assertGreaterEqual(sum(1 for w in warnings if w["severity"] == "warning"), 2)

    def test_message_faults(self):
        def change(edit):
            message = own_message()
            edit(message, resources(message, "MessageHeader")[0], resources(message, "ServiceRequest")[0])
            return message

        def without(kind):
            def edit(message, *_):
                message["entry"] = [e for e in message["entry"]
                                    if e["resource"]["resourceType"] != kind]
            return edit

        def reason(code):
            return lambda m, h, s: h["reason"]["coding"][0].update(code=code)

        def event(code):
            return lambda m, h, s: h["eventCoding"].update(code=code)

        cases = [
            (without("Patient"), 400, "invariant"),
            (without("CarePlan"), 400, "invariant"),
            (lambda m, h, s: m["meta"].update(versionId="9.0.0"), 422, "not-supported"),
            (lambda m, h, s: h.update(definition="https://example.org/unknown"), 422, "not-supported"),
            (lambda m, h, s: h["destination"][0].update(endpoint="https://fhir.nhs.uk/Id/dos-service-id|5"), 400, "value"),
            (lambda m, h, s: s.update(status="draft"), 400, "invariant"),
            (lambda m, h, s: m.update(type="collection"), 400, "invalid"),
            (reason("delete"), 501, "not-supported"),  # still active: no end of a referral
            (reason("other"), 400, "invariant"),
            (event("booking-request"), 400, "invariant"),
            (event("servicerequest-response"), 400, "invariant"),
        ]
        for edit, status, code in cases:
            self.issue_of(self.process(change(edit)), status, code)

    def test_get_is_not_allowed(self):
        answer = self.world.fhir("GET", "/$process-message", headers=bars_headers())
        self.assertEqual(answer.status, 405)
        self.assertEqual(answer.headers["allow"], "POST")

    def test_the_message_definition_can_be_asked_for(self):
        answer = self.world.fhir(
            "GET", "/MessageDefinition?context=https://fhir.nhs.uk/Id/dos-service-id|111111111")
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual(answer.json["entry"][0]["resource"]["resourceType"], "MessageDefinition")
        self.assertEqual(self.world.fhir("GET", "/MessageDefinition?context=x|nothing").status, 404)


if __name__ == "__main__":
    unittest.main()
