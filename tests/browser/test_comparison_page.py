"""The comparison page in a browser: what is seen are the pixels that were embedded."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from comparison_items import evaluation_and_worst_cases, image_result
from evaluations import evaluation_of
from screens import enlarged, pixels, settle, shows

from srrescgan.eval.evaluation import ScoreRow
from srrescgan.eval.page import write_page
from srrescgan.eval.summary import summarize

pytestmark = pytest.mark.browser

EVIL = "<img src=x onerror=window.hit=1>"
WORST = image_result("worst", 0.75, spoiled=(64, 96))
GOOD = image_result("good", 0.125, seed=1)
PANE = "#panes canvas"
HANDLE = 30
"""Pixels either side of the border that the handle and its shadow may cover."""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two images to look at, one that is not shown, one that could not be scored."""
    evaluation, worst = evaluation_and_worst_cases(WORST, GOOD)
    rows = [
        *evaluation.rows,
        ScoreRow("set5", "photo 10", "sr", {"rgb8/psnr": float("inf"), "rgb8/lpips": 0.0}),
        ScoreRow("set5", "photo 9", "sr", {}, f"sr holds NaN {EVIL}"),
    ]
    path = tmp_path_factory.mktemp("page") / "comparison.html"
    evaluation = evaluation_of(rows)
    summary = summarize(evaluation)
    write_page(path, f"Report {EVIL}", evaluation, summary, worst.items, "sr")
    return path


def place(page, zoom: int, size: tuple[int, int] = (96, 128)) -> tuple[int, int]:
    """Where on the pane a picture's corner is when it is smaller than the pane."""
    box = page.locator(PANE).first.bounding_box()
    return round(box["height"] / 2 - size[0] * zoom / 2), round(
        box["width"] / 2 - size[1] * zoom / 2
    )


def zoom(page) -> int:
    settle(page)
    return int(page.locator("#zoom").inner_text().removesuffix(" %"))


def under(page, at: tuple[float, float]) -> list[list[int]]:
    """The pixel of each pane at the same place on it."""
    seen = pixels(page)
    x, y = at[0] + page.evaluate("scrollX"), at[1] + page.evaluate("scrollY")
    boxes = [pane.bounding_box() for pane in page.locator(PANE).all()]
    return [seen[int(box["y"] + y), int(box["x"] + x)].tolist() for box in boxes]


def test_either_side_of_the_dragged_border_shows_its_own_picture(open_page, report: Path) -> None:
    page = open_page(report)
    settle(page)
    assert page.locator("#left").input_value() == "method bicubic"
    assert page.locator("#right").input_value() == "method sr"
    times = zoom(page) // 100
    assert times == 5
    box = page.locator("#handle").bounding_box()
    stage = page.locator(PANE).bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(stage["x"] + stage["width"] / 4, stage["y"] + 150, steps=3)
    page.mouse.up()
    page.mouse.move(stage["x"] + stage["width"] / 4 + 9, stage["y"] + 150)  # let go, so it stays
    seen = pixels(page, PANE)
    assert page.locator("#handle").get_attribute("aria-valuenow") == "25"
    top, left = place(page, times)
    border = round(stage["width"] / 4) - left
    picture = seen[top : top + 96 * times, left : left + 128 * times]
    bicubic, sr = (enlarged(WORST.outputs[name], times) for name in ("bicubic", "sr"))
    np.testing.assert_array_equal(picture[:, : border - HANDLE], bicubic[:, : border - HANDLE])
    np.testing.assert_array_equal(picture[:, border + HANDLE :], sr[:, border + HANDLE :])


def test_the_border_moves_by_keys(open_page, report: Path) -> None:
    page = open_page(report)
    handle = page.locator("#handle")
    handle.focus()
    values = []
    for key in (
        "ArrowRight",
        "ArrowRight",
        "ArrowLeft",
        "Shift+ArrowLeft",
        "End",
        "Home",
        "PageUp",
    ):
        page.keyboard.press(key)
        settle(page)
        values.append(int(handle.get_attribute("aria-valuenow")))
    assert values == [51, 52, 51, 41, 100, 0, 10]
    assert zoom(page) == 500  # the arrows moved nothing else
    style = page.evaluate("getComputedStyle(document.querySelector('#handle'), '::after').outline")
    assert "3px" in style


