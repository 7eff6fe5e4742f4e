# SPDX-License-Identifier: Apache-2.0
import re
from collections import Counter
from dataclasses import dataclass
from agents_sdk import Module
module = Module("keywords", "1.0.0", description="The long words that a text uses most often")

@dataclass
class Text:
    text: str
@dataclass
class Words:
    words: list[str]

@module.capability("text.keywords@1", effect="pure")
def keywords(given: Text) -> Words:
    found = Counter(re.findall(r"\w{5,}", given.text.lower()))
    return Words([word for word, _ in found.most_common(5)])

module.serve()
