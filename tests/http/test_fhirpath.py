"""`waymark fhirpath`: results, plans, files of cases, faults and exit statuses."""
import json
import pathlib
import tempfile
import unittest

from program import run
from world import SHARED

PATIENT = {
    "resourceType": "Patient", "id": "p", "active": True,
    "name": [{"use": "official", "family": "Testcase", "given": ["Alex", "Sam"]},
             {"use": "usual", "given": ["Al\nex"]}],
    "birthDate": "1970-01-31", "_birthDate": {"extension": [{"url": "http://x.example/e", "valueDecimal": 1.50}]},
    "gender": "other", "multipleBirthInteger": 2,
}
XML = ('<?xml version="1.0"?><Patient xmlns="http://hl7.org/fhir"><active value="true"/>'
       '<birthDate value="1970-01-31"/></Patient>')


class OnAFile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.file = pathlib.Path(cls.folder.name, "patient.json")
        cls.file.write_text(json.dumps(PATIENT))

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def lines(self, expression, file=None, **more):
        done = run("fhirpath", expression, file or self.file, **more)
        self.assertEqual((done.returncode, done.stderr), (0, ""), expression)
        return done.stdout.splitlines()

    def test_one_result_a_line_with_its_type(self):
        cases = {
            "name.given": ["string\tAlex", "string\tSam", "string\tAl\\nex"],
            "Patient.gender | 'x'": ["code\tother", "string\tx"],
            "active": ["boolean\ttrue"],
            "multipleBirth + 1": ["integer\t3"],
            "birthDate": ["date\t1970-01-31"],
            "birthDate.extension.value": ["decimal\t1.5"],
            "birthDate + 1 month": ["date\t1970-02-28"],
            "1.10 + 0.05": ["decimal\t1.15"],
            "4 'mg'": ["Quantity\t4 'mg'"],
            "name[0]": ['HumanName\t{"use":"official","family":"Testcase","given":["Alex","Sam"]}'],
            "name.where(use = 'old')": [],
            "{}": [],
        }
        for expression, wanted in cases.items():
            with self.subTest(expression):
                self.assertEqual(self.lines(expression), wanted)

    def test_decimals_keep_their_digits(self):
        self.file.with_name("o.json").write_text(
            '{"resourceType": "Observation", "valueQuantity": {"value": 1.500}}')
        self.assertEqual(self.lines("value.value", self.file.with_name("o.json")), ["decimal\t1.500"])

    def test_xml_and_standard_input_are_read_too(self):
        self.assertEqual(self.lines("birthDate", "-", stdin=XML), ["date\t1970-01-31"])
        self.assertEqual(self.lines("active.not()", "-", stdin=json.dumps(PATIENT)), ["boolean\tfalse"])

    def test_json_keeps_kinds_and_whole_texts(self):
        done = run("fhirpath", "--json", "name[1] | name[1].given | active | multipleBirth | 1.10", self.file)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("1.10", done.stdout)
        self.assertEqual(json.loads(done.stdout), [
            {"type": "HumanName", "value": {"use": "usual", "given": ["Al\nex"]}},
            {"type": "string", "value": "Al\nex"},
            {"type": "boolean", "value": True},
            {"type": "integer", "value": 2},
            {"type": "decimal", "value": 1.1},
        ])

    def test_traces_go_to_standard_error(self):
        done = run("fhirpath", "name.given.trace('given').count()", self.file)
        self.assertEqual((done.returncode, done.stdout), (0, "integer\t3\n"))
        self.assertIn("given: string\tAlex\n", done.stderr)

    def test_the_plan_is_shown_with_or_without_a_file(self):
        done = run("fhirpath", "--explain", "name.where(use = 'official').given.first()", self.file)
        self.assertEqual(done.returncode, 0, done.stderr)
        for part in ("Patient", "string", "'official'", "given"):
            self.assertIn(part, done.stdout)
        self.assertNotIn("Alex", done.stdout)
        self.assertEqual(run("fhirpath", "--explain", "Patient.name.given").returncode, 0)

    def test_a_faulty_expression_is_refused_with_its_place(self):
        for expression, place, part in (
                ("name.gven", "<expression>:1:6:", "given"),
                ("1 +", "<expression>:1:", ""),
                ("name.given.single()", "<expression>:1:", ""),
                ("name.\n  nothing()", "<expression>:2:3:", "nothing")):
            with self.subTest(expression):
                done = run("fhirpath", expression, self.file)
                self.assertEqual((done.returncode, done.stdout), (1, ""))
                self.assertTrue(done.stderr.startswith(place), done.stderr)
                self.assertIn(part, done.stderr)
                self.assertNotIn("Alex", done.stderr)

    def test_a_faulty_file_is_refused_with_its_place(self):
        faulty = self.file.with_name("faulty.json")
        faulty.write_text('{"resourceType": "Patient",\n  "gendr": "other"}')
        done = run("fhirpath", "gender", faulty)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertTrue(done.stderr.startswith(f"{faulty}:2:3: error: "), done.stderr)
        self.assertIn("gender", done.stderr)
        piped = run("fhirpath", "gender", "-", stdin="<Patient")
        self.assertEqual(piped.returncode, 1)
        self.assertTrue(piped.stderr.startswith("<stdin>:1:"), piped.stderr)

    def test_what_cannot_be_run_says_so(self):
        done = run("fhirpath", "gender", self.file.with_name("absent.json"))
        self.assertEqual((done.returncode, done.stdout), (3, ""))
        self.assertIn("absent.json", done.stderr)
        self.assertEqual(run("fhirpath").returncode, 2)
        self.assertEqual(run("fhirpath", "gender").returncode, 2)
        self.assertEqual(run("fhirpath", "gender", self.file, "--nothing").returncode, 2)
        shown = run("fhirpath", "--help")
        self.assertEqual(shown.returncode, 0)
        self.assertIn("--cases", shown.stdout)