def test_zoom_keeps_the_point_under_the_pointer_in_every_pane(open_page, report: Path) -> None:
    page = open_page(report, width=1000)
    page.get_by_text("Side by side").click()
    settle(page)
    names = page.locator("#panes figcaption b").all_inner_texts()
    assert names == ["lr", "bicubic", "sr", "hr"]
    pictures = [enlarged(WORST.lr, 4), *WORST.outputs.values(), WORST.hr]
    # In the middle of a pixel of the picture, a third into the second pane.
    before = zoom(page) / 100
    top, left = place(page, round(before))
    at = (left + 40 * before + before / 2, top + 30 * before + before / 2)
    stage = page.locator(PANE).nth(1).bounding_box()
    page.mouse.move(stage["x"] + at[0], stage["y"] + at[1])
    page.mouse.wheel(0, -300)
    assert zoom(page) > 1.5 * 100 * before
    told = page.locator("#readout").inner_text()
    assert under(page, at) == [picture[30, 40].tolist() for picture in pictures]
    assert told.startswith("x 40, y 30 · ")
    for name, picture in zip(names, pictures, strict=True):
        assert f"{name} {' '.join(map(str, picture[30, 40]))}" in told


def test_dragging_moves_all_panes_by_as_much(open_page, report: Path) -> None:
    page = open_page(report, width=1000)
    page.get_by_text("Side by side").click()
    settle(page)
    page.locator("#stage").focus()
    for _ in range(20):
        page.keyboard.press("+")
    assert zoom(page) == 3200
    at = (200, 100)
    found = under(page, at)
    box = page.locator(PANE).nth(3).bounding_box()
    page.mouse.move(box["x"] + 150, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 150 - 64, box["y"] + 60 + 32, steps=4)
    page.mouse.up()
    moved = (at[0] - 64, at[1] + 32)
    assert under(page, moved) == found
    page.keyboard.press("ArrowLeft")  # the pictures move to the right, as by a scroll bar
    assert under(page, (moved[0] + 40, moved[1])) == found
    page.keyboard.press("0")
    assert zoom(page) < 500


def test_at_a_pixel_on_a_pixel_nothing_is_changed(open_page, report: Path) -> None:
    page = open_page(report)
    page.get_by_role("button", name="1:1").click()
    page.locator("#right").select_option("hr")
    page.locator("#handle").press("Home")
    seen = pixels(page, PANE)
    top, left = place(page, 1)
    np.testing.assert_array_equal(seen[top : top + 96, left : left + 128], WORST.hr)
    page.locator("#right").select_option("lr")
    page.locator("#in").click()
    assert zoom(page) == 200
    top, left = place(page, 2)
    seen = pixels(page, PANE)[top : top + 192, left : left + 256]
    np.testing.assert_array_equal(seen, enlarged(WORST.lr, 8))


def test_the_error_map_is_the_error(open_page, report: Path) -> None:
    page = open_page(report)
    settle(page)
    assert not page.locator("#legend").is_visible()
    page.locator("#right").select_option("error sr")
    page.locator("#scale").select_option("128")
    page.locator("#handle").press("Home")
    page.get_by_role("button", name="1:1").click()
    seen = pixels(page, PANE)
    top, left = place(page, 1)
    ramp = np.array([[8, 8, 24], [72, 24, 122], [196, 54, 94], [250, 152, 44], [255, 246, 200]])
    error = np.abs(WORST.outputs["sr"].astype(float) - WORST.hr).mean(axis=2)
    assert error.max() > 128
    level = np.floor(255 * np.minimum(1, error / 128) + 0.5)
    stops = np.linspace(0, 255, len(ramp))
    expected = np.stack([np.interp(level, stops, ramp[:, c]) for c in range(3)], axis=2)
    difference = seen[top : top + 96, left : left + 128] - expected
    assert np.abs(difference).max() <= 0.5
    assert "grey levels" in page.locator("#legend").inner_text()
    assert page.locator("#top").inner_text() == "128"
    box = page.locator(PANE).bounding_box()
    page.mouse.move(box["x"] + left + 100.5, box["y"] + top + 70.5)
    settle(page)
    assert f"error of sr {error[70, 100]:.1f}" in page.locator("#readout").inner_text()


def column(page, number: int) -> list[str]:
    rows = page.locator("#rows tr")
    return [rows.nth(i).locator("th, td").nth(number).inner_text() for i in range(rows.count())]


