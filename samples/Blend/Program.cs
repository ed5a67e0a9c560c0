// One page with a wizard among its results:  dotnet run --project samples/Blend -c Release -- fast-data samples/Blend/apply.json events
using Delivery.ApplyRuntime;            // ModelRuntime, RuntimeOptions
using Delivery.ApplyRuntime.Blending;   // IBlender, PageBlender
using Delivery.ApplyRuntime.Deciding;   // DecisionRequest, DecisionOutcome
using Delivery.ApplyRuntime.Logging;    // RequestLog
using Delivery.EventLog;                // EventLogWriter

var (models, settings, log) = args is [var first, var second, var third] ? (first, second, third) : ("fast-data", "samples/Blend/apply.json", "events");
using var events = new EventLogWriter(log);        // closed after the runtime
using var runtime = ModelRuntime.Open(models, new RuntimeOptions { ApplyModelsFile = settings, Decisions = new RequestLog(events) });
foreach (var problem in runtime.Status.Configuration.Problems) Console.Error.WriteLine(problem);

// For each request: the page with what could be shown, then one question for each vertical.
float[] features = [0.5f, 1, 1];                   // the model's sources in their order; `delivery show MODEL` lists them
var page = new PageBlender<string>(["result 1", "result 2", "result 3"]).Add("NEWS_WIZARD", "the news");
var outcome = runtime.Decide(new DecisionRequest { Intent = "NEWS_WIZARD", Features = features, RequestId = "r1", User = "u1", Query = "rain" }, page);

var place = outcome.Position == IBlender.NotShown ? "not shown" : $"position {outcome.Position}";
Console.WriteLine(outcome switch
{
    { Untouched: not UntouchedReason.None } => $"left as it is: {outcome.Untouched}",
    { Explored: true } => $"{place}, drawn with probability {outcome.Propensity:0.####}",
    { Source: DecisionSource.Fallback } => $"{place} by {outcome.Source}: {outcome.Reason}",
    _ => $"{place} by {outcome.Source}, epoch {outcome.Epoch}",
});
foreach (var item in page.Page()) Console.WriteLine(item.Document);
