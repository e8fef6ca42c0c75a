"""Two folders, of true images and of their low-resolution versions, paired by name."""

from pathlib import Path

from srrescgan.data.hr_folder import HRFolder, images_by_name
from srrescgan.images import image_size


class PairedFolder(HRFolder):
    """Pairs of hr and lr images with the same relative name, whatever their suffixes.

    The ``x4`` that published LR files carry (``babyx4.png`` for ``baby.png``) is understood.
    Items hold ``lr`` ``(3, H / scale, W / scale)`` besides what :class:`HRFolder` gives, cropped
    and turned with ``hr``. Where hr is not a multiple of ``scale``, lr must have been made from
    the hr image cut at the bottom and right to one.

    Args:
        hr: folder of the true images.
        lr: folder of the low-resolution ones.
        scale: integer factor between them.
        patch_size: side of the *hr* patch in pixels, a multiple of ``scale``; ``None`` for whole
            images.
        augment: flip and turn patches at random, both alike.
        seed: of the crops and flips.
        names: use only these, in this order, with or without suffix; ``None`` for all.
        cache: keep decoded images in memory (uint8; each worker process has a copy of its own).
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
        """Role to the folder it is read from."""
        return {"hr": self.hr, "lr": self.lr}

    def _match(self) -> tuple[dict[str, dict[str, Path]], list[str]]:
        found, problems = super()._match()
        lr, lr_problems = images_by_name(self.lr)
        problems += lr_problems
        if not lr or not found:
            return {}, problems
        hr = images_by_name(self.hr)[0]
        partners: dict[str, list[Path]] = {}
        for lr_name, paths in lr.items():
            name = lr_name if lr_name in hr else lr_name.removesuffix(f"x{self.scale}")
            partners.setdefault(name, []).extend(paths)
            if name not in hr and self._wanted is None:  # else the rest is none of our business
                problems.append(f"{paths[0]} has no hr image in {self.hr}: add it or remove it")
        problems += [
            f"{files['hr']} has no lr image in {self.lr}: add it or remove it"
            for name, files in found.items()
            if name not in partners
        ]
        pairs = {
            name: {**files, "lr": partners[name][0]}
            for name, files in found.items()
            if name in partners
        }
        problems += [
            f"{files['hr']} has {len(partners[name])} lr images in {self.lr}: keep one"
            for name, files in pairs.items()
            if len(partners[name]) > 1
        ]
        return pairs, problems

    def _size_problems(self, files: dict[str, Path]) -> list[str]:
        height, width = self._trimmed_size(files["hr"])
        expected = (height // self.scale, width // self.scale)
        actual = image_size(files["lr"])
        problems = super()._size_problems(files)
        if actual != expected:
            problems.append(
                f"{files['lr']} is {actual[0]} x {actual[1]} (height x width), expected "
                f"{expected[0]} x {expected[1]}: {files['hr']} at scale {self.scale}: correct "
                f"`scale`, or make the lr image again from the hr one cut to {height} x {width}"
            )
        return problems
