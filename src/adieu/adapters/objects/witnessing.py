"""The doubting side of a bucket: listings of its own, counted in its own way.

Whatever lies under a member's prefix is the member's, so no captured key is needed afterwards: what is found at all is
too much.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from adieu.adapters.objects.abreast import abreast
from adieu.adapters.objects.bucket import Bucket, Page, Version
from adieu.adapters.objects.found import Found, KeysDigest
from adieu.ports.stores import Captured, Comparison, Expectation, KeyText, Question


@dataclass(frozen=True, kw_only=True)
class ObjectsWitness:
    """Implements `ports.stores.Witnessing`. `captured` is what a capture just found, by dataset and owner."""

    bucket: Bucket
    templates: Mapping[str, str]  # dataset -> its `objects:`
    captured: Mapping[tuple[str, str], Found] = field(default_factory=dict)

    def ask(self, questions: Sequence[Question]) -> list[list[tuple[str | None, ...]]]:
        """As promised; a question by anything but a member's key has no answers: a bucket holds no identifiers."""
        answers: list[list[tuple[str | None, ...]]] = []
        for question in questions:
            owners = [] if question.kind else [value[0] for value in question.values]
            found = [(owner, key) for owner in owners for key in self._keys(_prefix(self.templates, question.dataset, owner))]
            answers.append([tuple(key if name == "key" else owner for name in question.columns) for owner, key in found])
        return answers

    def keys(self, captured: Sequence[Captured]) -> list[set[KeyText]]:
        """What there is now of the members whose capture is being doubted; nothing outside of a doubt."""
        owners = [[owner for dataset, owner in self.captured if dataset == one.dataset] for one in captured]
        return [
            {(key,) for owner in of_one for key in self._keys(_prefix(self.templates, one.dataset, owner))}
            for one, of_one in zip(captured, owners, strict=True)
        ]

    def unseen(self, pairs: Sequence[tuple[Question, Captured]]) -> list[int]:
        """Always none: `broken` counts whatever is there, captured or not."""
        return [0 for _ in pairs]

    def compare(self, pairs: Sequence[tuple[Question, Captured]]) -> list[Comparison]:
        """A listing of each member's prefix beside what was captured; keys are compared by their digest."""
        return [self._compared(question) for question, _ in pairs]

    def broken(
        self, held: Sequence[tuple[Captured, Sequence[Expectation]]], strong: Mapping[str, Sequence[str]]
    ) -> list[Mapping[str, int]]:
        """What is still under the prefixes of the owners in `strong`: a delete marker or an unfinished upload is, too."""
        return [self._left(captured.dataset, sorted(strong)) for captured, _ in held]

    def _compared(self, question: Question) -> Comparison:
        captured = {owner: found for (dataset, owner), found in self.captured.items() if dataset == question.dataset}
        owners = [value[0] for value in question.values]
        answers = abreast(lambda owner: self._answer(_prefix(self.templates, question.dataset, owner)), owners)
        unseen = 0
        for owner, answer in zip(owners, answers, strict=True):
            before = captured.get(owner)
            if before is None:
                unseen += answer.records
            elif before.digest != answer.digest:
                unseen += max(1, answer.records - before.records)
        return Comparison(
            answering=sum(answer.records for answer in answers), unseen=unseen,
            captured=sum(found.records for found in captured.values()),
        )

    def _answer(self, prefix: str) -> Found:
        digest, records = KeysDigest(), 0
        for key in self._keys(prefix):
            digest.add(key)
            records += 1
        return Found(records=records, digest=digest.text())

    def _left(self, dataset: str, owners: Sequence[str]) -> Mapping[str, int]:
        before, _, _ = self.templates[dataset].partition("{member}")
        prefixes = {_prefix(self.templates, dataset, owner): owner for owner in owners}
        left = dict(zip(owners, abreast(self._anything, list(prefixes)), strict=True))
        listed = before if len(owners) > 1 else next(iter(prefixes), before)
        longest = max(map(len, prefixes), default=0)
        for upload in self._uploads(listed) if owners else ():
            for length in range(len(before), longest + 1):
                owner = prefixes.get(upload.key[:length])
                if owner is not None:
                    left[owner] += 1
                    break
        return {owner: records for owner, records in left.items() if records}

    def _anything(self, prefix: str) -> int:
        """Distinct keys of versions and delete markers alike."""
        records, last = 0, ""
        for page in self._pages(prefix):
            there = {version.key for version in (*page.versions, *page.markers)}
            records += len(there - {last})
            last = max(there, key=lambda key: key.encode(), default=last)
        return records

    def _keys(self, prefix: str) -> Iterator[str]:
        """Each key that has a version which is no delete marker, once."""
        named = (version.key for page in self._pages(prefix) for version in page.versions)
        return (key for key, _ in groupby(named))

    def _pages(self, prefix: str) -> Iterator[Page]:
        page = self.bucket.page(prefix)
        yield page
        while page.after is not None:
            page = self.bucket.page(prefix, page.after)
            yield page

    def _uploads(self, prefix: str) -> Iterator[Version]:
        page = self.bucket.uploads(prefix)
        yield from page.versions
        while page.after is not None:
            page = self.bucket.uploads(prefix, page.after)
            yield from page.versions


def _prefix(templates: Mapping[str, str], dataset: str, owner: str) -> str:
    """By the map's own text: what stands for the member is the member's key."""
    return templates[dataset].replace("{member}", owner)
