# ===- chart.py - the ratios as a picture --------------------------------------=== #
#
# A row for each network: for each number of threads a bar from 1 to what the best peer's time is to Margay's, and a dot
# for every peer, on a logarithmic axis. SVG by hand, which follows the reader's light or dark colours.
#
# ===-------------------------------------------------------------------------=== #

import html
import math

from compare import table

LEFT, RIGHT, TOP, BOTTOM, WIDTH = 150, 60, 54, 34, 900
BAR, GAP = 9, 10
TICKS = [0.25, 0.33, 0.5, 0.67, 0.8, 1, 1.25, 1.5, 2, 3, 4, 6, 10, 20, 50]
STYLE = """
  text { font: 12px system-ui, sans-serif; fill: #333 } .small { font-size: 11px; fill: #777 }
  .title { font-size: 15px; font-weight: 600 } .grid { stroke: #ddd } .one { stroke: #333 }
  .bar0 { fill: #2a78b8 } .bar1 { fill: #e0912f } .bar2 { fill: #5a9e4b } .bar3 { fill: #a05cb0 } .worse { opacity: .45 }
  .peer { fill: none; stroke: #888; stroke-width: 1.3 }
  @media (prefers-color-scheme: dark) {
    text { fill: #ddd } .small { fill: #999 } .grid { stroke: #444 } .one { stroke: #ccc } .peer { stroke: #aaa }
  }
"""


def peer_ratios(network, threads):
    """The time of each peer over Margay's."""
    engines = network["threads"].get(str(threads), {}).get("engines", {})
    if "margay" not in engines:
        return {}
    own = engines["margay"]["median_ms"]
    return {name: at["median_ms"] / own for name, at in engines.items() if name not in ("margay", "symbolic")}


def axis(values):
    """Where a ratio lies, and the ticks."""
    low, high = min([0.9, *values]) * 0.95, max([1.6, *values]) * 1.08
    scale = (WIDTH - LEFT - RIGHT) / math.log(high / low)
    return lambda value: LEFT + math.log(value / low) * scale, [tick for tick in TICKS if low <= tick <= high]


def svg(results):
    counts, networks = table.threads_of(results), results["networks"]
    found = {threads: table.ratios(results, threads) for threads in counts}
    dots = [value for threads in counts for network in networks for value in peer_ratios(network, threads).values()]
    place, ticks = axis([*dots, *(value for ratios in found.values() for value in ratios.values())])
    row = BAR * len(counts) + GAP
    height = TOP + row * len(networks) + BOTTOM
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}">']
    lines += [f"<style>{STYLE}</style>", f'<text class="title" x="{LEFT}" y="20">Times faster than the fastest peer</text>']
    for index, threads in enumerate(counts):
        x = LEFT + index * 190
        mean = table.geometric_mean(list(found[threads].values()))
        words = f"{threads} thread{'s' if threads > 1 else ''}" + ("" if math.isnan(mean) else f", mean {mean:.2f}")
        lines += [f'<rect class="bar{index % 4}" x="{x}" y="32" width="10" height="10"/>']
        lines += [f'<text class="small" x="{x + 15}" y="41">{words}</text>']
    lines += [f'<circle class="peer" cx="{LEFT + len(counts) * 190}" cy="37" r="3"/>']
    lines += [f'<text class="small" x="{LEFT + len(counts) * 190 + 8}" y="41">each peer</text>']
    bottom = height - BOTTOM + 4
    for tick in ticks:
        kind = "one" if tick == 1 else "grid"
        lines += [f'<line class="{kind}" x1="{place(tick):.1f}" x2="{place(tick):.1f}" y1="{TOP - 4}" y2="{bottom}"/>']
        lines += [f'<text class="small" text-anchor="middle" x="{place(tick):.1f}" y="{bottom + 15}">{tick:g}</text>']
    for position, network in enumerate(networks):
        top = TOP + position * row + GAP / 2
        lines += [f'<text text-anchor="end" x="{LEFT - 10}" y="{top + row / 2:.1f}">{html.escape(network["name"])}</text>']
        for index, threads in enumerate(counts):
            y = top + index * BAR
            peers = peer_ratios(network, threads)
            if value := found[threads].get(network["name"]):
                begin, end = sorted((place(1), place(value)))
                kind = f"bar{index % 4}" + (" worse" if value < 1 else "")
                lines += [f'<rect class="{kind}" x="{begin:.1f}" y="{y:.1f}" width="{end - begin:.1f}" height="{BAR - 1}"/>']
                beyond = max([end, *(place(other) for other in peers.values())])
                lines += [f'<text class="small" x="{beyond + 7:.1f}" y="{y + BAR - 0.5:.1f}">{value:.2f}</text>']
            for name, other in peers.items():
                title = f"<title>{html.escape(table.TITLES.get(name, name))}: {other:.2f}</title>"
                lines += [f'<circle class="peer" cx="{place(other):.1f}" cy="{y + BAR / 2 - 0.5:.1f}" r="3">{title}</circle>']
    return "\n".join([*lines, "</svg>"]) + "\n"