class Cases(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "inputs").mkdir()
        (self.folder / "inputs/p.json").write_text(json.dumps(PATIENT))
        (self.folder / "inputs/p.xml").write_text(XML)

    def run_cases(self, cases, *arguments):
        file = self.folder / "cases.json"
        file.write_text(json.dumps({"tests": cases}))
        return run("fhirpath", "--cases", file, *arguments)

    @staticmethod
    def case(name, expression, outputs, **more):
        return {"name": name, "group": "g", "input": "p.json", "expression": expression,
                "invalid": None, "outputs": outputs, **more}

    def test_passes_are_counted_and_failures_shown(self):
        done = self.run_cases([
            self.case("right", "name.given.count()", [["integer", "3"]]),
            self.case("xml", "birthDate", [["date", "@1970-01-31"]], input="p.xml"),
            self.case("refused", "name.gven", [], invalid="semantic"),
            self.case("wrong", "gender", [["code", "female"]]),
        ], "--inputs", self.folder / "inputs")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stdout.splitlines(),
                         ["wrong: gender", "  expected code female", "  got      code other",
                          "3 passed, 1 failed"])

    def test_all_passed_is_status_0_and_inputs_lie_beside_the_file(self):
        done = self.run_cases([self.case("right", "1 + 1", [["integer", "2"]])])
        self.assertEqual((done.returncode, done.stdout), (0, "1 passed, 0 failed\n"))

    def test_types_and_digits_are_compared_strictly(self):
        done = self.run_cases([self.case("type", "1", [["decimal", "1"]]),
                               self.case("digits", "1.10", [["decimal", "1.1"]])], "--json")
        self.assertEqual(done.returncode, 1)
        report = json.loads(done.stdout)
        self.assertEqual((report["passed"], report["failed"]), (0, 2))
        self.assertEqual(report["failures"][1], {"name": "digits", "expression": "1.10",
                                                 "expected": "decimal 1.1", "got": "decimal 1.10"})

    def test_an_input_that_is_not_there_is_a_failure(self):
        done = self.run_cases([self.case("absent", "1", [["integer", "1"]], input="absent.json")])
        self.assertEqual(done.returncode, 1)
        self.assertTrue(done.stdout.endswith("0 passed, 1 failed\n"), done.stdout)

    def test_cases_that_cannot_be_read_are_status_3(self):
        self.assertEqual(run("fhirpath", "--cases", self.folder / "absent.json").returncode, 3)
        (self.folder / "broken.json").write_text("{")
        self.assertEqual(run("fhirpath", "--cases", self.folder / "broken.json").returncode, 3)
        self.assertEqual(run("fhirpath", "1", "--cases", self.folder / "broken.json").returncode, 2)

    def test_the_official_suite_fails_only_where_it_is_wrong(self):
        suite = SHARED / "conformance/fhirpath-r4/tests.json"
        if not suite.exists():
            self.skipTest("../shared/conformance/fhirpath-r4 is not there")
        done = run("fhirpath", "--cases", suite, "--inputs", suite.parent / "inputs")
        passed, failed = map(int, done.stdout.splitlines()[-1].replace(" passed, ", " ").split()[:2])
        self.assertLessEqual(failed, 5, done.stdout)
        self.assertGreater(passed, 400)


if __name__ == "__main__":
    unittest.main()
