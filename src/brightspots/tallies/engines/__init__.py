"""Counting where the data is: one small file for each way of counting."""
