"""The grammar of RE2, which checks a rule's pattern before a run would fail on it."""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_REPEAT = 1000
CATEGORIES_NAMES = """
Any C Cc Cf Co Cs L Ll Lm Lo Lt Lu M Mc Me Mn N Nd Nl No P Pc Pd Pe Pf Pi Po Ps S Sc Sk Sm So Z Zl
Zp Zs
"""
SCRIPTS_NAMES = """
Adlam Ahom Anatolian_Hieroglyphs Arabic Armenian Avestan Balinese Bamum Bassa_Vah Batak Bengali
Bhaiksuki Bopomofo Brahmi Braille Buginese Buhid Canadian_Aboriginal Carian Caucasian_Albanian
Chakma Cham Cherokee Chorasmian Common Coptic Cuneiform Cypriot Cypro_Minoan Cyrillic Deseret
Devanagari Dives_Akuru Dogra Duployan Egyptian_Hieroglyphs Elbasan Elymaic Ethiopic Georgian
Glagolitic Gothic Grantha Greek Gujarati Gunjala_Gondi Gurmukhi Han Hangul Hanifi_Rohingya Hanunoo
Hatran Hebrew Hiragana Imperial_Aramaic Inherited Inscriptional_Pahlavi Inscriptional_Parthian
Javanese Kaithi Kannada Katakana Kawi Kayah_Li Kharoshthi Khitan_Small_Script Khmer Khojki
Khudawadi Lao Latin Lepcha Limbu Linear_A Linear_B Lisu Lycian Lydian Mahajani Makasar Malayalam
Mandaic Manichaean Marchen Masaram_Gondi Medefaidrin Meetei_Mayek Mende_Kikakui Meroitic_Cursive
Meroitic_Hieroglyphs Miao Modi Mongolian Mro Multani Myanmar Nabataean Nag_Mundari Nandinagari
New_Tai_Lue Newa Nko Nushu Nyiakeng_Puachue_Hmong Ogham Ol_Chiki Old_Hungarian Old_Italic
Old_North_Arabian Old_Permic Old_Persian Old_Sogdian Old_South_Arabian Old_Turkic Old_Uyghur Oriya
Osage Osmanya Pahawh_Hmong Palmyrene Pau_Cin_Hau Phags_Pa Phoenician Psalter_Pahlavi Rejang Runic
Samaritan Saurashtra Sharada Shavian Siddham SignWriting Sinhala Sogdian Sora_Sompeng Soyombo
Sundanese Syloti_Nagri Syriac Tagalog Tagbanwa Tai_Le Tai_Tham Tai_Viet Takri Tamil Tangsa Tangut
Telugu Thaana Thai Tibetan Tifinagh Tirhuta Toto Ugaritic Vai Vithkuqi Wancho Warang_Citi Yezidi
Yi Zanabazar_Square
"""
POSIX_NAMES = "alnum alpha ascii blank cntrl digit graph lower print punct space upper word xdigit"
CATEGORIES = frozenset(CATEGORIES_NAMES.split())
SCRIPTS = frozenset(SCRIPTS_NAMES.split())
POSIX = frozenset(POSIX_NAMES.split())
MAX_CODE = 0x10FFFF
CONTROLS = {"a": 7, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11}

QUOTED = re.compile(r"\\Q(.*?)(?:\\E|$)", re.DOTALL)
REPEAT = re.compile(r"([*+?]|\{(?P<least>[0-9]+)(?:,(?P<most>[0-9]*))?\})\??")
OPEN = re.compile(
    r"\((?!\?)|\(\?P<(?P<name>[A-Za-z_][A-Za-z0-9_]*)>|\(\?[imsU]*(?:-[imsU]+)?(?P<end>[:)])"
)
UNICODE = re.compile(r"\\[pP](?:\{\^?(\w+)\}|(\w))")
HEX = re.compile(r"\\x(?:([0-9a-fA-F]{2})|\{([0-9a-fA-F]+)\})")
OCTAL = re.compile(r"\\(0[0-7]{0,2}|[1-7][0-7]{1,2})")
POSIX_CLASS = re.compile(r"\[:(.*?):\]", re.DOTALL)
# Syntax of other dialects that RE2 lacks
OTHERS = (
    (re.compile(r"\\[1-9]|\(\?P[=>]"), "back-references"),
    (re.compile(r"\(\?<?[=!]"), "look-around"),
    (re.compile(r"\(\?>"), "atomic groups"),
    (re.compile(r"\(\?<\w"), "groups with a name in this form: write (?P<name>...)"),
    (re.compile(r"\(\?#"), "comments"),
    (re.compile(r"\(\?\("), "conditions"),
    (re.compile(r"\(\?[a-zA-Z-]+[:)]"), "flags other than i, m, s and U"),
)


@dataclass
class Level:
    """A group, or the whole pattern."""

    weight: int = 1  # how often its repetitions repeat a part of it
    last: int | None = None  # the weight of what a repetition here repeats; None if nothing


