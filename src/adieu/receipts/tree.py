"""The ledger's Merkle tree (RFC 6962 section 2.1, RFC 9162 section 2.1): hashes, heads and proofs made from nodes.

The tree itself is kept elsewhere. A `NodeReader` answers for *complete* nodes only: `nodes(level, index)` is the hash
over the 2**level leaves that begin at leaf index * 2**level. Complete nodes never change once the tree has grown past
them, so a store may keep them for ever. Making a proof reads O(log(n)**2) nodes, checking one reads none.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeAlias

from adieu.errors import ProofInvalid

NodeReader: TypeAlias = Callable[[int, int], bytes]

#: The head of a tree without leaves is the hash of nothing (RFC 6962 2.1).
EMPTY_ROOT = sha256().digest()
HASH_BYTES = 32


def leaf_hash(data: bytes) -> bytes:
    """SHA-256 over 0x00 and the leaf's data; 32 bytes."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256 over 0x01 and the two children; 32 bytes."""
    return sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, kw_only=True)
class TreeHead:
    """A tree of one size, in 32 bytes."""

    size: int  # leaves
    root: bytes  # 32 bytes


class CompactRange:
    """A growing tree that remembers only the roots of its complete subtrees: O(log n) memory, any number of leaves."""

    def __init__(self, size: int = 0, roots: Iterable[bytes] = ()) -> None:
        """Go on from `size` leaves, with the roots of the complete subtrees from the largest to the smallest.

        Raises:
            ProofInvalid: the number of roots is not the number of one-bits in `size`.
        """
        self._size = size
        self._roots = list(roots)
        if size < 0 or len(self._roots) != size.bit_count():
            expected = size.bit_count()
            raise ProofInvalid(f"A tree of {size} leaves has {expected} complete subtrees, not {len(self._roots)}.")

    @property
    def size(self) -> int:
        """Leaves so far."""
        return self._size

    @property
    def roots(self) -> tuple[bytes, ...]:
        """What `__init__` needs to go on: the complete subtrees' roots, the largest first."""
        return tuple(self._roots)

    @classmethod
    def from_bytes(cls, data: bytes) -> "CompactRange":
        """Read what `to_bytes` wrote; nothing at all is the empty tree.

        Raises:
            ProofInvalid: not of that form.
        """
        roots = [data[start : start + HASH_BYTES] for start in range(8, len(data), HASH_BYTES)]
        if data and (len(data) < 8 or any(len(root) != HASH_BYTES for root in roots)):
            raise ProofInvalid("Not a compact range: expected a size in 8 bytes and roots of 32 bytes.")
        return cls(int.from_bytes(data[:8], "big"), roots)

    def to_bytes(self) -> bytes:
        """The size in 8 bytes, big-endian, and the roots, the largest first."""
        return self._size.to_bytes(8, "big") + b"".join(self._roots)

    def append(self, leaf: bytes) -> list[bytes]:
        """Add a leaf by its hash; return the nodes it completed, element k being node (k, (size - 1) >> k).

        The first element is the leaf itself, so the list is what a store of nodes has to write.
        """
        completed = [leaf]
        ones, roots = self._size, self._roots
        while ones & 1:
            leaf = sha256(b"\x01" + roots.pop() + leaf).digest()
            completed.append(leaf)
            ones >>= 1
        roots.append(leaf)
        self._size += 1
        return completed

    def head(self) -> TreeHead:
        """The head of the tree as it stands."""
        if not self._roots:
            return TreeHead(size=0, root=EMPTY_ROOT)
        root = self._roots[-1]
        for left in reversed(self._roots[:-1]):
            root = node_hash(left, root)
        return TreeHead(size=self._size, root=root)


class Growth:
    """A range and every node completed since: a `NodeReader` for all leaves added here, whatever came before.

    A leaf's siblings are either roots of the range it began with or were completed after it, so a batch can make the
    proofs of its own leaves, and the consistency proof from the size before, without reading an older leaf.
    """

    def __init__(self, since: CompactRange | None = None) -> None:
        """Grow from a copy of `since`, or from an empty tree: then every node is here."""
        self._range = CompactRange(since.size, since.roots) if since else CompactRange()
        self._nodes: dict[tuple[int, int], bytes] = {}
        start = 0
        for root in self._range.roots:
            level = (self._range.size - start).bit_length() - 1
            self._nodes[level, start >> level] = root
            start += 1 << level

    def append(self, leaf: bytes) -> int:
        """Add a leaf by its hash; its index."""
        index = self._range.size
        for level, node in enumerate(self._range.append(leaf)):
            self._nodes[level, index >> level] = node
        return index

    def __call__(self, level: int, index: int) -> bytes:
        """The complete node at this place.

        Raises:
            ProofInvalid: it was complete before this growth began, or is not complete yet.
        """
        try:
            return self._nodes[level, index]
        except KeyError:
            raise ProofInvalid(f"Node ({level}, {index}) is not known here. Begin from an earlier size.") from None

    @property
    def range(self) -> CompactRange:
        """The range as it stands, to go on from."""
        return CompactRange(self._range.size, self._range.roots)

    def head(self) -> TreeHead:
        """The head over all leaves."""
        return self._range.head()


