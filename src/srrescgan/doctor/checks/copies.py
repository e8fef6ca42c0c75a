"""Checks for copies: within a split, and between training and validation or test."""

from collections.abc import Iterator

from srrescgan.data.stored_image import StoredImage
from srrescgan.doctor.fingerprint import BITS, close_pairs
from srrescgan.doctor.problem import Finding
from srrescgan.doctor.scan import Split


def near_duplicate(split: Split) -> Iterator[Finding]:
    """Groups of pictures in one split that look alike. lr partners are not compared."""
    roles = {role for sample in split.samples for role in sample.pictures}
    for role in sorted(roles):
        originals = set(split.originals())
        pictures = [each for each in split.pictures(role) if each in originals]
        for group, bits in _groups(split, pictures):
            copies = ", ".join(map(str, group[1:]))
            alike = "has the same pixels as" if bits == 0 else "looks like"
            yield Finding(
                f"{alike} {copies}" + (f" ({bits} of {BITS} hash bits differ)" if bits else ""),
                "keep one, unless they differ on purpose",
                tuple(group),
            )


def leak(split: Split) -> Iterator[Finding]:
    """Pictures of a validation or test split that are also trained on."""
    train = split.training
    if train is None:
        return
    trained_on, scored = train.originals(), split.originals()
    by_pixels: dict[str, StoredImage] = {}
    for picture in trained_on:
        if train.images[picture].readable:
            by_pixels.setdefault(train.images[picture].pixels, picture)
    leaks: dict[StoredImage, tuple[StoredImage, int]] = {}
    for picture in scored:
        same = by_pixels.get(split.images[picture].pixels)
        if same is not None:
            leaks[picture] = (same, -1)
    trained_hashes = [(each, h) for each in trained_on if (h := train.images[each].hash)]
    scored_hashes = [(each, h) for each in scored if (h := split.images[each].hash)]
    pairs = close_pairs(
        [h for _, h in scored_hashes],
        [h for _, h in trained_hashes],
        split.thresholds.hash_distance,
    )
    for i, j, bits in pairs:
        picture = scored_hashes[i][0]
        if picture not in leaks or bits < leaks[picture][1]:
            leaks[picture] = (trained_hashes[j][0], bits)
    for picture, (original, bits) in leaks.items():
        how = "has the same pixels as" if bits < 0 else "looks like"
        how = "is the same file as" if picture == original else how
        differing = "" if bits < 0 else f" ({bits} of {BITS} hash bits differ)"
        yield Finding(
            f"{how} {original} of {train.name}{differing}: the score would "
            f"include a training picture",
            f"remove it from {train.name} or from {split.name}",
            (picture, original),
        )


def _groups(split: Split, pictures: list[StoredImage]) -> Iterator[tuple[list[StoredImage], int]]:
    """Connected groups of similar pictures, each with the largest distance of a link in it."""
    infos = [split.images[picture] for picture in pictures]
    leader = list(range(len(pictures)))
    links: list[tuple[int, int, int]] = []

    def find(index: int) -> int:
        while leader[index] != index:
            leader[index] = leader[leader[index]]
            index = leader[index]
        return index

    first: dict[str, int] = {}
    for index, info in enumerate(infos):
        if info.readable and (same := first.setdefault(info.pixels, index)) != index:
            links.append((same, index, 0))
    hashed = [index for index, info in enumerate(infos) if info.hash is not None]
    hashes = [str(infos[index].hash) for index in hashed]
    for i, j, bits in close_pairs(hashes, hashes, split.thresholds.hash_distance):
        if i < j and infos[hashed[i]].pixels != infos[hashed[j]].pixels:
            links.append((hashed[i], hashed[j], max(1, bits)))
    for one, other, _ in links:
        leader[find(other)] = find(one)
    members: dict[int, list[int]] = {}
    for index in range(len(pictures)):
        members.setdefault(find(index), []).append(index)
    widest: dict[int, int] = {}
    for one, _, bits in links:
        widest[find(one)] = max(bits, widest.get(find(one), 0))
    for root, group in members.items():
        if len(group) > 1:
            yield [pictures[index] for index in group], widest[root]
