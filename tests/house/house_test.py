#!/usr/bin/env python3
"""The lint sees what it must see: each rule on a line that breaks it and on one that does not."""
import unittest

import house


class AwaitedBraces(unittest.TestCase):
    def lines(self, code):
        return list(house.awaited_braces(house.without_comments_and_strings(code)))

    def test_sees_an_initialiser_inside_the_call(self):
        self.assertEqual(self.lines("co_await f(Agg{a, 1});"), [1])

    def test_sees_a_lambda_inside_the_call(self):
        self.assertEqual(self.lines("x;\nauto r = co_await f([s] { return s; });"), [2])

    def test_lets_a_named_operation_pass(self):
        self.assertEqual(self.lines("co_await std::move(op);\nif (x) { y(); }"), [])

    def test_lets_the_block_after_an_awaited_condition_pass(self):
        self.assertEqual(self.lines("if (co_await ready(a)) { go(); }"), [])

    def test_does_not_read_strings_and_comments(self):
        self.assertEqual(self.lines('co_await f("{"); // {'), [])


class Blanking(unittest.TestCase):
    def test_keeps_positions(self):
        code = 'a("x"); // y\nb;'
        self.assertEqual(len(house.without_comments_and_strings(code)), len(code))


class Layers(unittest.TestCase):
    def test_names_the_room_of_a_nested_file(self):
        import pathlib
        self.assertEqual(house.room_of(pathlib.Path("gateway/store/sqlite/x.cpp"),
                                       {"gateway/store": set()}), "gateway/store")


if __name__ == "__main__":
    unittest.main()
