import java.time.LocalDate;
import java.util.UUID;
import org.openapitools.client.ApiClient;
import org.openapitools.client.ApiException;
import org.openapitools.client.api.*;

/** Uses the Java client that openapi-generator generated: java Use URL TOKEN. */
public class Use {
    public static void main(String[] args) throws Exception {
        ApiClient holder = new ApiClient();
        holder.updateBaseUri(args[0]);
        String bearer = "Bearer " + args[1];
        holder.setRequestInterceptor(request -> request.header("Authorization", bearer));
        ApiClient anyone = new ApiClient();
        anyone.updateBaseUri(args[0]);

        RatesApi rates = new RatesApi(anyone);
        var latest = rates.latestRates(null, null, null).getData();
        check(latest.size() == 7, "seven rates");
        LocalDate day = latest.get(0).getRateDate();
        check(rates.pairRate("USD", "KES", null, null).getData().getQuote().equals("KES"), "pair");
        var converted = rates.convert("USD", "KES", "10", null, null).getData();
        check(converted.getTo().equals("KES"), "convert");
        check(!rates.observations(day, null, null, null).getData().isEmpty(), "observations");
        check(!rates.currencies().getData().isEmpty(), "currencies");
        PipelineApi pipeline = new PipelineApi(holder);
        UUID run = pipeline.pull(null, null).getData().getRunId();
        check(pipeline.run(run).getData().getRunId().equals(run), "run");
        check(!pipeline.status().getData().getSources().isEmpty(), "status");
        LoansApi loans = new LoansApi(holder);
        check(!loans.loansReport(null, null).getData().isEmpty(), "report");
        check(!loans.loanHistory("09u924rbwf", null).getData().isEmpty(), "history");
        check(!new OldInterfaceApi(anyone).oldRates("kes").isEmpty(), "old rates");
        try {
            new LoansApi(anyone).loanBook();
            check(false, "the loan book without a token");
        } catch (ApiException refused) {
            check(refused.getCode() == 401, "401");
        }
    }

    private static void check(boolean holds, String what) {
        if (!holds) throw new AssertionError(what);
    }
}
