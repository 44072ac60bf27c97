// Uses the Go client that openapi-generator generated: use URL TOKEN.
package main

import (
	"context"
	"log"
	"os"

	client "github.com/GIT_USER_ID/GIT_REPO_ID"
)

func main() {
	settings := client.NewConfiguration()
	settings.Servers = client.ServerConfigurations{{URL: os.Args[1]}}
	api := client.NewAPIClient(settings)
	anyone := context.Background()
	holder := context.WithValue(anyone, client.ContextAccessToken, os.Args[2])

	latest, _, err := api.RatesAPI.LatestRates(anyone).Execute()
	must(err)
	check(len(latest.Data) == 7, "seven rates")
	pair, _, err := api.RatesAPI.PairRate(anyone, "USD", "KES").Execute()
	must(err)
	check(pair.Data.Quote == "KES", "pair")
	rates, _, err := api.RatesAPI.Rates(anyone).Group("week").Execute()
	must(err)
	check(rates.BucketsAnswer != nil, "weeks")
	converted, _, err := api.RatesAPI.Convert(anyone).From("USD").To("KES").Amount("10").Execute()
	must(err)
	check(converted.Data.To == "KES", "convert")
	started, _, err := api.PipelineAPI.Pull(holder).Execute()
	must(err)
	check(started.Data.RunId != "", "pull")
	status, _, err := api.PipelineAPI.Status(anyone).Execute()
	must(err)
	check(len(status.Data.Sources) > 0, "status")
	loans, _, err := api.LoansAPI.Loans(holder).Execute()
	must(err)
	check(len(loans.Data) > 0, "loans")
	report, _, err := api.LoansAPI.LoansReport(holder).Execute()
	must(err)
	check(len(report.Data) > 0, "report")
	old, _, err := api.OldInterfaceAPI.OldRates(anyone).Currency("kes").Execute()
	must(err)
	check(len(old) > 0, "old rates")
	_, refused, err := api.LoansAPI.LoanBook(anyone).Execute()
	if err == nil || refused.StatusCode != 401 {
		log.Fatal("the loan book without a token")
	}
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func check(holds bool, what string) {
	if !holds {
		log.Fatal(what)
	}
}
