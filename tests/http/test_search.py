"""Searches of ServiceRequest and Task, their pages, and transactions."""
import unittest
import urllib.parse
import uuid

from world import World, nhs_number, service_request


class Search(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World()
        cls.sent = [service_request(seed=500 + n, ods="Y01234") for n in range(7)]
        cls.made = [cls.world.fhir("POST", "/ServiceRequest", sent, practice=2).json for sent in cls.sent]

    @classmethod
    def tearDownClass(cls):
        cls.world.close()

    def search(self, path, **options):
        answer = self.world.fhir("GET", path, practice=2, **options)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json

    def ids(self, bundle):
        return [entry["resource"]["id"] for entry in bundle.get("entry", [])]

    def test_finds_by_id_identifier_and_nhs_number(self):
        made, sent = self.made[3], self.sent[3]
        value = urllib.parse.quote(f"https://tests.example/referral|{sent['identifier'][0]['value']}")
        for kind in ("ServiceRequest", "Task"):
            for query in (f"_id={made['id']}", f"identifier={value}",
                          f"patient:identifier={nhs_number(503)}",
                          f"patient:identifier=https://fhir.nhs.uk/Id/nhs-number|{nhs_number(503)}"):
                self.assertEqual(self.ids(self.search(f"/{kind}?{query}")), [made["id"]], query)

    def test_finds_by_status_and_time(self):
        self.assertIn(self.made[0]["id"], self.ids(self.search("/ServiceRequest?status=active,completed")))
        self.assertEqual(self.search("/ServiceRequest?status=draft")["total"], 0)
        self.assertGreaterEqual(self.search("/ServiceRequest?authored=2026-11-20")["total"], 7)
        self.assertEqual(self.search("/ServiceRequest?authored=lt2026-11-20")["total"], 0)
        self.assertGreaterEqual(self.search("/Task?_lastUpdated=ge2020")["total"], 7)
        self.assertEqual(self.search("/Task?_lastUpdated=lt2020")["total"], 0)

    def test_pages_lead_through_everything_once(self):
        seen, url = [], "/ServiceRequest?authored=2026-11-20&_count=3"
        for _ in range(10):
            bundle = self.search(url)
            self.assertLessEqual(len(self.ids(bundle)), 3)
            seen += self.ids(bundle)
            links = {link["relation"]: link["url"] for link in bundle["link"]}
            self.assertTrue(links["self"].startswith(self.world.facts["fhir"] + "/ServiceRequest?"))
            if "next" not in links:
                break
            url = links["next"].removeprefix(self.world.facts["fhir"])
        self.assertEqual(len(seen), len(set(seen)))
        self.assertLessEqual({made["id"] for made in self.made}, set(seen))

    def test_post_search_gives_the_same(self):
        answer = self.world.fhir("POST", "/ServiceRequest/_search", f"_id={self.made[1]['id']}", practice=2,
                                 headers={"Content-Type": "application/x-www-form-urlencoded"})
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual(self.ids(answer.json), [self.made[1]["id"]])

    def test_unknown_parameters_are_refused_only_when_strict(self):
        self.assertGreaterEqual(self.search("/Task?_include=Task:focus")["total"], 7)
        answer = self.world.fhir("GET", "/Task?_include=Task:focus", practice=2,
                                 headers={"Prefer": "handling=strict"})
        self.assertEqual(answer.status, 400)

    def test_unreadable_values_are_refused(self):
        for query in ("_lastUpdated=yesterday", "_count=x", "identifier=bare", "patient:identifier=Smith"):
            self.assertEqual(self.world.fhir("GET", f"/Task?{query}", practice=2).status, 400, query)

    def test_a_task_points_to_its_service_request_and_its_parts(self):
        task = self.world.task(self.made[0]["id"], practice=2)
        self.assertEqual(task["focus"]["reference"], f"ServiceRequest/{self.made[0]['id']}")
        self.assertEqual((task["intent"], task["resourceType"]), ("order", "Task"))

    def test_etags_spare_a_body(self):
        first = self.world.fhir("GET", f"/ServiceRequest/{self.made[0]['id']}", practice=2)
        again = self.world.fhir("GET", f"/ServiceRequest/{self.made[0]['id']}", practice=2,
                                headers={"If-None-Match": first.headers["etag"]})
        if again.status == 200:  # its status moved on between the two reads
            self.assertNotEqual(again.headers["etag"], first.headers["etag"])
        else:
            self.assertEqual((again.status, again.body), (304, b""))

    def test_head_is_get_without_a_body(self):
        answer = self.world.fhir("HEAD", f"/ServiceRequest/{self.made[0]['id']}", practice=2)
        self.assertEqual((answer.status, answer.body), (200, b""))


class Transaction(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World()

    @classmethod
    def tearDownClass(cls):
        cls.world.close()

    def bundle(self, *resources):
        entries = []
        for resource in resources:
            entries.append({"fullUrl": f"urn:uuid:{uuid.uuid4()}", "resource": resource,
                            "request": {"method": "POST", "url": resource["resourceType"]}})
        return {"resourceType": "Bundle", "type": "transaction", "entry": entries}

    def plain(self):
        request = service_request()
        patient, organisation = request.pop("contained")
        del patient["id"], organisation["id"]
        bundle = self.bundle(patient, organisation, request)
        request["subject"] = {"reference": bundle["entry"][0]["fullUrl"]}
        request["requester"] = {"reference": bundle["entry"][1]["fullUrl"]}
        return bundle

    def test_every_entry_is_answered_in_order(self):
        bundle = self.plain()
        answer = self.world.fhir("POST", "", bundle)
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual(answer.json["type"], "transaction-response")
        kinds = [entry["response"]["location"].removeprefix(self.world.facts["fhir"] + "/").split("/")[0]
                 for entry in answer.json["entry"]]
        self.assertEqual(kinds, ["Patient", "Organization", "ServiceRequest"])
        for entry in answer.json["entry"]:
            response = entry["response"]
            self.assertTrue(response["status"].startswith("201"))
            self.assertIn("etag", response)
            self.assertIn("lastModified", response)
            path = response["location"].removeprefix(self.world.facts["fhir"])
            self.assertEqual(self.world.fhir("GET", path).status, 200, path)

    def test_the_trailing_slash_is_the_same_base(self):
        self.assertEqual(self.world.fhir("POST", "/", self.plain()).status, 200)

    def test_what_it_may_not_hold_is_refused(self):
        two = self.plain()
        two["entry"].append(two["entry"][2])
        none = self.plain()
        del none["entry"][2]
        put = self.plain()
        put["entry"][0]["request"] = {"method": "PUT", "url": "Patient/1"}
        batch = self.plain() | {"type": "batch"}
        url = self.plain()
        url["entry"][0]["request"]["url"] = "Organization"
        for body, status in [(two, 422), (none, 422), (put, 422), (batch, 422), (url, 400)]:
            answer = self.world.fhir("POST", "", body)
            self.assertEqual(answer.status, status, answer.body)
            self.assertTrue(answer.issue()["details"]["text"])


if __name__ == "__main__":
    unittest.main()
