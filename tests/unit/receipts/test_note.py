"""Signed notes are those of C2SP signed-note; key, note and refusals are the ones of Go's x/mod/sumdb/note tests."""

import pytest

from adieu.adapters.signing import signer_from_line
from adieu.errors import KeysRefused, NoteMalformed, NoteUnverified
from adieu.receipts.note import VerifierKey, parse_note, sign_note, strict_base64, verify_note

# golang.org/x/mod/sumdb/note, note_test.go
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_PRIVATE = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
ENOCH = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
PETER_LINE = (
    "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
ENOCH_LINE = (
    "\u2014 EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
)
NOTE = TEXT + "\n" + PETER_LINE
PETER_KEY = VerifierKey.parse(PETER)


def test_signing_gives_the_published_note_byte_for_byte() -> None:
    assert sign_note(TEXT, signer_from_line(PETER_PRIVATE)) == NOTE


def test_the_published_note_verifies_also_below_a_line_of_a_key_not_known() -> None:
    assert verify_note(NOTE, PETER_KEY) == TEXT
    assert verify_note(TEXT + "\n" + ENOCH_LINE + PETER_LINE, PETER_KEY) == TEXT
    assert verify_note(TEXT + "\n" + PETER_LINE + ENOCH_LINE, VerifierKey.parse(ENOCH)) == TEXT


def test_a_public_key_line_has_no_other_spelling() -> None:
    for start in range(len(PETER) + 1):
        for end in range(start, len(PETER) + 1):
            if (start, end) != (0, len(PETER)):
                with pytest.raises(NoteMalformed):
                    VerifierKey.parse(PETER[start:end])
    for place, letter in enumerate(PETER):
        with pytest.raises(NoteMalformed):
            VerifierKey.parse(PETER[:place] + chr(ord(letter) + 1) + PETER[place + 1 :])


@pytest.mark.parametrize(
    "line",
    [
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",  # wrong length, fitting hash
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",  # unknown kind of key, fitting hash
        "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ],
)
def test_keys_of_another_length_kind_or_spelling_are_refused(line: str) -> None:
    with pytest.raises(NoteMalformed):
        VerifierKey.parse(line)


def test_a_public_key_line_is_written_as_it_was_read() -> None:
    assert str(PETER_KEY) == PETER
    assert PETER_KEY.key_id == "PeterNeumann+c74f20a3"
    assert PETER_KEY.hash == bytes.fromhex("c74f20a3")


def test_a_private_key_line_has_no_other_spelling() -> None:
    for place in range(len(PETER_PRIVATE)):
        changed = PETER_PRIVATE[:place] + chr(ord(PETER_PRIVATE[place]) + 1) + PETER_PRIVATE[place + 1 :]
        for line in (changed, PETER_PRIVATE[:place], PETER_PRIVATE[place + 1 :]):
            with pytest.raises(KeysRefused):
                signer_from_line(line)


@pytest.mark.parametrize(
    "note",
    [
        TEXT,
        TEXT + "\n",
        NOTE[:-1],
        "\x01" + NOTE,
        TEXT.replace("\n", "\r\n") + "\n" + PETER_LINE,
        TEXT + "\n" + PETER_LINE.replace("PeterNeumann", "Bad Name"),
        TEXT + "\n" + PETER_LINE.replace("PeterNeumann", "Bad+Name"),
        TEXT + "\n" + PETER_LINE.replace("PeterNeumann ", " "),
        TEXT + "\n" + PETER_LINE.replace("\u2014", "-"),
        NOTE + "Unexpected line.\n",
        NOTE + "\n",
        TEXT + "\n" + "\u2014 PeterNeumann x08gow==\n",  # a key hash and no signature
        TEXT + "\n" + PETER_LINE * 101,
    ],
)
def test_what_is_not_a_note_is_refused(note: str) -> None:
    with pytest.raises(NoteMalformed):
        parse_note(note)


def test_a_hundred_signature_lines_are_still_a_note() -> None:
    assert len(parse_note(TEXT + "\n" + PETER_LINE * 100).signatures) == 100


def test_the_text_may_have_blank_lines_of_its_own() -> None:
    signer = signer_from_line(PETER_PRIVATE)
    text = "one\n\ntwo\n"
    assert parse_note(sign_note(text, signer)).text == text


def test_a_changed_text_does_not_verify() -> None:
    with pytest.raises(NoteUnverified, match="does not fit"):
        verify_note(NOTE.replace("answer", "question"), PETER_KEY)


def test_one_wrong_line_of_a_known_key_spoils_a_right_one() -> None:
    wrong = PETER_LINE[:60] + "ABCD" + PETER_LINE[60:]
    for block in (PETER_LINE + wrong, wrong + PETER_LINE):
        with pytest.raises(NoteUnverified, match="does not fit"):
            verify_note(TEXT + "\n" + block, PETER_KEY)


@pytest.mark.parametrize(
    "line",
    [ENOCH_LINE, PETER_LINE.replace("PeterNeumann", "PeterNeuman"), ENOCH_LINE.replace("EnochRoot", "PeterNeumann")],
)
def test_a_note_without_a_line_of_the_key_is_not_believed(line: str) -> None:
    with pytest.raises(NoteUnverified, match="not signed by"):
        verify_note(TEXT + "\n" + line, PETER_KEY)


@pytest.mark.parametrize("text", ["no newline", "tab\t\n", ""])
def test_a_text_that_cannot_be_a_note_is_not_signed(text: str) -> None:
    with pytest.raises(NoteMalformed):
        sign_note(text, signer_from_line(PETER_PRIVATE))


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u00a0b", "a\n", "\x01"])
def test_names_that_would_break_a_line_are_refused(name: str) -> None:
    with pytest.raises(NoteMalformed):
        VerifierKey(name=name, public=PETER_KEY.public)


def test_a_public_key_has_32_bytes() -> None:
    with pytest.raises(NoteMalformed):
        VerifierKey(name="a", public=PETER_KEY.public[:-1])


@pytest.mark.parametrize("encoded", ["QQ", "QR==", "QQ==\n", "Q Q==", "Q-==", "QQ===", "\u00e9QQ="])
def test_base64_has_one_spelling(encoded: str) -> None:
    assert strict_base64("QQ==") == b"A"
    assert strict_base64(encoded) is None
