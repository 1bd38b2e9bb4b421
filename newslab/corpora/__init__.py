"""Corpora: collections of many documents, analysed into tables on disk and profiled from there."""