def test_the_table_sorts_by_mouse_and_by_keys(open_page, report: Path) -> None:
    page = open_page(report)
    heading = page.locator("thead th").nth(2)
    assert heading.inner_text().split() == ["psnr", "↑", "rgb8"]
    heading.click()
    # 30 - 10 lpips for sr, 20 + lpips for bicubic; nothing for the damaged one
    assert column(page, 2) == ["20.12", "20.75", "22.50", "28.75", "∞", "-"]
    assert heading.get_attribute("aria-sort") == "ascending"
    heading.locator("button").focus()
    page.keyboard.press("Enter")
    assert column(page, 2) == ["∞", "28.75", "22.50", "20.75", "20.12", "-"]
    assert heading.get_attribute("aria-sort") == "descending"
    page.keyboard.press("Tab")
    page.keyboard.press("Space")  # lpips: larger is worse
    assert column(page, 3) == ["1.0000", "0.7500", "0.3750", "0.1250", "0.0000", "-"]
    assert heading.get_attribute("aria-sort") == "none"
    page.locator("thead th").first.click()
    assert column(page, 0) == ["good", "good", "photo 9", "photo 10", "worst", "worst"]
    page.locator("#only").select_option("bicubic")
    assert page.locator("#rows tr:visible").count() == 2
    assert page.locator("tbody.means tr:visible").count() == 1


def test_a_row_leads_to_its_image(open_page, report: Path) -> None:
    page = open_page(report)
    page.locator("#left").select_option("hr")
    row = page.locator("#rows tr", has_text="good").filter(has_text="bicubic")
    row.get_by_role("button").press("Enter")
    shows(page, "#status", "good")
    assert page.locator("#right").input_value() == "method bicubic"
    assert row.get_by_role("button").get_attribute("aria-current") == "true"
    page.locator("#handle").press("Home")
    times = zoom(page) // 100
    top, left = place(page, times)
    seen = pixels(page, PANE)[top : top + 96 * times, left + HANDLE : left + 128 * times]
    expected = enlarged(GOOD.outputs["bicubic"], times)[:, HANDLE:]
    np.testing.assert_array_equal(seen, expected)
    assert page.locator("#rows tr", has_text="photo").get_by_role("button").count() == 0


def test_the_strip_leads_to_the_worst_place(open_page, tmp_path: Path) -> None:
    images = [
        image_result("slightly", 0.9, size=(192, 384), spoiled=(16, 16)),
        image_result("strongly", 0.1, size=(192, 384), spoiled=(150, 300), seed=1),
    ]
    images[0].outputs["sr"][32:48, 32:48] = images[0].hr[32:48, 32:48]
    evaluation, worst = evaluation_and_worst_cases(*images)
    summary = summarize(evaluation)
    write_page(tmp_path / "page.html", "Report", evaluation, summary, worst.items, "sr")
    page = open_page(tmp_path / "page.html")
    settle(page)
    # By how bad the place is, not the whole image.
    names = page.locator("#strip b").all_inner_texts()
    assert names == ["strongly", "slightly"]
    assert "slightly" in page.locator("#status").text_content()
    before = zoom(page)
    page.locator("#strip button").first.press("Enter")
    shows(page, "#status", "strongly")
    assert zoom(page) == 2 * before
    box = page.locator(PANE).bounding_box()
    found = []
    for across, down in ((0, 0.4), (1, 0.4), (0.4, 0), (0.4, 1)):
        x, y = 1 + across * (box["width"] - 2), 1 + down * (box["height"] - 2)
        page.mouse.move(box["x"] + x, box["y"] + y)
        settle(page)
        found.append(re.findall(r"\d+", page.locator("#readout").inner_text())[:2])
    (left, _), (right, _), (_, top), (_, bottom) = np.array(found, int)
    worst = worst.items[1].pictures[2].worst
    assert left <= worst.left
    assert worst.left + worst.width - 1 <= right
    assert (top, bottom) == (worst.top, worst.top + worst.height - 1)


def test_a_part_of_an_image_says_which_part_it_is(open_page, tmp_path: Path) -> None:
    image = image_result("large", size=(192, 256), spoiled=(150, 200))
    evaluation, worst = evaluation_and_worst_cases(image, crop=128)
    summary = summarize(evaluation)
    write_page(tmp_path / "page.html", "Report", evaluation, summary, worst.items, "sr")
    page = open_page(tmp_path / "page.html")
    settle(page)
    region = worst.items[0].region
    told = page.locator("#readout").inner_text()
    assert told == f"128 × 128 pixels from ({region.left}, {region.top}) of 256 × 192"
    assert "cropped" in page.locator("header").inner_text()
    box = page.locator(PANE).bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.3)
    settle(page)
    told = page.locator("#readout").inner_text()
    x, y = map(int, re.match(r"x (\d+), y (\d+)", told).groups())
    for method in ("bicubic", "sr"):
        assert f"{method} {' '.join(map(str, image.outputs[method][y, x]))}" in told


