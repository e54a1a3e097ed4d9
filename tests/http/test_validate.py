"""$validate over HTTP and `waymark validate`; what becomes of a referral that is wrong."""
import copy
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

from world import PROGRAM, SHARED, World, service_request

PATIENT = {"resourceType": "Patient", "telecom": [{"value": "01632 960001"}]}
PROFILE = {"resourceType": "StructureDefinition", "url": "http://example.org/named", "name": "Named",
           "status": "active", "kind": "resource", "abstract": False, "type": "Patient",
           "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Patient",
           "derivation": "constraint",
           "differential": {"element": [{"id": "Patient.name", "path": "Patient.name", "min": 1}]}}


def codes(outcome):
    """(severity, the rule, expression) of each issue."""
    return [(issue["severity"], issue["details"].get("coding", [{}])[0].get("code", ""),
             (issue.get("expression") or [""])[0]) for issue in outcome["issue"]]


class Operation(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World()

    @classmethod
    def tearDownClass(cls):
        cls.world.close()

    def validate(self, body, path="/Patient/$validate", **options):
        answer = self.world.fhir("POST", path, body, **options)
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual(answer.json["resourceType"], "OperationOutcome")
        return answer.json

    def test_what_is_sound_is_said_to_be_sound(self):
        outcome = self.validate({"resourceType": "Patient"})
        self.assertEqual([issue["severity"] for issue in outcome["issue"]], ["information"])

    def test_findings_come_with_expression_line_and_column(self):
        for path in ("/Patient/$validate", "/$validate"):
            outcome = self.validate(json.dumps(PATIENT, indent=1), path)
            self.assertEqual(codes(outcome), [("error", "cpt-2", "Patient.telecom[0]")])
            self.assertIn("Line 4", outcome["issue"][0]["diagnostics"])

    def test_a_fault_of_structure_does_not_hide_the_rest(self):
        outcome = self.validate({**PATIENT, "nonsense": 1})
        self.assertEqual({expression for _, _, expression in codes(outcome)},
                         {"Patient.nonsense", "Patient.telecom[0]"})

    def test_what_cannot_be_read_is_an_outcome_too(self):
        outcome = self.validate("{")
        self.assertEqual(outcome["issue"][0]["severity"], "fatal")

    def test_xml_comes_and_goes(self):
        answer = self.world.fhir(
            "POST", "/Patient/$validate",
            '<Patient xmlns="http://hl7.org/fhir"><telecom><value value="1"/></telecom></Patient>',
            headers={"Content-Type": "application/fhir+xml", "Accept": "application/fhir+xml"})
        self.assertEqual(answer.status, 200, answer.body)
        self.assertIn(b"cpt-2", answer.body)

    def test_parameters_carry_the_resource(self):
        outcome = self.validate({"resourceType": "Parameters", "parameter": [
            {"name": "mode", "valueCode": "update"},
            {"name": "resource", "resource": PATIENT}]})
        self.assertEqual({(issue["code"], (issue.get("expression") or [""])[0])
                          for issue in outcome["issue"]},
                         {("required", ""), ("invariant", "Patient.telecom[0]")})

    def test_a_profile_that_is_not_known_is_an_error(self):
        outcome = self.validate({"resourceType": "Patient"},
                                "/Patient/$validate?profile=http://example.org/none")
        self.assertEqual(codes(outcome), [("error", "profile-unknown", "Patient")])

    def test_another_type_than_the_path_says(self):
        outcome = self.validate({"resourceType": "Patient"}, "/Organization/$validate")
        self.assertEqual(outcome["issue"][0]["severity"], "error")

    def test_it_needs_a_token_and_a_fhir_body(self):
        self.assertEqual(self.world.fhir("POST", "/$validate", PATIENT, token="wrong").status, 401)
        answer = self.world.fhir("POST", "/$validate", "x", headers={"Content-Type": "text/plain"})
        self.assertEqual(answer.status, 415)

    def test_metadata_lists_it(self):
        statement = self.world.fhir("GET", "/metadata").json
        self.assertIn("validate", [each["name"] for each in statement["rest"][0]["operation"]])
        self.assertEqual([severity for severity, _, _ in codes(self.validate(statement, "/$validate"))
                          if severity != "information"], [])


class Policy(unittest.TestCase):
    """A referral with an error of validation: a telecom value without a system."""

    @staticmethod
    def wrong():
        sent = service_request()
        patient = next(each for each in sent["contained"] if each["resourceType"] == "Patient")
        patient["telecom"] = [{"value": "01632 960001"}]
        return sent

    def world_with(self, text):
        world = World()
        self.addCleanup(world.close)
        if text:
            file = pathlib.Path(world.facts["config"]) / "waymark.toml"
            world.kill_gateway()
            file.write_text(file.read_text() + text)
            world.start_gateway()
        return world

    def test_by_default_it_is_refused_with_every_fault_and_nothing_is_stored(self):
        world = self.world_with("")
        sent = self.wrong()
        answer = world.fhir("POST", "/ServiceRequest", sent)
        self.assertEqual(answer.status, 422, answer.body)
        self.assertEqual([code for _, code, _ in codes(answer.json)], ["cpt-2"])
        del next(each for each in sent["contained"]
                 if each["resourceType"] == "Patient")["telecom"][0]
        again = copy.deepcopy(sent)
        next(each for each in again["contained"]
             if each["resourceType"] == "Patient").pop("telecom")
        self.assertEqual(world.fhir("POST", "/ServiceRequest", again).status, 201)

    def test_a_policy_accepts_and_tells(self):
        for policy in ('\n[validation]\nmode = "warn"\n', '\n[validation]\nwarn = ["cpt-2"]\n'):
            with self.subTest(policy):
                world = self.world_with(policy)
                answer = world.fhir("POST", "/ServiceRequest", self.wrong(),
                                    headers={"Prefer": "return=OperationOutcome"})
                self.assertEqual(answer.status, 201, answer.body)
                self.assertIn(("warning", "cpt-2"),
                              [each[:2] for each in codes(answer.json)])

    def test_a_rule_can_refuse_what_only_warns(self):
        world = self.world_with('\n[validation]\nreject = ["string-blanks"]\n')
        sent = service_request()
        sent["patientInstruction"] = " please"
        answer = world.fhir("POST", "/ServiceRequest", sent)
        self.assertEqual(answer.status, 422, answer.body)
        self.assertEqual([code for _, code, _ in codes(answer.json)], ["string-blanks"])


class CommandLine(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.write("sound.json", {"resourceType": "Patient"})
        self.write("wrong.json", PATIENT)
        (self.folder / "package").mkdir()
        self.write("package/named.json", PROFILE)

    def write(self, name, resource):
        (self.folder / name).write_text(json.dumps(resource, indent=1))

    def run_it(self, *arguments):
        return subprocess.run([PROGRAM, "validate", *arguments], cwd=self.folder,
                              capture_output=True, text=True, timeout=60)

    def test_exit_status_and_lines(self):
        sound = self.run_it("sound.json")
        self.assertEqual((sound.returncode, sound.stdout), (0, "sound.json: valid\n"))
        wrong = self.run_it("sound.json", "wrong.json")
        self.assertEqual(wrong.returncode, 1)
        self.assertIn("wrong.json:4:3: error: Patient.telecom[0]: cpt-2: ", wrong.stdout)
        self.assertEqual(self.run_it().returncode, 2)
        self.assertEqual(self.run_it("sound.json", "--profile", "http://x.y/z").returncode, 2)
        self.assertEqual(self.run_it("absent.json").returncode, 3)
        self.assertEqual(self.run_it("sound.json", "--package", "absent").returncode, 3)

    def test_json(self):
        printed = json.loads(self.run_it("--json", "sound.json", "wrong.json").stdout)
        self.assertEqual([each["valid"] for each in printed], [True, False])
        finding = printed[1]["findings"][0]
        self.assertEqual((finding["rule"], finding["line"], finding["column"], finding["expression"]),
                         ("cpt-2", 4, 3, "Patient.telecom[0]"))

    def test_a_profile_of_a_package(self):
        arguments = ("--package", "package", "--profile", "http://example.org/named")
        refused = self.run_it(*arguments, "sound.json")
        self.assertEqual(refused.returncode, 1, refused.stderr)
        self.assertIn("[profile-min]", refused.stdout)
        self.write("named.json", {"resourceType": "Patient", "name": [{"text": "Test"}]})
        self.assertEqual(self.run_it(*arguments, "named.json").returncode, 0)
        unknown = self.run_it("--package", "package", "--profile", "http://x.y/z", "sound.json")
        self.assertEqual(unknown.returncode, 3)

    def test_standard_input(self):
        done = subprocess.run([PROGRAM, "validate", "-"], input=json.dumps(PATIENT), text=True,
                              capture_output=True, timeout=60)
        self.assertEqual(done.returncode, 1)
        self.assertIn("<stdin>:", done.stdout)

    @unittest.skipUnless((SHARED / "examples/social-prescribing-bars.json").exists(),
                         "no ../shared/examples")
    def test_the_published_message_is_valid(self):
        message = SHARED / "examples/social-prescribing-bars.json"
        self.assertEqual(self.run_it(str(message)).returncode, 0)


if __name__ == "__main__":
    unittest.main()
