"""From what people have, exports of scrapers and tools, to the folder of a Dataset."""

from morning.importing.build import import_folder, read_brands

__all__ = ["import_folder", "read_brands"]
