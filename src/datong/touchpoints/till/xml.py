"""XML from tills: transactions one by one out of a document, in bounded memory, without entities, DTD or network."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from datong.errors import Rejected

__all__ = ["alone", "transactions"]

_ENCODINGS = re.compile(
    r"(utf-?8|us-ascii|ascii|utf-?16(le|be)?|gbk|gb2312|gb18030|cp936|big5|(iso-)?8859-\d+|iso-8859-\d+|latin-?1"
    r"|windows-\d+|cp125\d|shift_jis|euc-jp|euc-kr)", re.IGNORECASE)
_DECLARED = re.compile(rb"""\A<\?xml[^>]*?\bencoding\s*=\s*["']([^"'>]{1,40})["']""")
_DECLARATION = re.compile(rb"\A<\?xml.*?\?>", re.DOTALL)
_ROOT = re.compile(rb"<([A-Za-z_][^\s<>/]*)[^<>]*>")
_START = re.compile(rb"<(?:[\w.-]+:)?Transaction(?=[\s>])")
_END = re.compile(rb"</(?:[\w.-]+:)?Transaction\s*>")
_CLOSED = re.compile(rb"(\s|</[^<>]*>)*")
_HINT = "send a POSLog document: <POSLog><Transaction>…</Transaction></POSLog>"


def transactions(frame: bytes) -> Iterator[tuple[Any, bytes, Rejected | None]]:
    """Return every Transaction as (element, b"", None); one that is not well-formed as (None, its text, why).

    An element is good only until the next one is asked for. Raises Rejected (`bad_xml`) for a document without
    transactions, with a DOCTYPE, or in an encoding that is not known.
    """
    text = _in_utf8(frame)
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise Rejected("the document has a DOCTYPE", code="bad_xml", hint="leave the DTD out; entities are not taken")
    read = 0
    try:
        for element in _stream(text):
            read += 1
            yield element, b"", None
    except etree.XMLSyntaxError as error:
        yield from _rescued(text, read, _why(error))
        return
    if not read:
        raise Rejected("the document holds no Transaction", code="bad_xml", hint=_HINT)


def alone(element: Any) -> bytes:
    """Return the transaction's own XML, with the namespaces that it uses."""
    found: bytes = etree.tostring(element, encoding="utf-8", with_tail=False)
    return found


def _stream(text: bytes, keep: bool = False) -> Iterator[Any]:
    found = etree.iterparse(
        io.BytesIO(text), events=("end",), tag="{*}Transaction", resolve_entities=False, no_network=True,
        load_dtd=False, dtd_validation=False, huge_tree=False, remove_comments=True, remove_pis=True,
    )
    for _, element in found:
        if next(element.iterancestors("{*}Transaction"), None) is not None:
            continue  # a vendor's own, inside of one
        yield element
        if keep:
            continue
        element.clear()
        parent = element.getparent()
        while parent is not None and element.getprevious() is not None:
            del parent[0]


def _rescued(text: bytes, read: int, why: Rejected) -> Iterator[tuple[Any, bytes, Rejected | None]]:
    """Read the transactions after the first `read`, each by itself; raises Rejected where there is none."""
    starts = [match.start() for match in _START.finditer(text)]
    if not starts:
        raise why
    root = _ROOT.search(text)
    opened = root.group() if root is not None and root.start() < starts[0] and not root.group().endswith(b"/>") else b""
    closed = b"</" + root.group(1) + b">" if opened and root is not None else b""
    if read >= len(starts):  # all were read: what is broken lies behind the last one
        yield None, text[max([0, *(match.end() for match in _END.finditer(text))]) :] or b" ", why
        return
    for start, stop in zip(starts[read:], [*starts[read + 1 :], len(text)], strict=True):
        chunk = text[start:stop]
        ends = [match.end() for match in _END.finditer(chunk)]
        chunk, rest = (chunk[: ends[-1]], chunk[ends[-1] :]) if ends else (chunk, b"")
        part = opened + chunk + closed
        try:
            found = list(_stream(part, keep=True))
        except etree.XMLSyntaxError as error:
            yield None, part, _why(error)
        else:
            yield (found[0], b"", None) if len(found) == 1 else (None, part, why)
        if not _CLOSED.fullmatch(rest):
            yield None, rest, why


def _in_utf8(frame: bytes) -> bytes:
    """Return the document in UTF-8 without declaration or byte order mark."""
    if frame[:2] in {b"\xff\xfe", b"\xfe\xff"} or frame[:4] in {b"<\0?\0", b"\0<\0?"}:
        encoding = "utf-16" if frame[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-16-le" if frame[:1] == b"<" \
            else "utf-16-be"
    else:
        frame = frame.removeprefix(b"\xef\xbb\xbf").lstrip()
        declared = _DECLARED.match(frame[:200])
        encoding = declared.group(1).decode("ascii", "replace") if declared else "utf-8"
    if not _ENCODINGS.fullmatch(encoding):
        raise Rejected(f"the document's encoding {encoding!r} is not known", code="bad_xml", hint="send it in UTF-8")
    if encoding.lower() not in {"utf-8", "utf8", "ascii", "us-ascii"}:
        wide = {"gbk": "gb18030", "gb2312": "gb18030"}.get(encoding.lower(), encoding)  # what tills call either is more
        try:
            frame = frame.decode(wide).encode()
        except (UnicodeError, LookupError):
            raise Rejected(f"the document is not {encoding}", code="bad_xml",
                           hint="write the encoding it really has into its first line") from None
    return _DECLARATION.sub(b"", frame.removeprefix(b"\xef\xbb\xbf"), count=1)


def _why(error: etree.XMLSyntaxError) -> Rejected:
    line = error.lineno or 0
    reason = re.sub(r",? line \d+, column \d+.*", "", str(error.msg or "not well-formed"))[:150]
    return Rejected(f"the XML breaks in line {line}: {reason}", code="bad_xml", hint="send the transaction again")
