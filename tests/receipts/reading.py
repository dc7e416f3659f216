"""Reading a PDF as people and machines do: copying its text, printing it black and white, scanning the print."""

from __future__ import annotations

import io
import shutil
import subprocess

import numpy as np
import pypdf
import pypdfium2
import zxingcpp

PRINTER_DPI = 203


def read_text(pdf: bytes) -> str:
    """What copying from the paper gives, by pypdf."""
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def read_text_pdfium(pdf: bytes) -> str:
    """The same by another reader."""
    with pypdfium2.PdfDocument(pdf) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document)


def read_text_poppler(pdf: bytes) -> str:
    """The same by a third; empty where poppler's ``pdftotext`` is not installed."""
    if (program := shutil.which("pdftotext")) is None:
        return ""
    done = subprocess.run([program, "-enc", "UTF-8", "-", "-"], input=pdf, capture_output=True, check=True)
    return done.stdout.decode()


READERS = {"pypdf": read_text, "pdfium": read_text_pdfium} | (
    {"poppler": read_text_poppler} if shutil.which("pdftotext") else {}
)
"""The readers at hand by name."""


def joined(text: str) -> str:
    """Text without the blanks and line ends that come from where it stands on the page."""
    return "".join(text.split())


def one_bit(pdf: bytes, page: int = 0, dpi: int = PRINTER_DPI) -> np.ndarray:
    """A page as a thermal printer sees it: black or white dots."""
    with pypdfium2.PdfDocument(pdf) as document:
        grey = document[page].render(scale=dpi / 72, grayscale=True).to_numpy()
    return np.where(grey.squeeze() < 128, 0, 255).astype(np.uint8)


def scan_all(pdf: bytes, page: int = 0) -> list[str]:
    """Every code that a scanner reads on a page printed at 203 dpi."""
    return [code.text for code in zxingcpp.read_barcodes(one_bit(pdf, page))]


def scan(pdf: bytes, page: int = 0) -> dict[str, str]:
    """What a scanner reads on a page printed at 203 dpi: format → text."""
    return {str(code.format): code.text for code in zxingcpp.read_barcodes(one_bit(pdf, page))}
