"""Uses the client that openapi-python-client generated: python FILE URL TOKEN."""

import sys

from client import AuthenticatedClient, Client
from client.api.loans import loan_book, loans
from client.api.old_interface import old_rates
from client.api.pipeline import pull, run, runs, status
from client.api.rates import convert, currencies, latest_rates, observations
from client.api.rates import pair_rate, quality, rates
from client.api.service import readyz

url, token = sys.argv[1:]
anyone = Client(base_url=url, raise_on_unexpected_status=True)
holder = AuthenticatedClient(base_url=url, token=token, raise_on_unexpected_status=True)

latest = latest_rates.sync(client=anyone).data
assert len(latest) == 7
day = latest[0].rate_date
assert rates.sync(client=anyone, from_=day, to=day).data[0].rate_date == day
assert pair_rate.sync("USD", "KES", client=anyone).data.quote == "KES"
assert convert.sync(client=anyone, from_="USD", to="KES", amount="10").data.to == "KES"
assert currencies.sync(client=anyone).data and quality.sync(client=anyone).data is not None
assert observations.sync(client=anyone, date=day).data
assert runs.sync(client=anyone).data and status.sync(client=anyone).data.sources
run_id = pull.sync(client=holder).data.run_id
assert run.sync(run_id, client=anyone).data.run_id == run_id
assert loan_book.sync(client=holder).data and loans.sync(client=holder).data
assert loans.sync_detailed(client=anyone).status_code == 401
assert old_rates.sync(client=anyone)[0].currency_from
assert readyz.sync(client=anyone).status == "ok"
