"""The normal form (datamap.normalise) in MariaDB, which knows no Unicode normalisation: a stored function of Adieu's own.

Only texts beyond ASCII are given to it. Its tables are three constants, written from the Unicode data of this Python, so
that the store and Python agree: full canonical decompositions, combining classes, and the pairs that compose (Unicode
Standard Annex 15). Hangul syllables follow the arithmetic of the standard, section 3.12.
"""

from __future__ import annotations

import functools
import sys
import unicodedata

FUNCTION = "`adieu`.`normal_form`"
LONGEST_CHARACTERS = 1000  # beyond it no text is an identifier, and it is only trimmed
_MARK = "\x01"
_HANGUL = range(0xAC00, 0xD7A4)
_CLASS_BASE = 0x100  # a class is written as one character, class 0 as U+0100

_BODY = """
begin
  declare s, d, k, r text character set utf8mb4 collate utf8mb4_nopad_bin default '';
  declare c, q varchar(20) character set utf8mb4 collate utf8mb4_nopad_bin;
  declare i, j, n, u, p, starter, above, mine int default 0;
  declare decompositions mediumtext character set utf8mb4 collate utf8mb4_nopad_bin default '{decompositions}';
  declare classes mediumtext character set utf8mb4 collate utf8mb4_nopad_bin default '{classes}';
  declare pairs mediumtext character set utf8mb4 collate utf8mb4_nopad_bin default '{pairs}';
  set s = regexp_replace(written, '^[ \t\r\n]+|[ \t\r\n]+\\z', '');
  if char_length(s) <= {longest} and s regexp '[{touched}]' then
    set i = 1;
    while i <= char_length(s) do
      set c = substr(s, i, 1), u = conv(hex(convert(c using utf32)), 16, 10);
      if u between 44032 and 55203 then
        set u = u - 44032;
        set q = concat(char(4352 + u div 588 using utf32), char(4449 + (u mod 588) div 28 using utf32));
        if u mod 28 > 0 then set q = concat(q, char(4519 + u mod 28 using utf32)); end if;
      else
        set p = instr(decompositions, concat('{mark}', c)), q = c;
        if p > 0 then set q = substring_index(substr(decompositions, p + 2, 20), '{mark}', 1); end if;
      end if;
      set j = 1;
      while j <= char_length(q) do
        set c = substr(q, j, 1), p = instr(classes, concat('{mark}', c)), mine = 0;
        if p > 0 then set mine = conv(hex(convert(substr(classes, p + 2, 1) using utf32)), 16, 10) - {base}; end if;
        set n = char_length(d);
        if mine > 0 then
          while n > 0 and conv(hex(convert(substr(k, n, 1) using utf32)), 16, 10) - {base} > mine do
            set n = n - 1;
          end while;
        end if;
        set d = concat(left(d, n), c, substr(d, n + 1));
        set k = concat(left(k, n), char(mine + {base} using utf32), substr(k, n + 1));
        set j = j + 1;
      end while;
      set i = i + 1;
    end while;
    set i = 1, starter = 0, above = -1;
    while i <= char_length(d) do
      set c = substr(d, i, 1), mine = conv(hex(convert(substr(k, i, 1) using utf32)), 16, 10) - {base}, q = '';
      if starter > 0 and above < mine then
        set n = conv(hex(convert(substr(r, starter, 1) using utf32)), 16, 10);
        set u = conv(hex(convert(c using utf32)), 16, 10);
        if n between 4352 and 4370 and u between 4449 and 4469 then
          set q = char(44032 + ((n - 4352) * 21 + u - 4449) * 28 using utf32);
        elseif n between 44032 and 55203 and (n - 44032) mod 28 = 0 and u between 4520 and 4546 then
          set q = char(n + u - 4519 using utf32);
        else
          set p = instr(pairs, concat('{mark}', substr(r, starter, 1), c));
          if p > 0 then set q = substr(pairs, p + 3, 1); end if;
        end if;
      end if;
      if q <> '' then
        set r = concat(left(r, starter - 1), q, substr(r, starter + 1));
      else
        set r = concat(r, c);
        if mine = 0 then set starter = char_length(r), above = -1; else set above = mine; end if;
      end if;
      set i = i + 1;
    end while;
    set s = r;
  end if;
  if lowered then
    {lower}
  end if;
  return s;
end
"""


@functools.cache
def function_ddl() -> str:
    """The statement that creates ``adieu.normal_form(text, whether to lower ASCII)``."""
    decompositions, classes, pairs, touched = [], [], [], []
    for number in range(0x80, sys.maxunicode + 1):
        if 0xD800 <= number < 0xE000 or number in _HANGUL:
            continue
        character = chr(number)
        apart, rank = unicodedata.normalize("NFD", character), unicodedata.combining(character)
        if apart != character:
            decompositions.append(_MARK + character + apart)
        if rank:
            classes.append(_MARK + character + chr(_CLASS_BASE + rank))
        if rank or not unicodedata.is_normalized("NFC", character):
            touched.append(number)
        pair = unicodedata.decomposition(character).split()
        if len(pair) == 2 and pair[0][0] != "<" and unicodedata.normalize("NFC", character) == character:
            first, second = (chr(int(one, 16)) for one in pair)
            pairs.append(_MARK + first + second + character)
            touched.append(ord(second))
    touched += [*range(0x1161, 0x1176), *range(0x11A8, 0x11C3)]
    body = _BODY.format(
        decompositions="".join(decompositions) + _MARK, classes="".join(classes), pairs="".join(pairs), mark=_MARK,
        base=_CLASS_BASE, longest=LONGEST_CHARACTERS, touched=_ranges(sorted(set(touched))), lower=_lower(),
    )
    text = "text character set utf8mb4 collate utf8mb4_nopad_bin"
    head = f"create or replace function {FUNCTION} (written {text}, lowered boolean) returns {text}"
    return f"{head} deterministic no sql sql security invoker\n{body.strip()}".replace("%", "%%")


def _ranges(numbers: list[int]) -> str:
    """The characters as a PCRE class: whatever normalisation may change, or combine with what stands before it."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return "".join(f"\\x{{{first:x}}}-\\x{{{last:x}}}" for first, last in spans)


def _lower() -> str:
    """ASCII only: the engine's own lower() folds every script."""
    text = "s"
    for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ":
        text = f"replace({text}, '{letter}', '{letter.lower()}')"
    return f"set s = {text};"