def test_names_are_never_code(open_page, tmp_path: Path) -> None:
    image = image_result(EVIL, data_set=EVIL)
    image = replace(image, outputs={EVIL: image.outputs["sr"]}, scores={EVIL: image.scores["sr"]})
    evaluation, worst = evaluation_and_worst_cases(image)
    path = tmp_path / "page.html"
    write_page(path, EVIL, evaluation, summarize(evaluation), worst.items, EVIL)
    page = open_page(path)
    settle(page)
    page.get_by_text("Side by side").click()
    page.locator("#rows button").click()
    settle(page)
    assert page.evaluate("window.hit") is None
    assert page.locator("img").count() == 0
    assert page.locator("h1").inner_text() == EVIL
    assert page.locator("#strip b").inner_text() == EVIL
    assert page.locator("#panes b").all_inner_texts() == ["lr", EVIL, "hr"]


def test_every_control_is_reached_by_tab_and_left_again(open_page, report: Path) -> None:
    page = open_page(report)
    settle(page)
    reached, outlines = [], []
    for _ in range(60):
        page.keyboard.press("Tab")
        name, outline = page.evaluate(
            """() => { const e = document.activeElement, box = e.closest('label span') ?? e;
            const mark = e.matches('input') ? e.nextElementSibling : box;
            const style = getComputedStyle(mark, e.id === 'handle' ? '::after' : null);
            return [e.id || e.className || e.name || e.textContent + '!',
            style.outlineStyle]; }"""
        )
        if page.evaluate("document.activeElement === document.body"):
            break
        reached.append(name)
        outlines.append(outline)
    else:
        pytest.fail(f"Tab never left the page: {reached}")
    expected = ["worst-method", "previous", "image", "next", "mode", "out", "in", "fit", "actual"]
    expected += ["left", "swap", "right", "stage", "handle", "only", "scroll"]
    assert [name for name in reached if name in expected] == expected
    assert reached.count("go") == 4
    assert set(outlines) == {"solid"}


def test_it_fits_a_phone_and_is_worked_by_touch(open_page, report: Path) -> None:
    page = open_page(report, width=360, height=740, has_touch=True, is_mobile=True)
    settle(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    small = page.evaluate(
        """() => [...document.querySelectorAll('button, select')].filter(e => e.offsetParent)
        .filter(e => !e.matches('.go') && e.getBoundingClientRect().height < 36)
        .map(e => e.outerHTML)"""
    )
    assert small == []
    touch = page.context.new_cdp_session(page)

    def send(kind: str, *points: tuple[float, float]) -> None:
        fingers = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(points)]
        touch.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": fingers})

    page.locator(PANE).scroll_into_view_if_needed()
    page.evaluate("document.querySelector('#viewer').scrollIntoView({behavior: 'instant'})")
    handle, box = (page.locator(name).bounding_box() for name in ("#handle", PANE))
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    send("Start", (handle["x"] + handle["width"] / 2, middle[1]))
    send("Move", (box["x"] + box["width"] * 0.6, middle[1]))
    send("Move", (box["x"] + box["width"] * 0.75, middle[1]))
    send("End")
    settle(page)
    assert page.locator("#handle").get_attribute("aria-valuenow") == "75"
    page.locator("#handle").press("Home")
    before = zoom(page)
    at = (middle[0] + before / 200, middle[1] + before / 200)  # the middle of a pixel
    kept = under(page, (at[0] - box["x"], at[1] - box["y"]))
    send("Start", (at[0] - 30, at[1]), (at[0] + 30, at[1]))
    send("Move", (at[0] - 60, at[1]), (at[0] + 60, at[1]))
    send("Move", (at[0] - 90, at[1]), (at[0] + 90, at[1]))
    send("End")
    assert zoom(page) == pytest.approx(3 * before, rel=0.02)
    assert under(page, (at[0] - box["x"], at[1] - box["y"])) == kept
    assert page.evaluate("scrollX") == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_in_both_schemes(open_page, report: Path, scheme: str) -> None:
    page = open_page(report, color_scheme=scheme)
    settle(page)
    pairs = [("header p", "body"), ("figcaption span", "figcaption"), (".go", "#rows tr")]
    pairs += [("#rows td", "#rows tr[data-current]"), ("#mode :checked + span",) * 2]
    for text, ground in pairs:
        values = [
            page.locator(selector).first.evaluate(f"e => getComputedStyle(e).{style}")
            for selector, style in ((text, "color"), (ground, "backgroundColor"))
        ]
        light, dark = sorted((luminance(value) for value in values), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (text, values)
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"


def luminance(color: str) -> float:
    """Relative luminance as in WCAG 2.2."""
    channels = np.array([int(part) for part in color[4:-1].split(",")]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])
