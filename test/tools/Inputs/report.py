# ===- report.py - checks the page that `margay report` writes -------------=== #
#
#   report.py PAGE BENCH NODE...    BENCH is what `margay bench --json` prints for the same model; the NODEs are in some kernel
#
# ===---------------------------------------------------------------------=== #

import html.parser
import json
import re
import sys

EMPTY = {"meta", "br", "line", "rect"}


class Page(html.parser.HTMLParser):
    """What is in it; every tag has to be closed in its turn."""

    def __init__(self, text):
        super().__init__()
        self.open, self.rows, self.buffers, self.links = [], [], 0, []
        self.feed(text)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.links += [values[key] for key in ("src", "href") if key in values]
        assert tag != "script"
        if tag == "tr":
            self.rows.append((values.get("class", "").split(), []))
        elif tag == "td":
            self.rows[-1][1].append("")
        elif tag == "rect":
            self.buffers += 1
        if tag not in EMPTY or (tag == "rect"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        pass

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, tag

    def handle_data(self, data):
        if "td" in self.open:
            self.rows[-1][1][-1] += data


def main():
    text = open(sys.argv[1], encoding="utf-8").read()
    page, kernels = Page(text), json.load(open(sys.argv[2]))["kernels"]
    assert not page.links and "url(" not in text and "@import" not in text, page.links
    rows = [cells for kinds, cells in page.rows if "kernel" in kinds]
    assert len(rows) == len(kernels), (len(rows), len(kernels))
    for row, kernel in zip(rows, kernels):
        assert row[1].startswith(kernel["name"]) and row[2].startswith(kernel["plan"]), (row, kernel)
        assert re.search(r"\[[0-9,]*\]", row[3]), row
        assert re.fullmatch(r"[0-9.]+ (us|ms|s)", row[5]) and re.fullmatch(r"[0-9.]+\u00a0%", row[11]), row
    # Weights of the convolutions.
    weights = [int(row[4].replace(",", "")) for row in rows if row[4]]
    assert {4 * (8 * 25 + 8), 4 * (12 * 72 + 12)} <= set(weights), weights
    for node in sys.argv[3:]:
        assert any(node in row[1] for row in rows), node
    assert page.buffers >= 2, page.buffers


main()
