"""`waymark convert`: JSON and XML of the same resource, without loss; faults and exit statuses."""
import json
import pathlib
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree

from program import run
from world import SHARED

JSON = ('{"resourceType":"Observation","status":"final","code":{"text":"a < b & \\"c\\""},'
        '"valueQuantity":{"value":1.500},"_status":{"id":"s"}}')


def canonical(xml):
    return ElementTree.canonicalize(xml, strip_text=True)


class Convert(unittest.TestCase):
    def convert(self, to, text, *more):
        done = run("convert", "-", "--to", to, *more, stdin=text)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def test_json_to_xml_and_back_keeps_everything(self):
        xml = self.convert("xml", JSON)
        self.assertIn('<value value="1.500"/>', xml)
        self.assertIn("\n  <", xml)
        back = self.convert("json", xml, "--compact")
        self.assertEqual(json.loads(back, parse_float=str), json.loads(JSON, parse_float=str))
        self.assertNotIn("\n", back[:-1])

    def test_published_messages_come_back_equal(self):
        files = sorted((SHARED / "examples/bars-messages").glob("*.xml")) + \
            sorted((SHARED / "examples/bars-definitions").glob("*.xml"))
        if not files:
            self.skipTest("../shared/examples is not there")
        for file in files:
            with self.subTest(file.name):
                there = run("convert", file, "--to", "json")
                self.assertEqual((there.returncode, there.stderr), (0, ""))
                self.assertEqual(canonical(self.convert("xml", there.stdout)),
                                 canonical(file.read_text(encoding="utf-8-sig")))

    def test_what_xml_cannot_carry_is_refused(self):
        done = run("convert", "-", "--to", "xml", stdin='{"resourceType": "Patient", "language": "e\\u0001"}')
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertTrue(done.stderr.startswith("<stdin>:"), done.stderr)

    def test_faults_have_their_place_and_status(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, "p.xml")
            file.write_text('<Patient xmlns="http://hl7.org/fhir">\n  <gendr value="other"/>\n</Patient>')
            done = run("convert", file, "--to", "json")
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertTrue(done.stderr.startswith(f"{file}:2:3: error: "), done.stderr)
        self.assertEqual(run("convert", "/nowhere/p.xml", "--to", "json").returncode, 3)
        self.assertEqual(run("convert", "/", "--to", "json").returncode, 3)
        self.assertEqual(run("convert", "-", "--to", "yaml", stdin=JSON).returncode, 2)
        self.assertEqual(run("convert", "-", stdin=JSON).returncode, 2)
        self.assertEqual(run("convert", "--help").returncode, 0)


if __name__ == "__main__":
    unittest.main()
