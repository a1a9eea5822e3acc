"""What keeps people out of a page, found by axe (https://github.com/dequelabs/axe-core)."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from .install import AXE

TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
GRAVE = {"serious", "critical"}

_RUN = """async ({tags, rules}) => {
  const runOnly = rules ? {type: "rule", values: rules} : {type: "tag", values: tags};
  const found = await axe.run(document, {runOnly, resultTypes: ["violations"], preload: false});
  return found.violations.map(({id, impact, help, nodes}) => ({
    id, impact, help, nodes: nodes.map((node) => `${node.target.join(" ")} ${node.failureSummary}`),
  }));
}"""


def load_axe(page: Page) -> None:
    """Over the debugging protocol, which the page's own policy does not bind."""
    page.evaluate(AXE.read_text("utf-8"))


def barriers(page: Page, *, rules: list[str] | None = None) -> list[str]:
    """Each serious or critical barrier in a line, with the first places where it stands."""
    found: list[dict[str, Any]] = page.evaluate(_RUN, {"tags": TAGS, "rules": rules})
    return [
        f"{each['impact']} {each['id']} ({len(each['nodes'])}): {each['help']}\n"
        + "\n".join(f"    {node}" for node in each["nodes"][:3])
        for each in found
        if each["impact"] in GRAVE
    ]
