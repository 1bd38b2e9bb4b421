"""Preload: all that is heavy, loaded once in the process that workers are forked from."""

import gc
from contextlib import suppress

import newslab
from newslab.articles import Entry, read_entry
from newslab.parsing import blank_vocab
from newslab.places.gazetteer import load_gazetteer
from newslab.reports import running  # noqa: F401 (with all that it imports)

for _name in dir(newslab):  # whatever a notebook may use; what cannot be imported, the notebook will say
    with suppress(ImportError, AttributeError):
        getattr(newslab, _name)
# what reading any document loads, its kept parse, places and language, would else be loaded by every page
blank_vocab()
with suppress(OSError):  # a model is unpacked to a file: on a full disk each page will say so
    load_gazetteer()
    read_entry(Entry("", None, 1, {"text": "News"}))
gc.freeze()  # what is here stays, and no worker need look through it
