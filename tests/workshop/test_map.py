"""Each subcommand of `waymark map`: what it says and how it exits."""
import json
import shutil
import unittest
import xml.etree.ElementTree

from bench import SHARED, Bench

SIMPLE = "mappings/examples/referral-to-simple-json"
LOOSE = '''map "http://x/m" = "M"
uses "http://hl7.org/fhir/StructureDefinition/Patient" alias Patient as source
uses "http://x/Card" alias Card as target
group g(source src : Patient, target tgt : Card) {
  src.name first as n where (family.exists()) -> tgt.surname = (%n.family) "surname";
  src.gender as g -> tgt.sex = translate(g, 'http://x/sex', 'code') "sex";
}
'''
CARD = {"resourceType": "StructureDefinition", "url": "http://x/Card", "name": "Card",
        "status": "draft", "abstract": False, "kind": "logical", "type": "Card",
        "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Element",
        "differential": {"element": [
            {"path": "Card"},
            {"path": "Card.surname", "min": 0, "max": "1", "type": [{"code": "string"}]},
            {"path": "Card.sex", "min": 0, "max": "1", "type": [{"code": "code"}]}]}}
SEX = {"resourceType": "ConceptMap", "url": "http://x/sex", "status": "draft", "group": [
    {"source": "http://hl7.org/fhir/administrative-gender", "target": "http://x", "element": [
        {"code": "female", "target": [{"code": "F", "equivalence": "equal"}]}]}]}


class Check(Bench):
    def test_a_good_set(self):
        out, _ = self.waymark("map", "check", "mappings")
        self.assertRegex(out, r"^mappings: \d+ maps, 0 faults, \d+ warnings\n$")

    def test_faults_have_place_rule_line_and_nearest_name(self):
        map = self.set / "maps/referral-to-simple-json.map"
        map.write_text(map.read_text().replace("out.priority = priority", "out.priorty = priority"))
        out, error = self.waymark("map", "check", "mappings", status=1)
        self.assertRegex(error, r"mappings/maps/referral-to-simple-json\.map:\d+:\d+: error: FML-E0303: "
                                r".*did you mean `priority`\?.*\[ReferralToSimpleJson\|")
        self.assertIn("^~~~", error)
        self.assertIn("1 faults", out)
        out, _ = self.waymark("map", "check", "mappings", "--json", status=1)
        said = json.loads(out)
        self.assertFalse(said["good"])
        self.assertEqual(said["issues"][0]["code"], "FML-E0303")
        self.assertGreater(said["issues"][0]["line"], 1)

    def test_a_warning_is_a_fault_when_strict(self):
        map = self.set / "maps/referral-to-simple-json.map"
        map.write_text(map.read_text().replace("record.authoredOn as date -> out.referredOn = date;",
                                               "record.authoredOn as date -> out.referredOn = '2026';"))
        _, error = self.waymark("map", "check", "mappings")
        self.assertIn("FML-W0401", error)
        self.waymark("map", "check", "mappings", "--strict", status=1)

    def test_what_is_not_there_could_not_be_checked(self):
        self.waymark("map", "check", "nowhere", status=3)
        self.waymark("map", "check", status=2)
        self.waymark("map", status=2)


