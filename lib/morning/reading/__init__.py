"""Tables that other programs wrote: files of any common format, and cells of any spelling."""

from morning.reading.column import Column, as_text
from morning.reading.counts import counts
from morning.reading.files import find, partitions, read, read_batches
from morning.reading.identifiers import identifiers
from morning.reading.texts import as_written, names, numbers_or_text, pictures, texts, words
from morning.reading.times import times

__all__ = [
    "Column",
    "as_text",
    "as_written",
    "counts",
    "find",
    "identifiers",
    "names",
    "numbers_or_text",
    "partitions",
    "pictures",
    "read",
    "read_batches",
    "texts",
    "times",
    "words",
]
