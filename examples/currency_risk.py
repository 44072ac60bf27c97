#!/usr/bin/env python3
"""What a fall of its currencies would cost the loan book in US dollars.

    python3 examples/currency_risk.py [URL] [AS_OF]

For each currency of the book: the outstanding amount at the close of AS_OF (YYYY-MM-DD, default
today in UTC), its value in USD at the newest rate, the dollar's worst rise over 30 days within the
last year, and what such a rise would cost. Needs Python 3.9 or newer and its standard library.
Rates and amounts are decimals from the API's text on; only the output is rounded.
Set API_TOKEN if the service has one: the loan book is private.
"""
import csv
import json
import os
import sys
from collections import defaultdict
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal, localcontext
from urllib.error import HTTPError
from urllib.request import Request, urlopen

WINDOW = timedelta(days=30)
BUCKETS = ("current", "1-30", "31-60", "61-90", "90+")


def ask(url: str) -> str:
    """Returns the response text. Exits with the API's problem for anything but 200."""
    token = os.environ.get("API_TOKEN")
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        with urlopen(Request(url, headers=headers), timeout=30) as answer:
            return answer.read().decode()
    except HTTPError as error:
        problem = json.load(error)
        reason = f"{problem['title']}: {problem['detail']}"
        raise SystemExit(f"{reason} (request {problem['request_id']})") from error


def outstanding(base_url: str, as_of: str) -> dict[str, Decimal]:
    """Outstanding amount per currency, from the buckets of the PAR report."""
    rows = json.loads(ask(f"{base_url}/v2/reports/par?as_of={as_of}"))["data"]
    owed: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        if row["scope"] == "currency" and row["currency"] and row["measure"] in BUCKETS:
            owed[row["currency"]] += Decimal(row["outstanding_balance"])
    return owed


def year_of_rates(base_url: str) -> tuple[dict[str, dict[date, Decimal]], bool]:
    """Units for 1 USD by currency and day, and whether any rate is simulated."""
    since = datetime.now(timezone.utc).date() - timedelta(days=365)
    rates: dict[str, dict[date, Decimal]] = defaultdict(dict)
    simulated = False
    for row in csv.DictReader(ask(f"{base_url}/v2/rates.csv?from={since}").splitlines()):
        if row["rate"]:
            rates[row["quote"]][date.fromisoformat(row["rate_date"])] = Decimal(row["rate"])
            simulated = simulated or row["source"] == "simulator"
    return rates, simulated


def worst_rise(rates: dict[date, Decimal]) -> Decimal:
    """The greatest rate(day + 30) / rate(day) where the dollar rose; else 1."""
    pairs = ((rates[day + WINDOW], rate) for day, rate in rates.items() if day + WINDOW in rates)
    return max((later / earlier for later, earlier in pairs), default=Decimal(1)).max(Decimal(1))


def main(base_url: str, as_of: str) -> None:
    owed = outstanding(base_url, as_of)
    rates, simulated = year_of_rates(base_url)
    print(
        f"{'':5}{'outstanding':>22}{'USD rate':>18}{'in USD':>16}"
        f"{'worst 30 days':>15}{'would cost USD':>16}"
    )
    total = lost = Decimal(0)
    with localcontext() as context:
        context.prec = 50
        for currency, amount in sorted(owed.items()):
            if currency not in rates:
                print(f"{currency:5}{amount:>22,}  no rate within a year")
                continue
            rate = rates[currency][max(rates[currency])]
            rise = worst_rise(rates[currency])
            value = amount / rate
            loss = value - amount / (rate * rise)
            total, lost = total + value, lost + loss
            print(
                f"{currency:5}{amount:>22,}{rate:>18}{value:>16,.2f}"
                f"{(rise - 1) * 100:>14.2f}%{loss:>16,.2f}"
            )
        print(f"{'all':5}{'':22}{'':18}{total:>16,.2f}{'':15}{lost:>16,.2f}")
    if simulated:
        print("SIMULATED rates: none of this is real")


if __name__ == "__main__":
    today = datetime.now(timezone.utc).date().isoformat()
    url, as_of = (sys.argv[1:] + ["http://127.0.0.1:5080", today][len(sys.argv) - 1 :])[:2]
    main(url.rstrip("/"), as_of)
