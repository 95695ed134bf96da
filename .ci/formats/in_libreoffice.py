"""Reads CSV files with LibreOffice."""

import pathlib
import subprocess
import tempfile
import xml.etree.ElementTree as ElementTree

TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
# The format: commas between fields, quotation marks around them, UTF-8, and reading starts at line 1.
FORMAT = "CSV:44,34,76,1,,0"
# LibreOffice reads a quoted field as a text, and no field as a formula.
AS_TEXT = FORMAT + ",true,false"
# LibreOffice looks for numbers, dates and formulas in every field.
AS_ANYTHING = FORMAT + ",false,true,false,false,false,,true"


def paragraph(node):
    """The text of a paragraph. LibreOffice writes spaces and tabs as elements."""
    text = node.text or ""
    for child in node:
        if child.tag == f"{TEXT}s":
            text += " " * int(child.get(f"{TEXT}c", 1))
        elif child.tag == f"{TEXT}tab":
            text += "\t"
        elif child.tag == f"{TEXT}line-break":
            text += "\n"
        else:
            text += paragraph(child)
        text += child.tail or ""
    return text


def read(csv, options):
    """The cells of each row, and the formulas that LibreOffice has found."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        # As bytes, so that Python does not convert line breaks.
        (folder / "todos.csv").write_bytes(csv.encode())
        subprocess.run(
            ["soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", f"--infilter={options}",
             "--convert-to", "fods", "--outdir", folder, folder / "todos.csv"],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120)
        sheet = ElementTree.parse(folder / "todos.fods").getroot().find(f".//{TABLE}table")
    rows, formulas = [], []
    for row in sheet.iter(f"{TABLE}table-row"):
        cells = []
        for cell in row.iter(f"{TABLE}table-cell"):
            formulas += filter(None, [cell.get(f"{TABLE}formula")])
            text = "\n".join(paragraph(node) for node in cell.findall(f"{TEXT}p"))
            cells += [text] * int(cell.get(f"{TABLE}number-columns-repeated", 1))
        rows.append(cells)
    return rows, formulas