class _Reader:
    def __init__(self, pattern: str):
        self.pattern, self.at = pattern, 0
        self.levels = [Level()]
        self.names: set[str] = set()

    def take(self, token: re.Pattern[str]) -> re.Match[str] | None:
        found = token.match(self.pattern, self.at)
        if found:
            self.at = found.end()
        return found

    def is_next(self, text: str) -> bool:
        return self.pattern.startswith(text, self.at)

    def rest(self) -> str:
        return self.pattern[self.at :]

    def read(self) -> None:
        after_repeat = False
        while self.at < len(self.pattern):
            if found := self.take(REPEAT):
                if after_repeat:
                    raise ValueError(f"RE2 has no repetition {found.group()!r} of a repetition")
                self.repeat(found)
                after_repeat = True
                continue
            after_repeat = False
            self.item()
        if len(self.levels) > 1:
            raise ValueError("a group is not closed")

    def item(self) -> None:
        level = self.levels[-1]
        if self.is_next("("):
            self.open()
        elif self.is_next(")"):
            self.at += 1
            if len(self.levels) == 1:
                raise ValueError("')' closes no group")
            self.levels.pop()
            outer = self.levels[-1]
            outer.last = level.weight
            outer.weight = max(outer.weight, level.weight)
        elif self.is_next("|"):
            self.at += 1
            level.last = None
        elif found := self.take(QUOTED):
            level.last = 1 if found.group(1) else level.last
        else:
            if self.is_next("["):
                self.char_class()
            elif not self.is_next("\\"):
                self.at += 1
            elif self.pattern[self.at + 1 : self.at + 2] in [*"AbBzCdDsSwW"]:
                self.at += 2
            elif not self.unicode_class():
                self.char()
            level.last = 1

    def open(self) -> None:
        found = self.take(OPEN)
        if not found:
            raise ValueError(self.lacking() or f"{self.rest()[:4]!r} begins no group")
        name = found.group("name")
        if name in self.names:
            raise ValueError(f"two groups have the name {name}")
        self.names |= {name} - {None}
        if found.group("end") == ")":
            self.levels[-1].last = None  # RE2 would look further back. Java refuses a(?i)*.
        else:
            self.levels.append(Level())

    def lacking(self) -> str:
        """What RE2 lacks, if the pattern has the syntax of another dialect here."""
        return next(
            (f"RE2 has no {what}" for form, what in OTHERS if form.match(self.pattern, self.at)), ""
        )

    def repeat(self, found: re.Match[str]) -> None:
        level, text = self.levels[-1], found.group()
        if level.last is None:
            raise ValueError(f"{text!r} repeats nothing")
        if found.group("least") is None:
            return
        least = int(found.group("least")[:9])
        most = int(found.group("most")[:9]) if found.group("most") else least
        if found.group("most") and most < least:
            raise ValueError(f"{text!r} has its bounds in the wrong order")
        level.last *= max(most, 1)
        level.weight = max(level.weight, level.last)
        if max(least, most, level.last) > MAX_REPEAT:
            raise ValueError(f"RE2 repeats at most {MAX_REPEAT} times, also in nested repetitions")

    def unicode_class(self) -> bool:
        if self.pattern[self.at : self.at + 2] not in (r"\p", r"\P"):
            return False
        found = self.take(UNICODE)
        name = found and (found.group(1) or found.group(2))
        if name not in CATEGORIES | SCRIPTS:
            raise ValueError(
                f"{found.group() if found else self.rest()[:4]!r} is no category or script of"
                r" Unicode, such as \pL, \p{Lu} or \p{Greek}"
            )
        return True

    def char(self) -> int:
        """One character, as itself or escaped: its code."""
        if not self.is_next("\\"):
            self.at += 1
            return ord(self.pattern[self.at - 1])
        if found := self.take(HEX):
            code = int(found.group(1) or found.group(2), 16)
            if code > MAX_CODE:
                raise ValueError(f"{found.group()!r} is beyond the last character, 10FFFF")
            return code
        if found := self.take(OCTAL):
            return int(found.group(1), 8)
        escaped = self.pattern[self.at + 1 : self.at + 2]
        is_sign = escaped.isascii() and (escaped == "_" or not escaped.isalnum())
        if not escaped:
            raise ValueError("it ends with a backslash")
        if not is_sign and escaped not in CONTROLS:
            raise ValueError(self.lacking() or f"RE2 has no escape '\\{escaped}' here")
        self.at += 2
        return CONTROLS.get(escaped, ord(escaped))

    def char_class(self) -> None:
        self.at += 2 if self.is_next("[^") else 1
        first = True
        while first or not self.is_next("]"):
            if self.at >= len(self.pattern):
                raise ValueError("a class of characters is not closed by ']'")
            first = False
            if found := self.take(POSIX_CLASS):
                if found.group(1).removeprefix("^") not in POSIX:
                    raise ValueError(f"{found.group()!r} is no class of characters")
                continue
            if self.pattern[self.at : self.at + 2] in [rf"\{sign}" for sign in "dDsSwW"]:
                self.at += 2
                continue
            if self.unicode_class():
                continue
            start, least = self.at, self.char()
            if self.is_next("-") and not self.is_next("-]") and self.rest() != "-":
                self.at += 1
                if self.char() < least:
                    what = self.pattern[start : self.at]
                    raise ValueError(f"the range {what!r} has its ends in the wrong order")
        self.at += 1


def check(pattern: str) -> None:
    """Raise ValueError, with the reason, unless it is a pattern of RE2."""
    _Reader(pattern).read()
