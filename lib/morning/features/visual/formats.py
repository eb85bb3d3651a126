"""Which kind of file a picture is, by its first bytes: the ending of its name proves nothing."""

from __future__ import annotations

import re

#: Formats that are read. Others are left out on purpose: EPS, for one, starts a program.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "AVIF")
#: How many first bytes say what a file is.
HEAD = 32
#: How files begin. A container of the ISO (`ftyp`) lists what it holds, four bytes each.
_BEGINNINGS = {
    "JPEG": rb"\xff\xd8\xff",
    "PNG": rb"\x89PNG\r\n\x1a\n",
    "WEBP": rb"RIFF.{4}WEBP",
    "GIF": rb"GIF8[79]a",
    "BMP": rb"BM",
    "AVIF": rb".{4}ftyp(?:.{4})*?avi[fs]",
    "HEIC": rb".{4}ftyp(?:.{4})*?(?:hei[cmsx]|hev[cx]|mif1|msf1)",
    "TIFF": rb"II\*\0|MM\0\*",
    "JPEG 2000": rb".{4}jP  ",
    "JPEG XL": rb"\xff\x0a|.{4}JXL ",
    "PSD": rb"8BPS",
    "video": rb".{4}ftyp|\x1aE\xdf\xa3",
    "web page": rb"(?i)(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|head|body|\?xml)",
}
_PATTERNS = {name: re.compile(pattern, re.DOTALL) for name, pattern in _BEGINNINGS.items()}


def format_of(head: bytes) -> str:
    """Return what a file is whose first bytes are `head` (`HEAD` of them); empty if unknown."""
    return next((name for name, begins in _PATTERNS.items() if begins.match(head)), "")


def refusal(head: bytes) -> str:
    """Return why a file that begins like this cannot be used; empty where it may be.

    As in `pictures`, details are in parentheses.
    """
    found = format_of(head)
    if found in FORMATS:
        return ""
    if found in ("video", "web page"):
        return f"{found} (no picture)"
    if found:
        return f"{found} (convert it to JPEG)"
    return f"unknown format (none of {', '.join(FORMATS)})"
