"""Uses the Python client that openapi-generator generated: python FILE URL TOKEN."""

import sys

import openapi_client as client

url, token = sys.argv[1:]
with client.ApiClient(client.Configuration(host=url, access_token=token)) as holder:
    rates, pipeline = client.RatesApi(holder), client.PipelineApi(holder)
    loans, service = client.LoansApi(holder), client.ServiceApi(holder)
    latest = rates.latest_rates().data
    assert len(latest) == 7
    day = latest[0].rate_date
    assert rates.rates(var_from=day, to=day).actual_instance.data[0].rate_date == day
    assert rates.rates(group="week").actual_instance.data
    assert rates.pair_rate("USD", "KES").data.quote == "KES"
    assert rates.convert(var_from="USD", to="KES", amount="10").data.to == "KES"
    assert rates.currencies().data and rates.quality().data is not None
    assert rates.observations(day).data
    assert pipeline.runs().data and pipeline.status().data.sources
    run_id = pipeline.pull().data.run_id
    assert pipeline.run(run_id).data.run_id == run_id
    loan_id = loans.loans().data[0].actual_instance.loan_id
    assert loans.loan(loan_id).data.loan_id == loan_id
    assert loans.loans_report().data and loans.par_report().data
    assert client.OldInterfaceApi(holder).old_rates()
    assert service.readyz().status == "ok" and "fx_" in service.metrics()
with client.ApiClient(client.Configuration(host=url)) as anyone:
    try:
        client.LoansApi(anyone).loans()
        raise SystemExit("loans without a token")
    except client.exceptions.UnauthorizedException:
        pass
