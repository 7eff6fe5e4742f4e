#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes contracts/train/*.txt and labels_train.jsonl from the marked-up contracts in marked/*.txt.

A label is written around its words: <<Governing Law = Oregon | This Agreement is governed by ...>>. Several categories
are separated by ';', the answer after '=' is optional ("Yes" by default), and marks may be nested. The first line of a
file names its type: "#type: License Agreements". Offsets in the labels are characters of the generated text.

    ./make_labels.py            writes the files
    ./make_labels.py --check    exits with 1 when the files differ from what would be written
"""
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent

CATEGORIES = """Document Name|Parties|Agreement Date|Effective Date|Expiration Date|Renewal Term
Notice Period To Terminate Renewal|Governing Law|Most Favored Nation|Competitive Restriction Exception|Non-Compete
Exclusivity|No-Solicit Of Customers|No-Solicit Of Employees|Non-Disparagement|Termination For Convenience
Rofr/Rofo/Rofn|Change Of Control|Anti-Assignment|Revenue/Profit Sharing|Price Restrictions|Minimum Commitment
Volume Restriction|Ip Ownership Assignment|Joint Ip Ownership|License Grant|Non-Transferable License
Affiliate License-Licensor|Affiliate License-Licensee|Unlimited/All-You-Can-Eat-License
Irrevocable Or Perpetual License|Source Code Escrow|Post-Termination Services|Audit Rights|Uncapped Liability
Cap On Liability|Liquidated Damages|Warranty Duration|Insurance|Covenant Not To Sue|Third Party Beneficiary
""".replace("\n", "|").strip("|").split("|")

# Categories whose answer is a value ("Oregon", "2 years"), not yes or no: without clause the answer is empty.
VALUED = set(CATEGORIES[:8]) | {"Warranty Duration"}


def parse_mark(head, where):
    """'A; B = x' -> [('A', 'Yes'), ('B', 'x')]"""
    labels = []
    for part in head.split(";"):
        name, _, answer = (piece.strip() for piece in part.partition("="))
        if name not in CATEGORIES:
            sys.exit(f"{where}: unknown category '{name}' in the mark '<<{head}|'")
        labels.append((name, answer or "Yes"))
    return labels


def strip_marks(marked, where):
    """The plain text, and [(category, answer, begin, end)] in characters of the plain text."""
    plain, spans, open_marks, i, length = [], [], [], 0, 0
    while i < len(marked):
        if marked.startswith("<<", i):
            bar = marked.index("|", i)
            open_marks.append((parse_mark(marked[i + 2:bar], where), length))
            i = bar + 1 + (marked[bar + 1] == " ")
        elif marked.startswith(">>", i):
            if not open_marks:
                sys.exit(f"{where}: '>>' without '<<' near '{marked[i - 40:i]}'")
            labels, begin = open_marks.pop()
            spans += [(name, answer, begin, length) for name, answer in labels]
            i += 2
        else:
            plain.append(marked[i])
            length += 1
            i += 1
    if open_marks:
        sys.exit(f"{where}: '<<' without '>>' for {open_marks[-1][0]}")
    return "".join(plain), spans


def label_record(name, kind, text, spans):
    labels = []
    for category in CATEGORIES:
        own = sorted((begin, end, answer) for cat, answer, begin, end in spans if cat == category)
        answers = list(dict.fromkeys(answer for _, _, answer in own if answer != "Yes"))
        answer = "; ".join(answers) or ("Yes" if own else "" if category in VALUED else "No")
        clauses = [{"text": text[b:e], "spans": [[b, e]]} for b, e, _ in own]
        labels.append({"category": category, "answer": answer, "clauses": clauses})
    return {"contract": name, "split": "train", "type": kind, "chars": len(text), "labels": labels}


def outputs():
    """{path: content} of every generated file."""
    files, records = {}, []
    for path in sorted((HERE / "marked").glob("*.txt")):
        head, _, body = path.read_text(encoding="utf-8").partition("\n")
        if not head.startswith("#type: "):
            sys.exit(f"{path.name}: the first line must be '#type: KIND'")
        text, spans = strip_marks(body, path.name)
        files[HERE / "contracts" / "train" / path.name] = text
        records.append(label_record(path.stem, head[len("#type: "):].strip(), text, spans))
    files[HERE / "labels_train.jsonl"] = "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records)
    return files


def main():
    wanted = outputs()
    stale = [p for p, content in wanted.items() if not p.exists() or p.read_text(encoding="utf-8") != content]
    if "--check" in sys.argv[1:]:
        for path in stale:
            print(f"{path.relative_to(HERE)} is not what marked/ gives; run {pathlib.Path(__file__).name}")
        return 1 if stale else 0
    for path in stale:
        path.write_text(wanted[path], encoding="utf-8")
    print(f"{len(wanted) - 1} contracts, {len(stale)} files written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