class Run(Bench):
    def test_a_map_of_the_set(self):
        out, _ = self.waymark("map", "run", "referral-to-simple-json", f"{SIMPLE}/app5.in.json",
                              "--set", "mappings")
        self.assertEqual(json.loads(out), json.loads((self.here / SIMPLE / "app5.out.json").read_text()))

    def test_a_map_of_no_set_with_what_it_needs(self):
        self.write("m.map", LOOSE)
        self.write("card.json", json.dumps(CARD))
        self.write("sex.json", json.dumps(SEX))
        self.write("in.json", '{"resourceType": "Patient", "gender": "female", "name": [{"family": "Ash"}]}')
        self.write("in.xml", '<Patient xmlns="http://hl7.org/fhir"><gender value="female"/></Patient>')
        belongs = ["--with", "card.json", "sex.json"]
        out, _ = self.waymark("map", "run", "m.map", "in.json", *belongs)
        self.assertEqual(json.loads(out), {"surname": "Ash", "sex": "F"})
        out, _ = self.waymark("map", "run", "m.map", "in.xml", *belongs)
        self.assertEqual(json.loads(out), {"sex": "F"})
        out, _ = self.waymark("map", "run", "m.map", "in.json", "--json", "--explain", "sex", *belongs)
        self.assertEqual(json.loads(out), [{"element": "Card.sex", "rule": "M|g|sex", "file": "m.map",
                                            "line": 6, "column": 3, "source": "Patient.gender"}])

    def test_each_row_of_a_spreadsheet(self):
        self.write("m.map", '''map "http://x/m" = "M"
group g(source row, target out) {
  row.`Full name` as n -> out.name = n;
  row.Needs as n -> out.needs = (%n.split(';')) "needs";
}
''')
        self.write("rows.csv", 'Full name,Needs\r\n"Ash, Ada",heating;company\r\nBo,\r\n')
        out, _ = self.waymark("map", "run", "m.map", "rows.csv")
        self.assertEqual(json.loads(out), [{"name": "Ash, Ada", "needs": ["heating", "company"]}, {"name": "Bo"}])
        self.write("rows.csv", 'a,b\n"1,2')
        _, error = self.waymark("map", "run", "m.map", "rows.csv", status=1)
        self.assertIn("rows.csv:2:1: error: this quote is not closed", error)

    def test_explains_and_traces_without_values_unless_asked(self):
        run = ["map", "run", "referral-to-simple-json", f"{SIMPLE}/app5.in.json", "--set", "mappings"]
        out, _ = self.waymark(*run, "--explain", "priority")
        self.assertIn("written by ReferralToSimpleJson|ReferralToSimpleJson|priority", out)
        self.assertIn("from LinkWorkerReferral.priority", out)
        self.assertNotIn("routine", out)
        out, _ = self.waymark(*run, "--explain", "priority", "--values")
        self.assertIn("= routine", out)
        _, error = self.waymark(*run, "--trace")
        self.assertIn("rule ReferralToSimpleJson|ReferralToSimpleJson|priority", error)
        self.assertNotIn("routine", error)
        _, error = self.waymark(*run, "--explain", "interpreterLanguage", status=1)
        self.assertIn("nothing stands at interpreterLanguage", error)
        self.assertRegex(error, r"referral-to-simple-json\.map:\d+:\d+ in ")
        self.waymark(*run, "--explain", "no.such", status=2)

    def test_what_cannot_be_mapped_is_a_no(self):
        self.write("broken.json", '{"priority": 3}')
        _, error = self.waymark("map", "run", "referral-to-simple-json", "broken.json", "--set", "mappings",
                                status=1)
        self.assertIn("broken.json:1:", error)
        _, error = self.waymark("map", "run", "referral-to-simpel-json", "broken.json", "--set", "mappings",
                                status=3)
        self.assertIn("did you mean `referral-to-simple-json`?", error)
        self.waymark("map", "run", "referral-to-simple-json", "none.json", "--set", "mappings", status=3)


class Test(Bench):
    def test_examples_pass_and_a_difference_fails(self):
        out, _ = self.waymark("map", "test", "mappings")
        self.assertRegex(out.splitlines()[-1], r"^\d+ passed, 0 failed$")
        file = self.here / SIMPLE / "app5.out.json"
        changed = json.loads(file.read_text())
        changed["priority"] = "urgent"
        file.write_text(json.dumps(changed))
        out, _ = self.waymark("map", "test", "mappings", "--junit", "junit.xml", status=1)
        self.assertIn('FAILED referral-to-simple-json/app5: $.priority: expected "urgent" but found "routine"',
                      out)
        self.assertRegex(out.splitlines()[-1], r"^\d+ passed, 1 failed$")
        suite = xml.etree.ElementTree.parse(self.here / "junit.xml").getroot()
        self.assertEqual(suite.get("failures"), "1")
        self.assertEqual(len(suite.findall("testcase/failure")), 1)
        self.waymark("map", "test", "mappings", "--update")
        self.waymark("map", "test", "mappings")

    def test_cases_of_a_suite(self):
        case = {"id": "one", "kind": "transform", "map": LOOSE, "models": [CARD], "resources": [SEX],
                "input": {"resourceType": "Patient", "gender": "female"}, "expected": {"sex": "F"}}
        self.write("cases.json", json.dumps({"cases": [case, {"id": "two", "kind": "parse", "map": LOOSE}]}))
        out, _ = self.waymark("map", "test", "--cases", "cases.json")
        self.assertEqual(out, "2 passed, 0 failed\n")
        case["expected"] = {"sex": "M"}
        self.write("cases.json", json.dumps({"cases": [case]}))
        out, _ = self.waymark("map", "test", "--cases", "cases.json", status=1)
        self.assertEqual(out.splitlines()[-1], "0 passed, 1 failed")
        self.write("cases.json", "{}")
        self.waymark("map", "test", "--cases", "cases.json", status=3)
        self.waymark("map", "test", status=2)

    def test_the_official_cases(self):
        file = SHARED / "conformance/fml/cases.json"
        if not file.exists():
            self.skipTest(f"no {file}")
        out, _ = self.waymark("map", "test", "--cases", file)
        self.assertRegex(out.splitlines()[-1], r"^\d\d passed, 0 failed$")


