"""Answers: read from files, coded, checked, or made up."""
