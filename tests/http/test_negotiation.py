"""Content negotiation at every endpoint for practices: what is asked for is given, or 406; what
cannot be read is 415."""
import json
import unittest
import xml.etree.ElementTree as ElementTree

from program import run
from test_bars import bars_headers, own_message
from world import World, service_request

FHIR = "{http://hl7.org/fhir}"
JSON = "application/fhir+json"
XML = "application/fhir+xml"


class Negotiation(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World()
        made = cls.world.fhir("POST", "/ServiceRequest", service_request())
        assert made.status == 201, made.body
        cls.id = made.json["id"]

    @classmethod
    def tearDownClass(cls):
        cls.world.close()

    def root(self, answer):
        """The root's name; the body must be what the Content-Type says."""
        kind = answer.headers["content-type"]
        if kind.startswith(JSON):
            return answer.json["resourceType"]
        self.assertTrue(kind.startswith(XML), kind)
        return ElementTree.fromstring(answer.body).tag.removeprefix(FHIR)

    def reads(self):
        return {
            "/metadata": "CapabilityStatement",
            f"/ServiceRequest/{self.id}": "ServiceRequest",
            f"/Task/{self.id}": "Task",
            "/Task?status=requested": "Bundle",
            "/MessageDefinition": "Bundle",
        }

    def test_every_read_answers_in_both_formats(self):
        for path, root in self.reads().items():
            joint = "&" if "?" in path else "?"
            for asked, parameter, kind in ((XML, "", XML), (JSON, "", JSON), ("*/*", "", JSON),
                                           (f"{JSON};q=0.1, {XML};q=0.2", "", XML),
                                           (f"{JSON};q=0, */*", "", XML),
                                           (JSON, "_format=xml", XML), (XML, "_format=json", JSON),
                                           ("text/html", "_format=application/fhir%2Bxml", XML),
                                           ("text/html", "_format=application/fhir+xml", XML)):
                with self.subTest(path, asked=asked, parameter=parameter):
                    answer = self.world.fhir("GET", path + (joint + parameter if parameter else ""),
                                             headers={"Accept": asked})
                    self.assertEqual(answer.status, 200, answer.body)
                    self.assertEqual(self.root(answer), root)
                    self.assertTrue(answer.headers["content-type"].startswith(kind))

    def test_what_cannot_be_given_is_406_with_an_outcome(self):
        for path in self.reads():
            joint = "&" if "?" in path else "?"
            for asked, parameter in (("text/html", ""), (f"{JSON};q=0", ""), ("image/*", ""),
                                     (f"{JSON}; fhirVersion=5.0", ""), (JSON, "_format=turtle")):
                with self.subTest(path, asked=asked, parameter=parameter):
                    answer = self.world.fhir("GET", path + (joint + parameter if parameter else ""),
                                             headers={"Accept": asked})
                    self.assertEqual(answer.status, 406, answer.body)
                    self.assertEqual(answer.issue()["code"], "not-supported")

    def test_faults_are_printed_as_asked(self):
        answer = self.world.fhir("GET", "/Task/absent", headers={"Accept": XML})
        self.assertEqual((answer.status, self.root(answer)), (404, "OperationOutcome"))
        self.assertTrue(answer.headers["content-type"].startswith(XML))
        answer = self.world.fhir("GET", "/Task/absent", token="wrong", headers={"Accept": XML})
        self.assertEqual((answer.status, self.root(answer)), (401, "OperationOutcome"))

    def test_a_body_in_xml_is_taken_in_and_answered_in_xml(self):
        made = run("convert", "-", "--to", "xml", stdin=json.dumps(service_request()))
        answer = self.world.fhir("POST", "/ServiceRequest", made.stdout.encode(),
                                 headers={"Content-Type": XML, "Accept": XML})
        self.assertEqual(answer.status, 201, answer.body)
        self.assertEqual(self.root(answer), "ServiceRequest")
        again = self.world.fhir("GET", answer.headers["location"].split("/FHIR/R4")[1])
        self.assertEqual(again.json["code"]["coding"][0]["code"], "871731000000106")
        self.world.wait_for_status(again.json["id"], ("completed",))

    def test_a_body_of_another_type_is_415(self):
        for path in ("/ServiceRequest", "/"):
            for kind in ("text/plain", "application/x-www-form-urlencoded", f"{JSON}; charset=utf-16",
                         f"{JSON}; fhirVersion=3.0", "application/fhir+turtle"):
                with self.subTest(path, kind=kind):
                    answer = self.world.fhir("POST", path, service_request(), headers={"Content-Type": kind})
                    self.assertEqual(answer.status, 415, answer.body)
                    self.assertEqual(answer.issue()["code"], "not-supported")
        # Named wrongly: JSON that claims to be XML is unreadable, and nothing is taken in.
        answer = self.world.fhir("POST", "/ServiceRequest", service_request(), headers={"Content-Type": XML})
        self.assertEqual(answer.status, 400, answer.body)

    def test_bars_answers_in_both_formats_and_in_its_own_version_only(self):
        for asked, kind in ((f"{XML}; version=1.4.0", XML), (f"{JSON}; version=1.1.0", JSON), (XML, XML)):
            with self.subTest(asked):
                answer = self.world.fhir("POST", "/$process-message", own_message(),
                                         headers=bars_headers(Accept=asked))
                self.assertEqual(answer.status, 200, answer.body)
                self.assertTrue(answer.headers["content-type"].startswith(kind))
                self.assertEqual(self.root(answer), "Bundle")
        xml = run("convert", "-", "--to", "xml", stdin=json.dumps(own_message())).stdout.encode()
        answer = self.world.fhir("POST", "/$process-message", xml,
                                 headers=bars_headers(Content_Type=f"{XML}; version=1.4.0"))
        self.assertEqual((answer.status, self.root(answer)), (200, "Bundle"), answer.body)
        for path, method, body in (("/$process-message", "POST", own_message()), ("/MessageDefinition", "GET", None)):
            for asked in (f"{JSON}; version=2.0.0", "text/html"):
                with self.subTest(path, asked=asked):
                    answer = self.world.fhir(method, path, body, headers=bars_headers(Accept=asked))
                    self.assertEqual(answer.status, 406, answer.body)
                    coding = answer.issue()["details"]["coding"][0]
                    self.assertEqual(coding["code"], "REC_NOT_ACCEPTABLE")
        answer = self.world.fhir("POST", "/$process-message", own_message(),
                                 headers=bars_headers(Content_Type=f"{JSON}; version=2.0.0"))
        self.assertEqual(answer.status, 415, answer.body)


if __name__ == "__main__":
    unittest.main()