def root_of(nodes: NodeReader, size: int) -> bytes:
    """The root of the first `size` leaves (MTH of RFC 6962 2.1)."""
    return _subtree_root(nodes, 0, size) if size else EMPTY_ROOT


def inclusion_proof(nodes: NodeReader, index: int, size: int) -> list[bytes]:
    """PATH(index, D[size]) of RFC 9162 2.1.3.1: the siblings from the leaf upwards.

    Raises:
        ProofInvalid: the tree of this size has no such leaf.
    """
    if not 0 <= index < size:
        raise ProofInvalid(f"Leaf {index} is not in a tree of {size} leaves.")
    proof: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(_subtree_root(nodes, middle, end))
            end = middle
        else:
            proof.append(_subtree_root(nodes, start, middle))
            start = middle
    return proof[::-1]


def consistency_proof(nodes: NodeReader, old_size: int, new_size: int) -> list[bytes]:
    """PROOF(old_size, D[new_size]) of RFC 9162 2.1.4.1: the newer tree begins with the older one.

    Empty if the sizes are equal or the older tree has no leaves: then there is nothing to prove.

    Raises:
        ProofInvalid: the older tree is larger than the newer one.
    """
    if not 0 <= old_size <= new_size:
        raise ProofInvalid(f"A tree of {old_size} leaves cannot be the beginning of one of {new_size} leaves.")
    if old_size in (0, new_size):
        return []
    proof: list[bytes] = []
    start, end = 0, new_size
    while old_size != end:
        middle = start + _split(end - start)
        if old_size <= middle:
            proof.append(_subtree_root(nodes, middle, end))
            end = middle
        else:
            proof.append(_subtree_root(nodes, start, middle))
            start = middle
    if start:  # otherwise this node is the older root itself, which the reader of the proof has
        proof.append(_subtree_root(nodes, start, end))
    return proof[::-1]


def root_from_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """The root that a leaf's hash and its proof lead to (RFC 9162 2.1.3.2, steps 1 to 4).

    Raises:
        ProofInvalid: the tree has no such leaf, or the proof is too long or too short for its place.
    """
    if not 0 <= index < size:
        raise ProofInvalid(f"Leaf {index} is not in a tree of {size} leaves.")
    place, last, root = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise ProofInvalid("The inclusion proof is too long for its place in the tree.")
        if place & 1 or place == last:
            root = node_hash(sibling, root)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            root = node_hash(root, sibling)
        place, last = place >> 1, last >> 1
    if last:
        raise ProofInvalid("The inclusion proof is too short for its place in the tree.")
    return root


def verify_inclusion(leaf: bytes, index: int, proof: Sequence[bytes], head: TreeHead) -> None:
    """Return if the leaf's hash stands at `index` in the tree of this head.

    Raises:
        ProofInvalid: it does not, or the proof does not show it.
    """
    if root_from_inclusion(leaf, index, head.size, proof) != head.root:
        raise ProofInvalid("The inclusion proof does not lead to the tree's root.")


def verify_consistency(old: TreeHead, new: TreeHead, proof: Sequence[bytes]) -> None:
    """Return if the newer tree begins with all leaves of the older one (RFC 9162 2.1.4.2).

    Raises:
        ProofInvalid: it does not, or the proof does not show it.
    """
    if not 0 <= old.size <= new.size:
        raise ProofInvalid(f"A tree of {old.size} leaves cannot be the beginning of one of {new.size} leaves.")
    if old.size in (0, new.size):
        expected = EMPTY_ROOT if old.size == 0 else new.root
        if proof or old.root != expected:
            raise ProofInvalid("The consistency proof should be empty, and the older root the one its size demands.")
        return
    old_root, new_root = _roots_from_consistency(old, new.size, proof)
    if (old_root, new_root) != (old.root, new.root):
        raise ProofInvalid("The consistency proof does not lead to both roots.")


def _roots_from_consistency(old: TreeHead, new_size: int, proof: Sequence[bytes]) -> tuple[bytes, bytes]:
    path = list(proof)
    if old.size & (old.size - 1) == 0:  # a power of two: the older root is itself the first node
        path.insert(0, old.root)
    if not path:
        raise ProofInvalid("The consistency proof is too short.")
    place, last = old.size - 1, new_size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old_root = new_root = path[0]
    for node in path[1:]:
        if last == 0:
            raise ProofInvalid("The consistency proof is too long.")
        if place & 1 or place == last:
            old_root, new_root = node_hash(node, old_root), node_hash(node, new_root)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new_root = node_hash(new_root, node)
        place, last = place >> 1, last >> 1
    if last:
        raise ProofInvalid("The consistency proof is too short.")
    return old_root, new_root


def _subtree_root(nodes: NodeReader, start: int, end: int) -> bytes:
    count = end - start
    if count & (count - 1) == 0:
        level = count.bit_length() - 1
        return nodes(level, start >> level)
    middle = start + _split(count)
    return node_hash(_subtree_root(nodes, start, middle), _subtree_root(nodes, middle, end))


def _split(count: int) -> int:
    """The largest power of two below `count`, which is at least 2 (RFC 6962 2.1)."""
    return 1 << ((count - 1).bit_length() - 1)
