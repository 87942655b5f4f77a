"""A small set of the profile's four files, with one thing spoilt at a time."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.imports.files import Upload

FILES: Mapping[str, str] = {
    "sales_teams.csv": "sales_agent,manager,regional_office\nAnna,Mona,North\nBen,Mona,North\n",
    "products.csv": "product,series,sales_price\nGTX Pro,GTX,4821\nMG,MG,55\n",
    "accounts.csv": (
        "account,sector,year_established,revenue,employees,office_location,subsidiary_of\n"
        "Globex,retail,1999,1100.04,20,Kenya,Hooli\nHooli,,,,,,\n"
    ),
    "sales_pipeline.csv": (
        "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value\n"
        "O1,Anna,GTXPro,Globex,Won,2017-01-02,2017-03-01,1054\n"
        "O2,Ben,MG,,Engaging,2017-02-01,,\n"
        "O3,Anna,MG,Hooli,Lost,2017-02-01,2017-02-20,0\n"
        "O4,Ben,MG,Globex,Prospecting,,,\n"
    ),
}


def uploads(**changed: str | bytes | None) -> list[Upload]:
    """The four files; `sales_pipeline="…"` replaces one, None leaves it out."""
    found = []
    for name, text in FILES.items():
        content = changed.get(name.removesuffix(".csv"), text)
        if content is not None:
            found.append(Upload(name, content.encode() if isinstance(content, str) else content))
    return found


def with_row(row: str) -> list[Upload]:
    """The four files with one more opportunity, in row 6."""
    return uploads(sales_pipeline=FILES["sales_pipeline.csv"] + row + "\n")
