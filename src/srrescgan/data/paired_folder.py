"""Folders of hr and lr images, paired by name."""

from pathlib import Path

from srrescgan.data.hr_folder import HRFolder
from srrescgan.data.stored_image import SampleFiles, StoredImage, images_by_name


class PairedFolder(HRFolder):
    """Pairs of hr and lr images with the same relative name; suffixes may differ.

    The ``x4`` in the names of published lr files (``babyx4.png`` for ``baby.png``) is ignored.
    Besides the keys of :class:`HRFolder`, an item has ``lr`` ``(3, H / scale, W / scale)``, cropped
    and augmented like ``hr``. If the sides of an hr image are not multiples of ``scale``, its lr
    image must be made from the hr image cropped to multiples at the bottom and right.

    Args:
        hr: folder of the hr images.
        lr: folder of the lr images.
        scale: integer factor between them.
        patch_size: side of the *hr* patch in pixels, a multiple of ``scale``; ``None`` for whole
            images.
        augment: flip and rotate patches at random, hr and lr in the same way.
        seed: for crops and flips.
        names: of the images to use, in this order, with or without suffix; ``None`` for all.
        cache: keep decoded images in memory (uint8; each worker process has its own copy).
    """

    def __init__(
        self,
        hr: str,
        lr: str,
        scale: int,
        patch_size: int | None = None,
        augment: bool = False,
        seed: int = 0,
        names: list[str] | None = None,
        cache: bool = False,
    ) -> None:
        super().__init__(hr, scale, patch_size, augment, seed, names, cache)
        self.lr = Path(lr).expanduser()

    def folders(self) -> dict[str, Path]:
        """Folder of each role."""
        return {"hr": self.hr, "lr": self.lr}

    def _candidates(self) -> tuple[list[SampleFiles], list[str]]:
        candidates, problems = super()._candidates()
        lr, lr_problems = images_by_name(self.lr)
        hr = images_by_name(self.hr)[0]  # all names, not only the requested ones
        partners: dict[str, list[StoredImage]] = {}
        for lr_name, pictures in lr.items():
            name = lr_name if lr_name in hr else lr_name.removesuffix(f"x{self.scale}")
            partners.setdefault(name, []).extend(pictures)
        paired = [
            SampleFiles(each.name, {**each.pictures, "lr": partners.get(each.name, [])})
            for each in candidates
        ]
        if self._requested_names is None:  # otherwise unmatched lr images do not matter
            paired += [
                SampleFiles(name, {"hr": [], "lr": pictures})
                for name, pictures in partners.items()
                if name not in hr
            ]
        return paired, [*problems, *lr_problems]

    def _match_problems(self, candidate: SampleFiles) -> list[str]:
        hr, lr = candidate.pictures["hr"], candidate.pictures["lr"]
        if lr and not hr and self._requested_names is None:
            return [f"{lr[0]} has no hr image in {self.hr}: add it or remove it"]
        problems = super()._match_problems(candidate)
        if hr and not lr:
            problems.append(f"{hr[0]} has no lr image in {self.lr}: add it or remove it")
        if hr and len(lr) > 1:
            problems.append(f"{hr[0]} has {len(lr)} lr images in {self.lr}: keep one")
        return problems

    def _size_problems(self, pictures: dict[str, StoredImage]) -> list[str]:
        height, width = self._cropped_size(pictures["hr"])
        expected = (height // self.scale, width // self.scale)
        actual = pictures["lr"].size()
        problems = super()._size_problems(pictures)
        if actual != expected:
            problems.append(
                f"{pictures['lr']} is {actual[0]} x {actual[1]} (height x width), expected "
                f"{expected[0]} x {expected[1]}: {pictures['hr']} at scale {self.scale}: correct "
                f"`scale`, or make the lr image again from the hr one cropped to {height} x {width}"
            )
        return problems
