"""The ledger's tree is the one of RFC 6962: its published vectors, and a model that recurses as the RFC writes it."""

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adieu.errors import ProofInvalid
from adieu.receipts.tree import (
    EMPTY_ROOT,
    CompactRange,
    Growth,
    TreeHead,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_from_inclusion,
    root_of,
    verify_consistency,
    verify_inclusion,
)

# Certificate Transparency reference vectors (google/certificate-transparency, merkle tests): leaves, roots, proofs.
CT_LEAVES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
CT_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
CT_INCLUSION = {
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
CT_CONSISTENCY = {
    (1, 1): [],
    (1, 8): CT_INCLUSION[0, 8],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}


def grown(leaves: list[bytes], since: CompactRange | None = None) -> Growth:
    growth = Growth(since)
    for leaf in leaves:
        growth.append(leaf)
    return growth


def made_up(count: int) -> list[bytes]:
    return [leaf_hash(b"%d" % number) for number in range(count)]


# The definitions of RFC 6962 2.1, 2.1.1 and 2.1.2, over lists of leaf hashes


def largest_power_below(count: int) -> int:
    power = 1
    while power * 2 < count:
        power *= 2
    return power


def model_root(leaves: list[bytes]) -> bytes:
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = largest_power_below(len(leaves))
    return sha256(b"\x01" + model_root(leaves[:k]) + model_root(leaves[k:])).digest()


def model_path(index: int, leaves: list[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    k = largest_power_below(len(leaves))
    if index < k:
        return [*model_path(index, leaves[:k]), model_root(leaves[k:])]
    return [*model_path(index - k, leaves[k:]), model_root(leaves[:k])]


def model_subproof(old: int, leaves: list[bytes], whole: bool) -> list[bytes]:
    if old == len(leaves):
        return [] if whole else [model_root(leaves)]
    k = largest_power_below(len(leaves))
    if old <= k:
        return [*model_subproof(old, leaves[:k], whole), model_root(leaves[k:])]
    return [*model_subproof(old - k, leaves[k:], False), model_root(leaves[:k])]


def hexes(nodes: list[bytes]) -> list[str]:
    return [node.hex() for node in nodes]


def test_leaf_and_node_hashes_are_the_published_ones() -> None:
    assert leaf_hash(bytes(range(0x10, 0x20))).hex() == (
        "3bfb960453ebaebf33727da7a1f4db38acc051d381b6da20d6d4e88f0eabfd7a"
    )
    assert node_hash(bytes(range(0x20)), bytes(range(0x20, 0x40))).hex() == (
        "1a378704c17da31e2d05b6d121c2bb2c7d76f6ee6fa8f983e596c2d034963c57"
    )


def test_the_empty_tree_has_the_hash_of_nothing() -> None:
    expected = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert EMPTY_ROOT.hex() == expected
    assert CompactRange().head() == TreeHead(size=0, root=bytes.fromhex(expected))
    assert root_of(Growth(), 0) == EMPTY_ROOT


def test_the_reference_trees_have_the_published_roots() -> None:
    leaves = [leaf_hash(data) for data in CT_LEAVES]
    growth = grown(leaves)
    for size in range(1, 9):
        assert grown(leaves[:size]).head().root.hex() == CT_ROOTS[size - 1] == root_of(growth, size).hex()


@pytest.mark.parametrize(("place", "published"), CT_INCLUSION.items())
def test_the_reference_trees_have_the_published_inclusion_proofs(place: tuple[int, int], published: list[str]) -> None:
    index, size = place
    proof = inclusion_proof(grown([leaf_hash(data) for data in CT_LEAVES]), index, size)
    assert hexes(proof) == published
    verify_inclusion(
        leaf_hash(CT_LEAVES[index]), index, proof, TreeHead(size=size, root=bytes.fromhex(CT_ROOTS[size - 1]))
    )


@pytest.mark.parametrize(("sizes", "published"), CT_CONSISTENCY.items())
def test_the_reference_trees_have_the_published_consistency_proofs(
    sizes: tuple[int, int], published: list[str]
) -> None:
    proof = consistency_proof(grown([leaf_hash(data) for data in CT_LEAVES]), *sizes)
    assert hexes(proof) == published
    old, new = (TreeHead(size=size, root=bytes.fromhex(CT_ROOTS[size - 1])) for size in sizes)
    verify_consistency(old, new, proof)


def test_every_proof_up_to_33_leaves_is_the_definitions_and_verifies() -> None:
    leaves = made_up(33)
    growth = grown(leaves)
    for size in range(1, 34):
        head = TreeHead(size=size, root=model_root(leaves[:size]))
        assert grown(leaves[:size]).head() == head
        for index in range(size):
            proof = inclusion_proof(growth, index, size)
            assert proof == model_path(index, leaves[:size])
            verify_inclusion(leaves[index], index, proof, head)
        for old in range(1, size + 1):
            between = consistency_proof(growth, old, size)
            assert between == model_subproof(old, leaves[:size], whole=True)
            verify_consistency(TreeHead(size=old, root=model_root(leaves[:old])), head, between)


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 300), st.data())
def test_large_trees_agree_with_the_definition(size: int, data: st.DataObject) -> None:
    leaves = made_up(size)
    growth = grown(leaves)
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    assert growth.head().root == model_root(leaves)
    assert inclusion_proof(growth, index, size) == model_path(index, leaves)
    assert consistency_proof(growth, old, size) == model_subproof(old, leaves, whole=True)


def test_no_leaf_verifies_at_another_place_or_size() -> None:
    leaves = made_up(17)
    growth = grown(leaves)
    for size in range(1, 18):
        root = root_of(growth, size)
        for index in range(size):
            proof = inclusion_proof(growth, index, size)
            for claimed in range(-1, size + 2):
                if claimed != index:
                    with pytest.raises(ProofInvalid):
                        verify_inclusion(leaves[index], claimed, proof, TreeHead(size=size, root=root))
            for wrong in ([*proof, leaves[0]], proof[:-1], [leaves[-1], *proof], proof[::-1]):
                if wrong != proof:
                    with pytest.raises(ProofInvalid):
                        verify_inclusion(leaves[index], index, wrong, TreeHead(size=size, root=root))


def test_an_inclusion_proof_of_the_wrong_length_is_told_apart_from_one_of_wrong_hashes() -> None:
    leaves = made_up(8)
    proof = inclusion_proof(grown(leaves), 3, 8)
    with pytest.raises(ProofInvalid, match="too long"):
        root_from_inclusion(leaves[3], 3, 8, [*proof, leaves[0]])
    with pytest.raises(ProofInvalid, match="too short"):
        root_from_inclusion(leaves[3], 3, 8, proof[:-1])


def test_a_rewritten_history_is_not_consistent() -> None:
    leaves = made_up(17)
    for size in range(2, 18):
        for old in range(1, size):
            changed = [leaf_hash(b"other"), *leaves[1:size]]
            proof = consistency_proof(grown(changed), old, size)
            head, wrong = TreeHead(size=old, root=model_root(leaves[:old])), grown(changed).head()
            with pytest.raises(ProofInvalid):
                verify_consistency(head, wrong, proof)
            right = consistency_proof(grown(leaves[:size]), old, size)
            with pytest.raises(ProofInvalid):
                verify_consistency(head, wrong, right)
            for bad in (right[:-1], [*right, leaves[0]], right[1:]):
                with pytest.raises(ProofInvalid):
                    verify_consistency(head, TreeHead(size=size, root=model_root(leaves[:size])), bad)


def test_consistency_with_the_wrong_older_root_or_size_is_refused() -> None:
    leaves = made_up(9)
    growth = grown(leaves)
    for old in range(1, 9):
        proof = consistency_proof(growth, old, 9)
        for claimed in range(1, 9):
            if claimed != old:
                with pytest.raises(ProofInvalid):
                    verify_consistency(TreeHead(size=claimed, root=root_of(growth, old)), growth.head(), proof)
        with pytest.raises(ProofInvalid):
            verify_consistency(TreeHead(size=old, root=leaves[3]), growth.head(), proof)


def test_equal_and_empty_older_trees_need_an_empty_proof() -> None:
    head = grown(made_up(5)).head()
    verify_consistency(head, head, [])
    verify_consistency(TreeHead(size=0, root=EMPTY_ROOT), head, [])
    assert consistency_proof(grown(made_up(5)), 0, 5) == consistency_proof(grown(made_up(5)), 5, 5) == []
    for old, proof in (
        (head, [head.root]),
        (TreeHead(size=5, root=EMPTY_ROOT), []),
        (TreeHead(size=0, root=head.root), []),
        (TreeHead(size=0, root=EMPTY_ROOT), [head.root]),
        (TreeHead(size=6, root=head.root), []),
        (TreeHead(size=-1, root=EMPTY_ROOT), []),
    ):
        with pytest.raises(ProofInvalid):
            verify_consistency(old, head, proof)


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_a_leaf_outside_the_tree_has_no_proof(index: int, size: int) -> None:
    with pytest.raises(ProofInvalid, match="not in a tree"):
        inclusion_proof(grown(made_up(5)), index, size)
    with pytest.raises(ProofInvalid, match="not in a tree"):
        root_from_inclusion(EMPTY_ROOT, index, size, [])


@pytest.mark.parametrize(("old", "new"), [(-1, 3), (4, 3)])
def test_a_larger_tree_is_not_the_beginning_of_a_smaller_one(old: int, new: int) -> None:
    with pytest.raises(ProofInvalid, match="beginning"):
        consistency_proof(grown(made_up(5)), old, new)


def test_a_range_goes_on_from_its_bytes_as_if_it_had_never_stopped() -> None:
    leaves = made_up(40)
    for stop in range(41):
        begun = CompactRange()
        for leaf in leaves[:stop]:
            begun.append(leaf)
        resumed = CompactRange.from_bytes(begun.to_bytes())
        assert (resumed.size, resumed.roots) == (stop, begun.roots)
        for leaf in leaves[stop:]:
            resumed.append(leaf)
        assert resumed.head() == grown(leaves).head()
    assert CompactRange.from_bytes(b"").head().size == 0


@pytest.mark.parametrize(
    "data",
    [b"\0" * 7, (3).to_bytes(8, "big") + b"\1" * 32, (1).to_bytes(8, "big") + b"\1" * 33, b"\0" * 8 + b"\1" * 32],
)
def test_bytes_that_are_not_a_range_are_refused(data: bytes) -> None:
    with pytest.raises(ProofInvalid):
        CompactRange.from_bytes(data)


def test_a_negative_size_is_refused() -> None:
    with pytest.raises(ProofInvalid):
        CompactRange(-1, [EMPTY_ROOT])


def test_append_returns_the_nodes_it_completed_from_the_leaf_upwards() -> None:
    leaves = made_up(4)
    tree = CompactRange()
    completed = [tree.append(leaf) for leaf in leaves]
    left, right = node_hash(leaves[0], leaves[1]), node_hash(leaves[2], leaves[3])
    assert completed == [[leaves[0]], [leaves[1], left], [leaves[2]], [leaves[3], right, node_hash(left, right)]]


def test_a_batch_proves_its_own_leaves_without_reading_an_older_one() -> None:
    leaves = made_up(45)
    for before in range(20):
        for size in range(before + 1, before + 10):
            since = grown(leaves[:before]).range
            growth = grown(leaves[before:size], since)
            assert growth.head().root == model_root(leaves[:size])
            for index in range(before, size):
                assert inclusion_proof(growth, index, size) == model_path(index, leaves[:size])
            if before:
                expected = model_subproof(before, leaves[:size], whole=True)
                assert consistency_proof(growth, before, size) == expected
            assert since.size == before  # the range it began with is not touched


def test_a_batch_cannot_prove_an_older_leaf_and_says_so() -> None:
    leaves = made_up(9)
    with pytest.raises(ProofInvalid, match="earlier size"):
        inclusion_proof(grown(leaves[6:], grown(leaves[:6]).range), 0, 9)


def test_the_range_of_a_growth_is_its_own() -> None:
    growth = grown(made_up(5))
    growth.range.append(EMPTY_ROOT)
    assert growth.head() == grown(made_up(5)).head()
    assert growth.append(EMPTY_ROOT) == 5
