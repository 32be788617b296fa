"""Bar charts as SVG, by hand: no library, and pictures that a text editor can read."""

from html import escape

WIDTH, LABELS, BAR, GAP = 760, 230, 16, 6
OWN, OTHER = "#2f6fb3", "#b8bec6"


def bars(title, panels):
    """`panels`: a title each, and its bars: label, value, whether it is kmmap's."""
    panels = list(panels)
    scale = (WIDTH - LABELS - 70) / max(value for _, rows in panels for _, value, _ in rows)
    body, y = [text(12, 26, title, "bold 15px")], 46
    for panel, rows in panels:
        y += 18
        body.append(text(12, y, panel, "bold 13px"))
        y += 8
        for label, value, own in rows:
            body.append(text(LABELS - 8, y + 12, label, "12px", "end"))
            width = max(1, round(value * scale))
            color = OWN if own else OTHER
            body.append(f'<rect x="{LABELS}" y="{y}" width="{width}" height="{BAR}" fill="{color}"/>')
            body.append(text(LABELS + width + 6, y + 12, f"{value:.1f}", "12px"))
            y += BAR + GAP
    height = y + 12
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}">'
    background = f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>'
    return "\n".join([head, background, *body, "</svg>", ""])


def text(x, y, content, font, anchor="start"):
    style = f"font:{font} sans-serif;fill:#24292f"
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" style="{style}">{escape(content)}</text>'