class Forms(Bench):
    def test_there_and_back(self):
        source = self.set / "maps/referral-to-task.map"
        fml, _ = self.waymark("map", "print", source)
        for form in ("json", "xml"):
            text, _ = self.waymark("map", "print", source, "--as", form)
            self.write(f"map.{form}", text)
            back, _ = self.waymark("map", "print", f"map.{form}", "--as", form)
            self.assertEqual(text, back)
        self.write("printed.map", fml)
        again, _ = self.waymark("map", "print", "printed.map")
        self.assertEqual(fml, again)
        self.waymark("map", "print", source, "--as", "pdf", status=2)
        self.write("bad.map", 'map "http://x/m" = "M"\ngroup g(source s target t) {}')
        _, error = self.waymark("map", "print", "bad.map", status=1)
        self.assertIn("bad.map:2:", error)

    def test_one_layout(self):
        file = self.write("m.map", LOOSE.replace("  src.gender as g ->", " src.gender   as g->"))
        out, _ = self.waymark("map", "fmt", "--check", "m.map", status=1)
        self.assertEqual(out, "m.map\n")
        self.waymark("map", "fmt", "m.map")
        self.waymark("map", "fmt", "--check", "m.map")
        self.assertIn("\n  src.gender as g -> tgt.sex", file.read_text())

    def test_no_comment_is_lost(self):
        text = LOOSE.replace(" where (family", " /* the first */ where (family")
        file = self.write("m.map", text)
        _, error = self.waymark("map", "fmt", "m.map", status=1)
        self.assertIn("m.map:5:", error)
        self.assertEqual(file.read_text(), text)


class New(Bench):
    def test_a_start_works_at_once(self):
        self.waymark("map", "new", "provider", "elm-tree-trust", "--set", "mappings")
        self.waymark("map", "check", "mappings/providers/elm-tree-trust", "--strict")
        out, _ = self.waymark("map", "test", "mappings/providers/elm-tree-trust")
        self.assertEqual(out, "1 passed, 0 failed\n")

    def test_names_and_folders_that_are_refused(self):
        self.waymark("map", "new", "provider", "Elm Tree", "--set", "mappings", status=2)
        self.waymark("map", "new", "provider", "../elm", "--set", "mappings", status=2)
        self.waymark("map", "new", "provider", "elm", "--set", "nowhere", status=3)
        self.waymark("map", "new", "provider", "elm", "--set", "mappings")
        self.waymark("map", "new", "provider", "elm", "--set", "mappings", status=1)


class Coverage(Bench):
    def test_what_examples_show(self):
        self.write("c/m.map", LOOSE)
        self.write("c/card.json", json.dumps(CARD))
        self.write("c/sex.json", json.dumps({**SEX, "group": [{**SEX["group"][0], "element": SEX["group"][0][
            "element"] + [{"code": "male", "target": [{"code": "M", "equivalence": "equal"}]}]}]}))
        self.write("c/examples/m/one.in.json",
                   '{"resourceType": "Patient", "gender": "female", "birthDate": "1950-01-01"}')
        out, _ = self.waymark("map", "coverage", "c", "--json")
        said = json.loads(out)[0]
        self.assertEqual(said["dropped"], ["birthDate"])
        self.assertEqual(said["unfilled"], ["surname"])
        self.assertEqual(said["unmet"], ["sex male"])
        self.waymark("map", "coverage", "mappings/maps", status=3)


class Diff(Bench):
    def test_the_same_and_another(self):
        out, _ = self.waymark("map", "diff", "mappings", "mappings", "--corpus", "mappings/examples")
        self.assertRegex(out, r"^\d+ messages, 0 differ\n$")
        other = self.here / "new"
        shutil.copytree(self.set, other)
        map = other / "maps/referral-to-simple-json.map"
        map.write_text(map.read_text().replace("record.priority as priority -> out.priority = priority;", ""))
        out, _ = self.waymark("map", "diff", "mappings", "new", "--corpus", "mappings/examples", status=1)
        self.assertIn("referral-to-simple-json/app5\n  removed priority\n", out)
        self.assertNotIn("routine", out)
        out, _ = self.waymark("map", "diff", "mappings", "new", "--corpus", SIMPLE, "--values", "--json",
                              status=1)
        self.assertEqual(json.loads(out)["messages"][0]["differences"],
                         [{"kind": "removed", "path": "priority", "before": "routine"}])
        self.waymark("map", "diff", "mappings", "nowhere", "--corpus", SIMPLE, status=3)


if __name__ == "__main__":
    unittest.main()
