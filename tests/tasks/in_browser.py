"""Pages in a real browser: what is seen of them, on a desktop and on a phone."""

import json
import shutil
import subprocess

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
# A window of Chromium has 500 pixels at least, a frame as few as a phone.
_FRAMES = """<!doctype html>
{frames}
<pre id="facts"></pre>
<script>
onload = () => {{
  const seen = {{}};
  for (const frame of document.querySelectorAll("iframe")) {{
    const page = frame.contentDocument, inner = frame.contentWindow.innerWidth;
    const box = (element) => element.getBoundingClientRect();
    const all = (selector) => [...page.querySelectorAll(selector)];
    const text = (selector) => (page.querySelector(selector) || {{innerText: ""}}).innerText;
    seen[frame.id] = {{
      inner: inner,
      scroll: page.documentElement.scrollWidth,
      broken: [...page.images].filter((image) => !image.complete || image.naturalWidth === 0).length,
      images: page.images.length,
      alts: all("img").filter((image) => image.alt.length > 20).length,
      seen: all("section").filter((section) => box(section).height > 40).map((section) => section.id),
      answer: text(".answer"),
      colours: all(".words span").map((word) => page.defaultView.getComputedStyle(word).backgroundColor),
      beyond: all("p, h1, h2, .bar, .words span, .marked span, figure")
        .filter((one) => box(one).right > inner + 1).map((one) => one.outerHTML.slice(0, 80)),
    }};
  }}
  document.getElementById("facts").textContent = JSON.stringify(seen);
}};
</script>"""


def facts(pages, widths, folder):
    """What is on pages: dict, (name, width) -> dict of facts.

    Args:
        pages: dict, name -> HTML.
        widths: list of int, pixels.
        folder: pathlib.Path, for the files that the browser reads.
    """
    frames = []
    for name, page in pages.items():
        # Images further down load as they come into sight; here all of them have to.
        (folder / f"{name}.html").write_text(page.replace(' loading="lazy"', ""), encoding="utf-8")
        style = "height: 800px; border: 0; width: {}px"
        frames += [f'<iframe id="{name}:{w}" src="{name}.html" style="{style.format(w)}"></iframe>' for w in widths]
    (folder / "frames.html").write_text(_FRAMES.format(frames="\n".join(frames)), encoding="utf-8")
    command = [CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
    command += ["--allow-file-access-from-files", f"--user-data-dir={folder / 'profile'}", "--window-size=1400,900"]
    command += ["--virtual-time-budget=10000", "--dump-dom", (folder / "frames.html").as_uri()]
    shown = subprocess.run(command, capture_output=True, text=True, timeout=240)
    found = json.loads(shown.stdout.partition('<pre id="facts">')[2].partition("</pre>")[0])
    return {(name, int(width)): told for key, told in found.items() for name, _, width in [key.partition(":")]}
