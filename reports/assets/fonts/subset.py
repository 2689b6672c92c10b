#!/usr/bin/env python3
"""Makes the font subsets that are built into the binary.

    apt-get install fonts-noto-cjk unicode-data
    pip install fonttools==4.68.0
    python3 subset.py

Characters: the 8,105 of the Table of General Standard Chinese Characters (Unihan kTGH: every
character that the state registers in names of persons and places), all of GB 2312, Latin with
accents, digits, punctuation, full-width forms and the signs that charts use. Outlines are CFF
without hinting; the name table keeps copyright and licence. Noto has no Reserved Font Name, so the
family keeps its own name. The same input gives the same bytes.
"""

import bz2
import pathlib
import sys

from fontTools import subset
from fontTools.ttLib import TTFont

NOTO = pathlib.Path("/usr/share/fonts/opentype/noto")
UNIHAN = pathlib.Path("/usr/share/unicode/Unihan_OtherMappings.txt.bz2")
HERE = pathlib.Path(__file__).resolve().parent
# The SC face has the same place in each collection.
SC_FACE = 2
FACES = [
    ("NotoSansCJK-Regular.ttc", "NotoSansCJKsc-Regular-subset.otf"),
    ("NotoSansCJK-Bold.ttc", "NotoSansCJKsc-Bold-subset.otf"),
    ("NotoSerifCJK-Regular.ttc", "NotoSerifCJKsc-Regular-subset.otf"),
]
# 〓 stands for a missing type; 々 〇 are in names; the rest is for charts, tables and official papers.
SIGNS = "▲▼△▽●○◐◆◇■□▪★☆→←↑↓↗↘–—―‘’“”…·•×÷±≥≤≠≈%‰°℃+−§¶†‡*①②③④⑤⑥⑦⑧⑨⑩✓〓々〇〔〕￥€£\u00a0\u3000"


def characters(unihan):
    chosen = set(range(0x20, 0x7F)) | set(range(0xA0, 0x100)) | set(map(ord, "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüêńňǹḿ")) | {ord(c) for c in SIGNS}
    chosen |= set(range(0x2010, 0x2017)) | set(range(0x3000, 0x3018))
    chosen |= set(range(0xFF01, 0xFF5F)) | set(range(0xFFE0, 0xFFE7)) | set(range(0x2460, 0x2474))
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                chosen.add(ord(bytes([row, cell]).decode("gb2312")))
            except UnicodeDecodeError:
                pass
    with bz2.open(unihan, "rt", encoding="utf-8") as lines:
        for line in lines:
            fields = line.split("\t")
            if len(fields) > 1 and fields[1] == "kTGH":
                chosen.add(int(fields[0][2:], 16))
    return chosen


def main():
    unihan = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else UNIHAN
    wanted = characters(unihan)
    for source, target in FACES:
        options = subset.Options()
        options.hinting = False
        options.desubroutinize = False
        options.layout_features = ["kern", "palt", "halt", "chws", "vert"]
        options.name_IDs = ["*"]
        options.name_languages = [0x409]
        options.notdef_outline = True
        options.glyph_names = False
        options.recalc_timestamp = False
        # No `locl`: it would draw in the forms of other regions and double the size.
        options.drop_tables += ["VORG", "BASE"]
        font = TTFont(NOTO / source, fontNumber=SC_FACE, recalcTimestamp=False)
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=wanted)
        subsetter.subset(font)
        font.save(HERE / target)
        lacking = sorted(wanted - set(font.getBestCmap()))
        size_kib = (HERE / target).stat().st_size // 1024
        print(f"{target}: {len(font.getBestCmap())} characters, {size_kib} KiB; not in the source: "
              + (" ".join(f"U+{c:04X}" for c in lacking) or "none"))


if __name__ == "__main__":
    main()
