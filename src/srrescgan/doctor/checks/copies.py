"""Pictures that are there twice: within a split, and on both sides of training and testing."""

from collections.abc import Iterator

from srrescgan.data.pictures import Picture
from srrescgan.doctor.fingerprint import BITS, close_pairs
from srrescgan.doctor.problem import Problem
from srrescgan.doctor.survey import Split


def near_duplicate(split: Split, limit: int) -> Iterator[Problem]:
    """Groups of pictures of one split that look alike.

    Args:
        split: to look at. lr partners of hr pictures are not compared.
        limit: bits of the perceptual hash.
    """
    roles = {role for candidate in split.candidates for role in candidate.pictures}
    for role in sorted(roles):
        originals = set(split.originals())
        pictures = [each for each in split.pictures(role) if each in originals]
        for group, apart in _groups(split, pictures, limit):
            others = ", ".join(map(str, group[1:]))
            alike = "has the same pixels as" if apart == 0 else "looks like"
            yield Problem(
                "near_duplicate",
                split.name,
                f"{alike} {others}" + (f" ({apart} of {BITS} hash bits differ)" if apart else ""),
                "keep one, unless the others are different on purpose",
                tuple(group),
            )


def leak(trained: Split, tested: Split, limit: int) -> Iterator[Problem]:
    """Pictures of a validation or test split that training sees too.

    Args:
        trained: what is trained on.
        tested: what is validated or tested on.
        limit: bits of the perceptual hash.
    """
    seen, scored = trained.originals(), tested.originals()
    by_pixels: dict[str, Picture] = {}
    for picture in seen:
        if trained.facts[picture].readable:
            by_pixels.setdefault(trained.facts[picture].pixels, picture)
    found: dict[Picture, tuple[Picture, int]] = {}
    for picture in scored:
        same = by_pixels.get(tested.facts[picture].pixels)
        if same is not None:
            found[picture] = (same, -1)
    ours = [(each, h) for each in seen if (h := trained.facts[each].hash) is not None]
    theirs = [(each, h) for each in scored if (h := tested.facts[each].hash) is not None]
    pairs = close_pairs([h for _, h in theirs], [h for _, h in ours], limit)
    for i, j, apart in pairs:
        picture = theirs[i][0]
        if picture not in found or apart < found[picture][1]:
            found[picture] = (ours[j][0], apart)
    for picture, (original, apart) in found.items():
        how = "has the same pixels as" if apart < 0 else "looks like"
        how = "is the same file as" if picture == original else how
        bits = "" if apart < 0 else f" ({apart} of {BITS} hash bits differ)"
        yield Problem(
            "leak",
            tested.name,
            f"{how} {original} of {trained.name}{bits}: the score would be of a picture that was "
            f"trained on",
            f"remove it from {trained.name} or from {tested.name}",
            (picture, original),
        )


def _groups(
    split: Split, pictures: list[Picture], limit: int
) -> Iterator[tuple[list[Picture], int]]:
    """Connected groups of alike pictures, and the largest distance of a link in it."""
    facts = [split.facts[picture] for picture in pictures]
    leader = list(range(len(pictures)))
    links: list[tuple[int, int, int]] = []

    def find(index: int) -> int:
        while leader[index] != index:
            leader[index] = leader[leader[index]]
            index = leader[index]
        return index

    first: dict[str, int] = {}
    for index, each in enumerate(facts):
        if each.readable and (same := first.setdefault(each.pixels, index)) != index:
            links.append((same, index, 0))
    hashed = [index for index, each in enumerate(facts) if each.hash is not None]
    hashes = [str(facts[index].hash) for index in hashed]
    for i, j, apart in close_pairs(hashes, hashes, limit):
        if i < j and facts[hashed[i]].pixels != facts[hashed[j]].pixels:
            links.append((hashed[i], hashed[j], max(1, apart)))
    for one, other, _ in links:
        leader[find(other)] = find(one)
    members: dict[int, list[int]] = {}
    for index in range(len(pictures)):
        members.setdefault(find(index), []).append(index)
    widest: dict[int, int] = {}
    for one, _, apart in links:
        widest[find(one)] = max(apart, widest.get(find(one), 0))
    for root, group in members.items():
        if len(group) > 1:
            yield [pictures[index] for index in group], widest[root]
